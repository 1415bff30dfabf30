import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config, PointRow, PresetName, Reference } from './study';
import { fakeStudy } from './fakeStudy';
import { changedMeaning, matching, referenceCurves, referenceOf, thin, withReference } from './reference';
import { presetConfig } from './schema';
import { RowTable } from './table';

const point = (x: number, seed: number, y: number): PointRow => ({ kind: 'point', chart: 'square', series: 'measured', x, seed, y });
const config = presetConfig(fakeStudy, 'quick');
const facts = {
  adapter: { name: 'a GPU', software: true },
  date: '2026-01-02T03:04:05.000Z',
  build: 'abc',
  source: 'ef',
  seconds: 1.2345678,
  verdicts: [],
};
const stored = (rows: readonly PointRow[], own: Config = config, preset: PresetName = 'quick'): Reference =>
  referenceOf(fakeStudy, preset, own, new RowTable(rows), facts);

describe('referenceOf', () => {
  it('keeps means with their interval, the theory, the markers and where they come from', () => {
    const { curves, ...rest } = stored([point(1, 0, 1), point(1, 1, 1), point(2, 0, 3), point(2, 1, NaN), point(3, 0, NaN)]);
    expect(rest).toEqual({
      preset: 'quick',
      config,
      adapter: 'a GPU',
      software: true,
      date: facts.date,
      build: 'abc',
      source: 'ef',
      verdicts: [],
      seconds: 1.2346,
      view: fakeStudy.views(config)[0],
      markers: [{ chart: 'square', x: 2, label: 'two' }],
    });
    expect(curves).toEqual([
      // One finite value gives no interval, none gives no mean.
      {
        chart: 'square',
        series: 'measured',
        label: 'measured',
        kind: 'measured',
        x: [1, 2, 3],
        y: [1, 3, null],
        low: [1, null, null],
        high: [1, null, null],
      },
      { chart: 'square', series: 'measured', label: 'x²', kind: 'theory', x: [1, 2, 3, 4, 5, 6], y: [1, 4, 9, 16, 25, 36] },
    ]);
  });

  it('survives JSON, to five digits', () => {
    const reference = stored([point(1, 0, Math.PI), point(1, 1, 1e-9 / 3), point(2, 0, Infinity)]);
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
    expect(reference.curves[0]!.y[0]).toBe(1.5708);
  });

  it('stays small, whatever the run', () => {
    const long = { ...config, points: 1000 };
    const reference = stored(
      Array.from({ length: 2000 }, (_, i) => point(1 + i / 7, i % 2, Math.sin(i) * 1e6)),
      long,
    );
    expect(JSON.stringify(reference).length).toBeLessThan(12_000);
    expect(reference.curves.map((c) => c.x.at(-1))).toEqual([Number((1 + 1999 / 7).toPrecision(5)), 1000]);
  });

  it('refuses a run without rows on the main chart, and a main view that is no line chart', () => {
    expect(() => stored([])).toThrow(/no rows on the main chart 'square'/);
    const map = { ...fakeStudy, views: () => fakeStudy.views(config).slice(1) };
    expect(() => referenceOf(map, 'quick', config, new RowTable([point(1, 0, 1)]), facts)).toThrow(/no line chart/);
  });
});

describe('thin', () => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constantFrom(NaN, Infinity)), {
    minLength: 1,
    maxLength: 400,
  });
  it('keeps to its number, and the ends, the extremes and a gap if there is one', () =>
    fc.assert(
      fc.property(values, fc.boolean(), (y, log) => {
        const x = y.map((_, i) => i);
        const kept = thin(x, y, 50, log);
        expect(kept.length).toBeLessThanOrEqual(50);
        expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
        expect([kept[0], kept.at(-1)]).toEqual([0, y.length - 1]);
        const finite = y.filter(Number.isFinite);
        const left = kept.map((i) => y[i]!);
        for (const end of finite.length > 0 ? [Math.min(...finite), Math.max(...finite)] : [])
          expect(left.some((v) => v === end)).toBe(true);
        expect(left.every(Number.isFinite)).toBe(y.every(Number.isFinite));
      }),
    ));
  it('is as fine at the small end of a log axis', () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i + 1);
    const kept = thin(x, x, 40, true).map((i) => x[i]!);
    expect(kept.filter((v) => v <= 100).length).toBeGreaterThan(kept.length / 3);
  });
});

describe('a stored run on a page', () => {
  const quick = stored([point(1, 0, 2), point(2, 0, NaN)]);
  const seeded = { ...config, seed: 77, seeds: 5 };

  it('is found by its settings, apart from seed and seeds', () => {
    expect(matching([quick], seeded)).toBe(quick);
    expect(matching([quick], { ...config, widths: [1, 2, 4] })).toBe(quick);
    expect(matching([quick], { ...config, widths: [1, 2, 5] })).toBeUndefined();
    expect(matching([quick], { ...config, fresh: true })).toBeUndefined();
    expect(changedMeaning({ ...seeded, offset: 1 }, config)).toEqual(['offset']);
  });

  it('gives faint curves of what was measured', () =>
    expect(referenceCurves(quick)).toEqual([
      { chart: 'square', series: 'measured', x: [1, 2], y: [2, NaN], kind: 'reference', label: 'measured, stored run' },
    ]));

  it('replaces that of its preset and keeps the order of the presets', () => {
    const [smoke, again] = [stored([point(1, 0, 0)], config, 'smoke'), stored([point(1, 0, 5)])];
    expect(withReference([quick], smoke)).toEqual([smoke, quick]);
    expect(withReference([smoke, quick], again)).toEqual([smoke, again]);
  });
});
