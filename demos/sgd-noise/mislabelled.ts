/**
 * Norms of single examples' gradients on a training set of which some labels are wrong: how well the largest norms pick the wrong labels, while the
 * network learns and then memorises them. Every seed is a replica with labels and weights of its own.
 */
import { redrawLabels } from '../../src/data/index';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { exampleNormsOf, ExampleProbe } from '../../src/measure/index';
import { crossEntropy, errorRate } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import { metric } from '../../src/runtime/executor';
import { Trainer, type TrainerData } from '../../src/runtime/trainer';
import { atMost, dataOf, modelOf, point, trainerData } from './common';
import { num, seedsOf } from './config';
import { logMarks } from './series';

const CLASSES = 10;
const TEST = 1000;
const MARKS_PER_DECADE = 5;
/** Bins of the logarithm of the norm, from 10⁻⁴ to 10³; what lies beyond counts into the first and the last. */
const BINS = { low: -4, high: 3, count: 42 } as const;
const WIDTH = (BINS.high - BINS.low) / BINS.count;
const binOf = (norm: number): number => Math.min(BINS.count - 1, Math.max(0, Math.floor((Math.log10(norm) - BINS.low) / WIDTH)));

/** `wrong`: [seed][example] 1 where the label is another one than the true one. */
const noisy = (c: Config): { readonly train: TrainerData; readonly test: TrainerData; readonly wrong: readonly Uint8Array[] } => {
  const n = num(c, 'noisyExamples');
  const sets = dataOf(n, TEST);
  // A redrawn label is the right one with probability 1/k.
  const share = num(c, 'wrong') / (1 - 1 / CLASSES);
  const labels = seedsOf(c).map((seed) => redrawLabels(sets.train.y, CLASSES, share, seed).y);
  return {
    train: { ...trainerData(sets.train), y: Uint32Array.from(labels.flatMap((l) => [...l])), yPerReplica: true },
    test: trainerData(sets.test),
    wrong: labels.map((l) => Uint8Array.from(l, (v, i) => Number(v !== sets.train.y[i]))),
  };
};

/** Precision and recall of the `count` largest norms, a seed's own. Ties go to the earlier example. */
const detection = (
  norms: ArrayLike<number>,
  wrong: Uint8Array,
  count: number,
): { readonly precision: number; readonly recall: number; readonly chance: number } => {
  const all = wrong.reduce((s, w) => s + w, 0);
  const hits = Array.from(wrong.keys())
    .toSorted((a, b) => norms[b]! - norms[a]!)
    .slice(0, count)
    .reduce((s, i) => s + wrong[i]!, 0);
  return { precision: hits / count, recall: hits / all, chance: all / wrong.length };
};

export async function* runMislabelled(c: Config, { executor, signal, control }: RunContext): AsyncGenerator<Row> {
  const { train, test, wrong } = noisy(c);
  const [model, seeds] = [modelOf(c), seedsOf(c)];
  const batch = atMost('the batch size', num(c, 'noisyBatch'), train.n, 'training examples');
  const perEpoch = Math.max(1, Math.floor(train.n / batch));
  using trainer = await Trainer.open(executor, {
    model,
    loss: crossEntropy,
    optimiser: sgd({ lr: num(c, 'noisyLr'), momentum: num(c, 'momentum') }),
    data: train,
    test,
    batch,
    seeds,
    evaluate: { error: errorRate },
  });
  using probe = await ExampleProbe.open(executor, { model, loss: crossEntropy, data: train, replicas: seeds.length }, (layers, n) => ({
    norms: exampleNormsOf(layers, n),
  }));
  const total = num(c, 'epochs') * perEpoch;
  for (const epoch of logMarks(num(c, 'epochs'), MARKS_PER_DECADE)) {
    const todo = epoch * perEpoch - trainer.session.stepsDone;
    if (todo > 0)
      for await (const b of trainer.train({ steps: todo, probes: [{ plan: 'eval', at: [0, epoch * perEpoch] }], signal, control })) {
        if (b.plan === 'eval') {
          for (const [i, step] of b.steps.entries())
            for (const [seed] of seeds.entries())
              for (const set of ['train', 'test'] as const)
                yield point('error', set, step / perEpoch, seed, metric(b, i, `${set}.error`, seed));
        } else yield { kind: 'progress', done: b.steps.at(-1)! + 1, total, phase: 'training', steps: (b.steps.at(-1)! + 1) * b.replicas };
      }
    if (signal.aborted) return;
    const { data } = (await probe.at((await trainer.session.read('theta')).data)).norms;
    for (const [seed] of seeds.entries())
      yield* measured(c, epoch, seed, data.subarray(seed * train.n, (seed + 1) * train.n), wrong[seed]!);
  }
}

/** The histogram of a later epoch replaces that of an earlier one. */
function* measured(c: Config, epoch: number, seed: number, norms: ArrayLike<number>, wrong: Uint8Array): Generator<Row> {
  const { precision, recall, chance } = detection(norms, wrong, Math.round(num(c, 'wrong') * wrong.length));
  yield point('detect', 'precision', epoch, seed, precision);
  yield point('detect', 'recall', epoch, seed, recall);
  yield point('detect', 'chance', epoch, seed, chance);
  for (const [series, flag] of [
    ['clean', 0],
    ['wrong', 1],
  ] as const) {
    const counts = new Float64Array(BINS.count);
    const all = wrong.reduce((s, w) => s + Number(w === flag), 0);
    wrong.forEach((w, i) => {
      if (w === flag) counts[binOf(norms[i]!)]! += 1 / all;
    });
    for (const [bin, share] of counts.entries()) yield point('histogram', series, BINS.low + (bin + 0.5) * WIDTH, seed, share);
  }
}
