/** How the studies along model size judge peak, ridge and second descent, and what they say of them. */
import type { Judgement, Summary } from '../../src/lab/study';
import { agreesIf, figure, inconclusive, interval, tooFew } from '../../src/lab/verdicts';
import { minimaOf, peakOf, spikeAt } from './statistics';

/** The x of the highest point against the threshold, to the spacing of the grid there. */
export const judgePeak = (points: readonly Summary[], threshold: number, xs: readonly number[]): Judgement => {
  const few = tooFew(points);
  const peak = peakOf(points, threshold, xs);
  if (few || !peak) return inconclusive(few ?? 'no finite points');
  const { highest, spacing, atThreshold } = peak;
  return agreesIf(
    atThreshold,
    `highest mean ${figure(highest.mean)} at ${highest.x}; threshold at ${threshold}, next points ${spacing} away`,
    { value: highest.x },
  );
};

/** A curve that is this many times its higher end at the threshold has a spike there. */
export const SPIKE = 2;
/** At the threshold: without ridge there is a spike, with it the curve is no higher than `allowance` times the higher of its two ends. */
export const judgeRidge = (plain: readonly Summary[], ridged: readonly Summary[], threshold: number, allowance: number): Judgement => {
  const few = tooFew(ridged);
  const spike = spikeAt(plain, ridged, threshold);
  if (few || !spike) return inconclusive(few ?? 'no point at the threshold');
  const bound = allowance * spike.ridgedEnd;
  const { mean, low, high } = spike.ridged;
  const times = allowance === 1 ? '' : ` × ${allowance}`;
  const text =
    `at ${threshold}: ${figure(spike.plain.mean)} without, ${interval(spike.ridged)} with ridge; ` +
    `its higher end${times} is ${figure(bound)}`;
  if (low <= bound && bound < high) return inconclusive(`${text}, inside the interval`);
  return agreesIf(high <= bound && spike.plain.mean > SPIKE * spike.plainEnd, text, { value: mean, interval: [low, high] });
};

const word = (lower: boolean): string => (lower ? 'lower' : 'higher');
/** Does the lowest point past the threshold lie below the lowest before it, as `predicted`? */
export const judgeSecondDescent = (points: readonly Summary[], threshold: number, predicted: boolean): Judgement => {
  const minima = minimaOf(points, threshold);
  if (!minima || tooFew(points)) return inconclusive('too few points or seeds on one side of the threshold');
  const { before, after, apart, lower } = minima;
  const text = `lowest before ${interval(before)} at ${before.x}, after ${interval(after)} at ${after.x}`;
  if (!apart) return inconclusive(`${text}: the intervals overlap`);
  return agreesIf(lower === predicted, `${text}: the second minimum is ${word(lower)}, expected ${word(predicted)}`);
};
