import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { symmetricEigen, multiply, transpose } from './linalg';
import { mpAtom, mpCdf, mpDensity, mpEdges, mpQuantile, mpStieltjes } from './marchenkoPastur';
import { fill, normals } from './testRandom';

const GAMMAS = [0.1, 0.5, 0.9, 1, 1.1, 2, 10] as const;
const NODES = 2000;

/**
 * ∫ s·f(s) dμ(s) over the bulk by Gauss–Chebyshev quadrature of the second kind, nodes s = 1 + γ + 2√γ·cos(kπ/(N+1)). For f
 * analytic in an ellipse about the bulk the error falls as ρ^{−2N}, ρ set by f's nearest pole; `converged` says when that is
 * below the last bit.
 */
function bulk(gamma: number, f: (s: number) => number): number {
  const half = 2 * Math.sqrt(gamma);
  let sum = 0;
  for (let k = 1; k <= NODES; k++) {
    const angle = (k * Math.PI) / (NODES + 1);
    sum += f(1 + gamma + half * Math.cos(angle)) * Math.sin(angle) ** 2;
  }
  return (sum * half * half) / (2 * gamma * (NODES + 1));
}

/** ρ for a pole at −λ: |z| + √(z² − 1), z = (1+γ+λ)/(2√γ). */
const rho = (gamma: number, lambda: number): number => {
  const z = (1 + gamma + lambda) / (2 * Math.sqrt(gamma));
  return z + Math.sqrt(z * z - 1);
};
const converged = (gamma: number, lambda: number): boolean => rho(gamma, lambda) ** (-2 * NODES) < Number.EPSILON;
/** NODES roundings in the sum, and as many again in the nodes. */
const ROUNDING = 2 * NODES * Number.EPSILON;

describe('Marchenko–Pastur law', () => {
  it('has the edges (1 ± √γ)²', () => {
    expect(mpEdges(4)).toEqual([1, 9]);
    expect(mpEdges(1)).toEqual([0, 4]);
    expect(mpEdges(0.25)).toEqual([0.25, 2.25]);
  });

  it('has mass 1 with its atom, mean 1 and second moment 1 + γ', () => {
    for (const gamma of GAMMAS.filter((g) => converged(g, 0))) {
      expect(Math.abs(bulk(gamma, (s) => 1 / s) + mpAtom(gamma) - 1)).toBeLessThanOrEqual(ROUNDING);
      expect(Math.abs(bulk(gamma, () => 1) - 1)).toBeLessThanOrEqual(ROUNDING);
      expect(Math.abs(bulk(gamma, (s) => s) / (1 + gamma) - 1)).toBeLessThanOrEqual(ROUNDING);
    }
  });

  it.each(GAMMAS)('has a CDF whose slope is the density at γ = %d', (gamma) => {
    const [low, high] = mpEdges(gamma);
    for (const share of [0.1, 0.3, 0.5, 0.9]) {
      const s = low + share * (high - low);
      const slope = (h: number): number => (mpCdf(gamma, s + h) - mpCdf(gamma, s - h)) / (2 * h);
      const h = (high - low) / 1024;
      // A central difference errs by ch² + O(h⁴): from h to 2h that is 3ch², which bounds the error at h with room for h⁴.
      const bound = Math.abs(slope(2 * h) - slope(h)) + (8 * Number.EPSILON) / h;
      expect(Math.abs(slope(h) - mpDensity(gamma, s))).toBeLessThanOrEqual(bound);
    }
  });

  it('is 0 outside the bulk, and steps by the atom at 0', () => {
    expect(mpDensity(0.25, 0.2)).toBe(0);
    expect(mpDensity(0.25, 2.3)).toBe(0);
    expect(mpDensity(1, 0)).toBe(Infinity);
    expect([mpCdf(4, -1), mpCdf(4, 0), mpCdf(4, 1), mpCdf(4, 9)]).toEqual([0, 0.75, 0.75, 1]);
  });

  it('has the quarter-circle median of squared singular values at γ = 1', () => {
    // At γ = 1, s = 4sin²(θ/2) has P(≤ s) = (θ + sin θ)/π: at θ = π/2 that is ½ + 1/π.
    expect(Math.abs(mpCdf(1, 2) - (0.5 + 1 / Math.PI))).toBeLessThanOrEqual(4 * Number.EPSILON);
  });

  it('has quantiles that invert the CDF', () => {
    for (const gamma of GAMMAS)
      for (const q of [0.95, 0.99, 1]) {
        // One ulp of s ≤ 2 + γ + 2√γ, times the density there, plus the roundings of the CDF itself.
        const s = mpQuantile(gamma, q);
        const bound = Number.EPSILON * (8 + s * mpDensity(gamma, s));
        expect(Math.abs(mpCdf(gamma, s) - q)).toBeLessThanOrEqual(bound);
      }
    expect(mpQuantile(4, 0.5)).toBe(0);
    expect([mpQuantile(0.25, 0), mpQuantile(0.25, 1)]).toEqual([0.25, 2.25]);
  });

  it('describes a sampled spectrum to within a Kolmogorov distance of log(p)/p', () => {
    const [n, p] = [200, 100];
    const X = fill(n, p, normals(1));
    const { values } = symmetricEigen(multiply(transpose(X), X));
    const distance = values.reduce((worst, value, i) => {
      const F = mpCdf(p / n, value / n);
      return Math.max(worst, Math.abs(F - i / p), Math.abs(F - (i + 1) / p));
    }, 0);
    // Rigidity: eigenvalues repel, so their count below any s is off by O(log p) places; independent points would be off by √p.
    expect(distance).toBeLessThan(Math.log(p) / p);
  });
});

describe('Stieltjes transform', () => {
  it('equals its integrals over the law', () => {
    for (const gamma of GAMMAS)
      for (const lambda of [0.01, 0.3, 2]) {
        expect(converged(gamma, lambda)).toBe(true);
        // m and m′ need f with a pole at s = 0 as well. At γ = 1 that is on the edge of the bulk: there `variance` alone is compared.
        const { m, derivative, variance } = mpStieltjes(gamma, lambda);
        const direct = bulk(gamma, (s) => 1 / (s + lambda) ** 2);
        expect(Math.abs(direct / variance - 1)).toBeLessThanOrEqual(ROUNDING);
        if (!converged(gamma, 0)) continue;
        const atom = mpAtom(gamma);
        expect(Math.abs((bulk(gamma, (s) => 1 / (s * (s + lambda))) + atom / lambda) / m - 1)).toBeLessThanOrEqual(ROUNDING);
        const squared = bulk(gamma, (s) => 1 / (s * (s + lambda) ** 2)) + atom / lambda ** 2;
        expect(Math.abs(squared / derivative - 1)).toBeLessThanOrEqual(ROUNDING);
      }
  });

  it.each(GAMMAS)('has the derivative that central differences tend to at γ = %d', (gamma) => {
    for (const lambda of [0.05, 1, 7]) {
      const at = (z: number): number => mpStieltjes(gamma, -z).m;
      const slope = (h: number): number => (at(-lambda + h) - at(-lambda - h)) / (2 * h);
      const h = lambda / 256;
      const { derivative, m } = mpStieltjes(gamma, lambda);
      const bound = Math.abs(slope(2 * h) - slope(h)) + (8 * Number.EPSILON * m) / h; // as for the CDF above
      expect(Math.abs(slope(h) - derivative)).toBeLessThanOrEqual(bound);
    }
  });

  it('has the golden-ratio value at γ = λ = 1', () => {
    const { m, derivative, variance } = mpStieltjes(1, 1);
    expect(Math.abs(m - (Math.sqrt(5) - 1) / 2)).toBeLessThanOrEqual(2 * Number.EPSILON);
    expect(Math.abs(derivative - 1 / Math.sqrt(5))).toBeLessThanOrEqual(2 * Number.EPSILON); // m(1+m) = 1
    expect(Math.abs(variance - (m - derivative))).toBeLessThanOrEqual(2 * Number.EPSILON);
  });

  it('keeps its digits for tiny λ', () => {
    // γ < 1: m → 1/(1−γ) with slope −1/(1−γ)³, and ∫ s/(s+λ)² → the same 1/(1−γ).
    const { m, variance } = mpStieltjes(0.5, 1e-12);
    expect(Math.abs(m / (2 - 8e-12) - 1)).toBeLessThanOrEqual(4 * Number.EPSILON);
    expect(Math.abs(variance / (2 - 16e-12) - 1)).toBeLessThanOrEqual(4 * Number.EPSILON);
    // γ > 1: the bulk's part is ∫ 1/s = 1/(γ(γ−1)).
    expect(Math.abs(mpStieltjes(2, 1e-18).variance / 0.5 - 1)).toBeLessThanOrEqual(4 * Number.EPSILON);
  });

  it('refuses what is outside its domain', () => {
    expect(() => mpStieltjes(1, 0)).toThrow(ConfigError);
    expect(() => mpStieltjes(0, 1)).toThrow(ConfigError);
    expect(() => mpQuantile(1, 1.5)).toThrow(ConfigError);
    expect(() => mpCdf(NaN, 1)).toThrow(ConfigError);
  });
});
