import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Curve, LineView, PointRow } from '../lab/experiment';
import { RowTable } from '../lab/table';
import { align, tracesOf, xRange, yRange, type ChartInput, type Trace } from './chartData';
import { dataTable, describeChart } from './chartText';

const view: LineView = { kind: 'line', chart: 'c', title: 'Risk', x: 'width', y: 'risk', series: { a: 'A' } };
const point = (x: number, seed: number, y: number): PointRow => ({ kind: 'point', chart: 'c', series: 'a', x, seed, y });
const theory: Curve = { chart: 'c', series: 'a', x: [0, 1, 2], y: [1, Infinity, 3], kind: 'theory', label: 'exact' };
const input = (rows: readonly PointRow[], more: Partial<ChartInput> = {}): ChartInput =>
  ({ view, table: new RowTable(rows), curves: [theory, { ...theory, chart: 'other' }], logX: false, logY: false, showSeeds: false, ...more });
const find = (traces: readonly Trace[], role: Trace['role']): Trace => traces.find((t) => t.role === role)!;

describe('tracesOf', () => {
  it('gives band, mean and theory, with a gap where the theory is infinite', () => {
    const traces = tracesOf(input([point(1, 0, 2), point(1, 1, 4), point(2, 0, 5)]));
    expect(traces.map((t) => t.role)).toEqual(['high', 'low', 'mean', 'theory']);
    expect(find(traces, 'mean')).toMatchObject({ x: [1, 2], y: [3, 5], n: [1, 2] });
    expect(find(traces, 'theory').y).toEqual([1, null, 3]);
    expect(find(traces, 'high').y[1]).toBeNull(); // one seed: no interval
  });

  it('keeps from a log axis what it cannot hold, and lets a band reach below it', () => {
    const traces = tracesOf(input([point(0, 0, 1), point(1, 0, 0.1), point(1, 1, 9), point(2, 0, 0), point(2, 1, 0)], { logX: true, logY: true }));
    expect(find(traces, 'mean')).toMatchObject({ x: [1, 2], y: [4.55, null] });
    expect(find(traces, 'low').y[0]).toBeLessThan(0);
    expect(find(traces, 'low').y[1]).toBeNull();
    expect(find(traces, 'theory').x).toEqual([1, 2]);
  });

  it('adds single seeds on request', () => {
    const traces = tracesOf(input([point(1, 1, 4), point(1, 0, 2)], { showSeeds: true }));
    expect(traces.filter((t) => t.role === 'seed').map((t) => [t.label, t.y])).toEqual([['A, seed 0', [2]], ['A, seed 1', [4]]]);
  });
});

describe('align', () => {
  it('puts values on the union of all x, undefined where a trace has none', () => {
    const traces = tracesOf(input([point(0.5, 0, 2)], { showSeeds: true }));
    const [xs, ...columns] = align(traces);
    expect(xs).toEqual([0, 0.5, 1, 2]);
    expect(columns[traces.indexOf(find(traces, 'mean'))]).toEqual([undefined, 2, undefined, undefined]);
    expect(columns[traces.indexOf(find(traces, 'theory'))]).toEqual([1, undefined, null, 3]);
  });
});

describe('ranges', () => {
  const roles = fc.constantFrom<Trace['role']>('mean', 'seed', 'theory', 'reference', 'low', 'high');
  const value = fc.option(fc.double({ min: 1e-30, max: 1e30, noNaN: true }));
  const traces = fc.array(fc.record({ role: roles, y: fc.array(value) }).map(({ role, y }): Trace => ({ role, series: 'a', label: '', x: y.map((_, i) => i), y })));

  it('are never empty, and hold every measured value', () => fc.assert(fc.property(traces, fc.boolean(), (given, log) => {
    const [low, high] = yRange(given, log);
    expect(low).toBeLessThan(high);
    if (log) expect(low).toBeGreaterThan(0);
    for (const t of given) for (const y of t.role === 'mean' || t.role === 'seed' ? t.y : []) {
      if (y === null) continue;
      expect(y).toBeGreaterThanOrEqual(low);
      expect(y).toBeLessThanOrEqual(high);
    }
  })));

  it('let no theory near a pole flatten what was measured', () => {
    const mean: Trace = { role: 'mean', series: 'a', label: '', x: [0, 1], y: [1, 3] };
    const pole: Trace = { ...mean, role: 'theory', x: Array.from({ length: 40 }, (_, i) => i), y: Array.from({ length: 40 }, (_, i) => (i === 20 ? 1e9 : 2)) };
    // hard range 1 to 3, half of its size beyond each end, and 5 % of that more: 4 + 0.05·(4 − 1)
    expect(yRange([mean, pole], false)[1]).toBeCloseTo(4.15, 12);
  });

  it('of x are the data, or room around a single value, or something to draw on', () => {
    expect(xRange([3, 5, 9], false)).toEqual([3, 9]);
    expect(xRange([4], true)).toEqual([2, 8]);
    expect(xRange([0], false)).toEqual([-1, 1]);
    expect(xRange([], true)).toEqual([0.1, 10]);
  });
});

describe('text', () => {
  const table = new RowTable([point(1, 0, 2), point(1, 1, 4), point(3, 0, NaN), point(3, 1, 8)]);
  it('tells start, end and extremes of every curve', () => expect(describeChart(view, tracesOf(input(table.points)))).toBe(
    'Risk: risk against width. A, mean over 1–2 seeds, from 3 at 1 to 8 at 3, least 3 at 1, greatest 8 at 3. exact (theory), from 1 at 0 to 3 at 2, least 1 at 0, greatest 3 at 2.'));
  it('tabulates means, intervals and seeds', () => {
    const { rows, total } = dataTable(view, table);
    // mean 3, standard error 1, Student's t for one degree of freedom at 95 %: tan(.475π) = 12.706
    expect(rows).toEqual([['A', '1', '3', '−9.706 to 15.71', '2'], ['A', '3', '8', 'none', '1 (and 1 not finite)']]);
    expect(total).toBe(2);
  });
  it('thins long tables evenly', () => {
    const long = new RowTable(Array.from({ length: 450 }, (_, x) => point(x, 0, x)));
    const { rows, total } = dataTable(view, long);
    expect([rows.length, total, rows[1]![1]]).toEqual([150, 450, '3']);
  });
});
