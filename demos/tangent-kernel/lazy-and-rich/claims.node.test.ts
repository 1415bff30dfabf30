/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { expect, it } from 'vitest';
import type { Row, Verdict } from '../../../src/lab/study';
import { curve, power, SEEDS, tableOf, verdictsOf } from '../madeUp';
import { claims } from './claims';
import type { Config } from './fields';
import { alphaSlope, change, rise, widthSlope } from './statistics';

const config: Config = {
  task: 'parity',
  alphas: [0.1, 1, 4, 16],
  width: 64,
  widths: [32, 64, 128, 256],
  steps: 50,
  seeds: SEEDS,
  activation: 'erf',
  examples: 40,
  dimension: 12,
  bits: 2,
  depth: 1,
  rate: 0.3,
  seed: 0,
};
/** Exponents over α and width, and the alignments at the end at the smallest and the largest α; all start at 0.1. */
const moved = (slope: number, wide: number, rich: number, lazy: number, spread = 0.01): readonly Row[] => [
  ...['kernel', 'weights'].flatMap((s) => curve('by-alpha', s, config.alphas, power(0.1, slope), spread)),
  ...curve('by-width', 'kernel', config.widths, power(1, wide), spread),
  ...curve('alignment', 'a0.1', [0, 50], (x) => (x === 0 ? 0.1 : rich), spread),
  ...curve('alignment', 'a16', [0, 50], (x) => (x === 0 ? 0.1 : lazy), spread),
];
const unfinished = (rows: readonly Row[]): readonly Row[] => rows.filter((r) => r.kind === 'point' && r.x !== 50);
const IDS = ['alpha-kernel', 'alpha-weights', 'width', 'alignment-rich', 'alignment-lazy'];

it('statistics are exponents and rises, and nothing before the end', () => {
  const table = tableOf(moved(-1, -0.75, 0.75, 0.05, 0));
  for (const [found, exponent] of [
    [alphaSlope(table, 'kernel'), -1],
    [widthSlope(table), -0.75],
  ] as const)
    expect(Math.abs(found.mean - exponent)).toBeLessThan(2 ** -45);
  expect([alphaSlope(table, 'weights').from, alphaSlope(table, 'weights').to]).toEqual([1, 16]);
  // Differences of numbers below 1.
  expect(Math.abs(rise(table, config, 0.1).mean - 0.65)).toBeLessThan(2 ** -50);
  expect(Math.abs(rise(table, config, 16).mean + 0.05)).toBeLessThan(2 ** -50);
  expect(Math.abs(change(table, config, 16) - 0.05)).toBeLessThan(2 ** -50);
  const early = tableOf(unfinished(moved(-1, -1, 0.75, 0.05)));
  expect([rise(early, config, 0.1).mean, change(early, config, 0.1)]).toEqual([NaN, NaN]);
});

it.each<readonly [string, readonly Row[], readonly Verdict[]]>([
  ['as theory has it', moved(-1, -1, 0.8, 0.1), IDS.map(() => 'agrees')],
  ['the other way', moved(-0.5, -0.1, 0.05, 0.5), IDS.map(() => 'disagrees')],
  ['too few steps', unfinished(moved(-1, -1, 0.8, 0.1)), ['agrees', 'agrees', 'agrees', 'inconclusive', 'inconclusive']],
  ['too few seeds', moved(-1, -1, 0.8, 0.1).filter((r) => r.kind === 'point' && r.seed < 4), IDS.map(() => 'inconclusive')],
  ['nothing', [], IDS.map(() => 'inconclusive')],
])('%s', (_, rows, want) => {
  const got = verdictsOf(claims(config), rows);
  expect(IDS.map((id) => got[id])).toEqual(want);
});

it('needs three lazy scales', () => {
  for (const alphas of [
    [0.1, 0.2, 0.5, 4],
    [1, 4],
  ])
    expect(verdictsOf(claims({ ...config, alphas }), moved(-1, -1, 0.8, 0.1))['alpha-kernel']).toBe('inconclusive');
});
