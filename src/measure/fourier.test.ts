import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import { openReference } from '../runtime/reference';
import { compile } from '../runtime/compile';
import { mean as meanOp, square } from '../ops/index';
import { analyticWeights, dense, fourierBasis, frequencyCount, quadraticLogits, type Dense } from '../theory/index';
import {
  effectiveRank,
  keyFrequencies,
  logitComponent,
  logitSpectrum,
  lossByResult,
  restrictedLogits,
  spectrumOf,
  sumsByResult,
  unitFrequencies,
  withoutComponent,
} from './fourier';

const random = (rows: number, cols: number, seed: number): Dense =>
  dense(stream(seed, USE.probe).fillNormal(new Float64Array(rows * cols)), rows, cols);
const norm2 = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v * v, 0);
/** Sums of `terms` products of numbers below `size`, each rounded. */
const rounding = (terms: number, size: number): number => 4 * terms * (terms + 8) * size * Number.EPSILON;
const results = (p: number, sign: number): number[] =>
  Array.from({ length: p * p }, (_, i) => (Math.floor(i / p) + sign * (i % p) + p) % p);
const sums = (logits: Dense, p: number, result: readonly number[]): Dense => {
  const out = new Float64Array(p * p);
  result.forEach((r, i) => {
    for (let q = 0; q < p; q++) out[r * p + q]! += logits.data[i * p + q]!;
  });
  return dense(out, p, p);
};
/** Coefficients of L on an orthonormal direction over pairs, by the definition as an outer product: one for each output. */
const onto = (L: Dense, p: number, direction: (a: number, b: number) => number): Float64Array => {
  const out = new Float64Array(p);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) for (let q = 0; q < p; q++) out[q]! += direction(a, b) * L.data[(a * p + b) * p + q]!;
  return out;
};

it('logits that do not vary beyond rounding have no spectrum: variance 0, shares that are no numbers, no key frequencies', () => {
  const p = 7;
  // The same at every pair, large beside what float32 loses of their squares.
  const value = Math.fround(123.4);
  const sumSquares = Math.fround(p ** 3 * value ** 2 * (1 - 2 ** -22));
  const found = logitSpectrum(dense(new Float64Array(p * p).fill(p * value), p, p), sumSquares);
  expect(found.variance).toBe(0);
  expect([...found.shares].every(Number.isNaN)).toBe(true);
  expect(keyFrequencies(found.shares, 0.9)).toEqual([]);
});

describe('spectra', () => {
  it('of an embedding add up to its squared norm, and a pure wave is at its frequency', () => {
    const E = random(13, 5, 1);
    const { constant, power, total } = spectrumOf(E);
    expect(Math.abs(constant + power.reduce((a, b) => a + b, 0) - total)).toBeLessThanOrEqual(rounding(13, total));
    const wave = spectrumOf(
      dense(
        Float64Array.from({ length: 13 }, (_, a) => 2 + Math.cos((2 * Math.PI * 4 * a) / 13 + 1)),
        13,
        1,
      ),
    );
    const expected = [0, 0, 0, 13 / 2, 0, 0];
    wave.power.forEach((v, i) => expect(Math.abs(v - expected[i]!)).toBeLessThanOrEqual(rounding(13, 60)));
    expect(Math.abs(wave.constant - 13 * 4)).toBeLessThanOrEqual(rounding(13, 60));
    expect(() => spectrumOf(random(4, 2, 1))).toThrow(ConfigError);
  });

  it('of units name the frequency each was made of, with share 1; a unit that does not vary has none', () => {
    const { U, V, hidden } = analyticWeights(11, [3, 5], { hidden: 13 });
    const { frequency, explained } = unitFrequencies([dense(U, 11, hidden), dense(V, 11, hidden)]);
    expect([...frequency]).toEqual([3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 0]);
    explained.forEach((v, k) => expect(Math.abs(v - Number(k < 12))).toBeLessThanOrEqual(rounding(11, 1)));
    // Half of the variance at either frequency: neither explains more.
    const two = unitFrequencies([
      dense(
        Float64Array.from({ length: 7 }, (_, a) => Math.cos((2 * Math.PI * a) / 7) + Math.sin((2 * Math.PI * 2 * a) / 7)),
        7,
        1,
      ),
    ]);
    expect(Math.abs(two.explained[0]! - 0.5)).toBeLessThanOrEqual(rounding(7, 4));
  });

  it('effective rank counts equal singular values, and is between 1 and the rank else', () => {
    for (const r of [1, 2, 5]) {
      const columns = fourierBasis(7);
      const E = dense(
        Float64Array.from({ length: 7 * r }, (_, i) => columns.data[(i % r) * 7 + Math.floor(i / r)]!),
        7,
        r,
      );
      expect(Math.abs(effectiveRank(E) - r)).toBeLessThanOrEqual(rounding(7, r));
    }
    const some = effectiveRank(random(9, 4, 3));
    expect(some > 1 && some < 4).toBe(true);
    expect(effectiveRank(random(4, 9, 3)) < 4).toBe(true);
    expect(effectiveRank(dense(new Float64Array(6), 3, 2))).toBeNaN();
  });
});

describe('logits', () => {
  it.each([
    [7, 1],
    [11, 1],
    [7, -1],
  ] as const)('modulo %i, sign %i: shares and components are projections on the outer products', (p, sign) => {
    const L = random(p * p, p, p);
    const R = sums(L, p, results(p, sign));
    const spectrum = logitSpectrum(R, norm2(L.data));
    const F = fourierBasis(p);
    const c = (k: number, a: number): number => F.data[(2 * k - 1) * p + a]!;
    const s = (k: number, a: number): number => F.data[2 * k * p + a]!;
    const size = norm2(L.data);
    const means = onto(L, p, () => 1 / (p * p));
    spectrum.mean.forEach((v, q) => expect(Math.abs(v - means[q]!)).toBeLessThanOrEqual(rounding(p * p, 4)));
    for (let k = 1; k <= frequencyCount(p); k++) {
      const u = (a: number, b: number): number => (c(k, a) * c(k, b) - sign * s(k, a) * s(k, b)) / Math.SQRT2;
      const v = (a: number, b: number): number => (s(k, a) * c(k, b) + sign * c(k, a) * s(k, b)) / Math.SQRT2;
      const [alpha, beta] = [onto(L, p, u), onto(L, p, v)];
      expect(Math.abs(spectrum.shares[k - 1]! - (norm2(alpha) + norm2(beta)) / spectrum.variance)).toBeLessThanOrEqual(
        rounding(p * p, size / spectrum.variance),
      );
      const table = logitComponent(R, [k]);
      results(p, sign).forEach((r, i) => {
        const [a, b] = [Math.floor(i / p), i % p];
        for (let q = 0; q < p; q++)
          expect(Math.abs(table.data[r * p + q]! - alpha[q]! * u(a, b) - beta[q]! * v(a, b))).toBeLessThanOrEqual(rounding(p * p, 4));
      });
    }
  });

  it('that are all of these frequencies are explained by them, and restricting loses nothing', () => {
    const p = 11;
    const L = quadraticLogits(p, analyticWeights(p, [2, 5], { scale: 0.1 }));
    const R = sums(L, p, results(p, 1));
    const spectrum = logitSpectrum(R, norm2(L.data));
    const bound = rounding(p * p, 4);
    expect(Math.abs(spectrum.shares[1]! + spectrum.shares[4]! - 1)).toBeLessThanOrEqual(bound);
    expect([...keyFrequencies(spectrum.shares, 0.99)].toSorted()).toEqual([2, 5]);
    const restricted = restrictedLogits(R, spectrum, [2, 5]);
    results(p, 1).forEach((r, i) => {
      for (let q = 0; q < p; q++) expect(Math.abs(restricted.data[r * p + q]! - L.data[i * p + q]!)).toBeLessThanOrEqual(bound);
    });
    const direct = (loss: (row: Float64Array, right: number) => number): number =>
      results(p, 1).reduce((sum, r, i) => sum + loss(L.data.subarray(i * p, (i + 1) * p), r), 0) / (p * p);
    expect(
      Math.abs(
        lossByResult(restricted, 'squared') -
          direct((row, right) => row.reduce((sum, v, q) => sum + (v - Number(q === right)) ** 2, 0) / p),
      ),
    ).toBeLessThanOrEqual(bound);
    expect(
      Math.abs(
        lossByResult(restricted, 'crossEntropy') -
          direct((row, right) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - row[right]!),
      ),
    ).toBeLessThanOrEqual(bound);
    // Without both there is the mean alone, and so the loss of a guess.
    expect(Math.abs(lossByResult(restrictedLogits(R, spectrum, []), 'crossEntropy') - Math.log(p))).toBeLessThanOrEqual(bound);
  });

  it('key frequencies are the fewest, strongest first', () => {
    const shares = Float64Array.of(0.1, 0.5, 0.05, 0.3);
    expect(keyFrequencies(shares, 0.5)).toEqual([2]);
    expect(keyFrequencies(shares, 0.8)).toEqual([2, 4]);
    expect(keyFrequencies(shares, 1)).toEqual([2, 4, 1, 3]);
    expect(keyFrequencies(new Float64Array(3), 0.9)).toEqual([]);
  });

  it('as graphs: sums by result, and what is left without a component', async () => {
    const p = 5;
    const L = random(p * p, p, 9);
    const result = Uint32Array.from(results(p, 1));
    const rounded = dense(Float64Array.from(L.data, Math.fround), p * p, p);
    const R = sums(rounded, p, [...result]);
    const table = logitComponent(R, [2]);
    using f = await compile(openReference(), { L: [p * p, p], result: { shape: [p * p], dtype: 'u32' }, table: [p, p] }, (x) => {
      const left = withoutComponent(x.L, x.result, x.table);
      return { sums: sumsByResult(x.L, x.result), left, size: meanOp(square(left)) };
    });
    const out = await f({ L: rounded.data, result, table: table.data });
    expect([...out.sums]).toEqual([...R.data]);
    const fround = table.data.map(Math.fround);
    expect([...out.left]).toEqual([...rounded.data].map((v, i) => v - fround[result[Math.floor(i / p)]! * p + (i % p)]!));
  });
});
