import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../../src/lab/schema';
import { studyNamed, type PointRow } from '../../../src/lab/study';
import { judge } from '../../../src/lab/judge';
import { RowTable } from '../../../src/lab/table';
import { analyticLoss } from '../../../src/theory/index';
import phenomenon from '../phenomenon';

const study = studyNamed(phenomenon, 'solved-by-hand');
const config = presetConfig(study, 'smoke');
const row = (chart: string, x: number, y: number): PointRow => ({ kind: 'point', chart, series: 'exact', x, seed: 0, y });
const world = (ms: readonly number[], loss: (m: number) => number, accuracy = 1): RowTable =>
  new RowTable(ms.flatMap((m) => [row('keptLoss', m, loss(m)), row('keptAccuracy', m, accuracy)]));
const verdict = (table: RowTable) => judge(study, table, config)[0]!.verdict;
const exact = (m: number): number => analyticLoss(7, m);

describe('the claim of weights solved by hand', () => {
  it('agrees with the formula', () => expect(verdict(world([1, 2, 3], exact))).toBe('agrees'));
  it('disagrees where a loss is a ten-thousandth off', () => expect(verdict(world([1, 2, 3], (m) => exact(m) + 1e-4))).toBe('disagrees'));
  it('disagrees where an entry is wrong, or none can be told', () =>
    expect([1 - 1 / 49, NaN].map((a) => verdict(world([1, 2, 3], exact, a)))).toEqual(['disagrees', 'disagrees']));
  it('is open while numbers of frequencies are missing', () => expect(verdict(world([1, 2], exact))).toBe('inconclusive'));
});
