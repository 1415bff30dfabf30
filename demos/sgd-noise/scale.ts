/**
 * The noise scale of a network while it trains, estimated from the norms of single examples' gradients at every step, and now and then, at fixed
 * weights, from the gradients of two batch sizes as well, which needs no single examples. Every seed is a replica.
 */
import type { Config, Row, RunContext } from '../../src/lab/study';
import {
  covarianceSpectrum,
  exampleGramOf,
  ExampleProbe,
  noiseOf,
  noiseOfTwo,
  NoiseScale,
  signalToNoise,
  type NoiseEstimate,
} from '../../src/measure/index';
import { crossEntropy } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import { metric, type HostArray, type MetricBatch } from '../../src/runtime/executor';
import { FiniteWatch } from '../../src/runtime/trainLoop';
import { Trainer, TrainerGroup, type TrainerData, type TrainerOptions } from '../../src/runtime/trainer';
import { atMost, dataOf, firstOf, modelOf, point, trainerData } from './common';
import { num, seedsOf } from './config';
import { logMarks } from './series';

/** Parts of a run whose noise scales are compared, and the steps of the first; the others are even on a log scale. */
const PARTS = 8;
const FIRST_PART = 10;
/** The eigenvalues whose share of the trace is followed: as many as there are classes. */
export const TOP = 10;
const PROBES_PER_DECADE = 3;
const DRAWN_PER_DECADE = 30;
/** Keeps the draws of the smaller batches apart from those of the training. */
const SMALL_SEEDS = 2 ** 24;
const BIG_SEEDS = 2 ** 25;

const total = (parts: readonly NoiseEstimate[]): NoiseEstimate => ({
  trace: parts.reduce((s, p) => s + p.trace, 0),
  squaredGradient: parts.reduce((s, p) => s + p.squaredGradient, 0),
});
/** trace / |G|²; NaN where the gradient is lost in its noise. */
const ratio = ({ trace, squaredGradient }: NoiseEstimate): number => (squaredGradient > 0 ? trace / squaredGradient : NaN);

/** Where parts end: steps done. */
const partEnds = (steps: number): readonly number[] => [
  ...new Set(
    Array.from({ length: PARTS }, (_, i) =>
      Math.round(Math.min(FIRST_PART, steps) * (Math.max(steps, FIRST_PART) / FIRST_PART) ** (i / (PARTS - 1))),
    ),
  ),
];
/** Steps before which the weights are looked at. */
const probeSteps = (c: Config): readonly number[] => logMarks(num(c, 'steps'), PROBES_PER_DECADE).filter((s) => s === 0 || s >= 4);

export async function* runScale(c: Config, context: RunContext): AsyncGenerator<Row> {
  const n = num(c, 'examples');
  const batch = atMost('the batch size', num(c, 'batch'), n, 'training examples');
  const data = trainerData(dataOf(n, 100).train);
  const common = { model: modelOf(c), loss: crossEntropy, data, seeds: seedsOf(c) } satisfies Partial<TrainerOptions>;
  using trainer = await Trainer.open(context.executor, {
    ...common,
    optimiser: sgd({ lr: num(c, 'lr') }),
    batch,
    metrics: ['loss', 'layerNoise'],
  });
  using probe = await Probe.open(c, context, common, batch);
  const course = new Course(c, batch, trainer.replicas);
  const steps = num(c, 'steps');
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

/** What the steps say: averages of every seed, and sums over parts of the run. */
class Course {
  private readonly watch = new FiniteWatch();
  private readonly drawn: ReadonlySet<number>;
  private readonly whole: readonly NoiseScale[];
  private readonly layers = new Map<string, readonly NoiseScale[]>();
  private readonly parts: readonly NoiseEstimate[][];
  private readonly ends: ReadonlySet<number>;

  constructor(
    private readonly c: Config,
    private readonly batch: number,
    private readonly replicas: number,
  ) {
    this.drawn = new Set(logMarks(num(c, 'steps') - 1, DRAWN_PER_DECADE));
    this.whole = this.averages();
    this.parts = Array.from({ length: replicas }, () => []);
    this.ends = new Set(partEnds(num(c, 'steps')));
  }
  private averages(): readonly NoiseScale[] {
    return Array.from({ length: this.replicas }, () => new NoiseScale(num(this.c, 'decay')));
  }

  *take(b: MetricBatch): Generator<Row> {
    const layers = b.names.filter((name) => name.startsWith('gradientNorm.')).map((name) => name.slice('gradientNorm.'.length));
    for (const [i, step] of b.steps.entries()) {
      for (const e of this.watch.check(b, i)) yield { kind: 'event', level: 'warning', message: `Seed ${e.replica}: ${e.message}.` };
      for (let r = 0; r < b.replicas; r++) {
        const each = layers.map((layer) => this.layer(b, i, layer, r));
        this.whole[r]!.update(total(each));
        this.parts[r]!.push(total(each));
        if (this.drawn.has(step)) yield* this.draw(step, r, metric(b, i, 'loss', r), layers);
      }
      if (this.ends.has(step + 1)) yield* this.closePart(step + 1);
    }
  }
  /** Takes one layer's noise at one step into its average. */
  private layer(b: MetricBatch, row: number, layer: string, r: number): NoiseEstimate {
    const estimate = noiseOf(metric(b, row, `exampleNorms.${layer}`, r), metric(b, row, `gradientNorm.${layer}`, r) ** 2, this.batch);
    if (!this.layers.has(layer)) this.layers.set(layer, this.averages());
    this.layers.get(layer)![r]!.update(estimate);
    return estimate;
  }
  private *draw(step: number, seed: number, loss: number, layers: readonly string[]): Generator<Row> {
    const { trace, squaredGradient, simple } = this.whole[seed]!;
    yield point('scale', 'training', step + 1, seed, simple);
    yield point('parts', 'trace', step + 1, seed, trace);
    yield point('parts', 'squared', step + 1, seed, squaredGradient);
    yield point('loss', 'batch', step + 1, seed, loss);
    for (const layer of layers) yield point('layers', layer, step + 1, seed, signalToNoise(this.layers.get(layer)![seed]!, this.batch));
  }
  /** Ratio of the sums over a part of the run that is over. */
  private *closePart(end: number): Generator<Row> {
    for (const [seed, estimates] of this.parts.entries()) {
      yield point('stretches', 'scale', end, seed, ratio(total(estimates)));
      estimates.length = 0;
    }
  }
}

/** Of one seed at one time. */
interface Pair {
  readonly single: NoiseEstimate;
  readonly two: NoiseEstimate;
}
/** What is measured at fixed weights: batches of two sizes drawn by trainers that do not move, and inner products of single gradients. */
class Probe {
  private constructor(
    private readonly c: Config,
    private readonly context: RunContext,
    private readonly still: TrainerGroup<'small' | 'big'>,
    private readonly gram: ExampleProbe<'gram'>,
    private readonly sizes: { readonly small: number; readonly big: number; readonly sample: number },
  ) {}

  static async open(
    c: Config,
    context: RunContext,
    common: Pick<TrainerOptions, 'model' | 'loss' | 'seeds'> & { readonly data: TrainerData; readonly seeds: readonly number[] },
    big: number,
  ): Promise<Probe> {
    const small = atMost('the smaller batch', num(c, 'smallBatch'), Math.floor(big / 2), 'examples in half a batch');
    const sample = atMost('the examples of the spectrum', num(c, 'sample'), common.data.n, 'training examples');
    const optimiser = sgd({ lr: 0 });
    const still = await TrainerGroup.open(context.executor, {
      small: { ...common, optimiser, batch: small, batchSeeds: common.seeds.map((s) => s + SMALL_SEEDS), metrics: ['gradientNorm'] },
      big: {
        ...common,
        optimiser,
        batch: big,
        batchSeeds: common.seeds.map((s) => s + BIG_SEEDS),
        metrics: ['gradientNorm', 'exampleNorms'],
      },
    });
    const gram = await ExampleProbe.open(
      context.executor,
      { ...common, data: firstOf(common.data, sample), replicas: common.seeds.length },
      (layers, n) => ({ gram: exampleGramOf(layers, n) }),
    );
    return new Probe(c, context, still, gram, { small, big, sample });
  }

  async *at(step: number, theta: HostArray): AsyncGenerator<Row> {
    const estimates = await this.estimates(theta);
    if (this.context.signal.aborted) return; // some batches are missing
    yield* this.agreement(step, estimates);
    const { data } = (await this.gram.at(theta)).gram;
    const { sample } = this.sizes;
    const ends = step === 0 ? 'start' : step === num(this.c, 'steps') ? 'end' : undefined;
    for (let seed = 0; seed < num(this.c, 'seeds'); seed++) {
      const gram = data.subarray(seed * sample ** 2, (seed + 1) * sample ** 2);
      if (!gram.every(Number.isFinite)) continue; // diverged: already told
      const values = covarianceSpectrum(gram, sample);
      const trace = values.reduce((s, v) => s + v, 0);
      yield point('top', 'top', step + 1, seed, values.slice(0, TOP).reduce((s, v) => s + v, 0) / trace);
      if (ends) for (const [i, v] of values.entries()) if (v > 0) yield point('spectrum', ends, i + 1, seed, v / trace);
      await this.context.turn();
    }
  }

  /** Both estimates of each seed from the same number of draws. */
  private async estimates(theta: HostArray): Promise<readonly Pair[]> {
    const {
      still,
      sizes: { small, big },
    } = this;
    for (const name of ['small', 'big'] as const) still.session.write(`${name}.theta`, theta);
    const draws = num(this.c, 'draws');
    const sums = Array.from({ length: num(this.c, 'seeds') }, () => ({ small: 0, big: 0, norms: 0 }));
    const { signal, control } = this.context;
    for await (const b of still.train({ steps: draws, signal, control }))
      for (const [r, sum] of sums.entries())
        for (const i of b.steps.keys()) {
          const which = b.plan === still.plan('small', 'step') ? 'small' : 'big';
          sum[which] += metric(b, i, 'gradientNorm', r) ** 2 / draws;
          if (which === 'big') sum.norms += metric(b, i, 'exampleNorms', r) / draws;
        }
    return sums.map((s) => ({
      single: noiseOf(s.norms, s.big, big),
      two: noiseOfTwo({ B: small, squaredMean: s.small }, { B: big, squaredMean: s.big }),
    }));
  }
  /**
   * The two estimates, and the difference of their tr Σ as a share of it, 1 where there is none: the share is of a mean over seeds, so that it leaves the
   * difference's expectation at 0. That of |G|² follows from it, as the larger batch is the same.
   */
  private *agreement(step: number, estimates: readonly Pair[]): Generator<Row> {
    const size = estimates.reduce((s, e) => s + e.single.trace, 0) / estimates.length;
    for (const [seed, { single, two }] of estimates.entries()) {
      yield point('agreement', 'trace', step + 1, seed, 1 + (two.trace - single.trace) / size);
      yield point('scale', 'single', step + 1, seed, ratio(single));
      yield point('scale', 'two', step + 1, seed, ratio(two));
    }
  }
  dispose(): void {
    this.still.dispose();
    this.gram.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
