/**
 * Norms of single examples' gradients on a training set of which some labels are wrong: how well the largest norms pick the wrong
 * labels, while the network learns and then memorises them. Every seed is a replica with labels and weights of its own.
 */
import { redrawLabels } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { exampleNormsOf, ExampleProbe } from '../../../src/measure/index';
import { crossEntropy, errorRate } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { metric } from '../../../src/runtime/executor';
import { Trainer, type TrainerData } from '../../../src/runtime/trainer';
import { logMarks } from '../marks';
import { seedsOf } from '../settings';
import { atMost, dataOf, modelOf, point, trainerData } from '../training';
import { detectionRows } from './detection';
import type { Config } from './fields';

const CLASSES = 10;
const TEST = 1000;
const MARKS_PER_DECADE = 5;

/** `wrong`: [seed][example] 1 where the label is another one than the true one. */
const noisy = (c: Config): { readonly train: TrainerData; readonly test: TrainerData; readonly wrong: readonly Uint8Array[] } => {
  const n = c.examples;
  const sets = dataOf(n, TEST);
  // A redrawn label is the right one with probability 1/k.
  const share = c.wrong / (1 - 1 / CLASSES);
  const labels = seedsOf(c).map((seed) => redrawLabels(sets.train.y, CLASSES, share, seed).y);
  return {
    train: { ...trainerData(sets.train), y: Uint32Array.from(labels.flatMap((l) => [...l])), yPerReplica: true },
    test: trainerData(sets.test),
    wrong: labels.map((l) => Uint8Array.from(l, (v, i) => Number(v !== sets.train.y[i]))),
  };
};

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  const { train, test, wrong } = noisy(c);
  const [model, seeds] = [modelOf(c), seedsOf(c)];
  const batch = atMost('the batch size', c.batch, train.n, 'training examples');
  const perEpoch = Math.max(1, Math.floor(train.n / batch));
  using trainer = await Trainer.open(executor, {
    model,
    loss: crossEntropy,
    optimiser: sgd({ lr: c.lr, momentum: c.momentum }),
    data: train,
    test,
    batch,
    seeds,
    evaluate: { error: errorRate },
  });
  using probe = await ExampleProbe.open(executor, { model, loss: crossEntropy, data: train, replicas: seeds.length }, (layers, n) => ({
    norms: exampleNormsOf(layers, n),
  }));
  const total = c.epochs * perEpoch;
  for (const epoch of logMarks(c.epochs, MARKS_PER_DECADE)) {
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
      yield* detectionRows(c, epoch, seed, data.subarray(seed * train.n, (seed + 1) * train.n), wrong[seed]!);
  }
}
