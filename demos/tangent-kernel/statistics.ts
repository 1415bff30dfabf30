/** What seeds say together: slopes, differences and coverage, with what they rest on. */
import { meanInterval } from '../../src/core/stats';
import type { Summary } from '../../src/lab/study';
import { leastCovered, seedsIn } from '../../src/lab/verdicts';

/** What there is to estimate from. */
export interface Evidence {
  readonly points: number;
  /** Finite values at the point that has fewest; 0 without points. */
  readonly seeds: number;
  /** Every point has as many. */
  readonly paired: boolean;
  /** Some value is not finite. */
  readonly diverged: boolean;
}
export const evidenceOf = (points: readonly Summary[]): Evidence => ({
  points: points.length,
  seeds: points.length > 0 ? seedsIn(points) : 0,
  paired: points.every((p) => p.n === points[0]!.n),
  diverged: points.some((p) => p.nonFinite > 0),
});

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}
/** Mean of one number a seed, with Student's 95 % interval. Where it cannot be had the mean is NaN and the interval is the whole line. */
export type Estimate = Interval & Evidence;
const NOTHING: Interval = { mean: NaN, low: -Infinity, high: Infinity };

/** Mean over seeds s of of(s). There is one where seeds are at least two, paired, and did not diverge. */
const overSeeds = (evidence: Evidence, of: (seed: number) => number): Estimate => {
  const { seeds, paired, diverged } = evidence;
  if (seeds < 2 || !paired || diverged) return { ...NOTHING, ...evidence };
  const { mean, low, high } = meanInterval(Array.from({ length: seeds }, (_, s) => of(s)));
  return { mean, low, high, ...evidence };
};

const slope = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [x, y].map((v) => v.reduce((s, a) => s + a, 0) / v.length) as [number, number];
  return x.reduce((s, a, i) => s + (a - mx) * (y[i]! - my), 0) / x.reduce((s, a) => s + (a - mx) ** 2, 0);
};
export interface Slope extends Estimate {
  /** First and last x; NaN without points. */
  readonly from: number;
  readonly to: number;
}
/**
 * The slope of log y over the logarithm of x, or of what `along` makes of x, fitted to each seed on its own, so that the interval of their
 * mean counts independent slopes.
 */
export const slopeOf = (points: readonly Summary[], along = (x: number): number => x): Slope => {
  const x = points.map((p) => Math.log(along(p.x)));
  const fitted = (s: number): number =>
    slope(
      x,
      points.map((p) => Math.log(p.values[s]!)),
    );
  return { ...overSeeds(evidenceOf(points), fitted), from: points[0]?.x ?? NaN, to: points.at(-1)?.x ?? NaN };
};

/** Mean over x of a − b, seed by seed. Where the one has points that the other lacks, they are not paired. */
export const differenceOf = (a: readonly Summary[], b: readonly Summary[]): Estimate => {
  const evidence = evidenceOf([...a, ...b]);
  return overSeeds(
    { ...evidence, paired: evidence.paired && a.length === b.length },
    (s) => a.reduce((sum, p, i) => sum + p.values[s]! - b[i]!.values[s]!, 0) / a.length,
  );
};

export interface Coverage extends Evidence {
  /** Points whose interval has the theory inside. */
  readonly inside: number;
  /** Fewest of as many 95 % intervals that cover with probability above 1 %. */
  readonly least: number;
  /** At the last point, where there is one. */
  readonly last: (Interval & { readonly theory: number }) | undefined;
}
/** `margin`: by which intervals are widened, as a share of the theory. */
export const coverageOf = (points: readonly Summary[], theory: (x: number) => number, margin = 0): Coverage => {
  const inside = points.filter((p) => {
    const t = theory(p.x);
    return p.low - margin * t <= t && t <= p.high + margin * t;
  });
  const last = points.at(-1);
  return {
    ...evidenceOf(points),
    inside: inside.length,
    least: leastCovered(points.length),
    last: last && { mean: last.mean, low: last.low, high: last.high, theory: theory(last.x) },
  };
};
