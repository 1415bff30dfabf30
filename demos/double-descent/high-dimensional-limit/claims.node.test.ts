/** The claims on made-up runs that are as theory has it, otherwise, and too small. */
import { expect, it } from 'vitest';
import { curve, verdictsOf, type Spread } from '../worlds';
import type { Config } from './fields';
import { endsLower, limitAt } from './theory';

const c: Config = {
  dimension: 100,
  examples: 150,
  counts: [15, 40, 60, 80, 100, 120, 150, 180, 200, 220, 250, 300, 450],
  seeds: 8,
  ridgePerFeature: 0.01,
  tests: 100,
  seed: 0,
};
const verdicts = verdictsOf('high-dimensional-limit', c);
/** At the threshold, where the limit is infinite, what a run may have. */
const limit = (N: number): number => Math.min(50, limitAt(c, N));
const world = (plain: (N: number) => number, ridged: (N: number) => number, o?: Spread) => [
  ...curve(['risk', 'min-norm'], c.counts, plain, o),
  ...curve(['risk', 'ridge'], c.counts, ridged, o),
];
const flat = (): number => 0.8;
const all = (verdict: string) => ({ coverage: verdict, peak: verdict, ridge: verdict, 'second-descent': verdict });

it('as theory has it, to the 4 % that it leaves open', () => {
  expect(verdicts(world(limit, flat))).toEqual(all('agrees'));
  expect(verdicts(world((N) => 1.04 * limit(N), flat))).toMatchObject({ coverage: 'agrees' });
});
it('otherwise', () => {
  expect(verdicts(world((N) => 1.2 * limit(N), flat))).toMatchObject({ coverage: 'disagrees' });
  expect(verdicts(world((N) => N, flat))).toMatchObject({ peak: 'disagrees', ridge: 'disagrees' });
  const other = endsLower(c) ? 100 : 0.01;
  expect(verdicts(world((N) => (N > c.examples ? other : 1) * limit(N), flat))).toMatchObject({ 'second-descent': 'disagrees' });
});
it('too few seeds, or too few dimensions for the limit', () => {
  expect(verdicts(world(limit, flat, { seeds: 4 }))).toEqual(all('inconclusive'));
  expect(verdicts(world(limit, flat), { dimension: 79 })).toMatchObject({ coverage: 'inconclusive' });
});
