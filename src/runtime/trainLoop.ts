/** Training in one call, for users of the library: a generator of plain rows. */
import type { NonFiniteError } from '../core/errors';
import { inputVariable, type Model } from '../models/index';
import { variable } from '../ops/leaf';
import { unpack } from '../models/index';
import { plan } from '../plan/index';
import { FiniteWatch } from './divergence';
import { metric, type Executor, type HostArray, type MetricBatch } from './executor';
import { Trainer, type TrainerOptions, type TrainerRun } from './trainer';

export { FiniteWatch } from './divergence';

export interface TrainRow {
  /** Number of the step, from 0. */
  readonly step: number;
  /** One value per replica of each metric. */
  readonly metrics: Readonly<Record<string, Float64Array>>;
  /** Replicas whose metrics stopped being finite at this step; each is named once, and the others go on. */
  readonly nonFinite: readonly NonFiniteError[];
}

/**
 * Trains and yields a row per step. The trainer is opened on the first call of next and disposed of at the end; to keep it for
 * parameters, checkpoints or more steps, open a Trainer yourself.
 */
export async function* train(executor: Executor, o: TrainerOptions & Omit<TrainerRun, 'probes'>): AsyncGenerator<TrainRow> {
  using trainer = await Trainer.open(executor, o);
  yield* rows(trainer.train(o));
}
/** The rows of metric batches, one at a time. */
export async function* rows(batches: AsyncIterable<MetricBatch>): AsyncGenerator<TrainRow> {
  const watch = new FiniteWatch();
  for await (const b of batches)
    for (let i = 0; i < b.steps.length; i++) {
      const metrics = Object.fromEntries(
        b.names.map((name) => [name, Float64Array.from({ length: b.replicas }, (_, r) => metric(b, i, name, r))]),
      );
      yield { step: b.steps[i]!, metrics, nonFinite: watch.check(b, i) };
    }
}

/** The model's outputs [n, outputs] for inputs x and parameters by name. */
export const predict = async (
  executor: Executor,
  model: Model,
  parameters: Readonly<Record<string, HostArray>>,
  x: HostArray,
  n: number,
): Promise<HostArray> => {
  const theta = variable('theta', [model.layout.total]);
  const output = model.apply(unpack(model.layout, theta), inputVariable('x', model, n));
  using session = await executor.open({ predict: plan({ name: 'predict', outputs: { output }, maxBindings: executor.maxBindings }) });
  const flat = new Float32Array(model.layout.total);
  for (const p of model.layout.parameters) flat.set(parameters[p.name]!, p.offset);
  session.write('theta', flat);
  session.write('x', x);
  return (await session.run('predict'))['output']!.data;
};
