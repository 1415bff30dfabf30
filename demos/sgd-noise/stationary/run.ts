/**
 * SGD and heavy ball on ½hθ² with Gaussian noise added to the gradient, on the GPU: a replica for every step size, momentum and seed,
 * each of many independent coordinates.
 */
import { deriveSeed, USE } from '../../../src/core/random';
import type { Row, RunContext } from '../../../src/lab/study';
import { add, addInt, mean, mul, normal, square, sub, variable } from '../../../src/ops/index';
import { plan, type Plan } from '../../../src/plan/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { stationaryVariance } from '../../../src/theory/index';
import { point } from '../training';
import type { Config } from './fields';
import { betaSeries, cellsOf, courseSteps } from './theory';

/** Times at which a run says how far it is. */
const REPORTS = 20;

const stepPlan = (c: Config, replicas: number, maxBindings: number): Plan => {
  const n = c.coordinates;
  const [theta, v] = [variable('theta', [n]), variable('v', [n])];
  const [eta, beta] = [variable('eta', []), variable('beta', [])];
  const key = variable('key', [2], { dtype: 'u32' });
  const next = variable('next', [2], { dtype: 'u32', perReplica: false });
  const moved = add(mul(beta, v), add(theta, normal(key, [n], USE.noise)));
  return plan({
    name: 'step',
    replicas,
    maxBindings,
    updates: [
      [theta, sub(theta, mul(eta, moved))],
      [v, moved],
      [key, addInt(key, next)],
    ],
    metrics: { second: mean(square(theta)) },
  });
};

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  const cells = cellsOf(c);
  const means = cells.map(() => ({ sum: 0, count: 0 }));
  const total = Math.max(...cells.map((cell) => cell.from)) + c.averaged;
  const drawn = new Set(courseSteps(c));
  using session = await executor.open({ step: stepPlan(c, cells.length, executor.maxBindings) });
  session.write(
    'eta',
    Float32Array.from(cells, (cell) => cell.q.eta),
  );
  session.write(
    'beta',
    Float32Array.from(cells, (cell) => cell.q.beta),
  );
  session.write('key', Uint32Array.from(cells.flatMap((cell, r) => [deriveSeed(c.seed, r, cell.seed), 0])));
  session.write('next', Uint32Array.of(0, 1));
  const reports = Array.from({ length: REPORTS }, (_, i) => Math.round((total * (i + 1)) / REPORTS));
  const take = function* (b: MetricBatch): Generator<Row> {
    for (const [i, step] of b.steps.entries())
      for (const [r, { beta, q, seed, from, middle }] of cells.entries()) {
        const second = metric(b, i, 'second', r);
        if (middle && drawn.has(step)) yield point('course', betaSeries(beta), step, seed, second / stationaryVariance(q));
        if (step < from) continue;
        means[r]!.sum += second;
        means[r]!.count++;
      }
  };
  for (const until of reports) {
    if (until === session.stepsDone) continue;
    for await (const b of session.train({ step: 'step', steps: until - session.stepsDone, signal, control })) {
      yield* take(b);
      yield { kind: 'progress', done: b.steps.at(-1)! + 1, total, phase: 'noisy steps', steps: (b.steps.at(-1)! + 1) * cells.length };
    }
    if (signal.aborted) return;
    for (const [r, { beta, q, seed }] of cells.entries())
      if (means[r]!.count > 0) yield point('variance', betaSeries(beta), q.eta, seed, means[r]!.sum / means[r]!.count);
  }
}
