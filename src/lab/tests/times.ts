/** Times to an event that a run may be too short to see. */
import { ConfigError } from '../../core/errors';
import { binomialCdf } from '../../core/stats';
import { ALPHA, direction, type Statistic } from './statistic';

export interface TimesOptions {
  /** Length of the run: a time of Infinity is one after it. NaN is a seed that diverged, and never comes: the last of all. */
  readonly end: number;
  /** Ratio > 1 of b to a that counts. */
  readonly least: number;
  /** Whether a and b are of the same seeds. */
  readonly paired: boolean;
  readonly alpha?: number;
}

/** All that a time may be. */
type Range = readonly [number, number];
const range = (time: number, end: number): Range => {
  if (Number.isNaN(time)) return [Infinity, Infinity];
  if (!(time > 0)) throw new ConfigError(`a time is ${time}; it must be above 0`);
  return time <= end ? [time, time] : [end, Infinity];
};
/** ln b/a between its bounds. Of two that never come nothing is known. */
const logRatio = ([aLow, aHigh]: Range, [bLow, bHigh]: Range): Range => {
  const [low, high] = [Math.log(bLow / aHigh), Math.log(bHigh / aLow)];
  return [Number.isNaN(low) ? -Infinity : low, Number.isNaN(high) ? Infinity : high];
};

/** The largest k with P(K < k) ≤ tail for a K whose P(K ≤ k) is given: 0 where even P(K = 0) is above it. */
const rank = (cdf: (k: number) => number, tail: number): number => {
  let k = 0;
  while (cdf(k) <= tail) k++;
  return k;
};
/** P(U ≤ k) of Mann and Whitney's U for n and m values without ties: coefficients of the Gaussian binomial. */
const mannWhitney = (n: number, m: number): ((k: number) => number) => {
  const ways = new Float64Array(n * m + 1);
  ways[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = n * m; u >= m + i; u--) ways[u]! -= ways[u - m - i]!;
    for (let u = i; u <= n * m; u++) ways[u]! += ways[u - i]!;
  }
  const total = ways.reduce((s, v) => s + v, 0);
  return (k) => ways.subarray(0, k + 1).reduce((s, v) => s + v, 0) / total;
};

const pairs = (a: readonly Range[], b: readonly Range[]): readonly Range[] => a.map((v, i) => logRatio(v, b[i]!));
const all = (a: readonly Range[], b: readonly Range[]): readonly Range[] => a.flatMap((v) => b.map((w) => logRatio(v, w)));
const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).toSorted();
const middle = (values: Float64Array): number => values[(values.length - 1) >> 1]!;

/**
 * b comes later than a by the factor `least`. Of pairs: the median of b/a with its order-statistic interval, which is a sign test turned
 * round; of two groups: the median of all b/a with Mann and Whitney's, as Hodges and Lehmann have it. A time after the end counts with
 * both bounds of what it may be, as Gehan 1965 scores it, so the interval covers whatever the times would have been. No law is assumed.
 * Agrees where the interval of the ratio lies above 1, disagrees where it lies below `least`, else inconclusive. Throws ConfigError
 * for pairs of unequal number, and for groups of more than 200.
 */
export const later = (a: readonly number[], b: readonly number[], { end, least, paired, alpha = ALPHA }: TimesOptions): Statistic => {
  if (!(least > 1)) throw new ConfigError(`the least ratio is ${least}; it must be above 1`);
  if (paired && a.length !== b.length) throw new ConfigError(`${a.length} and ${b.length} seeds cannot be paired`);
  if (!paired && Math.max(a.length, b.length) > 200) throw new ConfigError('groups of more than 200 are not compared');
  const n = Math.min(a.length, b.length);
  const ranges = (times: readonly number[]): readonly Range[] => times.map((t) => range(t, end));
  const [x, y] = [ranges(a), ranges(b)];
  const ratios = paired ? pairs(x, y) : all(x, y);
  const cdf = paired ? (k: number): number => binomialCdf(k, n, 0.5) : mannWhitney(a.length, b.length);
  const k = rank(cdf, alpha / 2);
  const [lows, highs] = [sorted(ratios.map((r) => r[0])), sorted(ratios.map((r) => r[1]))];
  const [low, high] = k > 0 ? [lows[k - 1]!, highs.at(-k)!] : [-Infinity, Infinity];
  const unseen = [...a, ...b].filter((t) => t > end).length;
  const found = direction({ low, high }, Math.log(least));
  const longer = unseen > 0 ? `, or a longer run: ${unseen} of ${a.length + b.length} were not seen` : '';
  const few = k === 0 ? `only ${n} seeds have no interval at this level` : `${found.reason}${longer}`;
  return {
    ...found,
    // The middle of what is known from below: finite where at least half were seen.
    effect: Math.exp(n > 0 ? middle(lows) : NaN),
    interval: [Math.exp(low), Math.exp(high)],
    n,
    reason: found.decision === 'inconclusive' ? few : found.reason,
  };
};
