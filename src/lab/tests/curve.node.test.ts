import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../core/errors';
import { USE } from '../../core/random';
import { sampler } from '../../core/sampler';
import { curve, type CurveMethod } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const points = (seeds: number, off: (x: number) => number, spread = 0.1) => {
  const { normal } = sampler(3, USE.noise, 8);
  return [1, 2, 3, 4, 5, 6].map((x) => ({
    theory: x,
    values: Array.from({ length: seeds }, () => x * (1 + off(x) + spread * normal())),
  }));
};
const judge = (seeds: number, off: (x: number) => number, allowance = 0, method: CurveMethod = 'student') =>
  curve(points(seeds, off), { least: 0.1, allowance, method });

describe('curve', () => {
  it('agrees with the theory, disagrees off it, and says how far off', () => {
    expect(judge(20, () => 0)).toMatchObject({ decision: 'agrees', enough: true, n: 20 });
    const off = judge(20, () => 0.1);
    expect(off.decision).toBe('disagrees');
    expect(off.interval[0]).toBeLessThan(0.1);
    expect(off.interval[1]).toBeGreaterThan(0.1);
  });
  it('finds one point that is off, and deviations to both sides', () => {
    expect(judge(20, (x) => (x === 3 ? 0.3 : 0)).decision).toBe('disagrees');
    expect(judge(20, (x) => 0.1 * (-1) ** x).decision).toBe('disagrees');
  });
  it('lets theory be off by what it allows, and no more', () => {
    expect(judge(40, () => 0.05, 0.05)).toMatchObject({ decision: 'agrees' });
    expect(judge(40, () => 0.2, 0.05)).toMatchObject({ decision: 'disagrees' });
  });
  it('is inconclusive where it could not find what counts', () => {
    expect(
      curve(
        points(5, () => 0, 0.5),
        { least: 0.1, method: 'student' },
      ),
    ).toMatchObject({ decision: 'inconclusive', enough: false });
    expect(judge(20, () => 0, 0, 'bootstrap').reason).toMatch('only 20 seeds');
  });
  it('counts seeds that are lost, gives the same each time, and refuses bad arguments', () => {
    const [first, ...rest] = points(20, () => 0);
    const lost = [{ ...first!, values: [NaN, ...first!.values.slice(1)] }, ...rest];
    expect(curve(lost, { least: 0.1, method: 'student' }).decision).toBe('disagrees');
    expect(judge(10, () => 0.02)).toEqual(judge(10, () => 0.02));
    expect(() => curve([], { least: 0.1, method: 'student' })).toThrow(ConfigError);
    expect(() => curve([{ ...first!, theory: 0 }], { least: 0.1, method: 'student' })).toThrow(ConfigError);
    expect(() => judge(20, () => 0, 0.1)).toThrow(ConfigError);
    expect(() => judge(20, () => 0, 0, 'law')).toThrow('law of every point');
  });
  expectCharacteristics('curve, student');
  expectCharacteristics('curve, log');
});
