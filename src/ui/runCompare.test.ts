import { describe, expect, it } from 'vitest';
import type { Study, LineView, Row } from '../lab/study';
import { fakeStudy } from '../lab/fakeStudy';
import { keptRun } from '../lab/store/fakeKept';
import { differing, letterOf, overlay, type Compared } from './runCompare';
import { countVerdicts, formatBytes, linkTo, stateText } from './runText';

const line = (chart: string, ...series: string[]): LineView => ({
  kind: 'line',
  chart,
  title: chart,
  x: 'x',
  y: 'y',
  series: Object.fromEntries(series.map((s) => [s, s])),
});
const study: Study = {
  ...fakeStudy,
  views: (config) => [line('a', 'p', 'q', ...(config['strict'] === true ? ['r'] : [])), line('b', 'p'), line('c', 'p')],
};
const row = (chart: string, series: string): Row => ({ kind: 'point', chart, series, x: 1, seed: 0, y: 1 });
const compared = (rows: readonly Row[], i: number, strict = false): Compared => ({
  letter: letterOf(i),
  run: keptRun({ id: String(i), config: { ...keptRun({ id: '' }).config, strict } }),
  rows,
});

const verdict = (verdict: 'agrees' | 'disagrees' | 'inconclusive') => ({
  id: verdict,
  says: '',
  source: '',
  falsifier: '',
  measured: '',
  verdict,
});

describe('an overlay of runs', () => {
  it('draws what all measured, and names what only some did', () => {
    const { views, left } = overlay(study, [compared([row('a', 'p'), row('b', 'p')], 0), compared([row('a', 'p')], 1)]);
    expect([views.map((v) => v.chart), left]).toEqual([['a'], ['b']]);
  });
  it('brings in the series that a later run has by its own settings', () => {
    const { views } = overlay(study, [
      compared([row('a', 'p')], 0),
      compared([row('a', 'p'), row('a', 'r'), row('a', 'unnamed')], 1, true),
    ]);
    expect(views[0]!.series).toEqual({ '0:p': 'A: p', '1:p': 'B: p', '1:r': 'B: r' });
  });
  it('gives each series its own chart where one would have more lines than there are looks', () => {
    const runs = [0, 1, 2, 3].map((i) => compared([row('a', 'p'), row('a', 'q')], i));
    expect(overlay(study, runs.slice(1)).views.map((v) => Object.keys(v.series).length)).toEqual([6]);
    expect(overlay(study, runs).views.map((v) => [v.title, Object.values(v.series)])).toEqual([
      ['a: p', ['A: p', 'B: p', 'C: p', 'D: p']],
      ['a: q', ['A: q', 'B: q', 'C: q', 'D: q']],
    ]);
  });
});

describe('runs in words', () => {
  it('names differing settings by label, unknown ones by key, and leaves out what is equal', () => {
    const [a, b] = [
      keptRun({ id: 'a' }),
      keptRun({ id: 'b', config: { ...keptRun({ id: '' }).config, widths: [1, 2], extra: true }, build: 'other' }),
    ];
    expect(differing(fakeStudy, [a, b])).toEqual([
      { name: 'Widths', cells: ['1,2,4', '1,2'] },
      { name: 'extra', cells: [undefined, 'true'] },
      { name: 'Build', cells: ['test', 'other'] },
    ]);
    const { widths, ...rest } = fakeStudy.fields;
    const fancy = {
      ...fakeStudy,
      fields: { ...rest, widths: { ...widths!, when: { kind: 'fancy' } } },
    } satisfies Study;
    expect(differing(fancy, [a, b]).map((line) => line.name)).toEqual(['extra', 'Build']); // widths count in neither
    expect(differing(undefined, [a, b])[0]!.name).toBe('widths');
    expect(differing(fakeStudy, [a, a])).toEqual([]);
  });
  it('links to a page only where it has the preset', () => {
    expect(linkTo(fakeStudy, keptRun({ id: 'a', preset: 'quick' }))).toBe('../fake/?v=2&study=squares&preset=quick');
    expect([linkTo(undefined, keptRun({ id: 'a' })), linkTo(fakeStudy, keptRun({ id: 'a', preset: 'gone' }))]).toEqual([
      undefined,
      undefined,
    ]);
  });
  it('counts, measures and says', () => {
    expect(countVerdicts(keptRun({ id: 'a', verdicts: (['agrees', 'agrees', 'disagrees', 'inconclusive'] as const).map(verdict) }))).toBe(
      '2 agree, 1 disagrees, 1 inconclusive',
    );
    expect(countVerdicts(keptRun({ id: 'a' }))).toBe('not judged');
    expect([0, 999, 3_440_000, 2e15].map(formatBytes)).toEqual(['0 B', '999 B', '3.44 MB', '2000 TB']);
    expect(stateText(keptRun({ id: 'a', state: 'failed', error: { name: 'MemoryError', message: '' } }), false)).toBe(
      'Failed (MemoryError)',
    );
  });
});
