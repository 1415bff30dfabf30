import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import type { Claim, PointRow } from './study';
import { cellsCsv, metricsCsv } from './export';
import { fakeStudy } from './fakeStudy';
import { formatVerdicts, judge } from './judge';
import { defaults } from './schema';
import { RowTable } from './table';

const config = defaults(fakeStudy.fields);
const at = (seed: number, y: number, series = 'measured'): PointRow => ({ kind: 'point', chart: 'square', series, x: 2, seed, y });
const claim = (test: Claim['test']) => ({
  claims: () => [{ id: 'c', says: 'It holds.', source: 'A (2019)', falsifier: 'it does not', test }],
});

describe('judge', () => {
  it.each([
    [[at(0, 3), at(1, 5)], 'agrees'],
    [[at(0, 9), at(1, 9)], 'disagrees'],
    [[at(0, 4)], 'inconclusive'],
  ] as const)('puts the claims to the table', (rows, verdict) => {
    const [only, ...rest] = judge(fakeStudy, new RowTable(rows), config);
    expect(only).toMatchObject({ id: 'square', source: 'Euclid', verdict });
    expect(rest).toEqual([]);
  });

  it('is inconclusive where statistics refuse, and passes other errors on', () => {
    const refuses = claim(() => {
      throw new ConfigError('mean needs at least 1 values; it has 0');
    });
    expect(judge(refuses, new RowTable(), config)[0]).toMatchObject({
      verdict: 'inconclusive',
      measured: 'not enough was measured: mean needs at least 1 values; it has 0',
    });
    expect(() =>
      judge(
        claim(() => {
          throw new TypeError('a bug');
        }),
        new RowTable(),
        config,
      ),
    ).toThrow(TypeError);
  });

  it('prints', () =>
    expect(
      formatVerdicts(
        judge(
          claim(() => ({ verdict: 'agrees', measured: '4 ± 1' })),
          new RowTable(),
          config,
        ),
      ),
    ).toBe('agrees        It holds. [c]\n              measured: 4 ± 1\n              source: A (2019)'));
});

describe('export', () => {
  const table = new RowTable([at(0, 0.1 + 0.2), at(1, NaN, 'a "b", c'), { kind: 'cell', chart: 'map', x: 1, y: 2, seed: 0, value: 1e-7 }]);

  it('writes every digit and quotes where it must', () => {
    expect(metricsCsv(table)).toBe('chart,series,seed,x,y\nsquare,measured,0,2,0.30000000000000004\nsquare,"a ""b"", c",1,2,NaN\n');
    expect(cellsCsv(table)).toBe('chart,seed,x,y,value\nmap,0,1,2,1e-7\n');
  });
});
