/**
 * Linear regression on p of D Gaussian features, along model size or sample size: the minimum-norm fit and the ridge at its optimum,
 * against the exact expectation of the one and the limit of the other. The excess risk of a fitted w on isotropic inputs is ‖w − β‖², so
 * it is computed, not sampled.
 */
import { deriveSeed } from '../../../src/core/random';
import { gaussianRegression } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { dense, effectiveLimit, minNorm, optimalLambda, ridge, type Dense } from '../../../src/theory/index';
import type { Config } from './fields';
import { grid, problemAt, ridgeLimit } from './theory';

/** ‖w − β_T‖² + ‖β_Tc‖². */
const excess = (w: Dense, beta: Float64Array, missed: number): number => w.data.reduce((sum, v, j) => sum + (v - beta[j]!) ** 2, missed);

/** λ = 0 is the minimum-norm fit, λ = ∞ (no signal to learn) is 0. */
const ridged = (X: Dense, Y: Dense, lambda: number): Dense =>
  lambda === 0 ? minNorm(X, Y) : lambda === Infinity ? dense(new Float64Array(X.cols), X.cols, 1) : ridge(X, Y, lambda);

/** One training set per seed and x: points are independent, so their intervals may be counted. */
const measure = (c: Config, x: number, seed: number): { readonly plain: number; readonly ridged: number } => {
  const problem = problemAt(c, x);
  const { n, p, missed, noise } = problem;
  const D = c.features;
  const beta = new Float64Array(D).fill(Math.sqrt(c.signal / D));
  const { data } = gaussianRegression({ n, d: D, seed, noise: Math.sqrt(noise), beta });
  const columns = new Float64Array(n * p);
  for (let i = 0; i < n; i++) columns.set(data.x.subarray(i * D, i * D + p), i * p);
  const X = dense(columns, n, p);
  const Y = dense(data.y, n, 1);
  const lambda = n * optimalLambda(effectiveLimit(ridgeLimit(problem)));
  return { plain: excess(minNorm(X, Y), beta, missed), ridged: excess(ridged(X, Y, lambda), beta, missed) };
};

export async function* run(c: Config, { signal, turn }: RunContext<Config>): AsyncGenerator<Row> {
  const xs = grid(c);
  const total = c.seeds * xs.length;
  let done = 0;
  for (let s = 0; s < c.seeds; s++)
    for (const [i, x] of xs.entries()) {
      await turn();
      if (signal.aborted) return;
      const { plain, ridged } = measure(c, x, deriveSeed(c.seed, s, i));
      yield { kind: 'point', chart: 'risk', series: 'min-norm', x, seed: s, y: plain };
      yield { kind: 'point', chart: 'risk', series: 'ridge', x, seed: s, y: ridged };
      yield { kind: 'progress', done: ++done, total, phase: 'least squares', steps: done };
    }
}
