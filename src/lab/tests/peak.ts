/** Where a curve has its peak. */
import { ConfigError } from '../../core/errors';
import { USE } from '../../core/random';
import { sampler } from '../../core/sampler';
import { quantile } from '../../core/spread';
import { mean } from '../../core/stats';
import { paired } from './contrast';
import { order } from './order';
import { ALPHA, beforehand, type Scale, type Statistic } from './statistic';

export interface PeakOptions {
  /** Where theory has it, and how far from there it may lie: the spacing of the grid at the least. */
  readonly place: number;
  readonly within: number;
  /** Height of the place over either end that counts: a difference > 0, or a ratio > 1 on the scale 'log', on which values must be > 0. */
  readonly least: number;
  readonly scale: Scale;
  /** Whether all points of a seed were measured together, so that seeds are drawn whole. */
  readonly paired: boolean;
  readonly alpha?: number;
  /** Default 999. */
  readonly resamples?: number;
}
/** `effect`: the x of the highest mean; the interval: that of resampled seeds. */
export interface Peak extends Statistic {
  /** The place over each end. */
  readonly height: Statistic;
}

/** Index of the largest, the first of equal ones. */
const argmax = (values: readonly number[]): number => values.reduce((best, v, i) => (v > values[best]! ? i : best), 0);

const sum = (column: readonly number[], seeds: readonly number[]): number => seeds.reduce((s, seed) => s + column[seed]!, 0);
/** Of resampled seeds, where the largest mean is. */
const places = (columns: readonly (readonly number[])[], whole: boolean, resamples: number): readonly number[] => {
  const { below } = sampler(0, USE.bootstrap);
  const n = columns[0]!.length;
  const drawn = (): readonly number[] => Array.from({ length: n }, () => below(n));
  return Array.from({ length: resamples }, () => {
    const seeds = drawn();
    return argmax(columns.map((column) => sum(column, whole ? seeds : drawn())));
  });
};

/**
 * `columns`: values by seed at each x, x ascending. First whether there is a peak: the grid point next to the place is higher than both
 * ends (contrasts that hold at once). Where it is not, disagrees. Then where: the x of the highest mean (of logarithms, on the scale
 * 'log') with its bootstrap interval over seeds. Agrees where that lies within the margin, disagrees where it lies outside.
 */
export const peak = (x: readonly number[], columns: readonly (readonly number[])[], options: PeakOptions): Peak => {
  const { place, within, scale, alpha = ALPHA, resamples = 999 } = options;
  if (x.length !== columns.length || x.length < 3)
    throw new ConfigError(`a peak needs at least 3 points, each with its x; it has ${columns.length} and ${x.length}`);
  const at = argmax(x.map((v) => -Math.abs(v - place)));
  if (at === 0 || at === x.length - 1) throw new ConfigError(`the grid ends at ${place}: a peak there has one side only`);
  const ends = [columns[0]!, columns.at(-1)!].map((end) => order([columns[at]!, end], { ...options, alpha: alpha / 2 }));
  const worst = ends.find((s) => s.decision === 'disagrees') ?? ends.find((s) => s.decision === 'inconclusive');
  const height = worst ?? ends.reduce((a, b) => (b.effect < a.effect ? b : a));
  const before = beforehand(columns);
  if (before) return { ...before, height };
  // Against a row of zeros or ones: the values themselves, on their scale.
  const scaled = columns.map((c) =>
    paired(
      c,
      c.map(() => (scale === 'log' ? 1 : 0)),
      scale,
    ),
  );
  const drawn = places(scaled, options.paired, resamples).map((i) => x[i]!);
  const interval = [quantile(drawn, alpha / 2), quantile(drawn, 1 - alpha / 2)] as const;
  const [low, high] = interval;
  const enough = height.enough && high - low <= within;
  const base = { effect: x[argmax(scaled.map((c) => mean(c)))]!, interval, n: columns[0]!.length, height, enough };
  if (worst) return { ...base, decision: worst.decision, reason: `at ${x[at]} against the ends: ${worst.reason}` };
  if (low >= place - within && high <= place + within) return { ...base, decision: 'agrees', reason: `within ${within} of ${place}` };
  if (low > place + within || high < place - within || enough)
    return { ...base, decision: 'disagrees', reason: `not within ${within} of ${place}` };
  return { ...base, decision: 'inconclusive', reason: 'seeds do not agree where: it takes more of them' };
};
