/** Training over time: all settings and seeds side by side, the circuit watched in the first setting. */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { answersOf, Circuit } from './circuit';
import { circuitAt, isFourier, num } from './config';
import { learnerOf } from './learner';
import { Network } from './network';
import { replicasOf, setsOf, tableOf, type Replica } from './tables';
import { Training, type Progress } from './training';

async function* nothing(): AsyncGenerator<Row> {
  /* where there is no circuit to look at */
}

export async function* runOverTime(c: Config, context: RunContext): AsyncGenerator<Row> {
  const table = tableOf(c);
  const learner = learnerOf(c, table.order);
  const replicas = replicasOf(c);
  using network = await Network.open(c, context, learner, replicas, table, setsOf(replicas, table, learner));
  const training = new Training(c, network, replicas);
  const circuit = isFourier(c) ? new Circuit(c, network, replicas) : undefined;
  yield* training.run(
    context,
    circuit ? circuitAt(num(c, 'steps')) : [num(c, 'steps')],
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
