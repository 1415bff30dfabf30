/** What seeds have in common with themselves: differences and ratios seed by seed, and the interval of their mean. */
import { meanInterval } from '../../src/core/stats';
import type { Summary } from '../../src/lab/study';
import { MIN_SEEDS } from '../../src/lab/verdicts';

/** f of the two values of each seed; NaN where the seed lacks the second. */
export const pairs = (a: Summary, b: Summary, f: (a: number, b: number) => number): readonly number[] =>
  a.values.map((v, s) => f(v, b.values[s] ?? NaN));
export const logs = (values: readonly number[]): readonly number[] => values.map(Math.log);

/** Mean of independent values, and its interval. Where it cannot be had the mean is NaN and the interval is the whole line. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Values given, finite or not. */
  readonly n: number;
  readonly nonFinite: number;
}
/**
 * Student's 95 % interval of the mean. `looks`: how many such intervals are looked at together (Bonferroni). Nothing is estimated from
 * fewer than 5 values, or where one is not finite.
 */
export const estimate = (values: readonly number[], looks = 1): Estimate => {
  const n = values.length;
  const nonFinite = values.filter((v) => !Number.isFinite(v)).length;
  if (nonFinite > 0 || n < MIN_SEEDS) return { mean: NaN, low: -Infinity, high: Infinity, n, nonFinite };
  const { mean, low, high } = meanInterval(values, 1 - 0.05 / looks);
  return { mean, low, high, n, nonFinite };
};
