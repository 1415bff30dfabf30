/**
 * What a test of a claim gives back. Every test is built alike: the claim allows some values of the effect, others would count against
 * it, and between the two lies the smallest effect that counts, which theory must give. 'inconclusive' is an interval that holds values of
 * both kinds, and so is wider than that: too little data, and nothing else.
 *
 * A seed that is not finite is part of what was measured. Tests of means cannot average it and disagree; tests of times rank it last.
 */
import { studentQuantile } from '../../core/stats';
import type { Judgement, Verdict } from '../claim';
import { figure, MIN_SEEDS } from '../verdicts';

/** Size of every test unless it is told another. */
export const ALPHA = 0.05;
/** Power at the smallest effect that counts, from which on data are enough. */
export const POWER = 0.8;

export interface Statistic {
  /** What was estimated, on the scale that the test names. */
  readonly effect: number;
  readonly interval: readonly [number, number];
  /** Seeds, or trials. */
  readonly n: number;
  readonly decision: Verdict;
  /** In words, after the figures: why it was decided so. */
  readonly reason: string;
  /** Whether the data suffice for the smallest effect that counts: then the decision is not 'inconclusive'. */
  readonly enough: boolean;
  /** Where the test has one. */
  readonly p?: number;
}
/** A difference, or the logarithm of a ratio, which is shown as the ratio. */
export type Scale = 'difference' | 'log';
export const shown = (scale: Scale): ((v: number) => number) => (scale === 'log' ? Math.exp : (v) => v);
/** A least difference as it is, the logarithm of a least ratio. */
export const measuredOn = (scale: Scale, least: number): number => (scale === 'log' ? Math.log(least) : least);

const undecided = (n: number, reason: string): Statistic => ({
  effect: NaN,
  interval: [-Infinity, Infinity],
  n,
  decision: 'inconclusive',
  reason,
  enough: false,
});
/** What can be said without looking at the effect: too few seeds, or seeds that are not finite. Undefined if there is nothing. */
export const beforehand = (values: readonly (readonly number[])[], least = MIN_SEEDS): Statistic | undefined => {
  const n = Math.min(...values.map((v) => v.length));
  if (n < least) return undecided(n, `only ${n} seeds; it takes ${least}`);
  const lost = values.flat().filter((v) => !Number.isFinite(v)).length;
  return lost > 0
    ? { ...undecided(n, `${lost} of ${values.flat().length} values are not finite`), decision: 'disagrees', enough: true }
    : undefined;
};

/** '2.1 [1.9, 2.3]'. */
export const figures = ({ effect, interval: [low, high] }: Statistic): string => `${figure(effect)} [${figure(low)}, ${figure(high)}]`;
/** The statistic as a verdict; `measured` is the study's own sentence, which the reason replaces where nothing could be estimated. */
export const judged = ({ decision, effect, interval, reason }: Statistic, measured: string): Judgement =>
  Number.isNaN(effect) ? { verdict: decision, measured: reason } : { verdict: decision, measured, value: effect, interval };

/** Standard errors to which a test of size `alpha` at each end reaches, the Student quantile of n − 1. */
export const reach = (alpha: number, n: number): number => studentQuantile(1 - alpha, n - 1);

export interface Bounds {
  readonly low: number;
  readonly high: number;
}
/** Of a claim that an effect is positive, `least` at the least: it is wrong from 0 down. */
export const direction = ({ low, high }: Bounds, least: number): Pick<Statistic, 'decision' | 'reason' | 'enough'> => {
  const enough = high - low < least;
  if (high < least)
    return {
      decision: 'disagrees',
      enough,
      reason: low > 0 ? 'it is there, but smaller than what counts' : 'an effect that counts is excluded',
    };
  if (low > 0) return { decision: 'agrees', enough, reason: low >= least ? 'and as large as claimed' : 'in the direction claimed' };
  return { decision: 'inconclusive', enough, reason: 'the interval holds both no effect and one that counts: it takes more seeds' };
};
