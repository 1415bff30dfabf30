/** Claims that a value is what theory says, within a margin. */
import { ConfigError } from '../../core/errors';
import { meanInterval } from '../../core/stats';
import { ALPHA, beforehand, reach, type Statistic } from './statistic';

export interface EquivalenceOptions {
  readonly target: number;
  /** Deviation > 0 from which on it would not be the same. From theory: its next order, say. */
  readonly margin: number;
  readonly alpha?: number;
}

/**
 * Two one-sided tests of the mean over seeds (Schuirmann 1987). Agrees where the interval of confidence 1 − 2·alpha lies within the margin
 * around the target. Data are enough when exact equality would show so with probability 1 − alpha; with those, all else disagrees,
 * and such a mean differs from the target at level alpha. With fewer it disagrees where the interval lies outside the margin.
 */
export const equivalence = (values: readonly number[], { target, margin, alpha = ALPHA }: EquivalenceOptions): Statistic => {
  if (!(margin > 0)) throw new ConfigError(`the margin is ${margin}; it must be above 0`);
  const before = beforehand([values]);
  if (before) return before;
  const n = values.length;
  const found = meanInterval(values, 1 - 2 * alpha);
  const { mean, standardError: error } = found;
  const [low, high] = [found.low - target, found.high - target];
  const enough = (reach(2 * alpha, n) + reach(alpha, n)) * error <= margin;
  const base = { effect: mean, interval: [found.low, found.high] as const, n, enough };
  if (-margin < low && high < margin) return { ...base, decision: 'agrees', reason: `within ${margin} of ${target}` };
  if (low > margin || high < -margin) return { ...base, decision: 'disagrees', reason: `more than ${margin} from ${target}` };
  if (enough) return { ...base, decision: 'disagrees', reason: `not ${target}, and not shown to be within ${margin} of it` };
  return { ...base, decision: 'inconclusive', reason: `the interval is too wide for a margin of ${margin}: it takes more seeds` };
};
