/** What is read from the rows of a run. */
import type { Table } from '../../../src/lab/study';

/** Largest values over seeds, of distances from the closed form as shares of the risk, at the last step measured. */
export interface Distances {
  readonly gpu: number;
  readonly cpu: number;
  readonly steps: number;
  readonly seeds: number;
}
/** Undefined before the first step. */
export const distances = (t: Table): Distances | undefined => {
  const [gpu, cpu] = [t.summary('deviation', 'gpu').at(-1), t.summary('deviation', 'cpu').at(-1)];
  return gpu && cpu && { gpu: Math.max(...gpu.values), cpu: Math.max(...cpu.values), steps: gpu.x, seeds: gpu.n };
};

/** Largest over seeds after the last step, as shares of ‖X⁺y‖: what is left to the limit, and distances from the closed form. */
export interface End {
  readonly left: number;
  readonly gpu: number;
  readonly cpu: number;
}
/** Undefined before the end. */
export const endOf = (t: Table): End | undefined => {
  const largest = (series: string): number => Math.max(...t.summary('limit', series).flatMap((s) => s.values));
  const end = { left: largest('left'), gpu: largest('gpu'), cpu: largest('cpu') };
  return Number.isFinite(end.left) ? end : undefined;
};

/** Places on a curve: a first minimum, a later peak and a still later minimum. */
export interface Turns {
  readonly valley: number;
  readonly peak: number;
  readonly end: number;
}
/** The highest peak whose rise above the valley and whose fall to the end are both more than `share`; undefined where there is none. */
export const riseAndFall = (y: readonly number[], share: number): Turns | undefined => {
  const least = (from: number, to: number): number => y.slice(from, to).reduce((best, v, i) => (v < y[best]! ? from + i : best), from);
  for (const peak of y.map((_, i) => i).toSorted((a, b) => y[b]! - y[a]!)) {
    if (peak === 0 || peak === y.length - 1) continue;
    const [valley, end] = [least(0, peak), least(peak + 1, y.length)];
    if (y[peak]! > (1 + share) * y[valley]! && y[end]! < (1 - share) * y[peak]!) return { valley, peak, end };
  }
  return undefined;
};
