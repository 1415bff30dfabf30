/**
 * MLPs 40-h-h-10 on MNIST-1D with label noise, all widths and seeds side by side: every width is a plan, every seed a replica, and
 * they step together. The test labels are clean. Error rates are shares of examples, losses mean cross-entropies in nats.
 */
import { mnist1d, toFloat32, withLabelNoise } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { mlp } from '../../../src/models/index';
import { crossEntropy, errorRate } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { TrainerGroup, type TrainerData, type TrainerOptions } from '../../../src/runtime/trainer';
import type { Config } from './fields';

const seedsOf = (c: Config): readonly number[] => Array.from({ length: c.seeds }, (_, s) => c.seed * 2_000 + s);

const dataOf = (c: Config): { readonly train: TrainerData; readonly test: TrainerData } => {
  const { trainExamples: n, testExamples: m } = c;
  // The published sizes come from one generation; others keep its proportions of 4 to 1 or more.
  // Half an example more than n, so that rounding of the fraction cannot lose one.
  const sets = mnist1d({ n: n + m, trainFraction: (n + 0.5) / (n + m) });
  const labels = seedsOf(c).map((s) => withLabelNoise(sets.train, c.labelNoise, s).y);
  const y = new Uint32Array(labels.length * n);
  labels.forEach((l, r) => y.set(l, r * n));
  return {
    train: { x: toFloat32(sets.train).x, y, n, target: [], yPerReplica: true },
    test: { ...toFloat32(sets.test), n: m, target: [] },
  };
};

/** Epochs after which everything is measured: 0, 1, 2, 4, … and about eight a decade, the last included. */
const measuredEpochs = (c: Config): readonly number[] => {
  const last = c.epochs;
  const log = Array.from({ length: 60 }, (_, i) => Math.round(10 ** (i / 8)));
  return [...new Set([0, ...log, last])].filter((e) => e <= last).toSorted((a, b) => a - b);
};

const memberOf = (c: Config, width: number, data: ReturnType<typeof dataOf>): TrainerOptions => ({
  model: mlp({ widths: [40, width, width, 10], init: 'pytorch' }),
  loss: crossEntropy,
  optimiser: sgd({ lr: c.lr, momentum: c.momentum }),
  data: data.train,
  test: data.test,
  batch: c.batch,
  seeds: seedsOf(c),
  metrics: ['loss', 'gradientNorm', 'weightNorm'],
  evaluate: { error: errorRate, loss: crossEntropy },
});

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  const widths = c.widths;
  const data = dataOf(c);
  const perEpoch = Math.max(1, Math.floor(data.train.n / c.batch));
  using group = await TrainerGroup.open(executor, Object.fromEntries(widths.map((w) => [`h${w}`, memberOf(c, w, data)])));
  const widthOf = new Map(widths.flatMap((w) => (['step', 'eval'] as const).map((kind) => [group.plan(`h${w}`, kind), w] as const)));
  const evals = new Set(widths.map((w) => group.plan(`h${w}`, 'eval')));
  const steps = c.epochs * perEpoch;
  const at = measuredEpochs(c).map((e) => e * perEpoch);
  const measured = new Set(at);
  for await (const b of group.train({ steps, probes: [...evals].map((plan) => ({ plan, at })), signal, control })) {
    const width = widthOf.get(b.plan)!;
    if (evals.has(b.plan)) yield* evaluated(b, width, perEpoch);
    else {
      yield* norms(b, width, perEpoch, measured);
      yield {
        kind: 'progress',
        done: b.steps.at(-1)! + 1,
        total: steps,
        phase: 'training',
        steps: (b.steps.at(-1)! + 1) * widths.length * b.replicas,
      };
    }
  }
}

/** Of the minibatch's mean gradient and of all parameters, Euclidean, before the steps in `at`. */
function* norms(b: MetricBatch, width: number, perEpoch: number, at: ReadonlySet<number>): Generator<Row> {
  for (const [i, step] of b.steps.entries()) {
    if (!at.has(step)) continue;
    for (let seed = 0; seed < b.replicas; seed++)
      for (const [chart, name] of [
        ['gradient', 'gradientNorm'],
        ['weights', 'weightNorm'],
      ] as const)
        yield { kind: 'point', chart, series: `h${width}`, x: step / perEpoch, seed, y: metric(b, i, name, seed) };
  }
}

/** Later epochs replace earlier ones on the charts over width. */
function* evaluated(b: MetricBatch, width: number, perEpoch: number): Generator<Row> {
  for (const [i, step] of b.steps.entries())
    for (let seed = 0; seed < b.replicas; seed++) {
      const epoch = step / perEpoch;
      const value = (name: string): number => metric(b, i, name, seed);
      yield { kind: 'cell', chart: 'map', x: width, y: epoch, seed, value: value('test.error') };
      yield { kind: 'point', chart: 'epochs', series: `h${width}`, x: epoch, seed, y: value('test.error') };
      for (const set of ['test', 'train'] as const) {
        yield { kind: 'point', chart: 'error', series: set, x: width, seed, y: value(`${set}.error`) };
        yield { kind: 'point', chart: 'loss', series: set, x: width, seed, y: value(`${set}.loss`) };
      }
    }
}
