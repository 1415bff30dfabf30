/**
 * Full-batch gradient descent from zero on (1/2n)‖Xw − y‖², run on the GPU, against its closed form at every step and its limit, the
 * minimum-norm solution.
 */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { addInt, constant, halfSquaredError, matmul, mul, squaredNorm, sub, variable } from '../../src/ops/index';
import { plan, type Plan } from '../../src/plan/index';
import { metric } from '../../src/runtime/executor';
import { num } from './config';
import { drawnSteps, excess, tasksOf, type Task } from './epochTheory';

/** One GD step; metrics are of the weights before it. */
const stepPlan = (c: Config, maxBindings: number): Plan => {
  const [n, d, R] = [num(c, 'timeExamples'), num(c, 'timeFeatures'), num(c, 'seeds')];
  const [X, y, w, eta] = [variable('X', [n, d]), variable('y', [n, 1]), variable('w', [d, 1]), variable('eta', [])];
  const [beta, scale] = [variable('beta', [d, 1], { perReplica: false }), variable('scale', [d, 1], { perReplica: false })];
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const prediction = matmul(X, w);
  const gradient = mul(matmul(X, sub(prediction, y), { transA: true }), 1 / n);
  return plan({
    name: 'step',
    replicas: R,
    maxBindings,
    counter: step,
    updates: [
      [w, sub(w, mul(eta, gradient))],
      [step, addInt(step, constant(1, 'u32'))],
    ],
    metrics: { excess: squaredNorm(mul(scale, sub(w, beta))), loss: halfSquaredError(prediction, y) },
  });
};

/**
 * The same iteration in float32 on the CPU, sums in order: what rounding does to it, to hold the GPU's distance against. A bound by
 * operation counts would hold too, but grows with t and is some 10⁸ times too wide at the end.
 */
class Float32Descent {
  private readonly w: Float32Array;
  private readonly X: Float32Array;
  constructor(private readonly task: Task) {
    this.w = new Float32Array(task.X.cols);
    this.X = Float32Array.from(task.X.data);
  }
  get weights(): Float32Array {
    return this.w;
  }
  /** Excess risk before the next step, then that step. */
  next(): number {
    const {
      beta,
      scale,
      y,
      eta,
      X: { rows: n, cols: d },
    } = this.task;
    const { w, X } = this;
    let risk = 0;
    for (let j = 0; j < d; j++) risk = Math.fround(risk + Math.fround(Math.fround(scale[j]! * Math.fround(w[j]! - beta[j]!)) ** 2));
    const gradient = new Float32Array(d);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum = Math.fround(sum + Math.fround(X[i * d + j]! * w[j]!));
      const residual = Math.fround(sum - y.data[i]!);
      for (let j = 0; j < d; j++) gradient[j] = gradient[j]! + Math.fround(X[i * d + j]! * residual);
    }
    for (let j = 0; j < d; j++) w[j] = w[j]! - Math.fround(eta * Math.fround(gradient[j]! / n));
    return risk;
  }
}

export async function* runEpochwise(c: Config, { executor, signal, control }: RunContext): AsyncGenerator<Row> {
  const tasks = tasksOf(c);
  const drawn = new Set(drawnSteps(c));
  const flat = (f: (t: Task) => ArrayLike<number>): Float32Array => Float32Array.from(tasks.flatMap((t) => Array.from(f(t))));
  using session = await executor.open({ step: stepPlan(c, executor.maxBindings) });
  session.write(
    'X',
    flat((t) => t.X.data),
  );
  session.write(
    'y',
    flat((t) => t.y.data),
  );
  session.write(
    'eta',
    flat((t) => [t.eta]),
  );
  session.write('beta', Float32Array.from(tasks[0]!.beta));
  session.write('scale', Float32Array.from(tasks[0]!.scale));
  const total = num(c, 'steps');
  const rounded = tasks.map((t) => new Float32Descent(t));
  // Compared at every step, drawn at some: the largest relative distance so far, of the GPU and of float32 on the CPU.
  const gpu = tasks.map(() => 0);
  const cpu = tasks.map(() => 0);
  for await (const b of session.train({ step: 'step', steps: total, signal, control })) {
    for (const [i, t] of b.steps.entries())
      for (const [r, task] of tasks.entries()) {
        const measured = metric(b, i, 'excess', r);
        const exact = excess(task.closed.at(t, task.eta).data, task);
        gpu[r] = Math.max(gpu[r]!, Math.abs(measured - exact) / exact);
        cpu[r] = Math.max(cpu[r]!, Math.abs(rounded[r]!.next() - exact) / exact);
        if (!drawn.has(t)) continue;
        yield { kind: 'point', chart: 'deviation', series: 'gpu', x: t + 1, seed: r, y: gpu[r]! };
        yield { kind: 'point', chart: 'deviation', series: 'cpu', x: t + 1, seed: r, y: cpu[r]! };
        yield { kind: 'point', chart: 'epoch', series: 'measured', x: t + 1, seed: r, y: measured };
        yield { kind: 'point', chart: 'loss', series: 'train', x: t + 1, seed: r, y: metric(b, i, 'loss', r) };
      }
    yield { kind: 'progress', done: b.steps.at(-1)! + 1, total, phase: 'gradient descent', steps: (b.steps.at(-1)! + 1) * tasks.length };
  }
  if (!signal.aborted) yield* atTheEnd(tasks, rounded, (await session.read('w')).data, total);
}

/** Weights after the last step, as shares of ‖X⁺y‖: how far the closed form still is from its limit, and the GPU and float32 from the closed form. */
function* atTheEnd(tasks: readonly Task[], rounded: readonly Float32Descent[], weights: ArrayLike<number>, steps: number): Generator<Row> {
  for (const [seed, { closed, eta, X }] of tasks.entries()) {
    const w = closed.at(steps, eta).data;
    const limit = closed.limit.data;
    const share = (v: ArrayLike<number>, offset: number, from: Float64Array): number =>
      Math.sqrt(from.reduce((s, x, j) => s + (v[offset + j]! - x) ** 2, 0) / limit.reduce((s, x) => s + x * x, 0));
    yield { kind: 'point', chart: 'limit', series: 'left', x: steps, seed, y: share(limit, 0, w) };
    yield { kind: 'point', chart: 'limit', series: 'gpu', x: steps, seed, y: share(weights, seed * X.cols, w) };
    yield { kind: 'point', chart: 'limit', series: 'cpu', x: steps, seed, y: share(rounded[seed]!.weights, 0, w) };
  }
}
