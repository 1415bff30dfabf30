/**
 * Linear regression on p of D Gaussian features, along model size or sample size: the minimum-norm fit and the ridge at its optimum, against
 * the exact expectation of the one and the limit of the other. The excess risk of a fitted w on isotropic inputs is ‖w − β‖², so
 * it is computed, not sampled.
 */
import { deriveSeed } from '../../src/core/random';
import { integerLogspace } from '../../src/core/stats';
import { gaussianRegression } from '../../src/data/index';
import type { Config, Curve, Row, RunContext } from '../../src/lab/study';
import {
  dense,
  effectiveLimit,
  expectedExcessRisk,
  minNorm,
  optimalLambda,
  optimalRidgeRiskMisspecified,
  ridge,
  type Dense,
  type FiniteLinear,
} from '../../src/theory/index';
import { num } from './config';

const alongFeatures = (c: Config): boolean => c['sweep'] === 'features';
/** The place of the interpolation threshold on the x axis. */
export const threshold = (c: Config): number => num(c, alongFeatures(c) ? 'examples' : 'features');

/** The problem at x of the sweep. Along sample size all D features are fitted. */
export const problemAt = (c: Config, x: number): FiniteLinear => {
  const D = num(c, 'features');
  const p = alongFeatures(c) ? x : D;
  const share = p / D;
  return {
    n: alongFeatures(c) ? num(c, 'examples') : x,
    p,
    signal: num(c, 'signal') * share,
    missed: num(c, 'signal') * (1 - share),
    noise: num(c, 'noise'),
  };
};

/** x values: as dense on either side of the threshold, the threshold itself included if D reaches it. Along sample size up to 4·D examples. */
export const grid = (c: Config): readonly number[] => {
  const middle = threshold(c);
  const half = Math.max(2, Math.floor(num(c, 'points') / 2));
  const last = alongFeatures(c) ? num(c, 'features') : 4 * middle;
  const below = integerLogspace(1, Math.max(2, middle - 2), half)
    .map((d) => middle - d)
    .filter((x) => x >= 2);
  const above = last > middle ? integerLogspace(1, Math.max(2, last - middle), half).map((d) => middle + d) : [];
  return [...new Set([...below, middle, ...above])].filter((x) => x <= last).toSorted((a, b) => a - b);
};

const ridgeLimit = (problem: FiniteLinear): Parameters<typeof effectiveLimit>[0] => ({
  gamma: problem.p / problem.n,
  signal: problem.signal,
  missed: problem.missed,
  noise: problem.noise,
});

export const linearTheory = (c: Config): readonly Curve[] => {
  const xs = grid(c);
  const first = xs[0]!;
  const all = Array.from({ length: xs.at(-1)! - first + 1 }, (_, i) => first + i);
  const exact = all.map((x) => expectedExcessRisk(problemAt(c, x)));
  return [
    { chart: 'risk', series: 'min-norm', x: all, y: exact, kind: 'theory', label: 'exact expectation, minimum norm' },
    {
      chart: 'risk',
      series: 'ridge',
      x: all,
      y: all.map((x) => optimalRidgeRiskMisspecified(ridgeLimit(problemAt(c, x)))),
      kind: 'theory',
      label: 'limit, ridge at its optimum',
    },
  ];
};

/** ‖w − β_T‖² + ‖β_Tc‖². */
const excess = (w: Dense, beta: Float64Array, missed: number): number => w.data.reduce((sum, v, j) => sum + (v - beta[j]!) ** 2, missed);

/** λ = 0 is the minimum-norm fit, λ = ∞ (no signal to learn) is 0. */
const ridged = (X: Dense, Y: Dense, lambda: number): Dense =>
  lambda === 0 ? minNorm(X, Y) : lambda === Infinity ? dense(new Float64Array(X.cols), X.cols, 1) : ridge(X, Y, lambda);

/** One training set per seed and x: points are independent, so their intervals may be counted. */
const measure = (c: Config, x: number, seed: number): { readonly plain: number; readonly ridged: number } => {
  const problem = problemAt(c, x);
  const { n, p, missed, noise } = problem;
  const D = num(c, 'features');
  const beta = new Float64Array(D).fill(Math.sqrt(num(c, 'signal') / D));
  const { data } = gaussianRegression({ n, d: D, seed, noise: Math.sqrt(noise), beta });
  const columns = new Float64Array(n * p);
  for (let i = 0; i < n; i++) columns.set(data.x.subarray(i * D, i * D + p), i * p);
  const X = dense(columns, n, p);
  const Y = dense(data.y, n, 1);
  const lambda = n * optimalLambda(effectiveLimit(ridgeLimit(problem)));
  return { plain: excess(minNorm(X, Y), beta, missed), ridged: excess(ridged(X, Y, lambda), beta, missed) };
};

export async function* runLinear(c: Config, { signal, turn }: RunContext): AsyncGenerator<Row> {
  const xs = grid(c);
  const total = num(c, 'seeds') * xs.length;
  let done = 0;
  for (let s = 0; s < num(c, 'seeds'); s++)
    for (const [i, x] of xs.entries()) {
      await turn();
      if (signal.aborted) return;
      const { plain, ridged } = measure(c, x, deriveSeed(num(c, 'seed'), s, i));
      yield { kind: 'point', chart: 'risk', series: 'min-norm', x, seed: s, y: plain };
      yield { kind: 'point', chart: 'risk', series: 'ridge', x, seed: s, y: ridged };
      yield { kind: 'progress', done: ++done, total, phase: 'least squares', steps: done };
    }
}
