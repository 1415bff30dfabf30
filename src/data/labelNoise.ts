/** Label noise: some of the labels of a classification set, drawn anew without regard to the example. */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import type { ClassificationDataset } from './dataset';

export interface NoisyLabels {
  /** Labels [n] after the redraw. */
  readonly y: Uint32Array;
  /** [n]: 1 where the label was redrawn, which leaves it right with probability 1/k; 0 where it was kept. */
  readonly redrawn: Uint8Array;
}

/**
 * Each label is redrawn with probability q, uniformly over all `classes` = k, so that a fraction q(1−1/k) is wrong on average.
 * Label i depends on (seed, i) alone: raising q with the same seed redraws more labels and leaves those already redrawn as they
 * are, and a subset's noise is the subset of the noise. Throws ConfigError unless 0 ≤ q ≤ 1 and k is an integer in [1, 2²¹].
 */
export const redrawLabels = (labels: ArrayLike<number>, classes: number, q: number, seed: number): NoisyLabels => {
  if (!(q >= 0 && q <= 1)) throw new ConfigError(`redrawLabels: the probability must lie in [0, 1], got ${q}`);
  // 2²¹ keeps bits·k below 2⁵³, hence exact.
  if (!Number.isInteger(classes) || classes < 1 || classes > 2 ** 21)
    throw new ConfigError(`redrawLabels: the number of classes must be an integer in [1, 2^21], got ${classes}`);
  const random = stream(seed, USE.labelNoise);
  const y = Uint32Array.from(labels);
  const redrawn = new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    if (random.uniform(2 * i) >= q) continue;
    redrawn[i] = 1;
    y[i] = Math.floor((random.bits(2 * i + 1) * classes) / 2 ** 32);
  }
  return { y, redrawn };
};

/** The same examples with labels redrawn as redrawLabels does. */
export const withLabelNoise = (dataset: ClassificationDataset, q: number, seed: number): ClassificationDataset => ({
  ...dataset,
  y: redrawLabels(dataset.y, dataset.classes, q, seed).y,
});
