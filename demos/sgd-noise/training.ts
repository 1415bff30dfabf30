/** What the studies' runs share: the network, the data and rows. */
import { ConfigError } from '../../src/core/errors';
import { mnist1d, toFloat32 } from '../../src/data/index';
import type { PointRow } from '../../src/lab/study';
import { mlp, type Model } from '../../src/models/index';
import type { TrainerData } from '../../src/runtime/trainer';

/** An MLP from the 40 inputs of MNIST-1D to its 10 classes. */
export const modelOf = ({ hidden }: { readonly hidden: readonly number[] }): Model => mlp({ widths: [40, ...hidden, 10] });
/**
 * MNIST-1D with n training and m test examples, of one generation. Half an example more than n, so that rounding of the fraction cannot
 * lose one.
 */
export const dataOf = (n: number, m: number) => mnist1d({ n: n + m, trainFraction: (n + 0.5) / (n + m) });
export const trainerData = (set: ReturnType<typeof dataOf>['train']): TrainerData => ({ ...toFloat32(set), n: set.n, target: [] });
/** Returns `value`. Throws ConfigError where it is more than there is. */
export const atMost = (what: string, value: number, limit: number, of: string): number => {
  if (value > limit) throw new ConfigError(`${what} is ${value}, but there are only ${limit} ${of}. Set it to at most that`);
  return value;
};
/** The first m examples. */
export const firstOf = ({ x, y, n, target }: TrainerData, m: number): TrainerData => ({
  x: x.slice(0, (x.length / n) * m),
  y: y.slice(0, m),
  n: m,
  target,
});

export const point = (chart: string, series: string, x: number, seed: number, y: number): PointRow => ({
  kind: 'point',
  chart,
  series,
  x,
  seed,
  y,
});
