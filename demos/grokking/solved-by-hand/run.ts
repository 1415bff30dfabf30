/** The weights solved by hand, on the GPU in the same model as trained ones, each with fewer and fewer of its frequencies. */
import { stream, USE } from '../../../src/core/random';
import type { OperationTable } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { keyFrequencies, logitSpectrum, unitFrequencies } from '../../../src/measure/index';
import { quadraticScale } from '../../../src/models/index';
import { analyticScale, analyticWeights, frequencyCount } from '../../../src/theory/index';
import { answersOf } from '../answers';
import { quadraticLearner, unitsOf, type Weights } from '../learner';
import { Network } from '../network';
import { seedOf } from '../settings';
import { replicasOf, setsOf, tableOf, type Replica } from '../tables';
import { Training } from '../training';
import { exactUnits, keptOf, ownSettings, type Config } from './fields';

const sums = ({ modulus }: Config): OperationTable => tableOf({ task: 'add', modulus });

/** m of the frequencies, drawn by seed. */
const drawn = (p: number, m: number, seed: number): readonly number[] => {
  const random = stream(seed, USE.features);
  return Array.from({ length: frequencyCount(p) }, (_, i) => i + 1)
    .toSorted((a, b) => random.bits(a) - random.bits(b))
    .slice(0, m);
};
/** In the model's own scale, so that f is the projection of the one-hot table. */
const solved = (p: number, frequencies: readonly number[]): Weights => {
  const hidden = exactUnits(p);
  const { U, V, W } = analyticWeights(p, frequencies, { hidden, scale: analyticScale(p, quadraticScale({ symbols: p, hidden })) });
  return { U: Float32Array.from(U), V: Float32Array.from(V), W: Float32Array.from(W) };
};

function* kept(
  series: string,
  m: number,
  seed: number,
  { error, loss }: { readonly error: number; readonly loss: number },
): Generator<Row> {
  yield { kind: 'point', chart: 'keptLoss', series, x: m, seed, y: loss };
  yield { kind: 'point', chart: 'keptAccuracy', series, x: m, seed, y: 1 - error };
}

/** One replica for each number of frequencies and each seed's choice of them. */
async function* runSolved(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const p = Number(c.modulus);
  const table = sums(c);
  const learner = quadraticLearner(p, exactUnits(p));
  const setting = ownSettings(c)[0]!;
  // The most frequencies first: it is the first replica whose answers are drawn.
  const cases = keptOf(c)
    .toReversed()
    .flatMap((m) => Array.from({ length: c.seeds }, (_, repetition) => ({ m, repetition, setting, seed: seedOf(c, repetition) })));
  const replicas: readonly Replica[] = cases;
  using network = await Network.open(c, context, learner, replicas, table, setsOf(replicas, table, learner));
  network.trainer.setParameters(cases.map(({ m, seed }) => solved(p, drawn(p, m, seed))));
  const found = await network.silenced(cases.map(() => new Float32Array(unitsOf(learner).count).fill(1)));
  for (const [r, { m, repetition }] of cases.entries()) yield* kept('exact', m, repetition, found[r]!);
  yield* answersOf(network, table.a, table.b);
}

/** The trained networks, with the units of their m strongest frequencies alone. */
async function* truncated(c: Config, network: Network, replicas: readonly Replica[]): AsyncGenerator<Row> {
  const units = unitsOf(network.learner);
  const groups = (await network.weights()).map((w) => unitFrequencies(units.parts(w)).frequency);
  const order = (await network.logits()).map(({ sums, squares }) => keyFrequencies(logitSpectrum(sums, squares).shares, 1));
  for (const m of keptOf(c)) {
    const found = await network.silenced(groups.map((g, r) => Float32Array.from(g, (k) => Number(order[r]!.slice(0, m).includes(k)))));
    for (const [r, { repetition }] of replicas.entries()) yield* kept('trained', m, repetition, found[r]!);
  }
}

async function* nothing(): AsyncGenerator<Row> {
  /* looked at only at the end */
}
export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  yield* runSolved(c, context);
  if (context.signal.aborted) return;
  const table = sums(c);
  const learner = quadraticLearner(table.order, c.hidden);
  const replicas = replicasOf(c, ownSettings(c));
  using network = await Network.open(c, context, learner, replicas, table, setsOf(replicas, table, learner));
  yield* new Training(c.steps, network, replicas).run(context, [c.steps], nothing);
  if (!context.signal.aborted) yield* truncated(c, network, replicas);
}
