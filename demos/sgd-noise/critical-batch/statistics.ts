/** What is read from the rows of a run. */
import { mean } from '../../../src/core/stats';
import type { Summary, Table } from '../../../src/lab/study';
import { ascending } from '../settings';
import { estimate, logs, pairs, type Estimate } from '../statistics';
import type { Config } from './fields';

export interface Optima {
  /** Batch sizes whose best learning rate is at an end of the grid: the best of all may lie beyond it. */
  readonly atEdge: readonly number[];
  /** Batch sizes at which no learning rate reached the goal. */
  readonly missing: readonly number[];
}
export const optima = (t: Table, { rates, batches }: Pick<Config, 'rates' | 'batches'>): Optima => {
  const best = t.summary('rate', 'best');
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return {
    atEdge: best.filter((p) => p.mean <= least || p.mean >= most).map((p) => p.x),
    missing: ascending(batches).filter((B) => !best.some((p) => p.x === B)),
  };
};

/** Critical batch size of the fit, in examples; the same at every batch size. */
export const fits = (t: Table): readonly Summary[] => t.summary('critical', 'fit');

export interface Residuals {
  /** Measured steps over those of the fit; x: the batch size. */
  readonly points: readonly Summary[];
  /** At some batch size the interval lies outside [1/band, band]. */
  readonly beyond: boolean;
  /** At every batch size the interval lies inside it. */
  readonly within: boolean;
}
export const residuals = (t: Table, band: number): Residuals => {
  const points = t.summary('residual', 'fit');
  return {
    points,
    beyond: points.some((p) => p.low > band || p.high < 1 / band),
    within: points.every((p) => p.low > 1 / band && p.high < band),
  };
};

export interface Prediction {
  /** Critical batch size of the fit, in examples. */
  readonly fit: Summary;
  /** Noise scale while training with the batch size nearest to it, which is x. */
  readonly near: Summary;
  /** Of ln(fit / near), over seeds. */
  readonly log: Estimate;
}
/** Undefined where in some seed the fit has no bend. */
export const prediction = (t: Table): Prediction | undefined => {
  const fit = fits(t)[0];
  const middle = fit ? Math.exp(mean(logs(fit.values))) : NaN;
  if (!fit || !(middle > 0 && Number.isFinite(middle))) return undefined;
  const distance = (p: Summary): number => Math.abs(Math.log(p.x / middle));
  const near = t.summary('critical', 'simple').toSorted((a, b) => distance(a) - distance(b))[0];
  return near && { fit, near, log: estimate(logs(pairs(fit, near, (a, b) => a / b))) };
};
