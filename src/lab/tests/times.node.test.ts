import { describe, expect, it } from 'vitest';
import { later } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const times = (n: number, scale: number): readonly number[] => Array.from({ length: n }, (_, i) => scale * (10 + i));
const options = { end: 100, least: 1.5, paired: true } as const;

describe('later', () => {
  it.each([true, false])('finds a factor and its absence, pairs: %s', (paired) => {
    expect(later(times(12, 1), times(12, 3), { ...options, paired })).toMatchObject({ decision: 'agrees', n: 12 });
    expect(later(times(12, 1), times(12, 1), { ...options, paired }).decision).toBe('disagrees');
    expect(later(times(12, 3), times(12, 1), { ...options, paired }).decision).toBe('disagrees');
  });
  it('counts what was never seen as later than the end', () => {
    const never = times(12, 1).map(() => Infinity);
    expect(later(times(12, 1), never, options)).toMatchObject({ decision: 'agrees', interval: [expect.any(Number), Infinity] });
    expect(later(never, times(12, 1), options).decision).toBe('disagrees');
    const both = later(never, never, options);
    expect(both).toMatchObject({ decision: 'inconclusive', interval: [0, Infinity] });
    expect(both.reason).toMatch('a longer run: 24 of 24 were not seen');
  });
  it('does not take the end for the time: a is seen late, b is not', () => {
    // b is later by 100/90 at the least, which does not show a factor of 1.5, nor exclude it.
    const found = later(
      times(12, 0).map(() => 90),
      times(12, 0).map(() => Infinity),
      options,
    );
    expect(found).toMatchObject({ decision: 'agrees', reason: 'in the direction claimed' });
    expect(found.interval[0]).toBeCloseTo(100 / 90, 12);
  });
  it('ranks a seed that diverged last, and has no interval of five pairs', () => {
    expect(
      later(
        times(12, 1),
        times(12, 1).map(() => NaN),
        options,
      ),
    ).toMatchObject({ decision: 'agrees', effect: Infinity });
    expect(later(times(5, 1), times(5, 3), options).decision).toBe('inconclusive');
    expect(later(times(6, 1), times(6, 3), options).decision).toBe('agrees');
  });
  it('refuses times that are none', () => {
    expect(() => later([0], [1], options)).toThrow('above 0');
    expect(() => later([1], [1, 2], options)).toThrow('cannot be paired');
  });
  expectCharacteristics('later');
});
