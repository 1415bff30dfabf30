/** How the claims of double descent are judged: peaks and minima of means over seeds. */
import { studentQuantile } from '../../src/core/stats';
import type { Judgement, Summary } from '../../src/lab/study';
import { agreesIf, figure, inconclusive, interval, tooFew } from '../../src/lab/verdicts';

const finite = (s: readonly Summary[]): readonly Summary[] => s.filter((p) => Number.isFinite(p.mean));
const top = (s: readonly Summary[]): Summary | undefined =>
  finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean > best.mean ? p : best), undefined);
const bottom = (s: readonly Summary[]): Summary | undefined =>
  finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean < best.mean ? p : best), undefined);
/** The x of the highest point against the threshold, to the spacing of the grid there. */
export const peakAt = (points: readonly Summary[], place: number, xs: readonly number[]): Judgement => {
  const few = tooFew(points);
  const peak = top(points);
  if (few || !peak) return inconclusive(few ?? 'no finite points');
  const spacing = Math.min(...xs.filter((x) => x !== place).map((x) => Math.abs(x - place)));
  return agreesIf(
    Math.abs(peak.x - place) <= spacing,
    `highest mean ${figure(peak.mean)} at ${peak.x}; threshold at ${place}, next points ${spacing} away`,
    { value: peak.x },
  );
};

/** A curve that is this many times its higher end at the threshold has a spike there. */
export const SPIKE = 2;
/** At the threshold: without ridge there is a spike, with it the curve is no higher than `allowance` times the higher of its two ends. */
export const ridgeRemoves = (plain: readonly Summary[], ridged: readonly Summary[], place: number, allowance: number): Judgement => {
  const few = tooFew(ridged);
  const [a, b] = [plain.find((p) => p.x === place), ridged.find((p) => p.x === place)];
  if (few || !a || !b) return inconclusive(few ?? 'no point at the threshold');
  const bound = allowance * Math.max(ridged[0]!.mean, ridged.at(-1)!.mean);
  const text = `at ${place}: ${figure(a.mean)} without, ${interval(b)} with ridge; its higher end${allowance === 1 ? '' : ` × ${allowance}`} is ${figure(bound)}`;
  if (b.low <= bound && bound < b.high) return inconclusive(`${text}, inside the interval`);
  return agreesIf(b.high <= bound && a.mean > SPIKE * Math.max(plain[0]!.mean, plain.at(-1)!.mean), text, {
    value: b.mean,
    interval: [b.low, b.high],
  });
};

/** Does the lowest point past the threshold lie below the lowest before it, as `predicted`? */
export const secondDescent = (points: readonly Summary[], place: number, predicted: boolean): Judgement => {
  const [before, after] = [points.filter((p) => p.x < place), points.filter((p) => p.x > place)];
  const [a, b] = [bottom(before), bottom(after)];
  if (!a || !b || tooFew(points)) return inconclusive('too few points or seeds on one side of the threshold');
  const text = `lowest before ${interval(a)} at ${a.x}, after ${interval(b)} at ${b.x}`;
  if (a.low <= b.high && b.low <= a.high) return inconclusive(`${text}: the intervals overlap`);
  const lower = b.mean < a.mean;
  return agreesIf(
    lower === predicted,
    `${text}: the second minimum is ${lower ? 'lower' : 'higher'}, expected ${predicted ? 'lower' : 'higher'}`,
  );
};

/** Each point's interval clear of the one before it, all in one direction. */
export const monotone = (points: readonly Summary[]): boolean => {
  const pairs = points.slice(1).map((p, i) => [points[i]!, p] as const);
  return pairs.every(([a, b]) => b.high < a.low) || pairs.every(([a, b]) => b.low > a.high);
};
/** The same interval at a confidence that allows for looking at m points at once (Bonferroni). */
const widened = (p: Summary, m: number): Summary => {
  const half = studentQuantile(1 - 0.05 / m, p.n - 1) * p.sem;
  return { ...p, low: p.mean - half, high: p.mean + half };
};
/** A point above both an earlier and a later one, their intervals apart though all triples were looked at. */
export const innerPeak = (
  points: readonly Summary[],
): { readonly valley: Summary; readonly peak: Summary; readonly end: Summary } | undefined => {
  const wide = points.map((p) => widened(p, points.length));
  for (const peak of wide.toSorted((a, b) => b.mean - a.mean)) {
    const valley = bottom(wide.filter((p) => p.x < peak.x));
    const end = bottom(wide.filter((p) => p.x > peak.x));
    if (valley && end && valley.high < peak.low && end.high < peak.low) return { valley, peak, end };
  }
  return undefined;
};
