import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { multiply, transpose } from './linalg';
import {
  analyticLogits,
  analyticLoss,
  analyticScale,
  analyticWeights,
  fourierBasis,
  frequencyCount,
  PHASES,
  quadraticLogits,
  type QuadraticWeights,
} from './modularFourier';

const PRIMES = [3, 5, 7, 11, 13, 23, 31];
const all = (p: number): readonly number[] => Array.from({ length: frequencyCount(p) }, (_, i) => i + 1);
/** A cosine is good to ε, a sum of N products of three of them, each at most 4, to about 4N(N + 9)ε. */
const bound = (hidden: number): number => 4 * hidden * (hidden + 9) * Number.EPSILON;
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** Mean over pairs and outputs of the squared distance from the one-hot table of sums. */
const loss = (p: number, f: ArrayLike<number>): number => {
  let sum = 0;
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) for (let q = 0; q < p; q++) sum += (f[(a * p + b) * p + q]! - Number((a + b) % p === q)) ** 2;
  return sum / p ** 3;
};
describe('the basis', () => {
  it.each([...PRIMES, 9, 15])('is orthonormal modulo %i', (p) => {
    const F = fourierBasis(p);
    const product = multiply(F, transpose(F)).data;
    // p products of entries of at most √(2/p), each good to a few ε.
    expect(largest(product.map((v, i) => v - Number(i % (p + 1) === 0)))).toBeLessThanOrEqual(2 * (p + 8) * Number.EPSILON);
  });
  it('has a wave of k periods in rows 2k − 1 and 2k', () => {
    const F = fourierBasis(7);
    const k = 2;
    for (let a = 0; a < 7; a++)
      expect(Math.abs(Math.hypot(F.data[(2 * k - 1) * 7 + a]!, F.data[2 * k * 7 + a]!) - Math.sqrt(2 / 7))).toBeLessThanOrEqual(
        8 * Number.EPSILON,
      );
    expect(Math.abs(F.data[3 * 7 + 1]! - Math.sqrt(2 / 7) * Math.cos((4 * Math.PI) / 7))).toBeLessThanOrEqual(8 * Number.EPSILON);
  });
  it.each([1, 2, 4, 10, 2.5])('does not exist modulo %d', (p) => expect(() => fourierBasis(p)).toThrow(ConfigError));
});

describe('the weights solved by hand', () => {
  it.each(PRIMES)('give (6/4)(p·δ − 1) modulo %i', (p) => {
    const weights = analyticWeights(p, all(p));
    expect(weights.hidden).toBe(3 * (p - 1));
    const logits = quadraticLogits(p, weights).data;
    const error = logits.map(
      (v, i) =>
        v -
        1.5 *
          (p *
            Number(
              Math.floor(i / p / p) + (Math.floor(i / p) % p) - (i % p) === 0 ||
                Math.floor(i / p / p) + (Math.floor(i / p) % p) - (i % p) === p,
            ) -
            1),
    );
    expect(largest(error)).toBeLessThanOrEqual(bound(weights.hidden));
  });

  it.each([
    [7, [2]],
    [11, [1, 4, 5]],
    [13, [6, 3]],
    [23, [1, 2, 3, 5, 8, 11]],
    [5, []],
  ] as const)('modulo %i with frequencies %j alone follow the closed forms', (p, kept) => {
    const weights = analyticWeights(p, kept);
    const expected = analyticLogits(p, kept);
    const logits = quadraticLogits(p, weights).data;
    let worst = 0;
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++)
        for (let q = 0; q < p; q++) worst = Math.max(worst, Math.abs(logits[(a * p + b) * p + q]! - expected[(a + b - q + p) % p]!));
    expect(worst).toBeLessThanOrEqual(bound(weights.hidden));
    // The right answer is the only maximum as long as one frequency is left.
    if (kept.length > 0) expect([...expected.keys()].toSorted((i, j) => expected[j]! - expected[i]!)[0]).toBe(0);
    const divisor = 2 * p * Math.sqrt(weights.hidden);
    const scaled = quadraticLogits(p, analyticWeights(p, kept, { scale: analyticScale(p, divisor) })).data.map((v) => v / divisor);
    expect(Math.abs(loss(p, scaled) - analyticLoss(p, kept.length))).toBeLessThanOrEqual(3 * bound(weights.hidden));
  });

  it('need the phase of the sum in W: with the difference, accuracy is what guessing gives', () => {
    const p = 23;
    const { U, V, hidden: N } = analyticWeights(p, all(p));
    const W = new Float64Array(N * p);
    for (let k = 0; k < N; k++)
      for (let q = 0; q < p; q++)
        W[k * p + q] = Math.cos((2 * Math.PI * (Math.floor(k / PHASES) + 1) * q) / p + (2 * Math.PI * (k % PHASES) * (1 - 4)) / PHASES);
    const accuracy = (w: QuadraticWeights): number => {
      const { data } = quadraticLogits(p, w);
      const right = Array.from({ length: p * p }, (_, i) => {
        const row = data.subarray(i * p, (i + 1) * p);
        return row.indexOf(row.reduce((m, v) => Math.max(m, v))) === (Math.floor(i / p) + (i % p)) % p;
      });
      return right.filter(Boolean).length / right.length;
    };
    expect(accuracy(analyticWeights(p, all(p)))).toBe(1);
    // Ten standard errors of a guess.
    expect(accuracy({ U, V, W, hidden: N })).toBeLessThan(1 / p + (10 * Math.sqrt((1 / p) * (1 - 1 / p))) / p);
  });

  it('refuse frequencies that are none, repeated, or more than there are units', () => {
    for (const kept of [[0], [12], [1.5], [3, 3], [-1]]) expect(() => analyticWeights(23, kept)).toThrow(ConfigError);
    expect(() => analyticWeights(23, [1, 2], { hidden: 11 })).toThrow('12 hidden units');
    expect(analyticWeights(23, [1, 2], { hidden: 12 }).hidden).toBe(12);
  });
});
