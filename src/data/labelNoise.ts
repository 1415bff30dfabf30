/** Label noise: some of the labels of a classification set, drawn anew without regard to the example. */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import type { ClassificationDataset } from './dataset';

export interface NoisyLabels {
  /** Labels [n] after the redraw. */
  readonly y: Uint32Array;
  /** [n]: 1 where the label was redrawn, which leaves it right with probability 1/k, or never where it was to change; 0 where it was kept. */
  readonly redrawn: Uint8Array;
}

/**
 * What noise of probability q does to a label. any: drawn anew from all k classes, the right one among them, so that a share q(1 − 1/k) is wrong: double
 * descent's and MNIST-1D's. other: changed to one of the k − 1 other classes, so that a share q is wrong: what "q symmetric noise" often means.
 */
export type LabelNoise = 'any' | 'other';

/**
 * Each label is redrawn with probability q, uniformly over all `classes` = k, so that a fraction q(1−1/k) is wrong on average; with `to` = other, over the
 * others, so that a fraction q is.
 * Label i depends on (seed, i) alone: raising q with the same seed redraws more labels and leaves those already redrawn as they
 * are, and a subset's noise is the subset of the noise. Throws ConfigError unless 0 ≤ q ≤ 1 and k is an integer in [1, 2²¹], of
 * at least 2 where the label must change.
 */
export const redrawLabels = (labels: ArrayLike<number>, classes: number, q: number, seed: number, to: LabelNoise = 'any'): NoisyLabels => {
  if (!(q >= 0 && q <= 1)) throw new ConfigError(`redrawLabels: the probability must lie in [0, 1], got ${q}`);
  // 2²¹ keeps bits·k below 2⁵³, hence exact.
  if (!Number.isInteger(classes) || classes < 1 || classes > 2 ** 21)
    throw new ConfigError(`redrawLabels: the number of classes must be an integer in [1, 2^21], got ${classes}`);
  if (to === 'other' && classes < 2) throw new ConfigError('redrawLabels: a label can change to another only where there are 2 classes');
  const choices = to === 'other' ? classes - 1 : classes;
  const random = stream(seed, USE.labelNoise);
  const y = Uint32Array.from(labels);
  const redrawn = new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    if (random.uniform(2 * i) >= q) continue;
    redrawn[i] = 1;
    const drawn = Math.floor((random.bits(2 * i + 1) * choices) / 2 ** 32);
    y[i] = to === 'other' ? (y[i]! + 1 + drawn) % classes : drawn;
  }
  return { y, redrawn };
};

/** The same examples with labels redrawn as redrawLabels does. */
export const withLabelNoise = (dataset: ClassificationDataset, q: number, seed: number, to: LabelNoise = 'any'): ClassificationDataset => ({
  ...dataset,
  y: redrawLabels(dataset.y, dataset.classes, q, seed, to).y,
});
