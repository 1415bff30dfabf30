import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../core/errors';
import { classification } from './dataset';
import { redrawLabels, withLabelNoise } from './labelNoise';

const N = 40_000;
const K = 10;
const labels = Uint32Array.from({ length: N }, (_, i) => i % K);
/** A fixed seed beyond this many standard errors has probability 6e-7 if the generator is right. */
const SIGMAS = 5;
const expectFraction = (count: number, n: number, p: number): void => {
  expect(Math.abs(count / n - p)).toBeLessThan(SIGMAS * Math.sqrt((p * (1 - p)) / n));
};

test('a fraction q is redrawn, q(1−1/k) is wrong, and redrawn labels are uniform', () => {
  const q = 0.15;
  const { y, redrawn } = redrawLabels(labels, K, q, 7);
  const count = redrawn.filter((r) => r === 1).length;
  expectFraction(count, N, q);
  expectFraction(y.filter((label, i) => label !== labels[i]).length, N, q * (1 - 1 / K));
  for (let c = 0; c < K; c++) expectFraction(y.filter((label, i) => redrawn[i] === 1 && label === c).length, count, 1 / K);
});

test('with other classes alone a fraction q is wrong, uniformly over them, and the same labels are touched', () => {
  const q = 0.2;
  const { y, redrawn } = redrawLabels(labels, K, q, 7, 'other');
  expect(redrawn).toEqual(redrawLabels(labels, K, q, 7).redrawn);
  expect(Array.from(redrawn, Boolean)).toEqual(Array.from(y, (label, i) => label !== labels[i]));
  const count = redrawn.filter((r) => r === 1).length;
  expectFraction(count, N, q);
  for (let by = 1; by < K; by++) expectFraction(y.filter((label, i) => label === (labels[i]! + by) % K).length, count, 1 / (K - 1));
  expect(redrawLabels([0, 1], 2, 1, 3, 'other').y).toEqual(Uint32Array.of(1, 0));
  expect(() => redrawLabels([0], 1, 0.5, 3, 'other')).toThrow(ConfigError);
});

test('q = 0 changes nothing, q = 1 redraws everything', () => {
  expect(redrawLabels(labels, K, 0, 1)).toEqual({ y: labels, redrawn: new Uint8Array(N) });
  expect(redrawLabels(labels, K, 1, 1).redrawn.every((r) => r === 1)).toBe(true);
});

test('kept labels stay, new ones are in range, more noise only adds, a prefix has the prefix of the noise', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 300 }), unit, unit, (seed, k, a, b) => {
      const clean = Uint32Array.from({ length: 60 }, (_, i) => i % k);
      const less = redrawLabels(clean, k, Math.min(a, b), seed);
      const more = redrawLabels(clean, k, Math.max(a, b), seed);
      for (let i = 0; i < clean.length; i++) {
        expect(more.y[i]).toBeLessThan(k);
        if (!more.redrawn[i]) expect(more.y[i]).toBe(clean[i]);
        if (less.redrawn[i]) expect([more.redrawn[i], more.y[i]]).toEqual([1, less.y[i]]);
      }
      expect(redrawLabels(clean.subarray(0, 20), k, a, seed).y).toEqual(redrawLabels(clean, k, a, seed).y.subarray(0, 20));
    }),
  );
});

test('a data set keeps its features and gets the noisy labels', () => {
  const data = classification({ name: 'a', n: 4, d: 1, x: Float64Array.of(1, 2, 3, 4), y: Uint32Array.of(0, 1, 2, 3), classes: 4 });
  expect(withLabelNoise(data, 0.5, 9)).toEqual({ ...data, y: redrawLabels(data.y, 4, 0.5, 9).y });
});

test('refuses what is not a probability or a number of classes', () => {
  for (const q of [-0.1, 1.1, Number.NaN]) expect(() => redrawLabels(labels, K, q, 0)).toThrow(ConfigError);
  for (const k of [0, 1.5, 2 ** 21 + 1]) expect(() => redrawLabels(labels, k, 0.1, 0)).toThrow(ConfigError);
});
