/** Phase diagram: every weight decay with every share of the table, all seeds, in one run. */
import type { Row, RunContext } from '../../../src/lab/study';
import { learnerOf } from '../learner';
import { Network } from '../network';
import { replicasOf, setsOf, tableOf, type Replica } from '../tables';
import { Training, type Progress } from '../training';
import { ownSettings, type Config } from './fields';

/** How often the diagram is drawn on the way. */
const LOOKS = 10;

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const table = tableOf(c);
  const learner = learnerOf(c, table.order);
  const replicas = replicasOf(c, ownSettings(c));
  using network = await Network.open(c, context, learner, replicas, table, setsOf(replicas, table, learner), false);
  const { steps } = c;
  const stops = [...new Set(Array.from({ length: LOOKS }, (_, i) => Math.round((steps * (i + 1)) / LOOKS)))];
  yield* new Training(steps, network, replicas).run(context, stops, async function* look(step, progress) {
    yield* diagram(progress, replicas, step === steps);
  });
}

/** `over`: what has not happened by now has not happened in this run. */
function* diagram(progress: readonly Progress[], replicas: readonly Replica[], over: boolean): Generator<Row> {
  for (const [
    r,
    {
      setting: { fraction, decay },
      repetition: seed,
    },
  ] of replicas.entries()) {
    const { accuracy, ...times } = progress[r]!;
    for (const set of ['train', 'test'] as const)
      yield { kind: 'point', chart: 'reached', series: `${set} ${decay}`, x: fraction, seed, y: accuracy[set] };
    yield { kind: 'cell', chart: 'accuracy', x: fraction, y: decay, seed, value: accuracy.test };
    for (const what of ['memorised', 'generalised'] as const)
      if (over || Number.isFinite(times[what])) yield { kind: 'cell', chart: what, x: fraction, y: decay, seed, value: times[what] };
  }
}
