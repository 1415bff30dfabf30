import { describe, expect, it } from 'vitest';
import { ConfigError } from './errors';
import { bootstrapInterval, logNormalInterval, studentisedResamples } from './heavyTails';
import { USE } from './random';
import { sampler, type Sampler } from './sampler';
import { mean, meanInterval, type MeanInterval } from './stats';

const TRIES = 1500;
/** Share of intervals that hold the mean of the law. */
const coverage = (
  law: (draws: Sampler) => number,
  truth: number,
  n: number,
  interval: (v: readonly number[], i: number) => MeanInterval,
): number => {
  const draws = sampler(1, USE.noise, n);
  let held = 0;
  for (let i = 0; i < TRIES; i++) {
    const { low, high } = interval(
      Array.from({ length: n }, () => law(draws)),
      i,
    );
    if (low <= truth && truth <= high) held++;
  }
  return held / TRIES;
};
const inverse =
  (k: number) =>
  ({ chiSquare }: Sampler): number =>
    1 / chiSquare(k);
const bootstrap = (v: readonly number[], seed: number): MeanInterval => bootstrapInterval(v, 0.95, { resamples: 399, seed });

describe('coverage of 95 % intervals', () => {
  it.each([9, 11, 20])('studentised bootstrap of 50 values 1/χ² with %i degrees of freedom', (k) => {
    const share = coverage(inverse(k), 1 / (k - 2), 50, bootstrap);
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });
  it.each([
    [0.5, 10],
    [0.5, 50],
    [1, 50],
  ])('log-normal values, deviation of ln %f, %i of them', (deviation, n) => {
    const share = coverage(
      ({ normal }) => Math.exp(deviation * normal()),
      Math.exp(deviation ** 2 / 2),
      n,
      (v) => logNormalInterval(v),
    );
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });
  it('is missed by Student’s interval of ten heavy-tailed values', () =>
    expect(coverage(inverse(9), 1 / 7, 10, (v) => meanInterval(v))).toBeLessThan(0.92));
});

describe('resamples', () => {
  it('have no spread where values are equal, and are refused for two', () => {
    expect(studentisedResamples([0.5, 0.5, 0.5])).toHaveLength(0);
    expect(bootstrapInterval([0.5, 0.5, 0.5])).toMatchObject({ low: 0.5, high: 0.5 });
    expect(() => studentisedResamples([1, 2])).toThrow(ConfigError);
  });
  it('may be of another size than the values', () => {
    const pool = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000);
    // 4,000 studentised means of 30 uniforms: nearly normal, of mean 0.
    expect(Math.abs(mean(studentisedResamples(pool, { resamples: 4000, size: 30 })))).toBeLessThan(4 / Math.sqrt(4000));
  });
});
