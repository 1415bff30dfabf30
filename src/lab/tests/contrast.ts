/** Direction claims: A is larger than B, seed by seed. */
import { meanInterval, type MeanInterval } from '../../core/stats';
import { ConfigError } from '../../core/errors';
import { ALPHA, beforehand, direction, measuredOn, shown, type Scale, type Statistic } from './statistic';

export interface ContrastOptions {
  /** The smallest effect that counts: a difference > 0 or, on the scale 'log', a ratio > 1. */
  readonly least: number;
  /** Of a − b, or of ln a − ln b for positive values. */
  readonly scale: Scale;
  /** Two-sided; half of it is the chance of a false 'agrees' without an effect, and of a false 'disagrees' at the least one. Default 5 %. */
  readonly alpha?: number;
}

/** a − b or ln a − ln b, seed by seed. Throws ConfigError where they are not of the same seeds. */
export const paired = (a: readonly number[], b: readonly number[], scale: Scale): readonly number[] => {
  if (a.length !== b.length) throw new ConfigError(`${a.length} and ${b.length} seeds cannot be paired`);
  return a.map((v, i) => (scale === 'log' ? Math.log(v) - Math.log(b[i]!) : v - b[i]!));
};

/** The decision on the mean of paired differences, which are logarithms of ratios on the scale 'log'. */
export const contrastOf = (differences: readonly number[], { least, scale, alpha = ALPHA }: ContrastOptions): Statistic => {
  const bound = measuredOn(scale, least);
  if (!(bound > 0)) throw new ConfigError(`the least effect is ${least}; it must be above ${scale === 'log' ? 1 : 0}`);
  const before = beforehand([differences]);
  if (before) return before;
  const found: MeanInterval = meanInterval(differences, 1 - alpha);
  const show = shown(scale);
  return { effect: show(found.mean), interval: [show(found.low), show(found.high)], n: found.count, ...direction(found, bound) };
};

/**
 * Mean of a − b over seeds, or geometric mean of a/b, with its Student interval. Agrees where the interval lies above no effect, and
 * reaches `least`; disagrees where it lies below `least`; else inconclusive. A value that is not finite, or not positive on the scale
 * 'log', makes it disagree. Throws ConfigError unless a and b are of the same seeds.
 */
export const contrast = (a: readonly number[], b: readonly number[], options: ContrastOptions): Statistic =>
  contrastOf(paired(a, b, options.scale), options);
