/**
 * The data of gradient descent over time, and its closed form on them. Some features are slow (small variance), so the test error can
 * fall, rise with the noise that the fast ones fit, and fall again when the slow ones are learned.
 *
 * Setting after Pezeshki et al. 2021, arXiv:2112.03215: features of two scales. Excess risk Σ_j s_j²(w_j − β_j)², s_j² the variance of
 * a feature.
 */
import { gaussianRegression } from '../../../src/data/index';
import { dense, gradientDescent, type Dense, type GradientDescent } from '../../../src/theory/index';
import type { Config } from './fields';

export interface Task {
  readonly X: Dense;
  readonly y: Dense;
  readonly beta: Float64Array;
  readonly scale: Float64Array;
  readonly closed: GradientDescent;
  readonly eta: number;
}

/** One replica's data, rounded to f32 as the GPU sees them, and the closed form on them. */
const taskOf = (c: Config, repetition: number): Task => {
  const { examples: n, features: d } = c;
  const fast = Math.max(1, Math.min(d - 1, Math.round(d * (1 - c.slowShare))));
  const scale = Float64Array.from({ length: d }, (_, j) => Math.fround(j < fast ? 1 : c.slowScale));
  // The slow group carries as much of the target's variance as the fast one, each feature of a group alike.
  const beta = scale.map((s, j) => Math.fround(Math.sqrt((0.5 * c.signal) / (j < fast ? fast : d - fast)) / s));
  const { data } = gaussianRegression({
    n,
    d,
    seed: c.seed * 2_000 + repetition,
    noise: Math.sqrt(c.noise),
    beta: beta.map((b, j) => b * scale[j]!),
  });
  const X = dense(
    data.x.map((v, i) => Math.fround(v * scale[i % d]!)),
    n,
    d,
  );
  const y = dense(data.y.map(Math.fround), n, 1);
  const closed = gradientDescent(X, y);
  return { X, y, beta, scale, closed, eta: Math.fround((c.rate * closed.maxStep) / 2) };
};
export const tasksOf = (c: Config): readonly Task[] => Array.from({ length: c.seeds }, (_, s) => taskOf(c, s));

export const excess = (w: ArrayLike<number>, { beta, scale }: Task): number =>
  beta.reduce((sum, b, j) => sum + (scale[j]! * (w[j]! - b)) ** 2, 0);

/** Steps at which curves are drawn: every one up to 20, then about 20 a decade. */
export const drawnSteps = ({ steps }: Pick<Config, 'steps'>): readonly number[] => {
  const last = steps - 1;
  const log = Array.from({ length: 200 }, (_, i) => Math.round(20 * 10 ** (i / 20)));
  return [...new Set([...Array.from({ length: 20 }, (_, i) => i), ...log, last])].filter((t) => t <= last).toSorted((a, b) => a - b);
};
