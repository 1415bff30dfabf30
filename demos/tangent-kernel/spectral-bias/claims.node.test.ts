/** Claims, statistics and theory of the circle on made-up rows: what agrees, what disagrees and what is left open. */
import { expect, it } from 'vitest';
import type { Row, Verdict } from '../../../src/lab/study';
import { curve, SEEDS, tableOf, verdictsOf } from '../madeUp';
import { claims } from './claims';
import { crossing } from './crossing';
import type { Config } from './fields';
import { frequenciesOf, leftover, timeCoverage, timeSlope } from './statistics';
import { learningTime, pointEigenvalue } from './theory';

const config: Config = {
  frequencies: [1, 2, 3, 4, 6],
  amplitude: 0.05,
  width: 256,
  points: 32,
  steps: 500,
  seeds: SEEDS,
  rate: 1,
  seed: 0,
};
/** Times of the frequencies that are learned, and what is left of the third at the end. */
const timed = (time: (k: number) => number, left: number): readonly Row[] => [
  ...curve('time', 'measured', [1, 2, 4, 6], time),
  ...config.frequencies.flatMap((k) => curve('residual', `k${k}`, [500], () => (k === 3 ? left : 0.01))),
];
const RIGHT = timed((k) => learningTime(config, k), 0.99);

it('statistics tell what is learned, how fast, and what is left', () => {
  expect(frequenciesOf(config)).toEqual({ learnable: [1, 2, 4, 6], never: [3] });
  const table = tableOf(RIGHT);
  const slow = tableOf(timed((k) => learningTime(config, k) ** 2, 0.99));
  // Noise of 1 % over 8 seeds, from times that differ by a factor of above 10: 6σ of the slope is below 0.02.
  expect(Math.abs(timeSlope(table, config).mean - 1)).toBeLessThan(0.02);
  expect(Math.abs(timeSlope(slow, config).mean - 2)).toBeLessThan(0.02);
  expect([timeCoverage(table, config, 0.1).inside, timeCoverage(slow, config, 0.1).inside]).toEqual([4, 0]);
  const found = leftover(table, config);
  expect(found).toMatchObject({ points: 1, seeds: SEEDS, learned: [1, 2, 4, 6] });
  expect(found.least!.low).toBeLessThan(found.least!.mean);
  expect(leftover(tableOf([]), config)).toMatchObject({ points: 0, least: undefined, learned: [] });
});

it.each<readonly [string, readonly Row[], readonly Verdict[]]>([
  ['as theory has it', RIGHT, ['agrees', 'agrees', 'agrees']],
  ['all alike', timed(() => 10, 0.1), ['disagrees', 'disagrees', 'disagrees']],
  ['not learned yet', [], ['inconclusive', 'inconclusive', 'inconclusive']],
  ['too few seeds', RIGHT.filter((r) => r.kind === 'point' && r.seed < 4), ['inconclusive', 'inconclusive', 'inconclusive']],
])('%s', (_, rows, want) => {
  const got = verdictsOf(claims(config), rows);
  expect(['times', 'closed-form', 'odd'].map((id) => got[id])).toEqual(want);
});

const odd = (frequencies: readonly number[]): Verdict | undefined => verdictsOf(claims({ ...config, frequencies }), RIGHT)['odd'];
it('an odd frequency that stays says nothing where none is odd, or no higher one is learned', () => {
  expect([odd([1, 2, 4]), odd([1, 2, 3]), odd([1, 3, 4])]).toEqual(['inconclusive', 'inconclusive', 'agrees']);
});

it('its eigenvalues on points are those of the kernel matrix, and exactly 0 where nothing is learned', () => {
  // λ1, λ2 and λ4 of the limit, to the digits given there. Sampling at N points errs by at most (16/3)/N²: theory/infiniteWidth.test.ts.
  for (const [k, value] of [
    [1, 0.5],
    [2, 0.157611],
    [4, 0.017112],
  ] as const)
    expect(Math.abs(pointEigenvalue(config, k) - value)).toBeLessThanOrEqual(0.5e-6 + 16 / 3 / config.points ** 2);
  expect([3, 5, 7].map((k) => [pointEigenvalue(config, k), learningTime(config, k)])).toEqual([
    [0, Infinity],
    [0, Infinity],
    [0, Infinity],
  ]);
});
it('a crossing lies between two steps by the logarithm, and exactly where decay is exact', () => {
  const rate = 0.93;
  const steps = [0, 5, 11, 20];
  const found = crossing(
    steps,
    steps.map((t) => rate ** t),
  )!;
  expect(Math.abs(found - -1 / Math.log(rate))).toBeLessThanOrEqual(2 ** -40);
  expect([crossing(steps, [1, 0.9]), crossing(steps, [])]).toEqual([undefined, undefined]);
});
