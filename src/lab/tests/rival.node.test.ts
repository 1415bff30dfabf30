import { describe, expect, it } from 'vitest';
import { USE } from '../../core/random';
import { sampler } from '../../core/sampler';
import { hyperbola, powerLaw, rival } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const SIZES = [4, 16, 64, 256, 1024, 4096, 16_384];
const noisy = (y: (x: number) => number): readonly (readonly number[])[] => {
  const { normal } = sampler(4, USE.noise, 6);
  return Array.from({ length: 20 }, () => SIZES.map((x) => y(x) * Math.exp(0.02 * normal())));
};
const judge = (y: (x: number) => number) => rival(SIZES, noisy(y), hyperbola, powerLaw, { least: 1.5 }).decision;

const logs = (y: (x: number) => number) => SIZES.map((x) => Math.log(y(x)));
describe('fits', () => {
  it.each([
    ['power law', powerLaw, (x: number) => 3 * x ** -0.4],
    ['hyperbola', hyperbola, (x: number) => 7 * (1 + 300 / x)],
  ] as const)('of a %s give it back', (_, fit, y) => {
    // The hyperbola's bend is found to 1e-6 in its logarithm, and no value is steeper in it than that.
    fit.fitted(SIZES, logs(y)).forEach((v, i) => expect(Math.abs(v - logs(y)[i]!)).toBeLessThan(2e-6));
  });
});
describe('rival', () => {
  it('finds which law it is', () => {
    expect(judge((x) => 1 + 300 / x)).toBe('agrees');
    expect(judge((x) => x ** -0.5)).toBe('disagrees');
  });
  it('finds neither in a constant, and nothing in two points', () => {
    expect(judge(() => 3)).toBe('disagrees');
    expect(() => rival([1, 2], [[1, 2]], hyperbola, powerLaw, { least: 2 })).toThrow('more than they have parameters');
  });
  it('takes values that are not positive for lost', () => expect(judge((x) => x - 4)).toBe('disagrees'));
  expectCharacteristics('rival fit');
});
