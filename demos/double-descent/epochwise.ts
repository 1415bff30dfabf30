/**
 * Full-batch gradient descent from zero on (1/2n)‖Xw − y‖², run on the GPU, against its closed form at every step and its limit, the
 * minimum-norm solution. Half of the features are slow (small variance), so the test error can fall, rise with the noise that the fast
 * ones fit, and fall again when the slow ones are learned.
 *
 * Setting after Pezeshki et al. 2021, arXiv:2112.03215: features of two scales. Excess risk Σ_j s_j²(w_j − β_j)², s_j² a feature's variance.
 */
import { gaussianRegression } from '../../src/data/index';
import type { Config, Curve, Row, RunContext } from '../../src/lab/experiment';
import { addInt, constant, halfSquaredError, matmul, mul, squaredNorm, sub, variable } from '../../src/ops/index';
import { plan, type Plan } from '../../src/plan/index';
import { metric } from '../../src/runtime/executor';
import { dense, gradientDescent, type Dense, type GradientDescent } from '../../src/theory/index';
import { num } from './config';

interface Task { readonly X: Dense; readonly y: Dense; readonly beta: Float64Array; readonly scale: Float64Array; readonly closed: GradientDescent; readonly eta: number }

/** One replica's data, rounded to f32 as the GPU sees them, and the closed form on them. */
const taskOf = (c: Config, repetition: number): Task => {
  const [n, d] = [num(c, 'examples'), num(c, 'features')];
  const scale = Float64Array.from({ length: d }, (_, j) => Math.fround(j < d / 2 ? 1 : num(c, 'slowScale')));
  // Slow features carry as much of the target as fast ones: β_j·s_j is the same for all.
  const beta = scale.map((s) => Math.fround(Math.sqrt(num(c, 'signal') / d) / s));
  const { data } = gaussianRegression({ n, d, seed: num(c, 'seed') * 2_000 + repetition, noise: Math.sqrt(num(c, 'noise')), beta: beta.map((b, j) => b * scale[j]!) });
  const X = dense(data.x.map((v, i) => Math.fround(v * scale[i % d]!)), n, d);
  const y = dense(data.y.map(Math.fround), n, 1);
  const closed = gradientDescent(X, y);
  return { X, y, beta, scale, closed, eta: Math.fround((num(c, 'rate') * closed.maxStep) / 2) };
};
export const tasksOf = (c: Config): readonly Task[] => Array.from({ length: num(c, 'seeds') }, (_, s) => taskOf(c, s));

const excess = (w: ArrayLike<number>, { beta, scale }: Task): number => beta.reduce((sum, b, j) => sum + (scale[j]! * (w[j]! - b)) ** 2, 0);

/** Steps at which curves are drawn: every one up to 20, then about 20 a decade. */
const drawnSteps = (c: Config): readonly number[] => {
  const last = num(c, 'steps') - 1;
  const log = Array.from({ length: 200 }, (_, i) => Math.round(20 * 10 ** (i / 20)));
  return [...new Set([...Array.from({ length: 20 }, (_, i) => i), ...log, last])].filter((t) => t <= last).toSorted((a, b) => a - b);
};

/** Mean over the run's own seeds: the closed form is exact for each data set, so the theory needs the same data. */
export const epochTheory = (c: Config): readonly Curve[] => {
  const tasks = tasksOf(c);
  const steps = drawnSteps(c);
  const average = (f: (t: Task) => number): number => tasks.reduce((s, t) => s + f(t), 0) / tasks.length;
  const limit = average((t) => excess(t.closed.limit.data, t));
  const ends = [1, steps.at(-1)! + 1];
  return [
    { chart: 'epoch', series: 'closed', x: steps.map((t) => t + 1), y: steps.map((t) => average((k) => excess(k.closed.at(t, k.eta).data, k))), kind: 'theory', label: 'closed form' },
    { chart: 'epoch', series: 'limit', x: ends, y: [limit, limit], kind: 'theory', label: 'limit: minimum norm' },
  ];
};

/** One GD step; metrics are of the weights before it. */
const stepPlan = (c: Config, maxBindings: number): Plan => {
  const [n, d, R] = [num(c, 'examples'), num(c, 'features'), num(c, 'seeds')];
  const [X, y, w, eta] = [variable('X', [n, d]), variable('y', [n, 1]), variable('w', [d, 1]), variable('eta', [])];
  const [beta, scale] = [variable('beta', [d, 1], { perReplica: false }), variable('scale', [d, 1], { perReplica: false })];
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const prediction = matmul(X, w);
  const gradient = mul(matmul(X, sub(prediction, y), { transA: true }), 1 / n);
  return plan({
    name: 'step', replicas: R, maxBindings, counter: step,
    updates: [[w, sub(w, mul(eta, gradient))], [step, addInt(step, constant(1, 'u32'))]],
    metrics: { excess: squaredNorm(mul(scale, sub(w, beta))), loss: halfSquaredError(prediction, y) },
  });
};

const U = 2 ** -23;
/**
 * Bound on |excess of the f32 iterate − excess of the closed form| after t steps. Each step rounds the gradient's two products (n- and
 * d-term sums) and the update; with η < 2/λmax the iteration does not amplify what came before, so the errors at most add up: t·δ.
 */
const roundingBound = ({ X, y, eta, scale, closed }: Task, w: ArrayLike<number>, value: number, t: number): number => {
  const { rows: n, cols: d } = X;
  const size = (v: ArrayLike<number>): number => Math.sqrt(Array.from(v).reduce((s, x) => s + x * x, 0));
  // ‖|X|‖ ≤ Frobenius norm, and a residual is at most ‖y‖ + ‖X‖‖w‖.
  const frobenius = size(X.data);
  const reach = Math.max(size(w), size(closed.limit.data));
  const delta = U * ((d + n + 4) * (eta / n) * frobenius * (frobenius * reach + size(y.data)) + 2 * reach);
  const error = t * delta * Math.max(...scale);
  return 2 * Math.sqrt(value) * error + error * error + U * (d + 4) * value;
};

export async function* runEpochwise(c: Config, { executor, signal, control }: RunContext): AsyncGenerator<Row> {
  const tasks = tasksOf(c);
  const drawn = new Set(drawnSteps(c));
  const flat = (f: (t: Task) => ArrayLike<number>): Float32Array => Float32Array.from(tasks.flatMap((t) => Array.from(f(t))));
  using session = await executor.open({ step: stepPlan(c, executor.maxBindings) });
  session.write('X', flat((t) => t.X.data));
  session.write('y', flat((t) => t.y.data));
  session.write('eta', flat((t) => [t.eta]));
  session.write('beta', Float32Array.from(tasks[0]!.beta));
  session.write('scale', Float32Array.from(tasks[0]!.scale));
  const total = num(c, 'steps');
  // Compared at every step, drawn at some.
  const worst = tasks.map(() => 0);
  for await (const b of session.train({ step: 'step', steps: total, signal, control })) {
    for (const [i, t] of b.steps.entries())
      for (const [r, task] of tasks.entries()) {
        const measured = metric(b, i, 'excess', r);
        const w = task.closed.at(t, task.eta).data;
        const exact = excess(w, task);
        worst[r] = Math.max(worst[r]!, Math.abs(measured - exact) / roundingBound(task, w, exact, t));
        if (!drawn.has(t)) continue;
        yield { kind: 'point', chart: 'deviation', series: 'worst', x: t + 1, seed: r, y: worst[r]! };
        yield { kind: 'point', chart: 'epoch', series: 'measured', x: t + 1, seed: r, y: measured };
        yield { kind: 'point', chart: 'loss', series: 'train', x: t + 1, seed: r, y: metric(b, i, 'loss', r) };
      }
    yield { kind: 'progress', done: b.steps.at(-1)! + 1, total, phase: 'gradient descent', steps: (b.steps.at(-1)! + 1) * tasks.length };
  }
}
