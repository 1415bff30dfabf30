import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { mean, standardError } from '../core/stats';
import { minNorm, multiply, ridge, type Dense } from './linalg';
import {
  effectiveLimit,
  expectedExcessRisk,
  expectedTestError,
  optimalLambda,
  optimalRidgeRisk,
  optimalRidgeRiskMisspecified,
  ridgelessRisk,
  ridgelessRiskMisspecified,
  ridgeRisk,
  ridgeRiskMisspecified,
  type MisspecifiedLimit,
} from './linearRisk';
import { fill, normals } from './testRandom';

const column = (data: Float64Array): Dense => ({ data, rows: data.length, cols: 1 });

interface Draws {
  readonly n: number;
  readonly p: number;
  readonly beta: Float64Array;
  readonly noise: number;
  readonly count: number;
  readonly fit: (X: Dense, y: Dense) => Dense;
}

/** Excess risks of `count` training sets. Each is exact given its fit: E over test inputs is ‖ŵ − β_T‖² + ‖β_Tc‖². */
function simulate({ n, p, beta, noise, count, fit }: Draws): number[] {
  const next = normals(7);
  return Array.from({ length: count }, () => {
    const full = fill(n, beta.length, next);
    const y = column(multiply(full, column(beta)).data.map((value) => value + Math.sqrt(noise) * next()));
    const fitted = { data: full.data.filter((_, i) => i % beta.length < p), rows: n, cols: p };
    const w = fit(fitted, y).data;
    return beta.reduce((sum, b, i) => sum + (b - (w[i] ?? 0)) ** 2, 0);
  });
}

const square = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** Four standard errors either side: a correct formula falls outside with probability 6e-5, and the seed is fixed. */
function expectInside(formula: number, risks: readonly number[], allowance = 0): void {
  expect(Math.abs(mean(risks) - formula)).toBeLessThanOrEqual(4 * standardError(risks) + allowance);
}

describe('exact risk at finite n', () => {
  it('has the values of the theorem', () => {
    const problem = { signal: 3, missed: 1, noise: 2 };
    expect(expectedTestError({ ...problem, n: 10, p: 4 })).toBe(3 * (1 + 4 / 5));
    expect(expectedTestError({ ...problem, n: 10, p: 20 })).toBe(3 * (1 - 10 / 20) + 3 * (1 + 10 / 9));
    expect(expectedTestError({ ...problem, n: 10, p: 0 })).toBe(3);
    expect(expectedExcessRisk({ ...problem, n: 10, p: 4 })).toBe(3 * (1 + 4 / 5) - 2);
  });

  it.each([9, 10, 11])('is infinite for 10 examples and %i features, unless there is nothing to amplify', (p) => {
    expect(expectedTestError({ n: 10, p, signal: 1, missed: 0, noise: 0.1 })).toBe(Infinity);
    expect(expectedTestError({ n: 10, p, signal: 1, missed: 0.1, noise: 0 })).toBe(Infinity);
    expect(expectedTestError({ n: 10, p, signal: 1, missed: 0, noise: 0 })).toBe(p === 11 ? 1 - 10 / 11 : 0);
  });

  // The risk's k-th moment is finite for k < (|p − n| + 1)/2; |p − n| ≥ 6 gives the third, which the normal approximation needs.
  it.each([1, 4, 6, 18, 22, 30])('lies within four standard errors of a simulation of 12 examples and %i of 30 features', (p) => {
    const [n, noise] = [12, 0.5];
    const beta = Float64Array.from({ length: 30 }, (_, i) => 1 / (1 + i));
    const risks = simulate({ n, p, beta, noise, count: 3000, fit: minNorm });
    expectInside(expectedExcessRisk({ n, p, signal: square(beta.subarray(0, p)), missed: square(beta.subarray(p)), noise }), risks);
  });

  it('tends to the ridgeless limit', () => {
    for (const gamma of [0.25, 0.75, 1.5, 4]) {
      const n = 2 ** 20;
      const finite = expectedExcessRisk({ n, p: gamma * n, signal: 2, missed: 0, noise: 0.5 });
      // The two differ only by the 1 in n − p − 1, so by a relative 1/(|n − p| − 1) of the noise term, which is below the whole.
      const bound = finite / (Math.abs(1 - gamma) * n - 1) + 8 * Number.EPSILON;
      expect(Math.abs(ridgelessRisk({ gamma, signal: 2, noise: 0.5 }) - finite)).toBeLessThanOrEqual(bound);
    }
  });

  it('refuses what is outside its domain', () => {
    expect(() => expectedTestError({ n: 0, p: 1, signal: 1, missed: 0, noise: 0 })).toThrow(ConfigError);
    expect(() => expectedTestError({ n: 2, p: 1.5, signal: 1, missed: 0, noise: 0 })).toThrow(ConfigError);
    expect(() => expectedTestError({ n: 2, p: 9, signal: 1, missed: 0, noise: -1 })).toThrow(ConfigError);
  });
});

describe('ridgeless limit', () => {
  it('has the values of the theorem on both sides of a pole', () => {
    expect(ridgelessRisk({ gamma: 0.5, signal: 7, noise: 3 })).toBe(3);
    expect(ridgelessRisk({ gamma: 2, signal: 7, noise: 3 })).toBe(3.5 + 3);
    expect(ridgelessRisk({ gamma: 1, signal: 7, noise: 3 })).toBe(Infinity);
    expect(ridgelessRisk({ gamma: 1, signal: 7, noise: 0 })).toBe(0);
  });

  it('keeps the missed signal, and feeds it to the fit as noise', () => {
    expect(ridgelessRiskMisspecified({ gamma: 0.5, signal: 7, missed: 2, noise: 3 })).toBe(5 + 2);
  });
});

describe('ridge limit', () => {
  const golden = (Math.sqrt(5) - 1) / 2;

  it('is finite at γ = 1: the golden ratio for r² = σ² = λ = 1', () => {
    // m = golden, m′ = 1/√5, and m′ + (m − m′) = m.
    expect(Math.abs(ridgeRisk({ gamma: 1, signal: 1, noise: 1 }, 1) - golden)).toBeLessThanOrEqual(2 * Number.EPSILON);
    expect(Math.abs(optimalRidgeRisk({ gamma: 1, signal: 1, noise: 1 }) - golden)).toBeLessThanOrEqual(2 * Number.EPSILON);
  });

  const cases = [0.2, 0.9, 1, 1.1, 5].flatMap((gamma) => [0.1, 1, 10].map((noise) => ({ gamma, signal: 2, noise })));

  it.each(cases)('is least at λ* for $gamma, $noise', (limit) => {
    const best = optimalLambda(limit);
    const least = optimalRidgeRisk(limit);
    expect(best).toBe((limit.noise * limit.gamma) / limit.signal);
    // Fewer than 16 operations on positive numbers either way.
    expect(Math.abs(ridgeRisk(limit, best) / least - 1)).toBeLessThanOrEqual(16 * Number.EPSILON);
    for (const factor of [0.1, 0.9, 1.1, 10]) expect(ridgeRisk(limit, best * factor)).toBeGreaterThan(least);
    expect(least).toBeLessThan(Math.min(limit.signal, ridgelessRisk(limit)));
  });

  it('has no peak at the optimum: it only rises with γ, towards r²', () => {
    const risks = Array.from({ length: 200 }, (_, i) => optimalRidgeRisk({ gamma: 0.02 * (i + 1), signal: 1, noise: 0.2 }));
    expect(risks.every((risk, i) => i === 0 || risk > risks[i - 1]!)).toBe(true);
    expect(risks.at(-1)).toBeLessThan(1);
  });

  it('joins the ridgeless limit at λ = 0 and predicts 0 at λ → ∞', () => {
    for (const gamma of [0.5, 2]) {
      const limit = { gamma, signal: 2, noise: 0.5 };
      expect(ridgeRisk(limit, 0)).toBe(ridgelessRisk(limit));
      // R is smooth at λ = 0 when γ ≠ 1: halving λ halves the gap, up to O(λ) of it and a rounding of 2⁻⁵²/λ.
      const gap = (lambda: number): number => ridgeRisk(limit, lambda) - ridgelessRisk(limit);
      expect(Math.abs(gap(2 ** -21) / gap(2 ** -20) - 0.5)).toBeLessThanOrEqual(2 ** -10);
      // r²λ²m′ = r²(1 − 2E s/λ + …) and the noise is O(1/λ).
      expect(Math.abs(ridgeRisk(limit, 1e9) - 2)).toBeLessThanOrEqual((2 * 2 + 0.5 * gamma) / 1e9);
    }
  });

  it('has the optimum of the extremes', () => {
    expect(optimalLambda({ gamma: 2, signal: 0, noise: 1 })).toBe(Infinity);
    expect(optimalRidgeRisk({ gamma: 2, signal: 0, noise: 1 })).toBe(0);
    expect(optimalLambda({ gamma: 2, signal: 0, noise: 0 })).toBe(0);
    expect(optimalRidgeRisk({ gamma: 2, signal: 4, noise: 0 })).toBe(2);
    expect(() => ridgeRisk({ gamma: 1, signal: 1, noise: 1 }, -1)).toThrow(ConfigError);
  });

  it.each([
    { p: 30, D: 30, lambda: 0.3 },
    { p: 60, D: 60, lambda: 0.5 },
    { p: 60, D: 100, lambda: 0.2 },
    { p: 150, D: 200, lambda: 0.4 },
  ])('lies within four standard errors of a simulation of 60 examples: $p of $D features', ({ p, D, lambda }) => {
    const [n, noise] = [60, 0.5];
    const beta = new Float64Array(D).fill(1 / Math.sqrt(D));
    const limit: MisspecifiedLimit = { gamma: p / n, signal: p / D, missed: 1 - p / D, noise };
    // The penalty on the sum is nλ. The limit is off by O(1/n) at finite n; 100 draws spread more than that.
    const risks = simulate({ n, p, beta, noise, count: 100, fit: (X, y) => ridge(X, y, n * lambda) });
    expectInside(ridgeRiskMisspecified(limit, lambda), risks);
    const best = optimalLambda(effectiveLimit(limit));
    expect(optimalRidgeRiskMisspecified(limit)).toBeLessThanOrEqual(ridgeRiskMisspecified(limit, best) * (1 + 16 * Number.EPSILON));
  });
});
