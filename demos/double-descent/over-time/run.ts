/**
 * Full-batch gradient descent from zero on (1/2n)‖Xw − y‖², run on the GPU, against its closed form at every step and its limit, the
 * minimum-norm solution.
 */
import type { Row, RunContext } from '../../../src/lab/study';
import { addInt, constant, halfSquaredError, matmul, mul, squaredNorm, sub, variable } from '../../../src/ops/index';
import { plan, type Plan } from '../../../src/plan/index';
import { metric, type Session } from '../../../src/runtime/executor';
import type { Config } from './fields';
import { Float32Descent } from './float32Descent';
import { drawnSteps, excess, tasksOf, type Task } from './task';

/** One GD step; metrics are of the weights before it. */
const stepPlan = ({ examples: n, features: d, seeds: R }: Config, maxBindings: number): Plan => {
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
const writeTasks = (session: Session, tasks: readonly Task[]): void => {
  const flat = (f: (t: Task) => ArrayLike<number>): Float32Array => Float32Array.from(tasks.flatMap((t) => Array.from(f(t))));
  const perReplica = { X: flat((t) => t.X.data), y: flat((t) => t.y.data), eta: flat((t) => [t.eta]) };
  for (const [name, values] of Object.entries(perReplica)) session.write(name, values);
  session.write('beta', Float32Array.from(tasks[0]!.beta));
  session.write('scale', Float32Array.from(tasks[0]!.scale));
};

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  const tasks = tasksOf(c);
  const drawn = new Set(drawnSteps(c));
  using session = await executor.open({ step: stepPlan(c, executor.maxBindings) });
  writeTasks(session, tasks);
  const total = c.steps;
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

/**
 * Weights after the last step, as shares of ‖X⁺y‖: how far the closed form still is from its limit, and the GPU and float32 from the closed
 * form.
 */
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
