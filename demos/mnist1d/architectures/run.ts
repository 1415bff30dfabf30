/**
 * Three architectures on the published set of MNIST-1D, all seeds of each side by side, stepping together. Accuracies in % of the examples,
 * losses mean cross-entropies in nats. Recipe: Greydanus & Kobak 2024: Adam, batches of 100, PyTorch's default initialisation, no decay, no
 * dropout.
 */
import { mnist1d, toFloat32 } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { crossEntropy, errorRate } from '../../../src/ops/losses';
import { adam } from '../../../src/optim/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { TrainerGroup, type TrainerData, type TrainerOptions } from '../../../src/runtime/trainer';
import type { Config } from './fields';
import { modelOf } from './models';
import { architecturesOf, type Architecture } from './published';

/** Steps after which both sets are measured, each time at the cost of some fifteen steps: 1, from 10 on about eight a decade, the last. */
const measuredAt = ({ steps }: Config): readonly number[] =>
  [...new Set([1, ...Array.from({ length: 40 }, (_, i) => Math.round(10 ** (1 + i / 8))), steps])].filter((s) => s <= steps);

interface Sets {
  readonly train: TrainerData;
  readonly test: TrainerData;
}
const dataOf = (c: Config): Sets => {
  const { train, test } = mnist1d({ shufflePositions: c.shufflePositions === 'shuffled' });
  return { train: { ...toFloat32(train), n: train.n, target: [] }, test: { ...toFloat32(test), n: test.n, target: [] } };
};
const optionsOf = (c: Config, a: Architecture, { train, test }: Sets): TrainerOptions => ({
  model: modelOf(c, a),
  loss: crossEntropy,
  optimiser: adam({ lr: c.lr }),
  data: train,
  test,
  batch: c.batch,
  seeds: Array.from({ length: c.seeds }, (_, s) => c.seed * 100 + s),
  metrics: ['loss', 'gradientNorm', 'weightNorm'],
  evaluate: { error: errorRate, loss: crossEntropy },
});

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  const wanted = architecturesOf(c);
  const data = dataOf(c);
  using group = await TrainerGroup.open(executor, Object.fromEntries(wanted.map((a) => [a, optionsOf(c, a, data)])));
  const sources = new Map(wanted.flatMap((a) => (['step', 'eval'] as const).map((kind) => [group.plan(a, kind), { a, kind }] as const)));
  const [at, total] = [measuredAt(c), c.steps];
  const measured = new Set(at.map((s) => s - 1));
  for await (const b of group.train({ steps: total, probes: wanted.map((a) => ({ plan: group.plan(a, 'eval'), at })), signal, control })) {
    const { a, kind } = sources.get(b.plan)!;
    if (kind === 'eval') {
      yield* evaluated(b, a);
      continue;
    }
    yield* norms(b, a, measured);
    const done = b.steps.at(-1)! + 1;
    yield { kind: 'progress', done, total, phase: 'training', steps: done * wanted.length * b.replicas };
  }
}

const CHARTS = [
  ['test', 'test.error'],
  ['train', 'train.error'],
  ['loss', 'test.loss'],
  ['trainLoss', 'train.loss'],
] as const;
function* evaluated(b: MetricBatch, series: Architecture): Generator<Row> {
  for (const [i, x] of b.steps.entries())
    for (let seed = 0; seed < b.replicas; seed++)
      for (const [chart, name] of CHARTS) {
        const value = metric(b, i, name, seed);
        yield { kind: 'point', chart, series, x, seed, y: name.endsWith('error') ? 100 * (1 - value) : value };
      }
}
/** Of the minibatch's mean gradient and of all parameters, Euclidean, in the steps of `at`. */
function* norms(b: MetricBatch, series: Architecture, at: ReadonlySet<number>): Generator<Row> {
  for (const [i, step] of b.steps.entries()) {
    if (!at.has(step)) continue;
    for (let seed = 0; seed < b.replicas; seed++)
      for (const [chart, name] of [
        ['gradient', 'gradientNorm'],
        ['weights', 'weightNorm'],
      ] as const)
        yield { kind: 'point', chart, series, x: step + 1, seed, y: metric(b, i, name, seed) };
  }
}
