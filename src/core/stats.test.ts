import { describe, expect, it } from 'vitest';
import { ConfigError } from './errors';
import {
  binomialBound,
  binomialCdf,
  integerLogspace,
  leastSquares,
  logspace,
  mean,
  meanInterval,
  median,
  normalQuantile,
  standardError,
  studentQuantile,
  variance,
} from './stats';

describe('moments', () => {
  it('are exact on small integers', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(variance(values)).toBe(32 / 7);
    expect(standardError(values)).toBe(Math.sqrt(32 / 7 / 8));
    expect(median(values)).toBe(4.5);
    expect(median([3, 1, 2])).toBe(2);
  });

  it('keep what a plain sum would lose', () => {
    expect(mean([1e16, 1, -1e16, 1])).toBe(0.5);
    expect(variance([1e9, 1e9 + 1, 1e9 + 2])).toBe(1);
  });

  it('pass on NaN and infinity', () => {
    expect(mean([1, NaN])).toBeNaN();
    expect(mean([1, Infinity, 2])).toBe(Infinity);
    expect(median([1, NaN, 2])).toBeNaN();
  });

  it('refuse too few values', () => {
    expect(() => mean([])).toThrow(ConfigError);
    expect(() => variance([1])).toThrow(ConfigError);
    expect(() => median([])).toThrow(ConfigError);
    expect(() => meanInterval([1])).toThrow(ConfigError);
  });
});

describe('studentQuantile', () => {
  // t with P(|T| ≤ t) = the column; printed tables round to the digits given, so half a unit of the last digit is the tolerance.
  const table: readonly (readonly [degrees: number, t90: number, t95: number, t99: number, t999: number])[] = [
    [1, 6.314, 12.706, 63.657, 636.619],
    [2, 2.92, 4.303, 9.925, 31.599],
    [3, 2.353, 3.182, 5.841, 12.924],
    [4, 2.132, 2.776, 4.604, 8.61],
    [5, 2.015, 2.571, 4.032, 6.869],
    [9, 1.833, 2.262, 3.25, 4.781],
    [10, 1.812, 2.228, 3.169, 4.587],
    [30, 1.697, 2.042, 2.75, 3.646],
    [120, 1.658, 1.98, 2.617, 3.373],
  ];
  it.each(table)('agrees with the printed table at %i degrees of freedom', (degrees, ...printed) => {
    [0.9, 0.95, 0.99, 0.999].forEach((confidence, i) => {
      expect(Math.abs(studentQuantile(confidence, degrees) - printed[i]!)).toBeLessThanOrEqual(0.0005);
    });
  });

  // Both closed forms and the bisection carry a few roundings of 2⁻⁵³, magnified near confidence 1 by 1/(1 − confidence).
  it.each([0.1, 0.5, 0.9, 0.95, 0.999])('equals the closed forms for one and two degrees of freedom at %d', (confidence) => {
    const relative = (8 * Number.EPSILON) / (1 - confidence);
    const one = Math.tan((Math.PI / 2) * confidence);
    const two = confidence * Math.sqrt(2 / (1 - confidence ** 2));
    expect(Math.abs(studentQuantile(confidence, 1) / one - 1)).toBeLessThanOrEqual(relative);
    expect(Math.abs(studentQuantile(confidence, 2) / two - 1)).toBeLessThanOrEqual(relative);
  });

  it('tends to the normal quantile as z + (z³ + z)/4ν', () => {
    const z = 1.959963984540054; // Φ⁻¹(.975)
    for (const degrees of [1000, 10001, 100000]) {
      const next = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2); // the expansion's next term bounds what it omits
      const gap = studentQuantile(0.95, degrees) - (z + (z ** 3 + z) / (4 * degrees));
      expect(Math.abs(gap)).toBeLessThanOrEqual(1.1 * next + degrees * Number.EPSILON); // 1.1: terms in ν⁻³; then one rounding a term
    }
  });

  it('is 0 at confidence 0, and refuses what has no quantile', () => {
    expect(studentQuantile(0, 4)).toBe(0);
    expect(() => studentQuantile(1, 4)).toThrow(ConfigError);
    expect(() => studentQuantile(0.95, 2.5)).toThrow(ConfigError);
    expect(() => studentQuantile(0.95, 0)).toThrow(ConfigError);
  });
});

describe('meanInterval', () => {
  it('is the mean plus and minus t standard errors', () => {
    const { mean: centre, low, high, standardError: error, count } = meanInterval([1, 2, 3, 4, 5]);
    expect([centre, count, error]).toEqual([3, 5, Math.sqrt(0.5)]);
    // Half a unit in the last place of each end: 2ε and ε/2.
    expect(Math.abs(high - 3 - (3 - low))).toBeLessThanOrEqual(4 * Number.EPSILON);
    expect(Math.abs((high - 3) / error - 2.776)).toBeLessThanOrEqual(0.0005); // printed t(.95, 4)
  });

  it('shrinks to a point for equal values', () => {
    expect(meanInterval([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2, standardError: 0, count: 3 });
  });
});

describe('grids', () => {
  it('have exact ends and equal ratios', () => {
    const grid = logspace(1, 1e4, 5);
    expect([grid[0], grid[4]]).toEqual([1, 1e4]);
    [10, 100, 1000].forEach((value, i) => {
      // exp magnifies the rounding of its argument by the argument, log 1e4 < 10, plus its own last bit.
      expect(Math.abs(grid[i + 1]! / value - 1)).toBeLessThanOrEqual(11 * Number.EPSILON);
    });
  });

  it('round to distinct integers', () => {
    expect(integerLogspace(1, 8, 4)).toEqual([1, 2, 4, 8]);
    expect(integerLogspace(1, 3, 20)).toEqual([1, 2, 3]);
    expect(integerLogspace(8, 1, 4)).toEqual([8, 4, 2, 1]);
  });

  it('refuse ends without a logarithm', () => {
    expect(() => logspace(0, 1, 3)).toThrow(ConfigError);
    expect(() => logspace(1, 2, 1)).toThrow(ConfigError);
    expect(() => integerLogspace(1.5, 4, 3)).toThrow(ConfigError);
  });
});

describe('normalQuantile', () => {
  it.each([
    [0, 0],
    [0.5, 0.674489750196082],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489],
    [0.9999, 3.890591886413],
  ])('of %f', (confidence, z) => expect(normalQuantile(confidence)).toBeCloseTo(z, 10));
  it('refuses what is no confidence', () => expect(() => normalQuantile(1)).toThrow(ConfigError));
});

describe('binomial', () => {
  it('sums to what is counted by hand', () => {
    expect(binomialCdf(-1, 4, 0.5)).toBe(0);
    expect(binomialCdf(1, 4, 0.5)).toBeCloseTo(5 / 16, 14);
    expect(binomialCdf(4, 4, 0.3)).toBeCloseTo(1, 14);
    expect(binomialCdf(200, 1000, 0.2)).toBeCloseTo(0.5189, 3); // the median lies at 200
  });
  it('bounds the successes that chance explains', () => {
    // P(K > 3) of 10 with 5 % each is .00103, P(K > 4) .00006.
    expect(binomialBound(10, 0.05, 0.0011)).toBe(3);
    expect(binomialBound(10, 0.05, 0.001)).toBe(4);
  });
});

describe('leastSquares', () => {
  it('finds a line', () => expect(leastSquares([0, 1, 2, 4], [1, 3, 5, 9])).toEqual({ slope: 2, intercept: 1 }));
  it('wants two x', () => expect(() => leastSquares([1, 1], [0, 1])).toThrow(ConfigError));
});
