/**
 * Networks trained for the same time t = η·steps at temperatures η/B, each with several batch sizes B: where noise matters only through η/B, they
 * end alike. One trainer a batch size; temperatures and seeds are its replicas.
 *
 * Sharpness is the Rayleigh quotient of the last of some power iterations on the Hessian of the training loss: a lower bound of its largest eigenvalue.
 */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { dominantCurvature } from '../../src/measure/index';
import { crossEntropy, errorRate } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import { metric, type MetricBatch } from '../../src/runtime/executor';
import { Trainer, type TrainerData } from '../../src/runtime/trainer';
import { atMost, dataOf, modelOf, point, trainerData } from './common';
import { list, num, seedsOf } from './config';

/** Times at which the training loss is measured on the way. */
const MARKS = 8;
const TEST = 500;

/** Steps that a temperature and a batch size need for a share of the time. */
const stepsFor = (c: Config, temperature: number, batch: number, share = 1): number =>
  Math.max(1, Math.round((share * num(c, 'time')) / (temperature * batch)));
const totalSteps = (c: Config): number => list(c, 'batchSizes').reduce((s, B) => s + stepsFor(c, list(c, 'temperatures')[0]!, B), 0);

export async function* runTemperature(c: Config, context: RunContext): AsyncGenerator<Row> {
  const sets = dataOf(num(c, 'temperatureExamples'), TEST);
  const data = { train: trainerData(sets.train), test: trainerData(sets.test) };
  let before = 0;
  for (const B of list(c, 'batchSizes')) {
    yield* trainAt(c, context, B, data, before);
    if (context.signal.aborted) return;
    before += stepsFor(c, list(c, 'temperatures')[0]!, B);
  }
}

async function* trainAt(
  c: Config,
  { executor, signal, control }: RunContext,
  B: number,
  data: { readonly train: TrainerData; readonly test: TrainerData },
  before: number,
): AsyncGenerator<Row> {
  const [temperatures, seeds, model] = [list(c, 'temperatures'), seedsOf(c), modelOf(c)];
  const replicas = temperatures.flatMap((T) => seeds.map((seed) => ({ T, seed })));
  using trainer = await Trainer.open(executor, {
    model,
    loss: crossEntropy,
    optimiser: sgd({ lr: replicas.map(({ T }) => T * B) }),
    data: data.train,
    test: data.test,
    batch: atMost('a batch size', B, data.train.n, 'training examples'),
    seeds: replicas.map((r) => r.seed),
    evaluate: { loss: crossEntropy, error: errorRate },
  });
  const marks = new Map(
    temperatures.map((T) => [T, new Set(Array.from({ length: MARKS + 1 }, (_, i) => (i === 0 ? 0 : stepsFor(c, T, B, i / MARKS))))]),
  );
  const at = [...new Set(temperatures.flatMap((T) => Array.from(marks.get(T)!)))];
  const theta = new Float32Array(replicas.length * model.layout.total);
  // Hotter networks take fewer steps for the same time; their weights are kept when they are there.
  for (const T of temperatures.toReversed()) {
    const todo = stepsFor(c, T, B) - trainer.session.stepsDone;
    if (todo > 0)
      for await (const b of trainer.train({ steps: todo, probes: [{ plan: 'eval', at }], signal, control })) {
        if (b.plan === 'eval') yield* evaluated(c, b, B, marks);
        else
          yield {
            kind: 'progress',
            done: before + b.steps.at(-1)! + 1,
            total: totalSteps(c),
            phase: `batches of ${B}`,
            steps: (before + b.steps.at(-1)! + 1) * b.replicas,
          };
      }
    if (signal.aborted) return;
    const [from, to] = [temperatures.indexOf(T), temperatures.indexOf(T) + 1].map((k) => k * seeds.length * model.layout.total) as [
      number,
      number,
    ];
    theta.set((await trainer.session.read('theta')).data.subarray(from, to), from);
  }
  const sharpness = await dominantCurvature(executor, model, theta, crossEntropy, data.train, {
    replicas: replicas.length,
    iterations: num(c, 'iterations'),
  });
  for (const [r, { value, residual }] of sharpness.entries()) {
    const { T } = replicas[r]!;
    yield point('sharpness', `b${B}`, T, r % seeds.length, value);
    yield point('residual', `b${B}`, T, r % seeds.length, residual);
  }
}

/** Of the replicas whose own time a mark is; the last mark is the end. */
function* evaluated(c: Config, b: MetricBatch, B: number, marks: ReadonlyMap<number, ReadonlySet<number>>): Generator<Row> {
  const [temperatures, seeds] = [list(c, 'temperatures'), num(c, 'seeds')];
  for (const [i, step] of b.steps.entries())
    for (const [k, T] of temperatures.entries()) {
      if (!marks.get(T)!.has(step)) continue;
      for (let seed = 0; seed < seeds; seed++) {
        const value = (name: string): number => metric(b, i, name, k * seeds + seed);
        if (k === 0 || k === temperatures.length - 1)
          yield point('course', `${k === 0 ? 'cold' : 'hot'}${B}`, step * T * B, seed, value('train.loss'));
        if (step !== stepsFor(c, T, B)) continue;
        yield point('loss', `b${B}`, T, seed, value('train.loss'));
        yield point('error', `b${B}`, T, seed, value('test.error'));
      }
    }
}
