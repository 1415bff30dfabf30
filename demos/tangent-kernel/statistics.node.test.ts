/** Slopes, differences and coverage of made-up rows, and how intervals are judged. */
import { describe, expect, it } from 'vitest';
import { curve, power, SEEDS, tableOf } from './madeUp';
import { coverageOf, differenceOf, slopeOf } from './statistics';
import { covered, differenceWithin, slopeWithin, within } from './verdicts';

const XS = [2, 4, 8, 16];
const pointsOf = (...args: Parameters<typeof curve>) => tableOf(curve(...args)).summary(args[0], args[1]);
/** Rounding of a sum of a few logarithms of numbers below 100. */
const ROUNDING = 2 ** -45;

it('an interval agrees inside, disagrees outside and else leaves it open', () => {
  const cases = [
    [0, 1],
    [-2, -1],
    [-1, 1],
    [0, 3],
  ] as const;
  expect(cases.map(([low, high]) => within({ low, high }, 0, 2))).toEqual(['agrees', 'disagrees', 'inconclusive', 'inconclusive']);
});

const said = (...args: Parameters<typeof curve>): string => slopeWithin(slopeOf(pointsOf(...args)), -1.1, -0.9, 'it').measured;
describe('a slope', () => {
  it('is the exponent of a power law, with its ends', () => {
    const found = slopeOf(pointsOf('c', 's', XS, power(3, -1.5), 0));
    expect(found).toMatchObject({ from: 2, to: 16, points: 4, seeds: SEEDS, paired: true, diverged: false });
    for (const v of [found.mean, found.low, found.high]) expect(Math.abs(v + 1.5)).toBeLessThan(ROUNDING);
  });
  it('is over the logarithm of another quantity, if one is given', () => {
    const found = slopeOf(pointsOf('c', 's', XS, power(3, -1.5), 0), (x) => x ** 3);
    expect(Math.abs(found.mean + 0.5)).toBeLessThan(ROUNDING);
  });
  it('has the interval of slopes of single seeds', () => {
    // Seed s has exponent s: their mean is 2, its standard error √(2.5/5), t of 4 degrees of freedom at 97.5 % 2.7764451.
    const rows = [0, 1, 2, 3, 4].flatMap((s) =>
      XS.map((x) => ({ kind: 'point', chart: 'c', series: 's', x, seed: s, y: x ** s }) as const),
    );
    const { mean, low, high } = slopeOf(tableOf(rows).summary('c', 's'));
    expect(Math.abs(mean - 2)).toBeLessThan(ROUNDING);
    // The table's quantile has eight digits.
    for (const half of [mean - low, high - mean]) expect(Math.abs(half - 2.776_445_1 * Math.sqrt(0.5))).toBeLessThan(1e-7);
  });
  it.each([
    ['agrees', power(1, -1)],
    ['disagrees', power(1, -2)],
  ] as const)('%s', (want, y) => expect(slopeWithin(slopeOf(pointsOf('c', 's', XS, y)), -1.1, -0.9, 'it').verdict).toBe(want));
  it('says why it cannot be had', () => {
    expect(said('c', 's', [], power(1, 1))).toBe('only 0 points');
    expect(said('c', 's', [2, 4], power(1, 1))).toBe('only 2 points');
    expect(said('c', 's', XS, power(1, 1), 0.01, 1)).toBe('only 1 seeds');
    expect(said('c', 's', XS, power(1, 1), 0.01, 4)).toBe('only 4 seeds');
    const rows = curve('c', 's', XS, power(1, 1));
    const ragged = slopeOf(tableOf(rows, curve('c', 's', [32], power(1, 1), 0.01, 6)).summary('c', 's'));
    expect([slopeWithin(ragged, 0, 2, 'it').measured, ragged.mean, ragged.low]).toEqual([
      'not all seeds are measured everywhere yet',
      NaN,
      -Infinity,
    ]);
    const lost = { kind: 'point', chart: 'c', series: 's', x: 2, seed: 0, y: NaN } as const;
    expect(slopeWithin(slopeOf(tableOf(rows, [lost]).summary('c', 's')), 0, 2, 'it').measured).toBe('some networks diverged');
  });
});

const flat = (y: number, xs = XS) => pointsOf('c', 's', xs, () => y, 0);
describe('a difference', () => {
  it('is a mean over x of each seed’s', () => {
    const found = differenceOf(flat(3), flat(1));
    expect(found).toMatchObject({ mean: 2, low: 2, high: 2, points: 8, seeds: SEEDS, paired: true });
    expect([differenceWithin(found, 1, 3, 'it').verdict, differenceWithin(found, 3, 4, 'it').verdict]).toEqual(['agrees', 'disagrees']);
  });
  it('is left open where one lacks points', () => {
    for (const found of [differenceOf(flat(3), flat(1, [2, 4])), differenceOf(flat(3), []), differenceOf([], [])]) {
      expect(found.mean).toBeNaN();
      expect(differenceWithin(found, -Infinity, Infinity, 'it').verdict).toBe('inconclusive');
    }
  });
});

describe('coverage', () => {
  const points = pointsOf('c', 's', XS, () => 2, 0.1);
  it('counts intervals with the theory inside, and widens them', () => {
    const right = coverageOf(points, () => 2);
    // At most two of four 95 % intervals cover with probability 1.4 %, at most one with 0.05 %.
    expect(right).toMatchObject({ points: 4, least: 2 });
    expect(right.inside).toBeGreaterThanOrEqual(3);
    expect(coverageOf(points, () => 4)).toMatchObject({ inside: 0, last: { theory: 4 } });
    expect(coverageOf(points, () => 4, 1).inside).toBe(4);
    expect([
      covered(right, 'cover').verdict,
      covered(
        coverageOf(points, () => 4),
        'cover',
      ).verdict,
    ]).toEqual(['agrees', 'disagrees']);
  });
  it('needs three points of five seeds', () => {
    const reason = (found: typeof points): string =>
      covered(
        coverageOf(found, () => 2),
        'cover',
      ).measured;
    expect([reason(points.slice(2)), reason([]), reason(pointsOf('c', 's', XS, () => 2, 0.1, 4))]).toEqual([
      'only 2 points',
      'only 0 points',
      'only 4 seeds',
    ]);
  });
});
