/**
 * Random features: y = φ(x F) W with F drawn once and never trained. F [inputs, features] has rows of F^T uniform on the sphere of
 * radius 1 where `sphere`, else entries N(0, 1/inputs).
 * Source: Rahimi & Recht (2007); Mei & Montanari (2019) for the sphere.
 */
import { USE } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { matmul } from '../ops/matmul';
import { div, mul, sqrt, square } from '../ops/pointwise';
import { normal } from '../ops/random';
import { sum } from '../ops/sum';
import { activate, type Activation } from './model';

export interface RandomFeaturesOptions {
  readonly inputs: number;
  readonly features: number;
  readonly activation?: Activation;
  readonly sphere?: boolean;
}

/** F [features, inputs] from key [2] (seed, 0); a row per feature, so that fewer features of one seed are a prefix of more. */
export const featureWeights = (key: Tensor, { inputs, features, sphere = false }: RandomFeaturesOptions): Tensor => {
  const raw = normal(key, [features, inputs], USE.features);
  return sphere ? div(raw, sqrt(sum(square(raw), [1], { keepDims: true }))) : mul(raw, 1 / Math.sqrt(inputs));
};
/** φ(x Fᵀ): [n, features] for x [n, inputs]. */
export const randomFeatures = (x: Tensor, key: Tensor, o: RandomFeaturesOptions): Tensor =>
  activate(o.activation ?? 'relu', matmul(x, featureWeights(key, o), { transB: true }));
