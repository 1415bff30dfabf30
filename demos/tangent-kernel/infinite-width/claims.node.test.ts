/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { expect, it } from 'vitest';
import type { Row, Verdict } from '../../../src/lab/study';
import { curve, power, SEEDS, tableOf, verdictsOf } from '../madeUp';
import { claims } from './claims';
import type { Config } from './fields';
import { constantOf, distanceSlope, exactCoverage } from './statistics';
import { theory } from './theory';

const WIDTHS = [32, 64, 128, 256];
const config: Config = { widths: WIDTHS, depth: 2, inputs: 12, inputDimension: 10, seeds: SEEDS, seed: 0 };
const both = (exponent: number, factor: number, spread = 0.01): readonly Row[] =>
  ['relu', 'erf'].flatMap((s) => curve('distance', s, WIDTHS, power(factor, exponent), spread));
const IDS = ['slope-relu', 'slope-erf', 'constant-relu', 'constant-erf'];

it('statistics are the law’s exponent and factor, and nothing before there are rows', () => {
  const table = tableOf(both(-0.5, 2.1, 0));
  expect(Math.abs(distanceSlope(table, 'relu').mean + 0.5)).toBeLessThan(2 ** -45);
  const { widest, seeds } = constantOf(table, 'erf');
  expect([widest?.width, seeds]).toEqual([256, SEEDS]);
  expect(Math.abs((widest?.mean ?? NaN) - 2.1)).toBeLessThan(2 ** -50);
  expect(constantOf(tableOf([]), 'erf')).toMatchObject({ widest: undefined, points: 0 });
  const constants = tableOf(curve('constant', 'relu', WIDTHS, () => 3, 0.1));
  expect([exactCoverage(constants, 3).inside >= 3, exactCoverage(constants, 6).inside]).toEqual([true, 0]);
});

it.each<readonly [string, readonly Row[], readonly Verdict[]]>([
  ['as theory has it', both(-0.5, 2.1), ['agrees', 'agrees', 'agrees', 'agrees']],
  ['another order', both(-1, 2.1), ['disagrees', 'disagrees', 'disagrees', 'disagrees']],
  ['noisy', both(-0.5, 3.2, 2), ['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive']],
  ['two widths', both(-0.5, 2.1).filter((r) => r.kind === 'point' && r.x <= 64), ['inconclusive', 'inconclusive', 'agrees', 'agrees']],
  ['nothing', [], ['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive']],
])('%s', (_, rows, want) => {
  const got = verdictsOf(claims(config), rows);
  expect(IDS.map((id) => got[id])).toEqual(want);
});

it('one hidden layer is held against the exact expectation, more than two against nothing but the order', () => {
  const one = { ...config, depth: 1 };
  const exact = theory(one).find((k) => k.chart === 'constant')!.y[0]!;
  const at = (factor: number): Verdict | undefined =>
    verdictsOf(
      claims(one),
      curve('constant', 'relu', WIDTHS, () => factor * exact, 0.1),
    )['exact'];
  expect([at(1), at(2)]).toEqual(['agrees', 'disagrees']);
  expect(verdictsOf(claims({ ...config, depth: 3 }), [])).toEqual({ 'slope-relu': 'inconclusive', 'slope-erf': 'inconclusive' });
});
