import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchIndices, permutation } from './permutation';

const list = (seed: number, epoch: number, n: number): number[] => Array.from({ length: n }, (_, i) => permutation(seed, epoch, n)(i));
const u32 = fc.nat({ max: 0xffffffff });
const identity = (n: number): number[] => [...Array(n).keys()];

/** Upper quantile of χ² with k degrees of freedom at 1e-6 (z = 4.753). Source: Wilson & Hilferty (1931). */
const chiSquareLimit = (k: number): number => k * (1 - 2 / (9 * k) + 4.753 * Math.sqrt(2 / (9 * k))) ** 3;
const chiSquare = (counts: readonly number[], expected: number): number =>
  counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);

test('is a permutation of [0, n)', () => {
  fc.assert(
    fc.property(u32, u32, fc.integer({ min: 1, max: 600 }), (seed, epoch, n) => {
      expect(list(seed, epoch, n).toSorted((a, b) => a - b)).toEqual(identity(n));
    }),
  );
});

test('is injective and in range on the largest domain', () => {
  const n = 0xffffffff;
  const at = permutation(1, 2, n);
  const images = new Set(Array.from({ length: 10_000 }, (_, i) => at(n - 1 - i)));
  expect(images.size).toBe(10_000);
  expect([...images].every((x) => x < n && Number.isInteger(x) && x >= 0)).toBe(true);
});

test('differs between epochs and seeds', () => {
  const lists = [list(1, 0, 100), list(1, 1, 100), list(2, 0, 100), list(2, 1, 100)].map(String);
  expect(new Set(lists).size).toBe(4);
});

test.each([2, 3, 4, 5, 6])('reaches all orders of %i equally often', (n) => {
  const orders = identity(n).reduce((product, k) => product * (k + 1), 1);
  const trials = 200 * orders;
  const counts = new Map<string, number>();
  for (let t = 0; t < trials; t++) {
    const order = identity(n)
      .map(permutation(5, t, n))
      .join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(orders);
  expect(chiSquare([...counts.values()], 200)).toBeLessThan(chiSquareLimit(orders - 1));
});

test.each([16, 37, 64, 150])('sends every position of %i to every place equally often, singly and in neighbouring pairs', (n) => {
  const trials = 20 * n * n;
  const first = identity(n).fill(0);
  const last = identity(n).fill(0);
  const difference = identity(n).fill(0);
  for (let t = 0; t < trials; t++) {
    const at = permutation(t, 3, n);
    const a = at(0);
    first[a]! += 1;
    last[at(n - 1)]! += 1;
    difference[(at(1) - a + n) % n]! += 1;
  }
  expect(chiSquare(first, trials / n)).toBeLessThan(chiSquareLimit(n - 1));
  expect(chiSquare(last, trials / n)).toBeLessThan(chiSquareLimit(n - 1));
  expect(difference[0]).toBe(0);
  expect(chiSquare(difference.slice(1), trials / (n - 1))).toBeLessThan(chiSquareLimit(n - 2));
});

test('an epoch of batches visits floor(n/B)·B examples once each', () => {
  const size = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(u32, fc.nat({ max: 1000 }), size, size, (seed, epoch, a, b) => {
      const [n, B] = [Math.max(a, b), Math.min(a, b)];
      const perEpoch = Math.floor(n / B);
      const seen = identity(perEpoch).flatMap((k) => Array.from(batchIndices(seed, epoch * perEpoch + k, n, B)));
      expect(new Set(seen).size).toBe(perEpoch * B);
      expect(seen).toEqual(list(seed, epoch, n).slice(0, perEpoch * B));
    }),
  );
});
