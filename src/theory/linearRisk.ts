/**
 * Risk of linear regression with isotropic Gaussian inputs: y = xᵀβ + ε, x ~ N(0, I_D), ε ~ N(0, σ²), n examples.
 *
 * Only the first p of the D coordinates (the set T) are fitted. The others are independent of those, so to the fit their
 * signal x_Tcᵀβ_Tc is noise of variance ‖β_Tc‖², and at a test point it is an error of that size that no fit can remove.
 *
 * Test error  E(y − ŷ)² at a fresh example, noise included: a mean over examples, noise and training sets.
 * Excess risk E(xᵀβ − ŷ)² = test error − σ².
 * All amounts are squared norms or variances (‖β‖², σ²), never norms or standard deviations.
 */
import { integer, nonNegative, positive } from './check';
import { mpStieltjes } from './marchenkoPastur';

/** A finite problem. */
export interface FiniteLinear {
  /** Training examples. */
  readonly n: number;
  /** Fitted features, of D ≥ p. */
  readonly p: number;
  /** ‖β_T‖², the signal on the fitted features. */
  readonly signal: number;
  /** ‖β_Tc‖², the signal on the features left out; 0 when p = D. */
  readonly missed: number;
  /** σ². */
  readonly noise: number;
}

/** The limit n, p → ∞ with p/n → γ. */
export interface LinearLimit {
  /** Fitted features per training example, p/n > 0. */
  readonly gamma: number;
  /** r² = ‖β_T‖². */
  readonly signal: number;
  /** σ². */
  readonly noise: number;
}

/** The same limit when only p of D features are fitted. */
export interface MisspecifiedLimit extends LinearLimit {
  /** ‖β_Tc‖². */
  readonly missed: number;
}

/** Noise times an amplification that may be infinite. Without noise the fit is exact on T, so the product is 0 and not NaN. */
const amplify = (noise: number, factor: number): number => (noise === 0 ? 0 : noise * factor);

/**
 * Expected test error of the minimum-norm least-squares fit, exact for every n. Infinite for |p − n| ≤ 1, where
 * E tr((X_TᵀX_T)⁺) diverges, unless noise and missed are both 0. A simulated mean has finite variance only for |p − n| ≥ 4.
 * Source: Belkin, Hsu & Xu 2019, arXiv:1903.07571, Theorem 1. Throws ConfigError outside the domain.
 */
export function expectedTestError({ n, p, signal, missed, noise }: FiniteLinear): number {
  integer('n', n, 1);
  integer('p', p, 0);
  const total = nonNegative('missed', missed) + nonNegative('noise', noise);
  const bias = p > n ? nonNegative('signal', signal) * (1 - n / p) : 0;
  if (Math.abs(p - n) <= 1) return bias + amplify(total, p === 0 ? 1 : Infinity);
  return bias + amplify(total, p < n ? 1 + p / (n - p - 1) : 1 + n / (p - n - 1));
}

/** expectedTestError less σ². */
export const expectedExcessRisk = (problem: FiniteLinear): number => expectedTestError(problem) - problem.noise;

/**
 * Excess risk of the minimum-norm fit in the limit. Infinite at γ = 1 unless σ² = 0.
 * Source: Hastie, Montanari, Rosset & Tibshirani 2019, arXiv:1903.08560, Theorem 1. Throws ConfigError outside the domain.
 */
export function ridgelessRisk({ gamma, signal, noise }: LinearLimit): number {
  positive('gamma', gamma);
  nonNegative('signal', signal);
  nonNegative('noise', noise);
  if (gamma < 1) return (noise * gamma) / (1 - gamma);
  return signal * (1 - 1 / gamma) + amplify(noise, 1 / (gamma - 1));
}

/**
 * Excess risk of ŵ = (XᵀX/n + λI)⁻¹Xᵀy/n in the limit: r²λ²m′ + σ²γ(m − λm′), m the Stieltjes transform at −λ. As a
 * penalty beside the plain sum ‖Xw − y‖² this λ is nλ‖w‖². λ = 0 gives ridgelessRisk, its limit.
 * Source: Hastie et al. 2019, arXiv:1903.08560, Theorem 5. Throws ConfigError for λ < 0.
 */
export function ridgeRisk(limit: LinearLimit, lambda: number): number {
  if (nonNegative('lambda', lambda) === 0) return ridgelessRisk(limit);
  const { derivative, variance } = mpStieltjes(limit.gamma, lambda);
  const bias = nonNegative('signal', limit.signal) * lambda * lambda * derivative;
  return bias + nonNegative('noise', limit.noise) * limit.gamma * variance;
}

/** The λ of least ridgeRisk, λ* = σ²γ/r²: 0 without noise, +∞ (predict 0) when there is noise and no signal. */
export function optimalLambda({ gamma, signal, noise }: LinearLimit): number {
  positive('gamma', gamma);
  nonNegative('signal', signal);
  return nonNegative('noise', noise) === 0 ? 0 : (noise * gamma) / signal;
}

/**
 * Excess risk at λ*: σ²γ·m(−λ*), or r² when λ* is infinite. At fixed r² and σ² it is finite for every γ and only rises with
 * γ, through γ = 1 too: the peak of double descent belongs to the missing regularisation.
 */
export function optimalRidgeRisk(limit: LinearLimit): number {
  const lambda = optimalLambda(limit);
  if (lambda === 0) return ridgelessRisk(limit);
  return lambda === Infinity ? limit.signal : limit.noise * limit.gamma * mpStieltjes(limit.gamma, lambda).m;
}

/** The well-specified limit that the fit on T sees: noise σ² + ‖β_Tc‖². Throws ConfigError for a negative ‖β_Tc‖². */
export const effectiveLimit = ({ gamma, signal, missed, noise }: MisspecifiedLimit): LinearLimit => ({
  gamma,
  signal,
  noise: noise + nonNegative('missed', missed),
});

/** ridgelessRisk of the fit on T, plus the ‖β_Tc‖² that stays: excess over σ². */
export const ridgelessRiskMisspecified = (limit: MisspecifiedLimit): number => ridgelessRisk(effectiveLimit(limit)) + limit.missed;

/** ridgeRisk of the fit on T, plus the ‖β_Tc‖² that stays: excess over σ². The best λ is optimalLambda(effectiveLimit(limit)). */
export const ridgeRiskMisspecified = (limit: MisspecifiedLimit, lambda: number): number =>
  ridgeRisk(effectiveLimit(limit), lambda) + limit.missed;

/** optimalRidgeRisk of the fit on T, plus the ‖β_Tc‖² that stays: excess over σ². */
export const optimalRidgeRiskMisspecified = (limit: MisspecifiedLimit): number => optimalRidgeRisk(effectiveLimit(limit)) + limit.missed;
