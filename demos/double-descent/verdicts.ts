/** How claims are judged: peaks, minima and coverage of means over seeds, with the reasons for saying nothing. */
import { studentQuantile } from '../../src/core/stats';
import type { Judgement, Summary } from '../../src/lab/experiment';

export const inconclusive = (measured: string): Judgement => ({ verdict: 'inconclusive', measured });
export const agreesIf = (holds: boolean, measured: string, rest: Partial<Judgement> = {}): Judgement => ({ verdict: holds ? 'agrees' : 'disagrees', measured, ...rest });
export const figure = (x: number): string => (Number.isFinite(x) ? x.toPrecision(3) : String(x));
export const interval = (s: Summary): string => `${figure(s.mean)} [${figure(s.low)}, ${figure(s.high)}]`;
/** Seeds below which an interval says too little. */
const MIN_SEEDS = 5;
const MIN_POINTS = 8;

const finite = (s: readonly Summary[]): readonly Summary[] => s.filter((p) => Number.isFinite(p.mean));
const top = (s: readonly Summary[]): Summary | undefined => finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean > best.mean ? p : best), undefined);
const bottom = (s: readonly Summary[]): Summary | undefined => finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean < best.mean ? p : best), undefined);
export const seedsIn = (s: readonly Summary[]): number => Math.min(...s.map((p) => p.n));
export const tooFew = (s: readonly Summary[], least = 5): string | undefined =>
  s.length < least ? `only ${s.length} points` : seedsIn(s) < MIN_SEEDS ? `only ${seedsIn(s)} seeds` : undefined;

/** Fewest of n intervals of coverage 95 % that cover with probability above 1 %. */
export const leastCovered = (n: number): number => {
  let probability = 0.95 ** n;
  let below = 0;
  for (let k = n; k >= 0; k--) {
    // P(exactly k cover), from the top down; stop where what is left is at most 1 %.
    below += probability;
    if (1 - below < 0.01) return k;
    probability *= (k / (n - k + 1)) * (0.05 / 0.95);
  }
  return 0;
};

/** `margin`: what the theory itself leaves open, as a share of its value. */
export const coverage = (points: readonly Summary[], theory: (x: number) => number, where: string, margin = 0): Judgement => {
  // Where the theory says exactly 0, what is measured is rounding, not risk.
  const judged = points.filter((p) => theory(p.x) > 0);
  const few = tooFew(judged, MIN_POINTS);
  if (few) return inconclusive(`${few} ${where}`);
  const inside = judged.filter((p) => { const t = theory(p.x); return p.low - margin * t <= t && t <= p.high + margin * t; }).length;
  const least = leastCovered(judged.length);
  const share = inside / judged.length;
  return agreesIf(inside >= least, `${inside} of ${judged.length} points ${where} have the theory inside their 95 % interval${margin > 0 ? `, widened by ${100 * margin} %` : ''}; at least ${least} expected`, { value: share });
};

/** The x of the highest point against the threshold, to the spacing of the grid there. */
export const peakAt = (points: readonly Summary[], place: number, xs: readonly number[]): Judgement => {
  const few = tooFew(points);
  const peak = top(points);
  if (few || !peak) return inconclusive(few ?? 'no finite points');
  const spacing = Math.min(...xs.filter((x) => x !== place).map((x) => Math.abs(x - place)));
  return agreesIf(Math.abs(peak.x - place) <= spacing, `highest mean ${figure(peak.mean)} at ${peak.x}; threshold at ${place}, next points ${spacing} away`, { value: peak.x });
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
  return agreesIf(b.high <= bound && a.mean > SPIKE * Math.max(plain[0]!.mean, plain.at(-1)!.mean), text, { value: b.mean, interval: [b.low, b.high] });
};

/** Does the lowest point past the threshold lie below the lowest before it, as `predicted`? */
export const secondDescent = (points: readonly Summary[], place: number, predicted: boolean): Judgement => {
  const [before, after] = [points.filter((p) => p.x < place), points.filter((p) => p.x > place)];
  const [a, b] = [bottom(before), bottom(after)];
  if (!a || !b || tooFew(points)) return inconclusive('too few points or seeds on one side of the threshold');
  const text = `lowest before ${interval(a)} at ${a.x}, after ${interval(b)} at ${b.x}`;
  if (a.low <= b.high && b.low <= a.high) return inconclusive(`${text}: the intervals overlap`);
  const lower = b.mean < a.mean;
  return agreesIf(lower === predicted, `${text}: the second minimum is ${lower ? 'lower' : 'higher'}, expected ${predicted ? 'lower' : 'higher'}`);
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
export const innerPeak = (points: readonly Summary[]): { readonly valley: Summary; readonly peak: Summary; readonly end: Summary } | undefined => {
  const wide = points.map((p) => widened(p, points.length));
  for (const peak of wide.toSorted((a, b) => b.mean - a.mean)) {
    const valley = bottom(wide.filter((p) => p.x < peak.x));
    const end = bottom(wide.filter((p) => p.x > peak.x));
    if (valley && end && valley.high < peak.low && end.high < peak.low) return { valley, peak, end };
  }
  return undefined;
};
