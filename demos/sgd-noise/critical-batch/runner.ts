/** What is known of a learning rate: how many steps each seed takes to the goal, and the noise scale on the way. */
import { mean } from '../../../src/core/stats';
import { noiseOf, NoiseScale } from '../../../src/measure/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';

/** Ratio of neighbouring steps at which the goal is looked for; between them the loss is interpolated. */
const SPACING = 1.06;
/** Steps at which the loss is measured. */
export const goalMarks = (most: number): readonly number[] => {
  const marks = [0];
  for (let s = 1; s < most; s = Math.max(s + 1, Math.round(s * SPACING))) marks.push(s);
  return [...marks, most];
};

/** What of a batch size becomes known: for each rate, the steps of each seed (NaN: not reached) and the mean noise scale on the way. */
export interface Reached {
  readonly rate: number;
  readonly steps: readonly number[];
  readonly scale: readonly number[];
}
/** Least mean of ln S among rates at which every seed reached the goal. */
export const bestOf = (all: readonly Reached[]): Reached | undefined => {
  const cost = (r: Reached): number => (r.steps.every(Number.isFinite) ? mean(r.steps.map(Math.log)) : Infinity);
  const best = all.toSorted((a, b) => cost(a) - cost(b))[0];
  return best && Number.isFinite(cost(best)) ? best : undefined;
};

/** One replica on its way. */
export class Runner {
  private last: { readonly step: number; readonly loss: number } | undefined;
  private readonly noise = new NoiseScale();
  private readonly scales: number[] = [];
  steps = NaN;
  /**
   * B_crit = ∫B(s)ds / ∫ds over the run: an average of the local noise scale over steps. Where the gradient is lost in its noise there is
   * none to average.
   */
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

/** Rows of one plan, in order; how steps and measurements of the loss interleave does not matter. */
export const take = (b: MetricBatch, runners: readonly Runner[], B: number, goal: number): void => {
  for (const [i, step] of b.steps.entries())
    for (const [r, runner] of runners.entries()) {
      if (b.plan === 'eval') runner.evaluated(step, metric(b, i, 'test.loss', r), goal);
      else runner.stepped(metric(b, i, 'exampleNorms', r), metric(b, i, 'gradientNorm', r) ** 2, B);
    }
};
