/**
 * Steps and examples that training takes to a goal, by batch size, each at the best of a grid of learning rates. One trainer a batch size; rates and
 * seeds are its replicas. The curve S = S_min(1 + B_crit/B) is fitted to each seed, and the noise scale is measured beside it.
 */
import { logspace, mean } from '../../src/core/stats';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { noiseOf, NoiseScale } from '../../src/measure/index';
import { crossEntropy } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import { metric, type MetricBatch } from '../../src/runtime/executor';
import { Trainer, type TrainerData } from '../../src/runtime/trainer';
import { examplesFor, fitTradeoff, stepsFor, type BatchPoint } from '../../src/theory/index';
import { atMost, dataOf, firstOf, modelOf, point, trainerData } from './common';
import { list, num, seedsOf } from './config';

/** Examples that the goal is measured on. */
const GOAL_EXAMPLES = 250;
/** Ratio of neighbouring steps at which the goal is looked for; between them the loss is interpolated. */
const SPACING = 1.06;
/** Training goes on until this many times the steps of the best rate so far: no slower rate can be better. */
const PATIENCE = 1.25;
/** Of a batch size, in which its progress is told. */
const PARTS = 100;
/** Pieces of training between which that is asked. */
const PIECE = 1.25;

/** Steps at which the loss is measured. */
export const goalMarks = (most: number): readonly number[] => {
  const marks = [0];
  for (let s = 1; s < most; s = Math.max(s + 1, Math.round(s * SPACING))) marks.push(s);
  return [...marks, most];
};

/** What of a batch size becomes known: for each rate, the steps of each seed (NaN: not reached) and the mean noise scale on the way. */
interface Reached {
  readonly rate: number;
  readonly steps: readonly number[];
  readonly scale: readonly number[];
}
/** Least mean of ln S among rates at which every seed reached the goal. */
const bestOf = (all: readonly Reached[]): Reached | undefined => {
  const cost = (r: Reached): number => (r.steps.every(Number.isFinite) ? mean(r.steps.map(Math.log)) : Infinity);
  const best = all.toSorted((a, b) => cost(a) - cost(b))[0];
  return best && Number.isFinite(cost(best)) ? best : undefined;
};

/** One replica on its way. */
class Runner {
  private last: { readonly step: number; readonly loss: number } | undefined;
  private readonly noise = new NoiseScale();
  private readonly scales: number[] = [];
  steps = NaN;
  /** B_crit = ∫B(s)ds / ∫ds over the run: an average of the local noise scale over steps. Where the gradient is lost in its noise there is none to average. */
  get scale(): number {
    const local = this.scales.slice(0, Math.ceil(this.steps)).filter(Number.isFinite);
    return local.length > 0 ? mean(local) : NaN;
  }

  evaluated(step: number, loss: number, goal: number): void {
    if (!Number.isNaN(this.steps)) return;
    const { last } = this;
    this.last = { step, loss };
    if (!(loss <= goal)) return;
    this.steps = last ? last.step + ((step - last.step) * (last.loss - goal)) / (last.loss - loss) : step;
  }
  stepped(sumSquares: number, squaredMean: number, B: number): void {
    this.noise.update(noiseOf(sumSquares, squaredMean, B));
    this.scales.push(this.noise.simple);
  }
}

export async function* runBatch(c: Config, context: RunContext): AsyncGenerator<Row> {
  const train = trainerData(dataOf(num(c, 'examples'), 100).train);
  const batches = list(c, 'batches').map((B) => atMost('a batch size', B, train.n, 'training examples'));
  const found: { readonly B: number; readonly best: Reached }[] = [];
  for (const [k, B] of batches.entries()) {
    const results = yield* trainAt(c, context, B, train, { done: k * PARTS, total: batches.length * PARTS });
    if (context.signal.aborted) return;
    const best = bestOf(results);
    for (const { rate, steps } of results)
      for (const [seed, s] of steps.entries()) yield { kind: 'cell', chart: 'map', x: B, y: rate, seed, value: s };
    if (!best) {
      yield {
        kind: 'event',
        level: 'warning',
        message: `With batches of ${B} no learning rate reached the goal in every seed within ${num(c, 'maxSteps')} steps.`,
      };
      continue;
    }
    found.push({ B, best });
    yield point('rate', 'best', B, 0, best.rate);
    for (const [seed, s] of best.steps.entries()) {
      yield point('steps', 'measured', B, seed, s);
      yield point('examples', 'measured', B, seed, s * B);
      yield point('critical', 'simple', B, seed, best.scale[seed]!);
    }
  }
  yield* fitted(
    c,
    found.map(({ B, best }) => best.steps.map((steps) => ({ batch: B, steps }))),
  );
}

/** The curve through each seed's own points. */
function* fitted(c: Config, points: readonly (readonly BatchPoint[])[]): Generator<Row> {
  if (points.length < 3) return;
  const sizes = points.map((p) => p[0]!.batch);
  for (let seed = 0; seed < num(c, 'seeds'); seed++) {
    const own = points.map((p) => p[seed]!);
    const fit = fitTradeoff(own);
    for (const B of sizes) yield point('critical', 'fit', B, seed, fit.critical);
    for (const [i, B] of sizes.entries()) yield point('residual', 'fit', B, seed, Math.exp(fit.residuals[i]!));
    if (!(fit.critical > 0 && Number.isFinite(fit.critical))) continue;
    for (const B of logspace(sizes[0]!, sizes.at(-1)!, 40)) {
      yield point('steps', 'fit', B, seed, stepsFor(fit, B));
      yield point('examples', 'fit', B, seed, examplesFor(fit, B));
    }
  }
}

async function* trainAt(
  c: Config,
  { executor, signal, control }: RunContext,
  B: number,
  train: TrainerData,
  { done, total }: { readonly done: number; readonly total: number },
): AsyncGenerator<Row, readonly Reached[]> {
  const [rates, seeds, most, goal] = [list(c, 'rates'), seedsOf(c), num(c, 'maxSteps'), num(c, 'goal')];
  const replicas = rates.flatMap((rate) => seeds.map((seed) => ({ rate, seed })));
  using trainer = await Trainer.open(executor, {
    model: modelOf(c),
    loss: crossEntropy,
    optimiser: sgd({ lr: replicas.map((r) => r.rate) }),
    data: train,
    test: firstOf(train, Math.min(GOAL_EXAMPLES, train.n)),
    batch: B,
    seeds: replicas.map((r) => r.seed),
    metrics: ['gradientNorm', 'exampleNorms'],
    evaluate: { loss: crossEntropy },
    evaluateOn: 'test',
  });
  const runners = replicas.map(() => new Runner());
  const at = goalMarks(most);
  const results = (): readonly Reached[] =>
    rates.map((rate, k) => {
      const own = runners.slice(k * seeds.length, (k + 1) * seeds.length);
      return { rate, steps: own.map((r) => r.steps), scale: own.map((r) => r.scale) };
    });
  for (let until = 20; !signal.aborted && trainer.session.stepsDone < most; until = Math.ceil(until * PIECE)) {
    const to = at.find((s) => s >= until) ?? most;
    for await (const b of trainer.train({ steps: to - trainer.session.stepsDone, probes: [{ plan: 'eval', at }], signal, control }))
      take(b, runners, B, goal);
    const steps = trainer.session.stepsDone;
    const best = bestOf(results());
    const over = best !== undefined && steps >= PATIENCE * Math.max(...best.steps);
    yield {
      kind: 'progress',
      done: done + Math.floor(over || steps >= most ? PARTS : (PARTS * Math.log(steps)) / Math.log(most + 1)),
      total,
      phase: `batches of ${B}`,
      steps: steps * replicas.length,
    };
    if (over) break;
  }
  return results();
}

/** Rows of one plan, in order; how steps and measurements of the loss interleave does not matter. */
const take = (b: MetricBatch, runners: readonly Runner[], B: number, goal: number): void => {
  for (const [i, step] of b.steps.entries())
    for (const [r, runner] of runners.entries()) {
      if (b.plan === 'eval') runner.evaluated(step, metric(b, i, 'test.loss', r), goal);
      else runner.stepped(metric(b, i, 'exampleNorms', r), metric(b, i, 'gradientNorm', r) ** 2, B);
    }
};
