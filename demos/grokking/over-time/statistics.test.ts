import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/core/errors';
import { presetConfig } from '../../../src/lab/schema';
import { studyNamed, type PointRow } from '../../../src/lab/study';
import { judge } from '../../../src/lab/judge';
import { RowTable } from '../../../src/lab/table';
import phenomenon from '../phenomenon';
import { fallen, logRatios, timesByDecay, timesOf } from './statistics';

const point = (chart: string, series: string, x: number, seed: number, y: number): PointRow => ({
  kind: 'point',
  chart,
  series,
  x,
  seed,
  y,
});
const times = (decay: number, pairs: readonly (readonly [number, number])[]): PointRow[] =>
  pairs.flatMap(([m, g], seed) => [point('times', 'memorised', decay, seed, m), point('times', 'generalised', decay, seed, g)]);

describe('times', () => {
  const table = new RowTable([
    ...times(1, [
      [100, 200],
      [120, Infinity],
    ]),
    ...times(0.1, [
      [100, 900],
      [120, 700],
    ]),
  ]);
  it('are by seed, those that never came cut off at the end', () =>
    expect(timesOf(table, 1000, 1)).toEqual({ memorised: [100, 120], generalised: [200, Infinity], until: [200, 1000], never: 1 }));
  it('are in order of decay', () =>
    expect(timesByDecay(table, 1000, [1, 0.1, 1]).map((d) => [d.decay, d.mean])).toEqual([
      [0.1, 800],
      [1, 600],
    ]));
  it('are not there before the end', () => expect(() => timesOf(new RowTable(), 10, 1)).toThrow(ConfigError));
  it('are compared by their ratio', () => expect(logRatios([1, 2], [Math.E, 2])).toEqual([1, 0]));
});

const curve = (ys: readonly number[], seed = 0): PointRow[] => ys.map((y, i) => point('circuit', 'test', i, seed, y));
describe('the fall of a loss', () => {
  it('is halfway from a guess to its end, between looks', () =>
    expect(fallen(new RowTable(curve([1, 1, 0.6, 0.2, 0.2])), 'test', 1)).toEqual([2]));
  it('is the last time that it falls', () => expect(fallen(new RowTable(curve([1, 0, 1, 0])), 'test', 1)).toEqual([2.5]));
  it('is by seed, and not there where it ends no lower', () =>
    expect(fallen(new RowTable([...curve([1, 1], 1), ...curve([1, 0], 0)]), 'test', 1)).toEqual([0.5, NaN]));
});

describe('the claim of a delay', () => {
  const study = studyNamed(phenomenon, 'over-time');
  const config = presetConfig(study, 'quick');
  const verdict = (pairs: readonly (readonly [number, number])[]) => judge(study, new RowTable(times(1, pairs)), config)[0]!.verdict;
  it.each([
    [
      'agrees',
      [
        [100, 200],
        [110, 190],
        [90, 210],
        [100, 220],
        [105, 200],
      ],
    ],
    [
      'disagrees',
      [
        [200, 100],
        [210, 100],
        [190, 95],
        [220, 105],
        [200, 110],
      ],
    ],
    [
      'inconclusive',
      [
        [100, 200],
        [100, 210],
      ],
    ],
  ] as const)('%s', (expected, pairs) => expect(verdict(pairs)).toBe(expected));
});
