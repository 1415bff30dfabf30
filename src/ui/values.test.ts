/** Numbers as text, as slider positions and as colours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CellRow, NumberField } from '../lab/study';
import { formatNumber, formatRate, formatSeconds } from './format';
import { cellTable, cellText, gridOf, position, viridis } from './heatmapData';
import { sliderScale } from './sliderScale';
import { logTicks } from './ticks';

const field = (more: Partial<NumberField>): NumberField => ({ kind: 'number', label: '', default: 1, min: 1, max: 100, step: 1, ...more });
const cell = (x: number, y: number, value: number, seed = 0): CellRow => ({ kind: 'cell', chart: 'm', x, y, seed, value });

describe('format', () => {
  it.each([
    [0, '0'],
    [0.30000000000000004, '0.3'],
    [-12345, '−12350'],
    [1234567, '1.23e6'],
    [0.00012, '1.2e−4'],
    [-1e10, '−1e10'],
    [Infinity, '∞'],
    [NaN, 'none'],
  ])('%d', (value, text) => expect(formatNumber(value)).toBe(text));
  it.each([
    [0.42, '0.4 s'],
    [59.4, '59 s'],
    [200, '3 min 20 s'],
    [3900, '1 h 05 min'],
  ])('%d s', (value, text) => expect(formatSeconds(value)).toBe(text));
  it.each([
    [850, '850'],
    [12_345, '12.3 k'],
    [4_560_000, '4.56 M'],
  ])('%d a second', (value, text) => expect(formatRate(value)).toBe(text));
});

describe('logTicks', () => {
  it.each([
    [2.1, 2.5, [2.1, 2.15, 2.2, 2.25, 2.3, 2.35, 2.4, 2.45, 2.5]],
    [0.3, 40, [0.5, 1, 2, 5, 10, 20]],
    [1e-3, 1e3, [1e-3, 1e-2, 1e-1, 1, 10, 100, 1000]],
    [1e-12, 1e12, [1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9, 1e12]],
  ])('%d to %d', (low, high, ticks) => expect(logTicks(low, high)).toEqual(ticks));

  it('keep to the room there is', () =>
    expect([logTicks(0.1, 10, 3), logTicks(0.3, 1.4, 3)]).toEqual([
      [0.1, 1, 10],
      [0.5, 1],
    ]));

  it('are inside, ascending and at least two', () => {
    const ends = fc.tuple(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), fc.double({ min: 1.001, max: 1e20, noNaN: true }));
    fc.assert(
      fc.property(ends, ([low, ratio]) => {
        const ticks = logTicks(low, low * ratio);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks[0]! >= low && ticks.at(-1)! <= low * ratio).toBe(true);
        expect(ticks.slice(1).every((t, i) => t > ticks[i]!)).toBe(true);
      }),
    );
  });
});

describe('sliderScale', () => {
  it('is the value itself on a linear scale, and absent where there are too many values', () => {
    expect(sliderScale(field({}))).toMatchObject({ min: 1, max: 100, step: 1 });
    expect(sliderScale(field({ max: 4294967295 }))).toBeUndefined();
  });
  it('covers a log range with values the field allows', () => {
    const log = field({ log: true, min: 0.001, max: 10, step: 0.001 });
    const scale = sliderScale(log)!;
    expect([scale.toValue(scale.min), scale.toValue(scale.max)]).toEqual([log.min, log.max]);
    fc.assert(
      fc.property(fc.integer({ min: scale.min, max: scale.max }), (p) => {
        const value = scale.toValue(p);
        expect(String(value).length).toBeLessThanOrEqual(5); // no crumbs of binary fractions
        expect(value >= log.min && value <= log.max).toBe(true);
      }),
    );
  });
  it('gives integers where the step is one', () => {
    const scale = sliderScale(field({ log: true, max: 5000 }))!;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: scale.max }), (p) => {
        expect(Number.isInteger(scale.toValue(p))).toBe(true);
      }),
    );
  });
});

describe('heatmap', () => {
  it('means over seeds on the grid of all x and y', () => {
    const grid = gridOf([cell(2, 1, 4), cell(1, 1, 1), cell(1, 1, 3, 1), cell(1, 0, NaN), { ...cell(9, 9, 9), chart: 'other' }], 'm');
    expect(grid).toMatchObject({ xs: [1, 2], ys: [0, 1], range: [2, 4] });
    expect([...grid.values]).toEqual([NaN, NaN, 2, 4]);
    expect(gridOf([], 'm').range).toBeUndefined();
  });
  it('tells cells that are not finite from those not measured, and counts seeds that are lost', () => {
    const grid = gridOf([cell(1, 1, 1), cell(1, 1, 3, 1), cell(1, 1, NaN, 2), cell(2, 1, Infinity), cell(1, 2, 5)], 'm');
    expect([...grid.values]).toEqual([2, NaN, 5, NaN]);
    expect([0, 1, 2, 3].map((at) => cellText(grid, at))).toEqual(['2 (and 1 of 3 seeds not finite)', 'not finite', '5', 'not measured']);
    expect(cellTable(grid)).toEqual({
      total: 3,
      rows: [
        ['1', '1', '2 (and 1 of 3 seeds not finite)', '2'],
        ['2', '1', 'not finite', '0'],
        ['1', '2', '5', '1'],
      ],
    });
  });
  it('tabulates at most 200 cells', () => {
    const { rows, total } = cellTable(
      gridOf(
        Array.from({ length: 900 }, (_, i) => cell(i % 30, Math.floor(i / 30), i)),
        'm',
      ),
    );
    expect([rows.length, total]).toEqual([180, 900]); // every fifth
  });
  it('places values in their range', () => expect([position(2, [2, 4]), position(3, [2, 4]), position(5, [5, 5])]).toEqual([0, 0.5, 0.5]));
  it('runs from viridis’ dark purple through its teal to its yellow', () => {
    // exact: the polynomials' own values, hence the fit's distance from matplotlib's (68, 1, 84), (33, 145, 140) and (253, 231, 37)
    expect([0, 0.5, 1].map(viridis)).toEqual([
      [71, 1, 85],
      [31, 144, 139],
      [252, 231, 33],
    ]);
  });
  it('grows lighter all the way', () => {
    const light = Array.from({ length: 101 }, (_, i) => {
      const [r, g, b] = viridis(i / 100);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(light.slice(1).filter((l, i) => l < light[i]!)).toEqual([]);
  });
});
