/**
 * Full-batch gradient descent from W₀ = 0 on the loss (1/2n)‖XW − Y‖² (a mean over the n examples, a sum over the k outputs),
 * in closed form: W_t = (I − (I − ηH)^t)·X⁺Y with H = XᵀX/n, for every step t without taking the ones before.
 *
 * In the basis X = U·diag(s)·Vᵀ, direction i has curvature s_i²/n and W_t = V·diag((1 − (1 − ηs_i²/n)^t)/s_i)·UᵀY: a direction
 * is learned at time ~n/(ηs_i²) and then carries noise amplified by 1/s_i. Small s_i, frequent at n ≈ d, are learned last,
 * which is why stopping early removes the peak of double descent.
 * Source: Ali, Kolter & Tibshirani 2019, arXiv:1810.10082; Advani & Saxe 2017, arXiv:1710.03667.
 */
import { integer, positive } from './check';
import { multiply, rankTolerance, svd, transpose, type Dense } from './linalg';

export interface GradientDescent {
  /**
   * W_t [d,k] after t steps of size η. Past maxStep it diverges, as the iteration does. Throws ConfigError unless t is an
   * integer ≥ 0 and η > 0.
   */
  readonly at: (t: number, eta: number) => Dense;
  /** X⁺Y [d,k], the limit t → ∞ for 0 < η < maxStep; directions with s_i ≤ rankTolerance·s₀ are held at 0. */
  readonly limit: Dense;
  /** 2/λmax(H): the supremum of the steps that converge. +∞ when X = 0. */
  readonly maxStep: number;
  /** Eigenvalues s_i²/n of H, descending; the min(n, d) that can be non-zero. */
  readonly curvatures: Float64Array;
}

/** 1 − (1 − a)^t for an integer t, keeping the digits of a small a. */
function learned(a: number, t: number): number {
  if (t === 0) return 0;
  return a < 1 ? -Math.expm1(t * Math.log1p(-a)) : 1 - (1 - a) ** t;
}

/** Takes one SVD of X [n,d]; each `at` then costs a d×min(n,d)×k product. Throws ShapeError if Y [n,k] has other rows than X. */
export function gradientDescent(X: Dense, Y: Dense): GradientDescent {
  const { U, s, V } = svd(X);
  const projected = multiply(transpose(U), Y); // [r,k]
  const cut = rankTolerance(X.rows, X.cols) * s[0]!;
  const combine = (weight: (singular: number) => number): Dense =>
    multiply(V, { ...projected, data: projected.data.map((c, i) => c * weight(s[Math.floor(i / Y.cols)]!)) });
  const curvatures = s.map((singular) => (singular * singular) / X.rows);
  return {
    at: (t, eta) => {
      integer('t', t, 0);
      positive('eta', eta);
      return combine((singular) => (singular === 0 ? 0 : learned((eta * singular * singular) / X.rows, t) / singular));
    },
    limit: combine((singular) => (singular <= cut ? 0 : 1 / singular)),
    maxStep: 2 / curvatures[0]!,
    curvatures,
  };
}
