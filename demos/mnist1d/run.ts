/**
 * Three architectures on the published set of MNIST-1D, all seeds of each side by side, stepping together. Accuracies in % of the examples,
 * losses mean cross-entropies in nats. Recipe: Greydanus & Kobak 2024: Adam, batches of 100, PyTorch's default initialisation, no decay, no dropout.
 */
import { mnist1d, toFloat32 } from '../../src/data/index';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { cnn, linear, mlp, type Model } from '../../src/models/index';
import { crossEntropy, errorRate } from '../../src/ops/losses';
import { adam } from '../../src/optim/index';
import { metric, type MetricBatch } from '../../src/runtime/executor';
import { FiniteWatch } from '../../src/runtime/trainLoop';
import { TrainerGroup, type TrainerData, type TrainerOptions } from '../../src/runtime/trainer';
import { architecturesOf, isShuffled, LABELS, measuredAt, num, type Architecture } from './config';

const LENGTH = 40;
const CLASSES = 10;

/** Windows of 5, 3 and 3 positions, each time every second one: 40, 19, 10, 5 positions. */
const convolutional = (channels: number): Model => {
  const layer = { channels, stride: 2, padding: 1 };
  return cnn({
    length: LENGTH,
    layers: [
      { ...layer, size: 5 },
      { ...layer, size: 3 },
      { ...layer, size: 3 },
    ],
    outputs: CLASSES,
    init: 'pytorch',
  });
};
export const modelOf = (c: Config, a: Architecture): Model => {
  switch (a) {
    case 'logistic':
      return linear(LENGTH, CLASSES, { init: 'pytorch' });
    case 'mlp':
      return mlp({ widths: [LENGTH, num(c, 'width'), num(c, 'width'), CLASSES], residual: true, init: 'pytorch' });
    case 'cnn':
      return convolutional(num(c, 'channels'));
  }
};

interface Sets {
  readonly train: TrainerData;
  readonly test: TrainerData;
}
const dataOf = (c: Config): Sets => {
  const { train, test } = mnist1d({ shufflePositions: isShuffled(c) });
  return { train: { ...toFloat32(train), n: train.n, target: [] }, test: { ...toFloat32(test), n: test.n, target: [] } };
};
const optionsOf = (c: Config, a: Architecture, { train, test }: Sets): TrainerOptions => ({
  model: modelOf(c, a),
  loss: crossEntropy,
  optimiser: adam({ lr: num(c, 'lr') }),
  data: train,
  test,
  batch: num(c, 'batch'),
  seeds: Array.from({ length: num(c, 'seeds') }, (_, s) => num(c, 'seed') * 100 + s),
  metrics: ['loss', 'gradientNorm', 'weightNorm'],
  evaluate: { error: errorRate, loss: crossEntropy },
});

export async function* runArchitectures(c: Config, { executor, signal, control }: RunContext): AsyncGenerator<Row> {
  const wanted = architecturesOf(c);
  const data = dataOf(c);
  using group = await TrainerGroup.open(
    executor,
    Object.fromEntries(wanted.map((a) => [a, optionsOf(c, a, data)])) as Record<Architecture, TrainerOptions>,
  );
  const sources = new Map(wanted.flatMap((a) => (['step', 'eval'] as const).map((kind) => [group.plan(a, kind), { a, kind }] as const)));
  const watches = new Map(wanted.map((a) => [a, new FiniteWatch()]));
  const [at, total] = [measuredAt(c), num(c, 'steps')];
  const measured = new Set(at.map((s) => s - 1));
  for await (const b of group.train({ steps: total, probes: wanted.map((a) => ({ plan: group.plan(a, 'eval'), at })), signal, control })) {
    const { a, kind } = sources.get(b.plan)!;
    if (kind === 'eval') {
      yield* evaluated(b, a);
      continue;
    }
    for (const i of b.steps.keys())
      for (const e of watches.get(a)!.check(b, i)) yield { kind: 'event', level: 'warning', message: `${LABELS[a]}: ${e.message}.` };
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
