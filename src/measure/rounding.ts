/**
 * How far sums may be from what they would be in exact arithmetic. A sum of k terms of one sign, in any order, lies within γ_k of itself:
 * γ_k = ku/(1 − ku), u the unit roundoff. Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, §3.1 and §4.2.
 */
import type { NamedLayer } from '../autodiff/index';

/** Of float32 and of float64. */
export const [UNIT32, UNIT64] = [2 ** -24, 2 ** -53];

export interface Rounding {
  /**
   * Roundings on the way of one number into a sum: the terms of sums within sums, one after another. Of a trainer's metrics: the batch, and the inputs plus
   * outputs of its widest layer. Default: the batch.
   */
  readonly terms?: number;
  /** Unit roundoff of the arithmetic. Default 2⁻²⁴, float32's. */
  readonly unit?: number;
}
/** γ_k; Infinity where that many terms may leave no digit. */
export const relativeRounding = ({ terms = 1, unit = UNIT32 }: Rounding): number => {
  const ku = terms * unit;
  return ku < 1 ? ku / (1 - ku) : Infinity;
};
/** Of a norm that was recorded as a root, which WGSL gives to 4.5·2⁻²³, and is squared again. */
export const ROOT = 18;
/** A difference of sums that is not negative in exact arithmetic: 0 up to their error. */
export const above = (difference: number, error: number): number => (difference <= error ? 0 : difference);
/** A difference of sums, 0 where it lies within their error. */
export const beyond = (difference: number, error: number): number => (Math.abs(difference) <= error ? 0 : difference);

/**
 * Roundings in a layer's Σ‖g_i‖² over examples and in its mean gradient, over `block` examples at a time: norms of inputs and cotangents one after another,
 * for each pair of an example's positions, as long as the positions do not cancel each other.
 */
export const roundingsOf = ({ left, delta, positions }: NamedLayer, block: number): number =>
  block * positions + positions ** 2 + (left?.dtype === 'f32' ? left.shape[1]! : 0) + delta.shape[1]!;
