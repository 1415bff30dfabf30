/**
 * Marchenko–Pastur law: the limiting spectrum of XᵀX/n, X ∈ ℝ^{n×p} with independent entries of mean 0 and variance 1,
 * as n, p → ∞ with p/n → γ.
 *
 * Bulk   density √((s₊−s)(s−s₋)) / (2πγs) on [s₋, s₊], s± = (1±√γ)², of total mass min(1, 1/γ).
 * Atom   1 − 1/γ at 0 when γ > 1.
 * Source Bai & Silverstein (2010), Spectral Analysis of Large Dimensional Random Matrices, §3.
 * Every function throws ConfigError for γ ≤ 0.
 */
import { ConfigError } from '../core/errors';
import { positive } from './check';

/** [s₋, s₊], the ends of the bulk; the atom at 0 is not part of it. */
export function mpEdges(gamma: number): readonly [number, number] {
  const root = Math.sqrt(positive('gamma', gamma));
  return [(1 - root) ** 2, (1 + root) ** 2];
}

/** Mass of the atom at 0: max(0, 1 − 1/γ), the share of eigenvalues that are 0 because XᵀX has rank n < p. */
export const mpAtom = (gamma: number): number => Math.max(0, 1 - 1 / positive('gamma', gamma));

/** Density of the bulk at s: per unit of eigenvalue, 0 outside the edges, +∞ at s = 0 when γ = 1. The atom is not included. */
export function mpDensity(gamma: number, s: number): number {
  const [low, high] = mpEdges(gamma);
  if (s < low || s > high) return 0;
  if (s === 0) return Infinity; // reached only at γ = 1, where the density grows as s^{-1/2}
  return Math.sqrt((high - s) * (s - low)) / (2 * Math.PI * gamma * s);
}

/**
 * P(eigenvalue ≤ s), the atom included. The antiderivative of the density, its arcsines written as half-angle arctangents
 * so that no digits are lost near the edges.
 */
export function mpCdf(gamma: number, s: number): number {
  const [low, high] = mpEdges(gamma);
  if (s < 0) return 0;
  if (s >= high) return 1;
  const atom = mpAtom(gamma);
  if (s <= low) return atom;
  const up = s - low;
  const down = high - s;
  const theta = 2 * Math.atan2(Math.sqrt(up), Math.sqrt(down));
  const phi = 2 * Math.atan2(Math.sqrt(high * up), Math.sqrt(low * down));
  return atom + (Math.sqrt(up * down) + (1 + gamma) * theta - Math.abs(1 - gamma) * phi) / (2 * Math.PI * gamma);
}

/** Smallest s with mpCdf(γ, s) ≥ q, by bisection to neighbouring floats. Throws ConfigError unless 0 ≤ q ≤ 1. */
export function mpQuantile(gamma: number, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new ConfigError(`q is ${q}; a quantile needs 0 ≤ q ≤ 1`);
  let [low, high] = mpEdges(gamma);
  if (q < 1 && q <= mpAtom(gamma)) return gamma > 1 ? 0 : low;
  if (q === 1) return high;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (mpCdf(gamma, middle) >= q) high = middle;
    else low = middle;
  }
}

/** The Stieltjes transform m(z) = ∫ dμ(s)/(s − z) at z = −λ and what ridge risks need of it. Atom included. */
export interface Stieltjes {
  /** m(−λ) = ∫ 1/(s+λ), the limit of tr((XᵀX/n + λI)⁻¹)/p. */
  readonly m: number;
  /** m′(−λ) = ∫ 1/(s+λ)², the derivative in z (so −d/dλ). */
  readonly derivative: number;
  /** m − λm′ = ∫ s/(s+λ)², computed without the cancellation of that difference. */
  readonly variance: number;
}

/**
 * Positive root of γλm² + (1−γ+λ)m − 1 = 0 and its derivative. Differentiating that equation in λ gives
 * m′ = m(1+γm)/D with D = √((1−γ+λ)² + 4γλ), and D² = (1−γ−λ)² + 4λ turns m − λm′ into m(D+1−γ−λ)/(2D).
 * Each root is written in whichever of its two forms adds numbers of one sign, so small λ costs no digits.
 * Throws ConfigError for λ ≤ 0: at λ = 0 the atom makes m infinite for γ > 1.
 */
export function mpStieltjes(gamma: number, lambda: number): Stieltjes {
  positive('gamma', gamma);
  positive('lambda', lambda);
  const a = 1 - gamma + lambda;
  const b = 1 - gamma - lambda;
  const D = Math.hypot(a, 2 * Math.sqrt(gamma * lambda));
  const m = a > 0 ? 2 / (D + a) : (D - a) / (2 * gamma * lambda);
  const rest = b >= 0 ? D + b : (4 * lambda) / (D - b);
  return { m, derivative: (m * (1 + gamma * m)) / D, variance: (m * rest) / (2 * D) };
}
