/** The estimators against enumeration and against gradients of one example at a time. */
import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import { stream } from '../core/random';
import { mlp, repack, unpack } from '../models/index';
import { crossEntropy, gram, variable } from '../ops/index';
import { plan } from '../plan/index';
import { openReference } from '../runtime/reference';
import {
  covarianceSpectrum,
  layersOfMean,
  noiseOf,
  noiseOfTwo,
  NoiseScale,
  noiseTensors,
  signalToNoise,
  squaredExampleNorms,
} from './gradientNoise';

const random = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);
const [N, P] = [6, 3];
/** A population of N gradients of P parameters. */
const population = Array.from({ length: N }, (_, i) => random(P, i + 1));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
const meanOf = (rows: readonly Float64Array[]): Float64Array => rows[0]!.map((_, p) => rows.reduce((s, r) => s + r[p]!, 0) / rows.length);
const subsets = (size: number): readonly (readonly Float64Array[])[] =>
  Array.from({ length: 2 ** N }, (_, bits) => population.filter((__, i) => (bits >> i) & 1)).filter((s) => s.length === size);
const average = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;
const norms = (batch: readonly Float64Array[]) => ({
  sumSquares: batch.reduce((s, g) => s + dot(g, g), 0),
  squaredMean: dot(meanOf(batch), meanOf(batch)),
});
const G = meanOf(population);
/** Of the population, with N − 1: what a batch drawn without replacement estimates without bias. */
const trace = (norms(population).sumSquares - N * dot(G, G)) / (N - 1);

/** Mean over all batches of ‖ḡ‖². */
const mean = (B: number): number => average(subsets(B).map((batch) => norms(batch).squaredMean));

describe('estimates', () => {
  it.each([2, 3, 5])('are unbiased over all batches of %i', (B) => {
    const all = subsets(B).map((batch) => {
      const { sumSquares, squaredMean } = norms(batch);
      return noiseOf(sumSquares, squaredMean, B);
    });
    expect(average(all.map((e) => e.trace))).toBeCloseTo(trace, 12);
    // Without replacement ‖ḡ‖² exceeds |G|² by tr Σ (1/B − 1/N) only, and the estimator takes away tr Σ / B.
    expect(average(all.map((e) => e.squaredGradient))).toBeCloseTo(dot(G, G) - trace / N, 12);
  });
  it('of two batch sizes say the same', () => {
    const { trace: t, squaredGradient } = noiseOfTwo({ B: 2, squaredMean: mean(2) }, { B: 5, squaredMean: mean(5) });
    expect(t).toBeCloseTo(trace, 12);
    expect(squaredGradient).toBeCloseTo(dot(G, G) - trace / N, 12);
  });
  it.each([
    () => noiseOf(1, 1, 1),
    () => noiseOf(1, 1, 2.5),
    () => noiseOfTwo({ B: 4, squaredMean: 1 }, { B: 4, squaredMean: 1 }),
    () => new NoiseScale(1),
    () => covarianceSpectrum([1, 2, 3], 2),
  ])('refuse what is not defined', (f) => {
    expect(f).toThrow(/must be|needed|not defined|has 4 entries/);
  });
});

describe('what lies within the rounding of its sums', () => {
  const B = 16;
  const ulp = 2 ** -23;
  it('tr Σ is 0, of either sign, and what follows from it says so', () => {
    for (const off of [-3, 0, 3]) {
      const estimate = noiseOf(B * 0.7 * (1 + off * ulp), 0.7, B);
      expect(estimate).toEqual({ trace: 0, squaredGradient: 0.7 });
      expect(signalToNoise(estimate, B)).toBe(Infinity);
      const scale = new NoiseScale(0);
      scale.update(estimate);
      expect(scale.simple).toBe(0);
    }
    // A difference of 3e5 last digits is noise.
    expect(noiseOf(B * 0.7 * (1 + 3e5 * ulp), 0.7, B).trace).toBeGreaterThan(0);
  });
  it('|G|² is 0, and the noise scale is not a number', () => {
    for (const off of [-2, 0, 2]) {
      const estimate = noiseOf(1, (1 / B ** 2) * (1 + off * ulp), B); // ‖ḡ‖² is what noise alone makes it
      expect(estimate.squaredGradient).toBe(0);
      expect(estimate.trace).toBeCloseTo(1 / B, 6);
      const scale = new NoiseScale(0);
      scale.update(estimate);
      expect(scale.simple).toBeNaN();
    }
  });
  it('of gradients that are all 0 nothing can be told', () => {
    const estimate = noiseOf(0, 0, B);
    expect(estimate).toEqual({ trace: 0, squaredGradient: 0 });
    expect(signalToNoise(estimate, B)).toBeNaN();
  });
  it('more terms and coarser arithmetic lose more; exact sums lose nothing that is seen', () => {
    const off = 1e4 * ulp;
    expect(noiseOf(B * (1 + off), 1, B).trace).toBeGreaterThan(0);
    expect(noiseOf(B * (1 + off), 1, B, { terms: 1e5 }).trace).toBe(0);
    expect(noiseOf(B * (1 + 3 * ulp), 1, B, { unit: 2 ** -53 }).trace).toBeGreaterThan(0);
    expect(noiseOf(2 * B, 1, B, { terms: 2 ** 24 }).trace).toBe(0); // no digit is left
    expect(noiseOf(NaN, 1, B).trace).toBeNaN();
  });
  it('two batches of equal norms have no noise between them, and what is left of their difference has none of |G|²', () => {
    const q = 0.3;
    expect(noiseOfTwo({ B: 4, squaredMean: q * (1 + ulp) }, { B: 32, squaredMean: q }).trace).toBe(0);
    expect(noiseOfTwo({ B: 4, squaredMean: q }, { B: 32, squaredMean: q * (1 + ulp) }).trace).toBe(0);
    expect(noiseOfTwo({ B: 4, squaredMean: q }, { B: 32, squaredMean: (q / 8) * (1 + ulp) }).squaredGradient).toBe(0);
    // Beyond rounding it may be negative: noise about 0.
    expect(noiseOfTwo({ B: 4, squaredMean: q }, { B: 32, squaredMean: 2 * q }).trace).toBeLessThan(0);
  });
  it('eigenvalues are 0, and none is negative', () => {
    // Multiples of one vector, entries rounded to float32: of rank one.
    const c = Float64Array.from({ length: B }, (_, i) => 1 + stream(4, 1).uniform(i));
    const K = Float32Array.from({ length: B * B }, (_, at) => c[Math.floor(at / B)]! * c[at % B]!);
    const values = covarianceSpectrum(K, B);
    expect(values[0]).toBeGreaterThan(0);
    expect(Array.from(values.slice(1))).toEqual(Array.from({ length: B - 2 }, () => 0));
    expect([...covarianceSpectrum(new Float32Array(B * B).fill(1 / 3), B)]).toEqual(Array.from({ length: B - 1 }, () => 0));
  });
});

describe('the noise scale', () => {
  it('is the ratio of averages, not the average of ratios, from the first estimate on', () => {
    const scale = new NoiseScale(0.5);
    expect(scale.simple).toBeNaN();
    scale.update({ trace: 8, squaredGradient: 2 });
    expect([scale.trace, scale.squaredGradient, scale.simple]).toEqual([8, 2, 4]);
    scale.update({ trace: 2, squaredGradient: 4 }); // weights 1/3 and 2/3
    expect(scale.simple).toBeCloseTo((8 + 2 * 2) / (2 + 2 * 4), 12);
    scale.update({ trace: 1, squaredGradient: -100 });
    expect(scale.simple).toBeNaN();
  });
  it('compares signal and noise of a batch', () => expect(signalToNoise({ trace: 8, squaredGradient: 2 }, 16)).toBe(4));
});

describe('the spectrum of the covariance', () => {
  it('refuses what is not finite, whose decomposition would not end', () => {
    expect(() => covarianceSpectrum([1, NaN, NaN, 1], 2)).toThrow(/entry 0 is NaN/);
    expect(() => covarianceSpectrum([1, 2, 3, 4], NaN)).toThrow(ConfigError);
  });
  it('sums to its trace and has as many values as the parameters allow', () => {
    const K = population.flatMap((g) => population.map((h) => dot(g, h)));
    const values = covarianceSpectrum(K, N);
    expect(values.reduce((s, v) => s + v, 0)).toBeCloseTo(trace, 12);
    expect(values.filter((v) => v > 0)).toHaveLength(P);
  });
});

it('of a network: norms, products and noise are those of its examples', async () => {
  const model = mlp({ widths: [3, 8, 4] });
  const [theta, x, y] = [variable('theta', [model.layout.total]), variable('x', [8, 3]), variable('y', [8], { dtype: 'u32' })];
  const params = unpack(model.layout, theta);
  const loss = crossEntropy(model.apply(params, x), y);
  const names = Object.keys(params);
  const g = repack(model.layout, Object.fromEntries(gradients(loss, Object.values(params)).map((t, i) => [names[i]!, t])));
  const layers = layersOfMean(loss, params, 8);
  const grams = layers.reduce<ReturnType<typeof gram> | undefined>((total, l) => gram(l, l, total), undefined)!;
  using session = await openReference().open({
    all: plan({ name: 'all', outputs: { norms: squaredExampleNorms(layers, 8), ...noiseTensors(layers, g, 8), grams }, maxBindings: 8 }),
  });
  session.write('theta', random(model.layout.total, 9));
  session.write('x', random(24, 10));
  session.write('y', Uint32Array.of(0, 1, 2, 3, 0, 1, 2, 3));
  const out = await session.run('all');
  const gramOf = (i: number, j: number): number => 64 * out['grams']!.data[i * 8 + j]!;
  out['norms']!.data.forEach((v, i) => expect(v).toBeCloseTo(gramOf(i, i), 9));
  expect(out['sumSquares']!.data[0]!).toBeCloseTo(
    Array.from(out['norms']!.data).reduce((s, v) => s + v, 0),
    9,
  );
  const all = Array.from({ length: 64 }, (_, at) => gramOf(Math.floor(at / 8), at % 8));
  expect(out['squaredMean']!.data[0]!).toBeCloseTo(average(all), 9); // ‖ḡ‖² is the mean of all products
  const { trace: t } = noiseOf(out['sumSquares']!.data[0]!, out['squaredMean']!.data[0]!, 8);
  expect(covarianceSpectrum(all, 8).reduce((s, v) => s + v, 0)).toBeCloseTo(t, 9);
});
