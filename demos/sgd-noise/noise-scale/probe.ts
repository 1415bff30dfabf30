/** What is measured at fixed weights: batches of two sizes drawn by trainers that do not move, and inner products of single gradients. */
import type { Row, RunContext } from '../../../src/lab/study';
import { covarianceSpectrum, exampleGramOf, ExampleProbe, noiseOf, noiseOfTwo, type NoiseEstimate } from '../../../src/measure/index';
import { sgd } from '../../../src/optim/index';
import { metric, type HostArray } from '../../../src/runtime/executor';
import { TrainerGroup, type TrainerData, type TrainerOptions } from '../../../src/runtime/trainer';
import { atMost, firstOf, point } from '../training';
import { ratio } from './course';
import type { Config } from './fields';

/** The eigenvalues whose share of the trace is followed: as many as there are classes. */
const TOP = 10;
/** Keeps the draws of the smaller batches apart from those of the training. */
const SMALL_SEEDS = 2 ** 24;
const BIG_SEEDS = 2 ** 25;

/** Of one seed at one time. */
interface Pair {
  readonly single: NoiseEstimate;
  readonly two: NoiseEstimate;
}
export class Probe {
  private constructor(
    private readonly c: Config,
    private readonly context: RunContext<Config>,
    private readonly still: TrainerGroup<'small' | 'big'>,
    private readonly gram: ExampleProbe<'gram'>,
    private readonly sizes: { readonly small: number; readonly big: number; readonly sample: number },
  ) {}

  static async open(
    c: Config,
    context: RunContext<Config>,
    common: Pick<TrainerOptions, 'model' | 'loss' | 'seeds'> & { readonly data: TrainerData; readonly seeds: readonly number[] },
    big: number,
  ): Promise<Probe> {
    const small = atMost('the smaller batch', c.smallBatch, Math.floor(big / 2), 'examples in half a batch');
    const sample = atMost('the examples of the spectrum', c.sample, common.data.n, 'training examples');
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
    const ends = step === 0 ? 'start' : step === this.c.steps ? 'end' : undefined;
    for (let seed = 0; seed < this.c.seeds; seed++) {
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
    const draws = this.c.draws;
    const sums = Array.from({ length: this.c.seeds }, () => ({ small: 0, big: 0, norms: 0 }));
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
   * The two estimates, and the difference of their tr Σ as a share of it, 1 where there is none: the share is of a mean over seeds, so that
   * it leaves the difference's expectation at 0. That of |G|² follows from it, as the larger batch is the same.
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
