/** What claims read from the rows of a run. */
import { ConfigError } from '../../../src/core/errors';
import type { Table } from '../../../src/lab/study';
import { average, valuesAt } from '../statistics';

/** Steps to either accuracy, one value a seed; `until`: those that did not come to it, as if they had at the end, which is too early. */
export interface Times {
  readonly memorised: readonly number[];
  readonly generalised: readonly number[];
  readonly until: readonly number[];
  readonly never: number;
}
/** `steps`: of the run. Throws ConfigError where it is not at its end. */
export const timesOf = (t: Table, steps: number, decay: number): Times => {
  const [memorised, generalised] = [valuesAt(t, 'times', 'memorised', decay), valuesAt(t, 'times', 'generalised', decay)];
  if (memorised.length === 0) throw new ConfigError('the run is not at its end');
  return {
    memorised,
    generalised,
    until: generalised.map((v) => Math.min(v, steps)),
    never: generalised.filter((v) => v === Infinity).length,
  };
};

/** By weight decay, ascending. */
export interface ByDecay {
  readonly decay: number;
  readonly times: Times;
  /** Of `until`, over seeds. */
  readonly mean: number;
}
export const timesByDecay = (t: Table, steps: number, decays: readonly number[]): readonly ByDecay[] =>
  [...new Set(decays)]
    .toSorted((a, b) => a - b)
    .map((decay) => {
      const times = timesOf(t, steps, decay);
      return { decay, times, mean: average(times.until) };
    });

/** By seed, the step from which a loss stays below halfway from a guess to where it ends; linear between looks. NaN where it ends no lower. */
export const fallen = (t: Table, series: string, guess: number): readonly number[] => {
  const bySeed = new Map<number, { x: number; y: number }[]>();
  for (const { chart, series: own, seed, x, y } of t.points)
    if (chart === 'circuit' && own === series) bySeed.set(seed, [...(bySeed.get(seed) ?? []), { x, y }]);
  return [...bySeed]
    .toSorted(([a], [b]) => a - b)
    .map(([, points]) => {
      const curve = points.toSorted((a, b) => a.x - b.x);
      const half = (guess + curve.at(-1)!.y) / 2;
      const last = curve.findLastIndex(({ y }) => y > half);
      const [before, after] = [curve[last], curve[last + 1]];
      return before && after ? before.x + ((after.x - before.x) * (before.y - half)) / (before.y - after.y) : NaN;
    });
};
/** Natural logarithms of b/a, seed by seed. */
export const logRatios = (a: readonly number[], b: readonly number[]): readonly number[] => b.map((v, i) => Math.log(v / a[i]!));
