/** Trains networks of one width and watches their kernels and weights move. */
import { deriveSeed } from '../../../src/core/random';
import type { RunContext } from '../../../src/lab/study';
import { openNtk } from '../../../src/measure/ntk';
import { metric } from '../../../src/runtime/executor';
import { Trainer } from '../../../src/runtime/trainer';
import type { Dense } from '../../../src/theory/linalg';
import type { Examples } from '../tasks';
import { alphaName, anchorName, dataOf, descent, networkOf, scaledLoss, scaledNet, stepSize } from '../training';
import type { Config } from './fields';

const MEMBER = 'net';

/** Numbers of steps after which kernels are measured: 0, and from there each about half as many again, the last included. */
export const measuredSteps = (last: number): readonly number[] => {
  const grown = Array.from({ length: 40 }, (_, i) => Math.round(3 * 1.6 ** i));
  return [...new Set([0, 1, ...grown, last])].filter((t) => t <= last).toSorted((a, b) => a - b);
};

/** Replica r has α number ⌊r/seeds⌋ and seed r mod seeds, so that each seed starts alike at every α. */
export interface Moved {
  readonly step: number;
  readonly kernels: readonly Dense[];
  /** ‖θ − θ₀‖/‖θ₀‖. */ readonly weights: readonly number[];
  readonly losses: readonly number[];
}

const norm = (v: ArrayLike<number>, from: number, size: number, minus?: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = from; i < from + size; i++) sum += (v[i]! - (minus?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
};

/** Trains α × seeds networks of one width and yields what is measured at `at`. */
export async function* movement(
  c: Config,
  { executor, signal, control }: RunContext<Config>,
  set: Examples,
  width: number,
  alphas: readonly number[],
  at: readonly number[],
): AsyncGenerator<Moved> {
  const count = c.seeds;
  const R = alphas.length * count;
  const network = networkOf(c, set.X.cols, width);
  const seeds = Array.from({ length: R }, (_, r) => deriveSeed(c.seed, r % count, width));
  using trainer = await Trainer.open(executor, {
    model: scaledNet(network, MEMBER),
    loss: scaledLoss(MEMBER),
    optimiser: descent(Array.from({ length: R }, () => stepSize(c, c.rate, set))),
    data: dataOf([set]),
    seeds,
  });
  const { session } = trainer;
  const start = (await session.read('theta')).data.slice();
  session.write(anchorName(MEMBER), start);
  session.write(
    alphaName(MEMBER),
    Float32Array.from({ length: R }, (_, r) => alphas[Math.floor(r / count)]!),
  );
  const x = { x: Float32Array.from(set.X.data), n: set.X.rows };
  using kernels = await openNtk(executor, network, x, x, { replicas: R });
  const [n, size] = [set.X.rows, network.layout.total];
  for (const [i, step] of at.entries()) {
    const losses = Array.from({ length: R }, () => NaN);
    if (i > 0)
      for await (const b of trainer.train({ steps: step - at[i - 1]!, signal, control }))
        for (let r = 0; r < R; r++) losses[r] = metric(b, b.steps.length - 1, 'loss', r);
    if (signal.aborted) return;
    const { data } = await session.read('theta');
    const weights = seeds.map((_, r) => norm(data, r * size, size, start) / norm(start, r * size, size));
    yield { step, weights, losses, kernels: (await kernels.at(data)).map((k) => ({ data: Float64Array.from(k.data), rows: n, cols: n })) };
  }
}
