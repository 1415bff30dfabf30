/** The claims on made-up runs that are as theory has it, otherwise, and too small. */
import { expect, it } from 'vitest';
import { optimalRidgeRiskMisspecified } from '../../../src/theory/index';
import { curve, verdictsOf, type Spread } from '../worlds';
import type { Config } from './fields';
import { endsLower, grid, problemAt, ridgeLimit, riskAt } from './theory';

const c: Config = { sweep: 'features', examples: 30, features: 100, signal: 1, noise: 0.25, seeds: 8, points: 21, seed: 0 };
const verdicts = verdictsOf('linear', c);
const xs = grid(c);
/** At the threshold, where the expectation is infinite, what a run may have. */
const exact = (x: number): number => Math.min(50, riskAt(c, x));
const ridge = (x: number): number => optimalRidgeRiskMisspecified(ridgeLimit(problemAt(c, x)));
const world = (plain: (x: number) => number, ridged: (x: number) => number, o?: Spread) => [
  ...curve(['risk', 'min-norm'], xs, plain, o),
  ...curve(['risk', 'ridge'], xs, ridged, o),
];
const all = (verdict: string) => ({ coverage: verdict, peak: verdict, ridge: verdict, 'second-descent': verdict });

it('as theory has it', () => {
  expect(verdicts(world(exact, ridge))).toEqual(all('agrees'));
});
it('otherwise', () => {
  expect(verdicts(world((x) => 2 * exact(x), ridge))).toMatchObject({ coverage: 'disagrees' });
  expect(verdicts(world((x) => 1 / x, ridge))).toMatchObject({ peak: 'disagrees', ridge: 'disagrees' });
  expect(verdicts(world(exact, exact))).toMatchObject({ ridge: 'disagrees' });
  const other = endsLower(c) ? 100 : 0.01;
  expect(verdicts(world((x) => (x > c.examples ? other : 1) * exact(x), ridge))).toMatchObject({ 'second-descent': 'disagrees' });
});
it('too few seeds, or intervals too wide', () => {
  expect(verdicts(world(exact, ridge, { seeds: 4 }))).toEqual(all('inconclusive'));
  expect(verdicts(world(exact, ridge, { spread: 1 }))).toMatchObject({ ridge: 'inconclusive', 'second-descent': 'inconclusive' });
});
it('nothing that the threshold could amplify', () => {
  expect(verdicts(world(exact, ridge), { noise: 0, sweep: 'examples' })).toMatchObject({ peak: 'inconclusive', ridge: 'inconclusive' });
});
