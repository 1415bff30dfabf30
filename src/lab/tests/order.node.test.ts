import { describe, expect, it } from 'vitest';
import { nowhereAbove, order } from './index';
import { expectCharacteristics } from './expectCharacteristics';

/** Twenty seeds around `mean`, each group's in another order, an interval of about ±0.5 for one group. */
const around = (mean: number, shift: number): readonly number[] =>
  Array.from({ length: 20 }, (_, i) => mean + ((7 * i + shift) % 20) / 5.8 - 1.64);
const groups = (...means: readonly number[]) => means.map((m, i) => around(m, 3 * i));
const options = { least: 2, scale: 'difference' } as const;

const width = ([low, high]: readonly [number, number]): number => high - low;

describe('order', () => {
  it.each([
    ['in order', [9, 6, 3, 0], 'agrees'],
    ['one step reversed', [9, 3, 6, 0], 'disagrees'],
    ['two tied', [9, 6, 6, 0], 'disagrees'],
  ] as const)('%s', (_, means, decision) => expect(order(groups(...means), options)).toMatchObject({ decision, steps: { length: 3 } }));

  it('shows the step that decides, with an interval wider than that of one contrast', () => {
    const found = order(groups(9, 3, 6, 0), options);
    expect(found.effect).toBeCloseTo(-3, 0);
    const [alone] = order(groups(9, 3), options).steps;
    expect(width(found.steps[0]!.interval)).toBeGreaterThan(width(alone!.interval));
  });
  it('is inconclusive with few seeds', () =>
    expect(
      order(
        [
          [1, 2],
          [0, 1],
        ],
        options,
      ).decision,
    ).toBe('inconclusive'));
  expectCharacteristics('order');
});

describe('nowhere above', () => {
  it.each([
    ['below', [-1, -5, 0], 'agrees'],
    ['one above', [-1, 4, 0], 'disagrees'],
    ['one lost', [-1, NaN, 0], 'disagrees'],
  ] as const)('%s', (_, means, decision) => expect(nowhereAbove(groups(...means), around(0, 5), options).decision).toBe(decision));
  it('is inconclusive where an interval holds no rise and one that counts', () =>
    expect(nowhereAbove(groups(0), around(0, 5), { ...options, least: 0.2 }).decision).toBe('inconclusive'));
  expectCharacteristics('nowhere above');
});
