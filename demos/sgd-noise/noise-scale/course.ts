/** What the steps of a training say of its noise: averages of every seed, and sums over parts of the run. */
import type { Row } from '../../../src/lab/study';
import { noiseOf, NoiseScale, signalToNoise, type NoiseEstimate } from '../../../src/measure/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { logMarks } from '../marks';
import { point } from '../training';
import type { Config } from './fields';

/** Parts of a run whose noise scales are compared, and the steps of the first; the others are even on a log scale. */
const PARTS = 8;
const FIRST_PART = 10;
const DRAWN_PER_DECADE = 30;

const total = (parts: readonly NoiseEstimate[]): NoiseEstimate => ({
  trace: parts.reduce((s, p) => s + p.trace, 0),
  squaredGradient: parts.reduce((s, p) => s + p.squaredGradient, 0),
});
/** trace / |G|²; NaN where the gradient is lost in its noise. */
export const ratio = ({ trace, squaredGradient }: NoiseEstimate): number => (squaredGradient > 0 ? trace / squaredGradient : NaN);

/** Where parts end: steps done. */
const partEnds = (steps: number): readonly number[] => [
  ...new Set(
    Array.from({ length: PARTS }, (_, i) =>
      Math.round(Math.min(FIRST_PART, steps) * (Math.max(steps, FIRST_PART) / FIRST_PART) ** (i / (PARTS - 1))),
    ),
  ),
];

export class Course {
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
    this.drawn = new Set(logMarks(c.steps - 1, DRAWN_PER_DECADE));
    this.whole = this.averages();
    this.parts = Array.from({ length: replicas }, () => []);
    this.ends = new Set(partEnds(c.steps));
  }
  private averages(): readonly NoiseScale[] {
    return Array.from({ length: this.replicas }, () => new NoiseScale(this.c.decay));
  }

  *take(b: MetricBatch): Generator<Row> {
    const layers = b.names.filter((name) => name.startsWith('gradientNorm.')).map((name) => name.slice('gradientNorm.'.length));
    for (const [i, step] of b.steps.entries()) {
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
