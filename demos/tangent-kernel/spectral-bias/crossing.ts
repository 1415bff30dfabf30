/** When a frequency counts as learned. */

/** Where the amplitude first falls to 1/e, between the steps drawn by its logarithm; undefined before that. */
export const crossing = (steps: readonly number[], amplitudes: readonly number[]): number | undefined => {
  const i = amplitudes.findIndex((a) => a <= 1 / Math.E);
  if (i < 1) return undefined;
  const [before, after] = [Math.log(amplitudes[i - 1]!), Math.log(amplitudes[i]!)];
  return steps[i - 1]! + ((steps[i]! - steps[i - 1]!) * (before + 1)) / (before - after);
};
