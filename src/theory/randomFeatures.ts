/**
 * Excess risk of ridgeless regression on random features, in the limit N, n, d → ∞ with N/d → ψ₁ and n/d → ψ₂.
 *
 * Setting: x uniform on the sphere ‖x‖ = √d; y = βᵀx + ε with ‖β‖² and E ε² = τ² of order 1; features φ_j(x) = σ(w_jᵀx),
 * j = 1..N, w_j uniform on the unit sphere; ŷ = φ(x)ᵀa with a of least norm among the least-squares fits, no intercept.
 * Excess risk = E(βᵀx − ŷ)², noise not included: a mean over inputs.
 *
 * The activation enters through g ~ N(0,1) alone: μ₁ = E gσ(g), μ*² = E σ(g)² − μ₀² − μ₁², μ₀ = E σ(g). The mean μ₀ has no
 * part in the limit: it adds one large direction to the feature matrix, which carries no share of a linear target. So features
 * are taken as they are. Subtracting μ₀ first has the same limit: simulated, the two agree within two standard errors of their
 * difference at d = 80 and 160, and at ψ₁ = 12 the centred one starts a little nearer (.28 at d = 20 and .11 at 40, table below).
 *
 * Finite d: with as-is ReLU features, ψ₂ = 3, ‖β‖² = 1 and τ² = ½, the simulated risk over the formula's was, less 1,
 *   d          20          40          80          160
 *   ψ₁ = 1.5   .02 ± .02   .00 ± .01  −.01 ± .02  −.03 ± .02
 *   ψ₁ = 6     .17 ± .02   .06 ± .01   .07 ± .02   .01 ± .02
 *   ψ₁ = 12    .34 ± .02   .16 ± .01   .05 ± .02   .03 ± .02
 * (one standard error; 400, 200, 60 and 20 draws): an error of O(1/d) that grows with N/n. Compare at d ≥ 80.
 * Source: Mei & Montanari 2019, arXiv:1908.05355, the λ → 0 limit.
 */
import { nonNegative, positive } from './check';

/** Moments of an activation under N(0,1). */
export interface ActivationMoments {
  /** μ₁ = E gσ(g). */
  readonly mu1: number;
  /** μ*² = E σ(g)² − μ₀² − μ₁²: the variance of what is not linear. */
  readonly muStarSquared: number;
}

/** ReLU: E σ² = ½, μ₀ = 1/√(2π), μ₁ = ½. */
export const RELU_MOMENTS: ActivationMoments = { mu1: 0.5, muStarSquared: 0.25 - 1 / (2 * Math.PI) };

export interface RandomFeatureLimit {
  /** N/d, features per input dimension, ≥ 0. */
  readonly psi1: number;
  /** n/d, examples per input dimension, > 0. */
  readonly psi2: number;
  /** ‖β‖². */
  readonly signal: number;
  /** τ². */
  readonly noise: number;
  /** ReLU's unless given. */
  readonly activation?: ActivationMoments;
}

/** Negative root of ζ²χ² + (ψζ²−ζ²−1)χ − ψ = 0, ψ = min(ψ₁, ψ₂), in whichever form adds numbers of one sign. */
function chiOf(psi: number, z2: number): number {
  const a = psi * z2 - z2 - 1;
  const root = Math.hypot(a, 2 * Math.sqrt(z2 * psi));
  return a < 0 ? (-2 * psi) / (root - a) : -(root + a) / (2 * z2);
}

/** E₀, E₁, E₂ of the source: bias factor E₁/E₀, noise factor E₂/E₀. E₀ = 0 on the interpolation threshold ψ₁ = ψ₂. */
function coefficients(psi1: number, psi2: number, z2: number): readonly [number, number, number] {
  const x = chiOf(Math.min(psi1, psi2), z2);
  const [x2, x3, x4, x5] = [x ** 2, x ** 3, x ** 4, x ** 5];
  const [z4, z6] = [z2 ** 2, z2 ** 3];
  const both = psi1 * psi2;
  const E0 =
    -x5 * z6 +
    3 * x4 * z4 +
    (both - psi2 - psi1 + 1) * x3 * z6 -
    2 * x3 * z4 -
    3 * x3 * z2 +
    (psi1 + psi2 - 3 * both + 1) * x2 * z4 +
    2 * x2 * z2 +
    x2 +
    3 * both * x * z2 -
    both;
  const E1 = psi2 * x3 * z4 - psi2 * x2 * z2 + both * x * z2 - both;
  const E2 = x5 * z6 - 3 * x4 * z4 + (psi1 - 1) * x3 * z6 + 2 * x3 * z4 + 3 * x3 * z2 - (psi1 + 1) * x2 * z4 - 2 * x2 * z2 - x2;
  return [E0, E1, E2];
}

/**
 * Excess risk ‖β‖²·E₁/E₀ + τ²·E₂/E₀. Infinite on the threshold ψ₁ = ψ₂, ‖β‖² at ψ₁ = 0 (no features: ŷ = 0).
 * Throws ConfigError for negative amounts, ψ₂ ≤ 0, or an activation with μ₁ = 0 or μ*² = 0, which the formula does not cover.
 */
export function randomFeatureRisk({ psi1, psi2, signal, noise, activation = RELU_MOMENTS }: RandomFeatureLimit): number {
  nonNegative('psi1', psi1);
  positive('psi2', psi2);
  nonNegative('signal', signal);
  nonNegative('noise', noise);
  const z2 = positive('mu1²', activation.mu1 ** 2) / positive('muStarSquared', activation.muStarSquared);
  if (psi1 === 0) return signal;
  if (psi1 === psi2) return Infinity;
  const [E0, E1, E2] = coefficients(psi1, psi2, z2);
  return (signal * E1 + noise * E2) / E0;
}
