/** Repeated measurements of one quantity: the middle, the middle half, and when two differ by more than they scatter. */
import { ConfigError } from './errors';

/** Median, lower and upper quartile of `samples` values. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** The value below which the share `q` of at least one value lies, linear between neighbours (Hyndman & Fan 1996, type 7). NaN if any value is. */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length < 1) throw new ConfigError('quantile needs at least 1 value; it has 0');
  const sorted = Float64Array.from(values).toSorted(); // NaN last
  if (Number.isNaN(sorted.at(-1))) return NaN;
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}

export const spreadOf = (values: ArrayLike<number>): Spread => ({
  median: quantile(values, 0.5),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
  samples: values.length,
});

/** A duration and how many repetitions it held. */
export interface Timed {
  readonly count: number;
  readonly time: number;
}
/** Time of one repetition from two runs of different counts: what both paid once drops out. Throws ConfigError for equal counts. */
export function slope(short: Timed, long: Timed): number {
  if (short.count === long.count) throw new ConfigError(`a slope needs two counts; both are ${short.count}`);
  return (long.time - short.time) / (long.count - short.count);
}

export type Change = 'less' | 'more' | 'same';
/**
 * Whether `after` differs from `before` by more than both scatter: its median lies further away than both interquartile ranges together.
 * 'same' says that this was not shown, not that nothing changed. `ratio`: of the medians, after over before.
 */
export function changeOf(before: Spread, after: Spread): { readonly ratio: number; readonly change: Change } {
  const scatter = before.high - before.low + (after.high - after.low);
  const moved = after.median - before.median;
  return { ratio: after.median / before.median, change: Math.abs(moved) > scatter ? (moved < 0 ? 'less' : 'more') : 'same' };
}
