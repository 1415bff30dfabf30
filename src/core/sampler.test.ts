import { describe, expect, it } from 'vitest';
import { USE } from './random';
import { sampler } from './sampler';
import { mean, standardError, variance } from './stats';

const COUNT = 20_000;
const drawn = (draw: () => number): Float64Array => Float64Array.from({ length: COUNT }, draw);

describe('sampler', () => {
  it('gives the same draws for the same arguments, across blocks', () => {
    const [a, b] = [sampler(5, USE.noise, 1), sampler(5, USE.noise, 1)];
    expect(drawn(a.normal)).toEqual(drawn(b.normal));
    expect(drawn(sampler(6, USE.noise, 1).uniform)).not.toEqual(drawn(b.uniform));
  });
  it.each([0.5, 1, 2, 9, 40])('χ² with %f degrees of freedom has that mean, and twice that variance', (k) => {
    const { chiSquare } = sampler(1, USE.noise, 2);
    const values = drawn(() => chiSquare(k));
    expect(Math.abs(mean(values) - k)).toBeLessThan(4 * standardError(values));
    const squares = values.map((v) => (v - k) ** 2);
    expect(Math.abs(mean(squares) - 2 * k)).toBeLessThan(4 * standardError(squares));
  });
  it('Student’s t with 9 degrees of freedom has variance 9/7', () => {
    const { student } = sampler(1, USE.noise, 3);
    const squares = drawn(() => student(9)).map((v) => v * v);
    expect(Math.abs(mean(squares) - 9 / 7)).toBeLessThan(4 * standardError(squares));
  });
  it('whole numbers are even', () => {
    const { below } = sampler(1, USE.noise, 4);
    const values = drawn(() => below(6));
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(Math.abs(variance(values) - 35 / 12)).toBeLessThan(4 * standardError(values.map((v) => (v - 2.5) ** 2)));
  });
});
