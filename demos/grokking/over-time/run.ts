/** Training over time: all settings and seeds side by side, the circuit watched in the first setting. */
import type { Row, RunContext } from '../../../src/lab/study';
import { answersOf } from '../answers';
import { learnerOf } from '../learner';
import { Network } from '../network';
import { isFourier } from '../settings';
import { replicasOf, setsOf, tableOf, type Replica } from '../tables';
import { Training, type Progress } from '../training';
import { Circuit } from './circuit';
import { circuitAt, ownSettings, type Config } from './fields';

async function* nothing(): AsyncGenerator<Row> {
  /* where there is no circuit to look at */
}

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const table = tableOf(c);
  const learner = learnerOf(c, table.order);
  const settings = ownSettings(c);
  const replicas = replicasOf(c, settings);
  using network = await Network.open(c, context, learner, replicas, table, setsOf(replicas, table, learner));
  const training = new Training(c.steps, network, replicas);
  const circuit = isFourier(c) ? new Circuit(settings[0]!, network, replicas) : undefined;
  yield* training.run(
    context,
    circuit ? circuitAt(c.steps) : [c.steps],
    circuit ? (step, progress) => circuit.look(step, progress) : nothing,
  );
  if (context.signal.aborted) return;
  yield* times(training.progress, replicas);
  if (circuit) {
    yield* circuit.again();
    yield* circuit.silenced();
  }
  yield* answersOf(network, table.a, table.b);
}

/** Steps to either accuracy by decay; Infinity for one that was not reached. */
function* times(progress: readonly Progress[], replicas: readonly Replica[]): Generator<Row> {
  for (const [r, { setting, repetition: seed }] of replicas.entries())
    for (const series of ['memorised', 'generalised'] as const)
      yield { kind: 'point', chart: 'times', series, x: setting.decay, seed, y: progress[r]![series] };
}
