import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeOf, quantile, slope, spreadOf, type Spread } from './spread';
import { median } from './stats';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('quantiles', () => {
  it('of 0 … 8 are what counting gives', () => {
    expect(spreadOf([3, 1, 2, 0, 4, 8, 7, 6, 5])).toEqual({ median: 4, low: 2, high: 6, samples: 9 });
  });
  it('lie between neighbours, in proportion', () =>
    expect([0, 0.25, 0.5, 1].map((q) => quantile([10, 20], q))).toEqual([10, 12.5, 15, 20]));
  it('have the median in the middle', () =>
    fc.assert(
      fc.property(values, (v) => {
        const { low, median: middle, high } = spreadOf(v);
        // Two ways to the mean of two neighbours, a rounding apart; among subnormal numbers, a step of those.
        expect(Math.abs(middle - median(v))).toBeLessThanOrEqual(Number.EPSILON * Math.max(...v.map(Math.abs)) + Number.MIN_VALUE);
        expect(low).toBeLessThanOrEqual(middle);
        expect(middle).toBeLessThanOrEqual(high);
      }),
    ));
  it('do not hide a value that is none', () => expect(quantile([1, NaN, 3], 0.5)).toBeNaN());
  it('need a value', () => expect(() => quantile([], 0.5)).toThrow('at least 1'));
});

describe('the slope', () => {
  it('is the time of one repetition, whatever both runs paid once', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 100 }),
        (n, more, once, each) => {
          expect(slope({ count: n, time: once + n * each }, { count: n + more, time: once + (n + more) * each })).toBe(each);
        },
      ),
    ));
  it('refuses equal counts', () => expect(() => slope({ count: 2, time: 1 }, { count: 2, time: 3 })).toThrow('two counts'));
});

const around = (at: number, half: number): Spread => ({ median: at, low: at - half, high: at + half, samples: 9 });
describe('a change', () => {
  it.each([
    ['beyond both ranges, downwards', around(10, 1), around(5, 1), 'less'],
    ['beyond both ranges, upwards', around(10, 1), around(15, 1), 'more'],
    ['as large as both ranges', around(10, 1), around(14, 1), 'same'],
    ['within the range of the earlier one', around(10, 5), around(15, 0), 'same'],
    ['within the range of the later one', around(10, 0), around(15, 5), 'same'],
    ['none, without scatter', around(10, 0), around(10, 0), 'same'],
  ] as const)('%s', (_, before, after, change) => expect(changeOf(before, after)).toEqual({ ratio: after.median / before.median, change }));
  it('is never seen in NaN', () => expect(changeOf(around(NaN, 0), around(1, 0)).change).toBe('same'));
});
