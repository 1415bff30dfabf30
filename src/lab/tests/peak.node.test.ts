import { describe, expect, it } from 'vitest';
import { USE } from '../../core/random';
import { sampler } from '../../core/sampler';
import { peak } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const XS = [0, 1, 2, 3, 4, 5, 6];
const judge = (y: (x: number) => number, spread = 0.1, seeds = 12, whole = false) => {
  const { normal } = sampler(2, USE.noise, 7);
  const columns = XS.map((x) => Array.from({ length: seeds }, () => y(x) * Math.exp(spread * normal())));
  return peak(XS, columns, { place: 3, within: 1, least: 2, scale: 'log', paired: whole });
};
const at = (top: number) => (x: number) => Math.exp(-((x - top) ** 2) / 2);

describe('peak', () => {
  it.each([false, true])('finds it in its place and out of it, seeds drawn whole: %s', (whole) => {
    expect(judge(at(3), 0.1, 12, whole)).toMatchObject({ decision: 'agrees', effect: 3, interval: [3, 3] });
    expect(judge(at(5), 0.1, 12, whole)).toMatchObject({ decision: 'disagrees' });
  });
  it('asks for a peak first', () => {
    const flat = judge(() => 1);
    expect(flat.decision).toBe('disagrees');
    expect(flat.reason).toMatch('at 3 against the ends');
    expect(judge((x) => Math.min(1, at(3)(Math.min(x, 3)))).decision).toBe('disagrees');
  });
  it('is inconclusive with few or scattered seeds', () => {
    expect(judge(at(3), 0.1, 4).decision).toBe('inconclusive');
    expect(judge(at(3), 4, 6).decision).toBe('inconclusive');
  });
  it('counts seeds that are lost, and wants both sides', () => {
    expect(judge((x) => (x === 5 ? NaN : at(3)(x))).decision).toBe('disagrees');
    expect(() => peak([1, 2, 3], [[1], [2], [3]], { place: 3, within: 1, least: 2, scale: 'log', paired: false })).toThrow('one side');
  });
  expectCharacteristics('peak');
});
