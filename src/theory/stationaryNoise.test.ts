import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { largestStep, settlingSteps, stationaryVariance, varianceFromRest, type NoisyQuadratic } from './stationaryNoise';
import { normals } from './testRandom';

const after = (q: NoisyQuadratic, t: number): number => {
  let at = 0;
  for (const v of varianceFromRest(q)) if (at++ === t) return v;
  return NaN;
};
const cases = [0, 0.3, 0.5, 0.9, 0.99].flatMap((beta) =>
  [0.02, 0.3, 0.5, 0.9].map((share): NoisyQuadratic => ({ beta, h: 2.5, sigma2: 0.7, eta: share * largestStep(2.5, beta) })),
);

describe('the stationary variance', () => {
  it.each(cases)('is where the covariance of the iteration ends: %o', (q) => {
    const t = settlingSteps(q, 1e-13);
    // P∞ − P_t shrinks below 1e-13; the recursion itself forgets an error of rounding at the same speed, within t steps of ε.
    expect(Math.abs(after(q, t) / stationaryVariance(q) - 1)).toBeLessThanOrEqual(1e-13 + 8 * t * Number.EPSILON);
  });
  it('of plain SGD is ησ²/(h(2 − ηh)), and σ²/h² at ηh = 1, where each step forgets the one before', () => {
    expect(stationaryVariance({ eta: 0.5, h: 2, sigma2: 3, beta: 0 })).toBe(3 / 4);
    expect(stationaryVariance({ eta: 0.25, h: 2, sigma2: 3, beta: 0 })).toBe(0.75 / 3);
  });
  it('of small steps is multiplied by 1/(1 − β)', () => {
    const [plain, heavy] = [0, 0.9].map((beta) => stationaryVariance({ eta: 1e-9, h: 1, sigma2: 1, beta }));
    expect(heavy! / plain!).toBeCloseTo(10, 7);
  });
  it('is that of the iteration itself, drawn', () => {
    const { eta, h, sigma2, beta } = { eta: 0.8, h: 1, sigma2: 1, beta: 0.5 };
    const next = normals(3);
    const values = Array.from({ length: 4000 }, () => {
      let [theta, v] = [0, 0];
      for (let t = 0; t < 60; t++) {
        v = beta * v + h * theta + Math.sqrt(sigma2) * next();
        theta -= eta * v;
      }
      return theta * theta;
    });
    const mean = values.reduce((s, x) => s + x, 0) / values.length;
    const want = stationaryVariance({ eta, h, sigma2, beta });
    // θ is normal, so θ² has variance 2·Var²: five standard errors.
    expect(Math.abs(mean - want)).toBeLessThan(5 * want * Math.sqrt(2 / values.length));
  });
});

describe('settling', () => {
  it.each(cases)('is for good: %o', (q) => {
    const share = 1e-3;
    const from = settlingSteps(q, share);
    const limit = stationaryVariance(q);
    if (from > 0) expect(Math.abs(after(q, from - 1) / limit - 1)).toBeGreaterThan(share);
    let t = 0;
    for (const v of varianceFromRest(q)) {
      if (t >= from) expect(Math.abs(v / limit - 1)).toBeLessThanOrEqual(share);
      if (t++ > 6 * from + 20) break;
    }
  });
  it('of plain SGD follows from (1 − ηh)²ᵗ', () => {
    expect(settlingSteps({ eta: 0.5, h: 1, sigma2: 0, beta: 0 }, 0.01)).toBe(4); // 4⁻³ > 0.01 ≥ 4⁻⁴
    expect(settlingSteps({ eta: 1, h: 1, sigma2: 1, beta: 0 }, 0.01)).toBe(1);
  });
});

it.each([{ eta: 2 }, { eta: 0 }, { beta: 1 }, { beta: -0.1 }, { h: 0 }, { sigma2: -1 }])('refuses %o', (wrong) => {
  expect(() => stationaryVariance({ eta: 1, h: 1, sigma2: 1, beta: 0, ...wrong })).toThrow(ConfigError);
});
