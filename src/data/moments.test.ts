import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moments, standardised } from './moments';

const U = 2 ** -53;
const column = (n: number, value: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => value(i));

test('of small whole numbers, column by column', () => {
  // 1 3 5 7: mean 4, Σ(v − 4)² = 20. −2 −2 2 2: mean 0, deviation 2.
  expect(moments([1, -2, 3, -2, 5, 2, 7, 2], 4, 2)).toEqual({ mean: Float64Array.of(4, 0), deviation: Float64Array.of(Math.sqrt(5), 2) });
  expect(standardised(Float64Array.of(4, 6, 9, -2), { mean: Float64Array.of(4, 0), deviation: Float64Array.of(5, 2) })).toEqual(
    Float64Array.of(0, 3, 1, -1),
  );
});

describe('a column whose spread is rounding has the deviation 1', () => {
  test.each([1, 7, 1000, 300_000])('%d equal values', (n) => {
    for (const v of [0.3, -1 / 3, 1e300, 5e-324, 0]) {
      const { mean, deviation } = moments(
        column(n, () => v),
        n,
        1,
      );
      expect(deviation[0]).toBe(1);
      expect(Math.abs(mean[0]! - v)).toBeLessThanOrEqual(4 * U * Math.abs(v));
    }
  });
  test('sums that differ in their last bit', () => {
    expect(
      moments(
        column(1000, (i) => (i % 2 ? 0.1 + 0.2 : 0.3)),
        1000,
        1,
      ).deviation,
    ).toEqual(Float64Array.of(1));
  });
  test('but not one that is small beside its mean', () => {
    const { mean, deviation } = moments(
      column(1000, (i) => 1 + (i % 2 ? 1 : -1) * 2 ** -40),
      1000,
      1,
    );
    expect([mean[0], deviation[0]]).toEqual([1, 2 ** -40]);
  });
});

test('scale with their column, to the ends of float64', () => {
  const plain = column(500, (i) => Math.sin(i));
  const { mean, deviation } = moments(plain, 500, 1);
  for (const power of [1000, 512, -512, -900]) {
    const scaled = moments(
      plain.map((v) => v * 2 ** power),
      500,
      1,
    );
    expect([scaled.mean[0]! / 2 ** power, scaled.deviation[0]! / 2 ** power]).toEqual([mean[0], deviation[0]]);
  }
});

test('are right within the rounding of whole numbers far from zero', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
      (list, far) => {
        const [n, peak] = [list.length, far + 1000];
        const total = list.reduce((a, b) => a + b, 0);
        const variance = list.reduce((a, b) => a + (n * b - total) ** 2, 0) / n ** 3; // whole numbers below 2⁵³ until the division
        const { mean, deviation } = moments(
          list.map((v) => v + far),
          n,
          1,
        );
        expect(Math.abs(mean[0]! - far - total / n)).toBeLessThanOrEqual(4 * U * peak);
        // The error e of the mean adds e² to the variance; the deviation then differs by no more than e, beside its own rounding.
        if (variance > 0)
          expect(Math.abs(deviation[0]! - Math.sqrt(variance))).toBeLessThanOrEqual(4 * U * peak + 8 * U * Math.sqrt(variance));
        else expect(deviation[0]).toBe(1);
      },
    ),
  );
});

test('NaN in, NaN out, in its own column', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const { mean, deviation } = moments([1, bad, 3, 4], 2, 2);
    expect([...mean, ...deviation]).toEqual([2, NaN, 1, NaN]);
  }
});
