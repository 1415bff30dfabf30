import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../core/errors';
import { contrast, judged } from './index';
import { expectCharacteristics } from './expectCharacteristics';

/** Twelve seeds around `mean`, an interval of about ±0.64 for a spread of 1. */
const around = (mean: number, spread = 1): readonly number[] => Array.from({ length: 12 }, (_, i) => mean + (spread * (i - 5.5)) / 3.6);
const zeros = around(0, 0);
const against = (mean: number, least: number, spread?: number) => contrast(around(mean, spread), zeros, { least, scale: 'difference' });

describe('contrast', () => {
  it.each([
    ['as large as claimed', 5, 2, 'agrees', 'and as large as claimed'],
    ['clear of nothing, perhaps smaller than claimed', 1.8, 2, 'agrees', 'in the direction claimed'],
    ['there, but too small to count', 1, 2, 'disagrees', 'it is there, but smaller than what counts'],
    ['nothing', 0, 2, 'disagrees', 'an effect that counts is excluded'],
    ['the other way', -5, 2, 'disagrees', 'an effect that counts is excluded'],
    ['anything', 0.4, 0.8, 'inconclusive', 'the interval holds both no effect and one that counts: it takes more seeds'],
  ] as const)('%s', (_, mean, least, decision, reason) => expect(against(mean, least)).toMatchObject({ decision, reason, n: 12 }));

  it('is inconclusive with too little data only', () => {
    for (const mean of [-2, -0.5, 0, 0.3, 0.6, 1, 3])
      for (const spread of [0.1, 1, 3]) {
        const { enough, decision } = against(mean, 1.5, spread);
        expect(enough && decision === 'inconclusive').toBe(false);
      }
  });
  it('gives ratios of positive values', () => {
    const found = contrast([2, 4, 6, 8, 10.5], [1, 2, 3, 4, 5], { least: 1.5, scale: 'log' });
    expect(found).toMatchObject({ decision: 'agrees', reason: 'and as large as claimed' });
    expect(found.effect).toBeCloseTo(2 * 1.05 ** 0.2, 12);
  });
  it('counts seeds that are lost, and refuses what cannot be paired', () => {
    expect(contrast([1, 2, NaN, 4, 5], [0, 0, 0, 0, 0], { least: 1, scale: 'difference' })).toMatchObject({
      decision: 'disagrees',
      reason: '1 of 5 values are not finite',
    });
    expect(contrast([1, 2, 0, 4, 5], [1, 1, 1, 1, 1], { least: 2, scale: 'log' }).decision).toBe('disagrees');
    const few = contrast([1, NaN], [0, 0], { least: 1, scale: 'difference' });
    expect(judged(few, 'unused')).toEqual({ verdict: 'inconclusive', measured: 'only 2 seeds; it takes 5' });
    expect(() => contrast([1, 2], [1], { least: 1, scale: 'difference' })).toThrow(ConfigError);
    expect(() => against(1, 0)).toThrow(ConfigError);
  });
  expectCharacteristics('contrast');
});
