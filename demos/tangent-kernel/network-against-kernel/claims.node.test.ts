/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { expect, it } from 'vitest';
import type { Row, Verdict } from '../../../src/lab/study';
import { curve, SEEDS, tableOf, verdictsOf } from '../madeUp';
import { claims } from './claims';
import type { Config } from './fields';
import { gap, level } from './statistics';

const NS = [30, 50, 75];
const config: Config = {
  task: 'parity',
  counts: NS,
  richAlpha: 0.1,
  width: 64,
  steps: 100,
  seeds: SEEDS,
  lazyAlpha: 30,
  dimension: 12,
  bits: 2,
  depth: 1,
  rate: 0.3,
  tests: 300,
  seed: 0,
};
/** Test errors by learner; the linearised network's test loss, of which the closed form's is 1. */
const rows = (errors: Readonly<Record<string, number>>, linear = 1): readonly Row[] => [
  ...Object.entries(errors).flatMap(([s, e]) => curve('error', s, NS, () => e)),
  ...curve('squared', 'kernel', NS, () => 1, 0),
  ...curve('squared', 'linear', NS, () => linear, 0.0001),
];
const RIGHT = rows({ rich: 0.05, lazy: 0.3, linear: 0.3, infinite: 0.3 });

it('a gap is a mean over n of each seed’s, a level one of all', () => {
  const table = tableOf(
    curve('error', 'rich', NS, () => 0.25, 0),
    curve('error', 'infinite', NS, (n) => n / 100, 0),
  );
  // (0.30 + 0.50 + 0.75)/3 − 0.25, to rounding.
  expect(Math.abs(gap(table, 'error', 'infinite', 'rich').mean - 0.8 / 3)).toBeLessThan(2 ** -50);
  expect(gap(table, 'error', 'lazy', 'rich').mean).toBeNaN();
  expect([level(table, 'error', 'rich'), level(table, 'error', 'lazy')]).toEqual([0.25, 0]);
});

it.each<readonly [Config['task'], string, readonly Row[], readonly Verdict[]]>([
  ['parity', 'features', RIGHT, ['agrees', 'agrees', 'agrees']],
  ['parity', 'features', rows({ rich: 0.4, lazy: 0.2, linear: 0.3, infinite: 0.3 }, 1.1), ['disagrees', 'disagrees', 'disagrees']],
  ['mnist1d', 'small-data', rows({ rich: 0.4, lazy: 0.4, linear: 0.4, infinite: 0.39 }), ['agrees', 'agrees', 'agrees']],
  ['mnist1d', 'small-data', rows({ rich: 0.2, lazy: 0.4, linear: 0.4, infinite: 0.4 }), ['agrees', 'agrees', 'disagrees']],
  ['parity', 'features', rows({ rich: 0.05, lazy: 0.3, linear: 0.3 }), ['agrees', 'agrees', 'inconclusive']],
  ['parity', 'features', [], ['inconclusive', 'inconclusive', 'inconclusive']],
  ['parity', 'features', RIGHT.filter((r) => r.kind === 'point' && r.seed < 4), ['inconclusive', 'inconclusive', 'inconclusive']],
])('%s, %s %#', (task, id, table, want) => {
  const got = verdictsOf(claims({ ...config, task }), table);
  expect(Object.keys(got)).toEqual(['linearised', 'lazy', id]);
  expect(Object.values(got)).toEqual(want);
});
