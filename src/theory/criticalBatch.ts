/**
 * Steps S and examples E = S·B that reach a goal, over the batch size B. Where the noise of a batch falls as 1/B,
 *
 *   (S/S_min − 1)(E/E_min − 1) = 1,   that is  S = S_min(1 + B_crit/B),   E = S_min(B + B_crit),   B_crit = E_min/S_min:
 *
 * below B_crit twice the batch halves the steps, above it more examples hardly help.
 * Source: McCandlish et al. 2018, arXiv:1812.06162, equation 2.11.
 */
import { ConfigError } from '../core/errors';
import { positive } from './check';

export interface Tradeoff {
  readonly minSteps: number;
  /** B_crit, in examples. */ readonly critical: number;
}
export interface BatchPoint {
  readonly batch: number;
  readonly steps: number;
}

export const stepsFor = ({ minSteps, critical }: Tradeoff, batch: number): number => minSteps * (1 + critical / positive('batch', batch));
export const examplesFor = (t: Tradeoff, batch: number): number => batch * stepsFor(t, batch);

export interface TradeoffFit extends Tradeoff {
  /** ln S − ln of the fit, in the points' order. */ readonly residuals: readonly number[];
}

/** At a given B_crit the best ln S_min is a mean. */
const fitAt = (points: readonly BatchPoint[], critical: number): TradeoffFit & { readonly error: number } => {
  const rest = points.map((p) => Math.log(p.steps) - Math.log1p(critical / p.batch));
  const centre = rest.reduce((s, r) => s + r, 0) / rest.length;
  const residuals = rest.map((r) => r - centre);
  return { minSteps: Math.exp(centre), critical, residuals, error: residuals.reduce((s, r) => s + r * r, 0) };
};

/** How far beyond the batch sizes B_crit is looked for, as a factor: further out the curve has no bend left to find. */
const REACH = 100;
const GRID = 400;
/**
 * Least squares in ln S. B_crit is looked for between the smallest batch / 100 and the largest × 100; a fit at either end means that the points show no
 * bend, and is given as 0 or ∞. Throws ConfigError for fewer than three different batch sizes or values that are not positive.
 */
export const fitTradeoff = (points: readonly BatchPoint[]): TradeoffFit => {
  for (const p of points) {
    positive('batch', p.batch);
    positive('steps', p.steps);
  }
  if (new Set(points.map((p) => p.batch)).size < 3)
    throw new ConfigError(`a curve of two parameters needs at least 3 batch sizes, got ${points.length} points`);
  const batches = points.map((p) => p.batch);
  const [low, high] = [Math.log(Math.min(...batches) / REACH), Math.log(Math.max(...batches) * REACH)];
  const grid = Array.from({ length: GRID + 1 }, (_, i) => low + ((high - low) * i) / GRID);
  const errorAt = (logCritical: number): number => fitAt(points, Math.exp(logCritical)).error;
  const best = grid.reduce((b, g, i) => (errorAt(g) < errorAt(grid[b]!) ? i : b), 0);
  if (best === 0 || best === GRID) return { ...fitAt(points, Math.exp(grid[best]!)), critical: best === 0 ? 0 : Infinity };
  // Golden section between the neighbours of the grid's best.
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [grid[best - 1]!, grid[best + 1]!];
  while (b - a > 1e-10) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (errorAt(c) < errorAt(d)) b = d;
    else a = c;
  }
  const { error: _, ...fit } = fitAt(points, Math.exp((a + b) / 2));
  return fit;
};
