/** Estimates from values paired by seed, and the verdict on their sign. */
import { describe, expect, it } from 'vitest';
import { drawer, tableOf } from './madeUp';
import { estimate, logs, pairs } from './statistics';
import { estimateText, factorText, isPositive } from './verdicts';

describe('an interval of the mean', () => {
  it('is Student’s', () => {
    // Mean 3, standard error √(2.5/5), t of 4 degrees of freedom at 97.5 %: 2.7764451.
    const { mean, low, high, n, nonFinite } = estimate([1, 2, 3, 4, 5]);
    expect([mean, n, nonFinite]).toEqual([3, 5, 0]);
    const half = 2.776_445_1 * Math.sqrt(0.5);
    // The table's quantile has eight digits.
    expect(Math.abs(high - 3 - half)).toBeLessThan(1e-7);
    expect(high - 3).toBeCloseTo(3 - low, 14);
  });
  it('lies above, below or about 0', () => {
    expect(isPositive(estimate([1, 2, 1, 2, 1])).verdict).toBe('agrees');
    expect(isPositive(estimate([-1, -2, -1, -2, -1])).verdict).toBe('disagrees');
    expect(isPositive(estimate([-1, 2, 1, -2, 1])).verdict).toBe('inconclusive');
  });
  it('is left open by too few seeds and by one that is not finite', () => {
    expect(isPositive(estimate([1, 2, 1, 2]))).toEqual({ verdict: 'inconclusive', measured: 'only 4 seeds' });
    expect(isPositive(estimate([1, 2, 1, 2, 1, NaN]))).toEqual({ verdict: 'inconclusive', measured: 'in some seeds not finite' });
  });
  it('is wider where several are looked at', () => expect(estimate([1, 2, 1, 2, 1], 10).low).toBeLessThan(estimate([1, 2, 1, 2, 1]).low));
  it('is told as it is, and as a factor', () => {
    const same = estimate(logs([2, 2, 2, 2, 2]));
    expect(estimateText(same)).toBe('0.693 [0.693, 0.693]');
    expect(factorText(same)).toBe('2.00 [2.00, 2.00]');
  });
});

it('pairs the values of a seed, and misses those of a seed that one lacks', () => {
  const draw = drawer();
  const table = tableOf(
    draw('c', 'a', 1, (s) => 10 * (s + 1), 0, 3),
    draw('c', 'b', 1, (s) => s + 1, 0, 2),
  );
  const [a, b] = [table.summary('c', 'a')[0]!, table.summary('c', 'b')[0]!];
  expect(pairs(a, b, (x, y) => x / y)).toEqual([10, 10, NaN]);
});
