import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { mean, standardError } from '../core/stats';
import { minNorm, multiply, transpose, type Dense } from './linalg';
import { randomFeatureRisk, RELU_MOMENTS } from './randomFeatures';
import { fill, normals, onSphere } from './testRandom';

/**
 * aᵀKa with K_ij = E relu(w_iᵀx)·relu(w_jᵀx), ‖x‖ = √d. ReLU is homogeneous, so the sphere gives exactly the Gaussian value, the
 * arc-cosine kernel of order 1 over 2: (√(1−c²) + (π−θ)c)/2π with c = cos θ = w_iᵀw_j.
 */
function outputPower(W: Dense, a: Float64Array): number {
  const cosines = multiply(W, transpose(W)).data;
  return cosines.reduce((sum, raw, i) => {
    const c = Math.min(1, Math.max(-1, raw));
    const kernel = (Math.sqrt(1 - c * c) + (Math.PI - Math.acos(c)) * c) / (2 * Math.PI);
    return sum + a[Math.floor(i / W.rows)]! * a[i % W.rows]! * kernel;
  }, 0);
}

interface Factors {
  readonly bias: number;
  readonly noise: number;
}

/** One draw at ‖β‖ = 1. The fit is linear in y, so one factorisation gives both terms; test expectations are taken exactly. */
function draw(d: number, n: number, N: number, next: () => number): Factors {
  const X = onSphere(n, d, Math.sqrt(d), next);
  const W = onSphere(N, d, 1, next);
  const features = multiply(X, transpose(W));
  const targets = fill(n, 2, next); // column 1 stays noise of variance 1
  for (let i = 0; i < n; i++) targets.data[2 * i] = X.data[i * d]!; // column 0: βᵀx with β the first unit vector
  const A = transpose(minNorm({ ...features, data: features.data.map((value) => Math.max(0, value)) }, targets)).data;
  const [signalled, noisy] = [A.subarray(0, N), A.subarray(N)];
  const overlap = signalled.reduce((sum, value, j) => sum + (value * W.data[j * d]!) / 2, 0); // E relu(wᵀx)·x = w/2
  return { bias: outputPower(W, signalled) - 2 * overlap + 1, noise: outputPower(W, noisy) };
}

/** Relative finite-d error of the formula at d = 80 and N/d ≤ 6; the table in randomFeatures.ts shows it shrink as 1/d. */
const FINITE_D = 0.04;

const risk = (psi1: number): number => randomFeatureRisk({ psi1, psi2: 3, signal: 1, noise: 0.2 });
const explainedShare = (psi1: number): number => 1 - randomFeatureRisk({ psi1, psi2: 3, signal: 1, noise: 0 });

describe('random features', () => {
  it.each([0.5, 1.5, 6])('agree with a simulation in 80 dimensions, 240 examples, N/d = %d', (psi1) => {
    const [d, psi2, next] = [80, 3, normals(11)];
    const draws = Array.from({ length: 12 }, () => draw(d, psi2 * d, psi1 * d, next));
    for (const [part, signal, noise] of [
      ['bias', 1, 0],
      ['noise', 0, 1],
    ] as const) {
      const formula = randomFeatureRisk({ psi1, psi2, signal, noise });
      const risks = draws.map((factors) => factors[part]);
      expect(Math.abs(mean(risks) - formula), part).toBeLessThanOrEqual(4 * standardError(risks) + FINITE_D * formula);
    }
  });

  it('peak where N = n, and there alone', () => {
    expect(risk(3)).toBe(Infinity);
    const below = Array.from({ length: 20 }, (_, i) => risk(1.5 + 0.07 * i));
    const above = Array.from({ length: 60 }, (_, i) => risk(3.1 + 0.5 * i));
    expect(below.every((value, i) => i === 0 || value > below[i - 1]!)).toBe(true);
    expect(above.every((value, i) => i === 0 || value < above[i - 1]!)).toBe(true);
    expect(risk(100)).toBeLessThan(Math.min(...below)); // past the peak lies the lower minimum
  });

  it('diverge as 1/|ψ₁ − ψ₂|', () => {
    // risk·gap = c + O(gap): from gap to gap/2 it moves by half of what it moves from 2·gap to gap, up to second order.
    for (const sign of [-1, 1]) {
      const [a, b, c] = [-9, -10, -11].map((power) => risk(3 + sign * 2 ** power) * 2 ** power) as [number, number, number];
      expect(c).toBeGreaterThan(0);
      expect(Math.abs((c - b) / (b - a) - 0.5)).toBeLessThanOrEqual(2 ** -7); // next order, relative: a few gaps
    }
  });

  it('predict 0 without features, and add bias and noise', () => {
    expect(randomFeatureRisk({ psi1: 0, psi2: 3, signal: 2, noise: 1 })).toBe(2);
    // Few features: risk ‖β‖²(1 − O(ψ₁)); halving ψ₁ halves what is explained.
    expect(explainedShare(2 ** -20)).toBeGreaterThan(0);
    expect(Math.abs(explainedShare(2 ** -20) / explainedShare(2 ** -19) - 0.5)).toBeLessThanOrEqual(2 ** -17);
    const at = { psi1: 5, psi2: 3 };
    const [bias, noise] = [randomFeatureRisk({ ...at, signal: 1, noise: 0 }), randomFeatureRisk({ ...at, signal: 0, noise: 1 })];
    const both = randomFeatureRisk({ ...at, signal: 2, noise: 3 });
    expect(Math.abs(both / (2 * bias + 3 * noise) - 1)).toBeLessThanOrEqual(4 * Number.EPSILON);
  });

  it('have ReLU’s moments', () => {
    // E g·relu(g) = ½E g² and E relu(g)² = ½E g²; E relu(g) = 1/√(2π).
    expect(RELU_MOMENTS.mu1).toBe(0.5);
    expect(Math.abs(0.5 - 1 / (2 * Math.PI) - RELU_MOMENTS.mu1 ** 2 - RELU_MOMENTS.muStarSquared)).toBeLessThanOrEqual(Number.EPSILON);
  });

  it('refuse what the formula does not cover', () => {
    const limit = { psi1: 1, psi2: 2, signal: 1, noise: 1 };
    expect(() => randomFeatureRisk({ ...limit, psi2: 0 })).toThrow(ConfigError);
    expect(() => randomFeatureRisk({ ...limit, noise: -1 })).toThrow(ConfigError);
    expect(() => randomFeatureRisk({ ...limit, activation: { mu1: 1, muStarSquared: 0 } })).toThrow(ConfigError);
    expect(() => randomFeatureRisk({ ...limit, activation: { mu1: 0, muStarSquared: 1 } })).toThrow(ConfigError);
  });
});
