import { describe, expect, it } from 'vitest';
import { equivalence } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const around = (mean: number, spread: number): readonly number[] => Array.from({ length: 12 }, (_, i) => mean + (spread * (i - 5.5)) / 3.6);

describe('equivalence', () => {
  it.each([
    ['the same', 0, 1, 1.5, 'agrees', true],
    ['the same, by luck', 0, 1, 1, 'agrees', false],
    ['the same, within much', 0, 1, 10, 'agrees', true],
    ['far off', 3, 1, 1, 'disagrees', false],
    ['not the same, though perhaps within the margin', 1, 0.5, 1, 'disagrees', true],
    ['anything', 0.5, 2, 1, 'inconclusive', false],
  ] as const)('%s', (_, off, spread, margin, decision, enough) =>
    expect(equivalence(around(7 + off, spread), { target: 7, margin })).toMatchObject({ decision, enough }),
  );
  it('counts seeds that are lost', () => {
    expect(equivalence([7, 7, 7, 7, Infinity], { target: 7, margin: 1 }).decision).toBe('disagrees');
    expect(equivalence([7, 7, 7, 7], { target: 7, margin: 1 }).decision).toBe('inconclusive');
  });
  expectCharacteristics('equivalence');
});
