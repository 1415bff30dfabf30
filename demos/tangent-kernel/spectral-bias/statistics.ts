/** What is read from the rows of a run. */
import type { Table } from '../../../src/lab/study';
import { ascending } from '../settings';
import { coverageOf, evidenceOf, slopeOf, type Coverage, type Evidence, type Interval, type Slope } from '../statistics';
import type { Config } from './fields';
import { learningTime, pointEigenvalue } from './theory';

/** Frequencies whose eigenvalue is above 0, and those where it is 0. Ascending. */
export const frequenciesOf = (c: Config): { readonly learnable: readonly number[]; readonly never: readonly number[] } => {
  const all = ascending(c.frequencies).map((k) => ({ k, value: pointEigenvalue(c, k) }));
  return { learnable: all.filter((f) => f.value > 0).map((f) => f.k), never: all.filter((f) => f.value === 0).map((f) => f.k) };
};
const times = (t: Table, c: Config) => {
  const { learnable } = frequenciesOf(c);
  return t.summary('time', 'measured').filter((p) => learnable.includes(p.x));
};
/** Of the logarithm of the time measured over that of the closed form. */
export const timeSlope = (t: Table, c: Config): Slope => slopeOf(times(t, c), (k) => learningTime(c, k));
/** Of the closed form's times. `margin`: by which intervals are widened, as a share of the time. */
export const timeCoverage = (t: Table, c: Config, margin: number): Coverage => coverageOf(times(t, c), (k) => learningTime(c, k), margin);

/** What is left at the end of frequencies that are never learned. */
export interface Leftover extends Evidence {
  /** Of the frequency whose interval reaches lowest, where there is one. */
  readonly least: Interval | undefined;
  /** Frequencies of which less than 1/e is left, ascending. */
  readonly learned: readonly number[];
}
export const leftover = (t: Table, c: Config): Leftover => {
  const { learnable, never } = frequenciesOf(c);
  const points = never.flatMap((k) => t.summary('residual', `k${k}`).filter((p) => p.x === c.steps));
  const [least] = points.toSorted((a, b) => a.low - b.low);
  return {
    ...evidenceOf(points),
    least: least && { mean: least.mean, low: least.low, high: least.high },
    learned: learnable.filter((k) => (t.summary('residual', `k${k}`).at(-1)?.mean ?? 1) < 1 / Math.E),
  };
};
