/** What the claims make of results that are, are not and might be the published ones. */
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/lab/judge';
import { parseConfig } from '../../../src/lab/schema';
import type { Config, PointRow, Verdict } from '../../../src/lab/study';
import { RowTable } from '../../../src/lab/table';
import { ARCHITECTURES, BAND, PUBLISHED, RECIPE, type Architecture } from './published';
import { distanceFrom, endOf, orderOf } from './statistics';
import study from './study';

/** Five seeds at the last step, each `spread` on either side of the figure. */
const rows = (figures: Readonly<Record<Architecture, number>>, spread = 0.5): readonly PointRow[] =>
  ARCHITECTURES.flatMap((a) =>
    [-spread, spread, 0, -spread, spread].map((off, seed): PointRow => ({
      kind: 'point',
      chart: 'test',
      series: a,
      x: RECIPE.steps,
      seed,
      y: figures[a] + off,
    })),
  );
const verdicts = (made: readonly PointRow[], change: Config = {}): Readonly<Record<string, Verdict>> =>
  Object.fromEntries(judge(study, new RowTable(made), parseConfig(study.fields, change)).map((v) => [v.id, v.verdict]));
const all = (verdict: string): Readonly<Record<string, string>> =>
  Object.fromEntries(['order', ...ARCHITECTURES].map((id) => [id, verdict]));

describe('claims', () => {
  it.each(['ordered', 'shuffled'] as const)('agree with the published figures, positions %s', (shufflePositions) => {
    expect(verdicts(rows(PUBLISHED[shufflePositions]), { shufflePositions })).toEqual(all('agrees'));
  });
  it('disagree where an interval lies outside the band, or the order is another', () => {
    const { logistic, mlp, cnn } = PUBLISHED.ordered;
    expect(verdicts(rows({ logistic: logistic + 2 * BAND, mlp: mlp - 2 * BAND, cnn }))).toEqual({
      order: 'agrees',
      logistic: 'disagrees',
      mlp: 'disagrees',
      cnn: 'agrees',
    });
    expect(verdicts(rows({ logistic, mlp: cnn, cnn: mlp }))['order']).toBe('disagrees');
  });
  it('say nothing where intervals are too wide, seeds too few or diverged, the recipe another or the end not reached', () => {
    const right = rows(PUBLISHED.ordered);
    expect(verdicts(rows(PUBLISHED.ordered, 90))['order']).toBe('inconclusive');
    expect(verdicts(rows({ ...PUBLISHED.ordered, mlp: PUBLISHED.ordered.mlp - 1.1 * BAND }))['mlp']).toBe('inconclusive');
    expect(verdicts(right.filter((p) => p.seed < 4))).toEqual(all('inconclusive'));
    expect(verdicts(right.map((p) => (p.seed === 0 ? { ...p, y: NaN } : p)))).toEqual(all('inconclusive'));
    expect(verdicts(right, { lr: 0.001 })).toEqual({ ...all('inconclusive'), order: 'agrees' });
    expect(verdicts(right, { steps: 7000 })).toEqual(all('inconclusive'));
  });
  it('are of the architectures that were trained', () => {
    expect(Object.keys(verdicts(rows(PUBLISHED.ordered), { architecture: 'cnn' }))).toEqual(['cnn']);
  });
});

const interval = (low: number, high: number) => ({ low, high });
describe('statistics', () => {
  it('the end is the last step, or none', () => {
    const table = new RowTable(rows(PUBLISHED.ordered));
    expect(endOf(table, 'mlp', RECIPE.steps)).toMatchObject({ x: RECIPE.steps, mean: 68, n: 5 });
    expect(endOf(table, 'mlp', RECIPE.steps + 1)).toBeUndefined();
    expect(endOf(new RowTable(), 'mlp', 1)).toBeUndefined();
  });
  it('the order is of neighbours in the list', () => {
    expect(orderOf([interval(1, 2), interval(3, 4), interval(5, 6)])).toEqual({ rises: true, reversed: false });
    expect(orderOf([interval(1, 2), interval(2, 4), interval(5, 6)])).toEqual({ rises: false, reversed: false });
    expect(orderOf([interval(1, 2), interval(5, 6), interval(3, 4)])).toEqual({ rises: false, reversed: true });
  });
  it('the distance is of the interval, and of its mean', () => {
    expect(distanceFrom({ mean: 50, low: 49, high: 51 }, 52, 3)).toEqual({ apart: false, within: true });
    expect(distanceFrom({ mean: 50, low: 48, high: 52 }, 54, 3)).toEqual({ apart: false, within: false });
    expect(distanceFrom({ mean: 50, low: 49, high: 51 }, 55, 3)).toEqual({ apart: true, within: false });
    expect(distanceFrom({ mean: 50, low: 49, high: 51 }, 45, 3)).toEqual({ apart: true, within: false });
  });
});
