/** Every claim on tables made to agree, to disagree and to leave it open. */
import { describe, expect, it } from 'vitest';
import { stream } from '../../src/core/random';
import type { Config, Row, Verdict } from '../../src/lab/study';
import { judge } from '../../src/lab/judge';
import { presetConfig } from '../../src/lab/schema';
import { RowTable } from '../../src/lab/table';
import study from './study';
import { crossing } from './spectral';
import { learningTime, pointEigenvalue } from './spectralTheory';
import { within } from './verdicts';

const SEEDS = 8;
const noise = (i: number): number => stream(1, 2).normal(i);
/** y(x) times e^{spread·noise} for eight seeds. */
const curve = (chart: string, series: string, xs: readonly number[], y: (x: number) => number, spread = 0.01): Row[] =>
  xs.flatMap((x, i) =>
    Array.from({ length: SEEDS }, (_, seed): Row => ({
      kind: 'point',
      chart,
      series,
      x,
      seed,
      y: y(x) * Math.exp(spread * noise(100 * i + seed)),
    })),
  );
const verdictsOf = (config: Config, rows: readonly Row[]): Readonly<Record<string, Verdict>> =>
  Object.fromEntries(judge(study, new RowTable(rows), config).map(({ id, verdict }) => [id, verdict]));
const configOf = (rest: Config): Config => ({ ...presetConfig(study, 'quick'), ...rest });
const power =
  (c: number, p: number) =>
  (x: number): number =>
    c * x ** p;

it('an interval agrees inside, disagrees outside and else leaves it open', () => {
  expect(
    [
      [0, 1],
      [-2, -1],
      [-1, 1],
      [0, 3],
    ].map(([low, high]) => within({ low: low!, high: high! }, 0, 2)),
  ).toEqual(['agrees', 'disagrees', 'inconclusive', 'inconclusive']);
});

describe('of width', () => {
  const widths = [32, 64, 128, 256];
  const both = (p: number, c: number, spread = 0.01): Row[] =>
    ['relu', 'erf'].flatMap((s) => curve('distance', s, widths, power(c, p), spread));
  const ids = ['slope-relu', 'slope-erf', 'constant-relu', 'constant-erf'];
  it.each<readonly [string, Row[], readonly Verdict[]]>([
    ['as theory has it', both(-0.5, 2.1), ['agrees', 'agrees', 'agrees', 'agrees']],
    ['another order', both(-1, 2.1), ['disagrees', 'disagrees', 'disagrees', 'disagrees']],
    ['noisy', both(-0.5, 3.2, 2), ['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive']],
    ['two widths', both(-0.5, 2.1).filter((r) => r.kind === 'point' && r.x <= 64), ['inconclusive', 'inconclusive', 'agrees', 'agrees']],
  ])('%s', (_, rows, want) => {
    expect(ids.map((id) => verdictsOf(configOf({}), rows)[id])).toEqual(want);
  });
  it('one hidden layer is held against the exact expectation', () => {
    const config = configOf({ depth: 1 });
    const exact = study.theory(config).find((k) => k.chart === 'constant')!.y[0]!;
    const at = (factor: number): Verdict | undefined =>
      verdictsOf(
        config,
        curve('constant', 'relu', widths, () => factor * exact, 0.1),
      )['exact'];
    expect([at(1), at(2)]).toEqual(['agrees', 'disagrees']);
    expect(verdictsOf(configOf({ depth: 3 }), [])).toEqual({ 'slope-relu': 'inconclusive', 'slope-erf': 'inconclusive' });
  });
});

const moved = (slope: number, wide: number, rich: number, lazy: number): Row[] => [
  ...['kernel', 'weights'].flatMap((s) => curve('by-alpha', s, [0.1, 1, 4, 16], power(0.1, slope))),
  ...curve('by-width', 'kernel', [32, 64, 128, 256], power(1, wide)),
  ...[
    ['a0.1', rich],
    ['a16', lazy],
  ].flatMap(([s, end]) => curve('alignment', s as string, [0, 50], (x) => (x === 0 ? 0.1 : (end as number)))),
];
describe('of lazy training', () => {
  const config = configOf({ variant: 'lazy', alphas: [0.1, 1, 4, 16], steps: 50 });
  const ids = ['alpha-kernel', 'alpha-weights', 'width', 'alignment-rich', 'alignment-lazy'];
  it.each<readonly [string, Row[], readonly Verdict[]]>([
    ['as theory has it', moved(-1, -1, 0.8, 0.1), ids.map(() => 'agrees')],
    ['the other way', moved(-0.5, -0.1, 0.05, 0.5), ids.map(() => 'disagrees')],
    [
      'too few steps',
      moved(-1, -1, 0.8, 0.1).filter((r) => r.kind === 'point' && r.x !== 50),
      ['agrees', 'agrees', 'agrees', 'inconclusive', 'inconclusive'],
    ],
  ])('%s', (_, table, want) => {
    expect(ids.map((id) => verdictsOf(config, table)[id])).toEqual(want);
  });
  it('needs three lazy scales', () => {
    expect(verdictsOf({ ...config, alphas: [0.1, 0.2, 0.5, 4] }, moved(-1, -1, 0.8, 0.1))['alpha-kernel']).toBe('inconclusive');
  });
});

describe('of network and kernel', () => {
  const ns = [30, 50, 75];
  const rows = (errors: Readonly<Record<string, number>>, linear = 1): Row[] => [
    ...Object.entries(errors).flatMap(([s, e]) => curve('error', s, ns, () => e)),
    ...curve('squared', 'kernel', ns, () => 1, 0),
    ...curve('squared', 'linear', ns, () => linear, 0.0001),
  ];
  it.each<readonly [string, string, Row[], readonly Verdict[]]>([
    ['parity', 'features', rows({ rich: 0.05, lazy: 0.3, linear: 0.3, infinite: 0.3 }), ['agrees', 'agrees', 'agrees']],
    ['parity', 'features', rows({ rich: 0.4, lazy: 0.2, linear: 0.3, infinite: 0.3 }, 1.1), ['disagrees', 'disagrees', 'disagrees']],
    ['mnist1d', 'small-data', rows({ rich: 0.4, lazy: 0.4, linear: 0.4, infinite: 0.39 }), ['agrees', 'agrees', 'agrees']],
    ['mnist1d', 'small-data', rows({ rich: 0.2, lazy: 0.4, linear: 0.4, infinite: 0.4 }), ['agrees', 'agrees', 'disagrees']],
    ['parity', 'features', rows({ rich: 0.05, lazy: 0.3, linear: 0.3 }), ['agrees', 'agrees', 'inconclusive']],
  ])('%s, %s %#', (task, id, table, want) => {
    const got = verdictsOf(configOf({ variant: 'versus', task }), table);
    expect(['linearised', 'lazy', id].map((k) => got[k])).toEqual(want);
  });
});

const timed = (time: (k: number) => number, left: number): Row[] => [
  ...curve('time', 'measured', [1, 2, 4, 6], time),
  ...[1, 2, 3, 4, 6].flatMap((k) => curve('residual', `k${k}`, [500], () => (k === 3 ? left : 0.01))),
];
describe('of the circle', () => {
  const config = configOf({ variant: 'spectral', frequencies: [1, 2, 3, 4, 6], circleSteps: 500 });
  it.each<readonly [string, Row[], readonly Verdict[]]>([
    ['as theory has it', timed((k) => learningTime(config, k), 0.99), ['agrees', 'agrees', 'agrees']],
    ['all alike', timed(() => 10, 0.1), ['disagrees', 'disagrees', 'disagrees']],
    ['not learned yet', [], ['inconclusive', 'inconclusive', 'inconclusive']],
  ])('%s', (_, table, want) => {
    const got = verdictsOf(config, table);
    expect(['times', 'closed-form', 'odd'].map((id) => got[id])).toEqual(want);
  });

  it('its eigenvalues on points are those of the kernel matrix, and exactly 0 where nothing is learned', () => {
    // λ1, λ2 and λ4 of the limit, to the digits given there; sampling at N points errs by at most (16/3)/N², as in theory/infiniteWidth.test.ts.
    for (const [k, value] of [
      [1, 0.5],
      [2, 0.157611],
      [4, 0.017112],
    ] as const)
      expect(Math.abs(pointEigenvalue(config, k) - value)).toBeLessThanOrEqual(0.5e-6 + 16 / 3 / 64 ** 2);
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
});
