/** What is read from a curve along model size: its peak, its two minima, its spike. Means over seeds; no words, no verdicts. */
import { studentQuantile } from '../../src/core/stats';
import type { Summary } from '../../src/lab/study';

const finite = (s: readonly Summary[]): readonly Summary[] => s.filter((p) => Number.isFinite(p.mean));
export const highest = (s: readonly Summary[]): Summary | undefined =>
  finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean > best.mean ? p : best), undefined);
export const lowest = (s: readonly Summary[]): Summary | undefined =>
  finite(s).reduce<Summary | undefined>((best, p) => (!best || p.mean < best.mean ? p : best), undefined);

/** The highest mean, and how finely the grid `xs` places it: the distance from the threshold to the next points. */
export interface Peak {
  readonly highest: Summary;
  readonly spacing: number;
  /** Not further from the threshold than `spacing`. */
  readonly atThreshold: boolean;
}
/** Undefined without a finite mean. */
export const peakOf = (points: readonly Summary[], threshold: number, xs: readonly number[]): Peak | undefined => {
  const top = highest(points);
  if (!top) return undefined;
  const spacing = Math.min(...xs.filter((x) => x !== threshold).map((x) => Math.abs(x - threshold)));
  return { highest: top, spacing, atThreshold: Math.abs(top.x - threshold) <= spacing };
};

/** Two curves at the threshold and the higher end of each. */
export interface Spike {
  readonly plain: Summary;
  readonly ridged: Summary;
  readonly plainEnd: number;
  readonly ridgedEnd: number;
}
const higherEnd = (points: readonly Summary[]): number => Math.max(points[0]!.mean, points.at(-1)!.mean);
/** Undefined where one of the curves has no point at the threshold. */
export const spikeAt = (plain: readonly Summary[], ridged: readonly Summary[], threshold: number): Spike | undefined => {
  const [a, b] = [plain, ridged].map((points) => points.find((p) => p.x === threshold));
  return a && b && { plain: a, ridged: b, plainEnd: higherEnd(plain), ridgedEnd: higherEnd(ridged) };
};

/** The lowest means on either side of the threshold. */
export interface Minima {
  readonly before: Summary;
  readonly after: Summary;
  /** Whether their intervals have no point in common. */
  readonly apart: boolean;
  /** Whether the second is the lower. */
  readonly lower: boolean;
}
/** Undefined where a side has no finite mean. */
export const minimaOf = (points: readonly Summary[], threshold: number): Minima | undefined => {
  const before = lowest(points.filter((p) => p.x < threshold));
  const after = lowest(points.filter((p) => p.x > threshold));
  return before && after && { before, after, apart: after.high < before.low || before.high < after.low, lower: after.mean < before.mean };
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
export interface InnerPeak {
  readonly valley: Summary;
  readonly peak: Summary;
  readonly end: Summary;
}
/** A point above an earlier and a later one, intervals apart though all triples were looked at. Throws ConfigError for one seed. */
export const innerPeak = (points: readonly Summary[]): InnerPeak | undefined => {
  const wide = points.map((p) => widened(p, points.length));
  for (const peak of wide.toSorted((a, b) => b.mean - a.mean)) {
    const valley = lowest(wide.filter((p) => p.x < peak.x));
    const end = lowest(wide.filter((p) => p.x > peak.x));
    if (valley && end && valley.high < peak.low && end.high < peak.low) return { valley, peak, end };
  }
  return undefined;
};
