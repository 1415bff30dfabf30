/**
 * The noise scale of a network while it trains, estimated from the norms of single examples' gradients at every step, and now and then, at
 * fixed weights, from the gradients of two batch sizes as well, which needs no single examples. Every seed is a replica.
 */
import type { Row, RunContext } from '../../../src/lab/study';
import { crossEntropy } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { Trainer, type TrainerOptions } from '../../../src/runtime/trainer';
import { logMarks } from '../marks';
import { seedsOf } from '../settings';
import { atMost, dataOf, modelOf, trainerData } from '../training';
import { Course } from './course';
import type { Config } from './fields';
import { Probe } from './probe';

const PROBES_PER_DECADE = 3;

/** Steps before which the weights are looked at. */
const probeSteps = (c: Config): readonly number[] => logMarks(c.steps, PROBES_PER_DECADE).filter((s) => s === 0 || s >= 4);

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const n = c.examples;
  const batch = atMost('the batch size', c.batch, n, 'training examples');
  const data = trainerData(dataOf(n, 100).train);
  const common = { model: modelOf(c), loss: crossEntropy, data, seeds: seedsOf(c) } satisfies Partial<TrainerOptions>;
  using trainer = await Trainer.open(context.executor, {
    ...common,
    optimiser: sgd({ lr: c.lr }),
    batch,
    metrics: ['loss', 'layerNoise'],
  });
  using probe = await Probe.open(c, context, common, batch);
  const course = new Course(c, batch, trainer.replicas);
  const steps = c.steps;
  for (const at of probeSteps(c)) {
    const todo = at - trainer.session.stepsDone;
    if (todo > 0)
      for await (const b of trainer.train({ steps: todo, signal: context.signal, control: context.control })) {
        yield* course.take(b);
        yield { kind: 'progress', done: b.steps.at(-1)! + 1, total: steps, phase: 'training', steps: (b.steps.at(-1)! + 1) * b.replicas };
      }
    if (context.signal.aborted) return;
    yield* probe.at(at, (await trainer.session.read('theta')).data);
  }
}
