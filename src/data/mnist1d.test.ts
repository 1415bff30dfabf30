import { describe, expect, test } from 'vitest';
import { ConfigError } from '../core/errors';
import type { ClassificationDataset } from './dataset';
import { mnist1d } from './mnist1d';
import { MNIST1D_FINGERPRINT, type Fingerprint } from './mnist1d.fingerprint';
import { compensatedSum } from './sum';

const published = mnist1d();

const columnSum = (x: Float64Array, d: number, j: number, weight: (row: number) => number): number => {
  const terms = Array.from({ length: x.length / d }, (_, i) => weight(i) * x[i * d + j]!);
  return compensatedSum(terms);
};

/** Largest distance between a column's two sums and the fingerprint's. */
const distance = (x: Float64Array, { columnSums, cosineSums }: Fingerprint): number =>
  Math.max(
    ...columnSums.flatMap((plain, j) => [
      Math.abs(columnSum(x, 40, j, () => 1) - plain),
      Math.abs(columnSum(x, 40, j, Math.cos) - cosineSums[j]!),
    ]),
  );

const count = ({ y }: ClassificationDataset, c: number): number => y.filter((label) => label === c).length;
const columns = ({ x }: ClassificationDataset): string[] => Array.from({ length: 40 }, (_, j) => x.filter((_, at) => at % 40 === j).join());
const fnv1a = (labels: Uint32Array): number => labels.reduce((hash, label) => Math.imul(hash ^ label, 16777619) >>> 0, 0x811c9dc5);

/** The most by which an element may differ from the published one. */
const RESOLUTION = 1e-9;
/**
 * Half of it separates rounding from a wrong element. One element off by more than RESOLUTION moves its column's sum by as much,
 * less what rounding does to the others; rounding alone, at δ an element and all of one sign, moves a column of 4,000 by 4,000δ.
 * Both stay on their side of the half while δ < RESOLUTION/8,000 = 1.25e-13, which is 281 float64 steps of the largest elements
 * (2 ≤ |x| < 4); some tens of roundings make an element. The sums are compensated, so that their own rounding does not count.
 */
const TOLERANCE = RESOLUTION / 2;

describe.each(['train', 'test'] as const)('the published %s set', (part) => {
  const data = published[part];
  const { x, y, n, d, classes } = data;
  const print = MNIST1D_FINGERPRINT[part];

  test('has the published columns', () => {
    expect([n, d, classes, x.length]).toEqual([print.rows, 40, 10, 40 * print.rows]);
    expect(distance(x, print)).toBeLessThan(TOLERANCE);
  });

  test('has the published labels', () => {
    expect(Array.from({ length: 10 }, (_, c) => count(data, c))).toEqual(print.labelCounts);
    expect(fnv1a(y)).toBe(print.labelHash);
  });

  test('is told from one with a single wrong element, two rows exchanged or two columns exchanged', () => {
    const wrong = x.slice();
    wrong[40 * 17 + 5]! += RESOLUTION;
    expect(distance(wrong, print)).toBeGreaterThan(TOLERANCE);
    const rows = x.slice();
    rows.copyWithin(0, 40, 80);
    rows.set(x.subarray(0, 40), 40);
    expect(distance(rows, print)).toBeGreaterThan(TOLERANCE);
    const columns = x.map((_, at) => x[at % 40 < 2 ? at + 1 - 2 * (at % 40) : at]!);
    expect(distance(columns, print)).toBeGreaterThan(TOLERANCE);
  });
});

test('starts with the published values', () => {
  const { x, y } = published.train;
  // Printed to 8 and 5 decimals, hence known to half a unit of the last.
  [-0.33200567, -0.47191037, -0.77869708].forEach((value, j) => {
    expect(Math.abs(x[j]! - value)).toBeLessThanOrEqual(0.5e-8);
  });
  expect([...y.subarray(0, 8)]).toEqual([2, 6, 4, 5, 6, 6, 6, 0]);
  expect(Math.abs(compensatedSum(x.map(Math.abs)) - 118338.29511)).toBeLessThanOrEqual(0.5e-5);
});

test('larger sets come from the same generator: 4,000 + 12,000 examples', () => {
  const { train, test: held } = mnist1d({ n: 16_000, trainFraction: 0.25 });
  expect([train.n, held.n]).toEqual([4000, 12_000]);
  for (let c = 0; c < 10; c++) expect(count(train, c) + count(held, c)).toBe(1600);
  const mean = compensatedSum([...train.x, ...held.x]) / 640_000;
  // x̄ = 0 up to rounding: u|x| each for difference and quotient, with Σ|x|/n ≤ 1 as the mean square is 1; and 3u·|m|/s for the
  // subtracted mean m, whose size is below the standard deviation s for these signals.
  expect(Math.abs(mean)).toBeLessThan(5 * 2 ** -53);
});

test('shuffled positions are one permutation of the columns of every example', () => {
  const plain = mnist1d({ n: 50, seed: 3 }).train;
  const shuffled = mnist1d({ n: 50, seed: 3, shufflePositions: true }).train;
  expect(columns(shuffled).toSorted()).toEqual(columns(plain).toSorted());
  expect(columns(shuffled)).not.toEqual(columns(plain));
  expect(shuffled.y).toEqual(plain.y);
});

test('without any randomness of shape or noise, examples of a class are equal', () => {
  const still = { padding: [40, 40], scale: 0, maxTranslation: 1, correlatedNoise: 0, whiteNoise: 0, shear: 0 } as const;
  const { train } = mnist1d({ n: 100, ...still });
  const seen = new Map<number, string>();
  for (let i = 0; i < train.n; i++) {
    const row = train.x.slice(i * 40, (i + 1) * 40).join();
    expect(seen.get(train.y[i]!) ?? row).toBe(row);
    seen.set(train.y[i]!, row);
  }
  expect(new Set(seen.values()).size).toBe(10);
});

test.each([
  ['n', { n: 5001 }],
  ['n', { n: 0 }],
  ['trainFraction', { trainFraction: 1 }],
  ['trainFraction', { trainFraction: 0 }],
  ['seed', { seed: -1 }],
  ['padding', { padding: [36, 20] as const }],
  ['maxTranslation', { maxTranslation: 0 }],
  ['maxTranslation', { maxTranslation: 73 }],
  ['length', { length: 1 }],
  ['whiteNoise', { whiteNoise: Number.NaN }],
])('names a %s that cannot be met', (name, config) => {
  expect(() => mnist1d(config)).toThrow(ConfigError);
  expect(() => mnist1d(config)).toThrow(name);
});
