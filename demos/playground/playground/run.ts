/** A run: all seeds side by side, in pieces of a fixed number of steps, between which the learning rate and the decay may change. */
import { ConfigError } from '../../../src/core/errors';
import type { EventRow, PointRow, Row, RunContext } from '../../../src/lab/study';
import { mlp, type Model } from '../../../src/models/index';
import { crossEntropy, errorRate, meanSquaredError } from '../../../src/ops/losses';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { Trainer, type TrainerOptions } from '../../../src/runtime/trainer';
import { CURVATURE_EXAMPLES, hiddenOf, seedsOf, type Config } from './fields';
import { prepare, type Prepared } from './data';
import { optimiserOf } from './optimiser';
import { readWeights, scaleIn, storedReplicas, weightsFile, weightsFor, type Weights } from './weights';

/** Fewest steps between two questions for live settings, and most questions in a run: each costs a round trip to the GPU. */
const PIECE = 20;
const MOST_PIECES = 200;
export const pieceOf = (c: Config): number => Math.max(PIECE, Math.ceil(c.steps / MOST_PIECES));
/** Points a series that is measured at every step keeps. */
const MOST_POINTS = 400;
/** When both sets are measured: evenly, and early on more often. */
export const evaluatedAt = (steps: number): readonly number[] => {
  const even = Array.from({ length: 41 }, (_, i) => Math.round((steps * i) / 40));
  const early = Array.from({ length: 20 }, (_, i) => Math.round((steps / 40) ** (i / 19)));
  return [...new Set([...even, ...early])].filter((s) => s <= steps).toSorted((a, b) => a - b);
};

const info = (message: string): EventRow => ({ kind: 'event', level: 'info', message });
const warning = (message: string): EventRow => ({ kind: 'event', level: 'warning', message });

const modelOf = (c: Config, { inputs, outputs }: Prepared): Model =>
  mlp({ widths: [inputs, ...hiddenOf(c), outputs], activation: c.activation, init: c.activation === 'relu' ? 'he' : 'lecun' });
const optionsOf = (c: Config, data: Prepared, model: Model): TrainerOptions => {
  const batch = c.batch;
  if (batch > data.train.n)
    throw new ConfigError(
      `batches of ${batch}, but only ${data.train.n} examples to train on. Set the batch size to at most that, or to 0 for all of them`,
    );
  const classes = data.kind === 'classification';
  const loss = classes ? crossEntropy : meanSquaredError;
  return {
    model,
    loss,
    optimiser: optimiserOf(c),
    data: data.train,
    test: data.test,
    seeds: seedsOf(c),
    ...(batch > 0 ? { batch } : {}),
    metrics: ['loss', 'gradientNorm', 'weightNorm', 'updateNorm'],
    evaluate: { loss, ...(classes ? { error: errorRate } : {}) },
    sharpness: { examples: Math.min(CURVATURE_EXAMPLES, data.train.n), iterations: 3 },
  };
};

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const { weights } = context.inputs;
  const stored = weights && readWeights(weights);
  const data = prepare(c, context.inputs, stored && scaleIn(stored));
  const model = modelOf(c, data);
  const start = weights && stored && weightsFor(stored, weights.name, c, model, data, c.seeds);
  yield info(data.understood);
  if (weights && stored)
    yield info(`The networks start from '${weights.name}'${scaleIn(stored) ? ', standardised as they were trained' : ''}.`);
  using trainer = await Trainer.open(context.executor, optionsOf(c, data, model));
  if (start) trainer.setParameters(start);
  const course = new Course(c, data, context, trainer);
  yield* course.train();
  if (trainer.session.stepsDone === 0) return;
  const trained: Weights[] = [];
  for (let r = 0; r < storedReplicas(trainer.replicas); r++) trained.push(await trainer.parameters(r));
  if (Object.values(trained[0]!).every((w) => w.every(Number.isFinite)))
    yield weightsFile(c, model, data, trained, trainer.session.stepsDone);
  else yield warning('The first network’s weights are not finite: no file of weights is offered.');
}

/** What a run remembers from piece to piece. */
class Course {
  private diverged = 0;
  private now: Config;
  constructor(
    private readonly c: Config,
    private readonly data: Prepared,
    private readonly context: RunContext<Config>,
    private readonly trainer: Trainer,
  ) {
    this.now = c;
  }

  async *train(): AsyncGenerator<Row> {
    const { signal, control } = this.context;
    const steps = this.c.steps;
    const at = evaluatedAt(steps);
    for (let done = 0; done < steps && !signal.aborted && this.diverged < this.trainer.replicas;) {
      yield* this.change(done);
      const piece = Math.min(pieceOf(this.c), steps - done);
      const due = at.filter((s) => s <= done + piece && (s > done || done === 0));
      for await (const b of this.trainer.train({
        steps: piece,
        probes: [
          { plan: 'eval', at: due },
          { plan: 'sharpness', at: due },
        ],
        signal,
        control,
        onDiverged: () => this.diverged++,
      }))
        yield* b.plan === 'eval' ? evaluated(b, this.data) : b.plan === 'sharpness' ? curvature(b) : this.stepped(b, steps);
      done = this.trainer.session.stepsDone;
    }
    if (this.diverged === this.trainer.replicas)
      yield warning('Every network has diverged, so the run ends here. Lower the learning rate, standardise, or choose a smaller network.');
  }

  /** Takes the latest live settings over. */
  private *change(done: number): Generator<Row> {
    const latest = this.context.live();
    const said = (
      [
        ['lr', 'learning rate'],
        ['weightDecay', 'weight decay'],
      ] as const
    ).flatMap(([key, label]) =>
      latest[key] === this.now[key] ? [] : [`${label} ${String(latest[key])} instead of ${String(this.now[key])}`],
    );
    if (said.length === 0) return;
    this.now = { ...this.c, lr: latest['lr']!, weightDecay: latest['weightDecay']! };
    this.trainer.setHyper(optimiserOf(this.now));
    yield info(`From step ${done}: ${said.join(', ')}.`);
  }

  private *stepped(b: MetricBatch, steps: number): Generator<Row> {
    const every = Math.ceil(steps / MOST_POINTS);
    for (const [i, step] of b.steps.entries()) {
      if (step % every === 0) yield* diagnostics(b, i, step);
    }
    const done = b.steps.at(-1)! + 1;
    yield { kind: 'progress', done, total: steps, phase: 'training', steps: done * b.replicas };
  }
}

const point = (chart: string, series: string, x: number, seed: number, y: number): PointRow => ({
  kind: 'point',
  chart,
  series,
  x,
  seed,
  y,
});

/** Of one step, for each replica. */
function* diagnostics(b: MetricBatch, row: number, step: number): Generator<Row> {
  for (let seed = 0; seed < b.replicas; seed++) {
    const value = (name: string): number => metric(b, row, name, seed);
    yield point('batch', 'loss', step, seed, value('loss'));
    yield point('gradient', 'norm', step, seed, value('gradientNorm'));
    yield point('weights', 'norm', step, seed, value('weightNorm'));
    yield point('update', 'ratio', step, seed, value('updateNorm') / value('weightNorm'));
  }
}

function* curvature(b: MetricBatch): Generator<Row> {
  for (const [i, step] of b.steps.entries())
    for (let seed = 0; seed < b.replicas; seed++) yield point('sharpness', 'hessian', step, seed, metric(b, i, 'sharpness', seed));
}

/** The error of a regression: its loss as a share of the best constant's. A diverged network has neither. */
function* evaluated(b: MetricBatch, { kind, constant }: Prepared): Generator<Row> {
  for (const [i, step] of b.steps.entries()) {
    for (let seed = 0; seed < b.replicas; seed++)
      for (const set of ['train', 'test'] as const) {
        const loss = metric(b, i, `${set}.loss`, seed);
        yield point('loss', set, step, seed, loss);
        yield point(
          'error',
          set,
          step,
          seed,
          Number.isFinite(loss) ? (kind === 'classification' ? metric(b, i, `${set}.error`, seed) : loss / constant[set]) : NaN,
        );
      }
    yield point('error', 'constant', step, 0, kind === 'classification' ? constant.test : 1);
  }
}
