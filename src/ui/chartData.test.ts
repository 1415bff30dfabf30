import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Curve, LineView, PointRow } from '../lab/study';
import { RowTable } from '../lab/table';
import { plottedCsv } from './chartCsv';
import { align, tracesOf, xRange, yRange, type ChartInput } from './chartData';
import { dataTable, describeChart, lostText } from './chartText';
import { MOST_POINTS, thin } from './chartThin';
import type { Mark, Range, Trace } from './chartTrace';
import { including, zoomIn, zoomOut } from './chartWindow';

const view: LineView = { kind: 'line', chart: 'c', title: 'Risk', x: 'width', y: 'risk', series: { a: 'A' } };
const point = (x: number, seed: number, y: number): PointRow => ({ kind: 'point', chart: 'c', series: 'a', x, seed, y });
const theory: Curve = { chart: 'c', series: 'a', x: [0, 1, 2], y: [1, Infinity, 3], kind: 'theory', label: 'exact' };
const input = (rows: readonly PointRow[], more: Partial<ChartInput> = {}): ChartInput => ({
  view,
  table: new RowTable(rows),
  curves: [theory, { ...theory, chart: 'other' }],
  logX: false,
  logY: false,
  showSeeds: false,
  ...more,
});
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
    const traces = tracesOf(
      input([point(0, 0, 1), point(1, 0, 0.1), point(1, 1, 9), point(2, 0, 0), point(2, 1, 0)], { logX: true, logY: true }),
    );
    expect(find(traces, 'mean')).toMatchObject({ x: [1, 2], y: [4.55, null] });
    expect(find(traces, 'low').y[0]).toBeLessThan(0);
    expect(find(traces, 'low').y[1]).toBeNull();
    expect(find(traces, 'theory').x).toEqual([1, 2]);
  });

  it('adds single seeds on request', () => {
    const traces = tracesOf(input([point(1, 1, 4), point(1, 0, 2)], { showSeeds: true }));
    expect(traces.filter((t) => t.role === 'seed').map((t) => [t.label, t.y])).toEqual([
      ['A, seed 0', [2]],
      ['A, seed 1', [4]],
    ]);
  });
});

describe('what cannot be drawn', () => {
  const rows = [point(0, 0, 5), point(1, 0, NaN), point(1, 1, 2), point(2, 0, Infinity), point(3, 0, -1), point(4, 0, 6)];
  it('is counted, marked at its x, and a gap where no mean is left', () => {
    const mean = find(tracesOf(input(rows, { curves: [] })), 'mean');
    expect(mean).toMatchObject({ x: [0, 1, 2, 3, 4], y: [5, 2, null, -1, 6], counts: [1, 1, 0, 1, 1] });
    expect(mean.lost).toEqual({
      marks: [
        { x: 1, top: false },
        { x: 2, top: true },
      ],
      nonFinite: 2,
      offX: 0,
      offY: 0,
    });
  });
  it('on log axes is told apart from what is not finite', () => {
    const mean = find(tracesOf(input(rows, { curves: [], logX: true, logY: true })), 'mean');
    expect(mean).toMatchObject({ x: [1, 2, 3, 4], y: [2, null, null, 6] });
    expect(mean.lost).toEqual({
      marks: [
        { x: 1, top: false },
        { x: 2, top: true },
        { x: 3, top: false },
      ],
      nonFinite: 2,
      offX: 1,
      offY: 1,
    });
  });
  it('is a mark of a single seed too', () => {
    const seeds = tracesOf(input(rows, { curves: [], logY: true, showSeeds: true })).filter((t) => t.role === 'seed');
    expect(seeds.map((t) => [t.y, t.lost])).toEqual([
      [
        [5, null, null, null, 6],
        {
          marks: [
            { x: 1, top: false },
            { x: 2, top: true },
            { x: 3, top: false },
          ],
          nonFinite: 2,
          offX: 0,
          offY: 1,
        },
      ],
      [[2], { marks: [], nonFinite: 0, offX: 0, offY: 0 }],
    ]);
  });
  it('is said in words, with what to do where nothing is left', () => {
    expect(lostText(tracesOf(input(rows, { curves: [], logX: true, logY: true })))).toBe(
      'Not drawn: A: 2 values not finite, 1 value at x ≤ 0, not on the log axis, 1 value ≤ 0, not on the log axis. ✕ marks where, at the top for infinity.',
    );
    expect(lostText(tracesOf(input([...rows, point(3, 1, 9)], { curves: [], logY: true, showSeeds: true })))).toBe(
      'Not drawn: A: 2 values not finite; A, single seeds: 1 value ≤ 0, not on the log axis. ✕ marks where, at the top for infinity.',
    );
    const none = tracesOf(input([point(1, 0, 0), point(2, 0, -3)], { curves: [], logY: true }));
    expect(lostText(none)).toBe(
      'Not drawn: A: 2 values ≤ 0, not on the log axis. ✕ marks where, at the top for infinity. Nothing is left to draw: switch the log axis off to see these values.',
    );
    expect(yRange(none, true)).toEqual([0.1, 10]);
    expect(lostText(tracesOf(input([point(1, 0, 2)], { curves: [] })))).toBe('');
  });
  it('adds up: every measured value is in a mean, not finite, or off an axis', () => {
    const values = fc.array(fc.record({ x: fc.integer({ min: -3, max: 9 }), y: fc.double() }), { maxLength: 40 });
    fc.assert(
      fc.property(values, fc.boolean(), fc.boolean(), (given, logX, logY) => {
        const own = [...new Map(given.map((v) => [v.x, point(v.x, 0, v.y)])).values()]; // one seed: a mean is a value
        const { y, lost } = find(tracesOf(input(own, { curves: [], logX, logY })), 'mean');
        const finite = own.filter((p) => Number.isFinite(p.y));
        expect(lost!.nonFinite).toBe(own.length - finite.length);
        expect(lost!.offY).toBe(finite.filter((p) => (!logX || p.x > 0) && logY && p.y <= 0).length);
        expect(y.filter((v) => v !== null)).toHaveLength(finite.filter((p) => (!logX || p.x > 0) && (!logY || p.y > 0)).length);
      }),
    );
  });
});

const pairs = (t: Trace) => t.x.map((x, i) => [x, t.y[i]!] as const);

describe('means that grow', () => {
  const rows = fc.array(
    fc.record({ x: fc.integer({ min: -2, max: 12 }), seed: fc.nat(2), y: fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 })) }),
  );
  it('are what they would be if they were made anew', () =>
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 6 }), fc.boolean(), fc.boolean(), (parts, logX, logY) => {
        const [table, means] = [new RowTable(), new Map()];
        for (const part of parts) {
          table.append(part.map((r) => point(r.x, r.seed, r.y)));
          const now = { view, table, curves: [], logX, logY, showSeeds: false };
          expect(tracesOf(now, means)).toEqual(tracesOf(now));
        }
        expect(means.size).toBe(parts.length > 0 ? 1 : 0);
      }),
    ));
});

describe('thin', () => {
  const length = 3 * MOST_POINTS;
  const trace = (y: (i: number) => number | null, marks: readonly Mark[] = []): Trace => {
    const x = Array.from({ length }, (_, i) => i + 1);
    return {
      role: 'mean',
      series: 'a',
      label: '',
      x,
      y: x.map((_, i) => y(i)),
      lost: { marks, nonFinite: marks.length, offX: 0, offY: 0 },
    };
  };
  it('leaves a short trace alone', () => {
    const short: Trace = { role: 'mean', series: 'a', label: '', x: [1, 2], y: [3, 4] };
    expect(thin([short], [1, 2], false)[0]).toBe(short);
  });
  it('keeps the ends and every extreme, moves nothing, and is short', () =>
    fc.assert(
      fc.property(fc.boolean(), fc.nat(length - 1), fc.integer(), (log, spike, seed) => {
        const whole = trace((i) => (i === spike ? 1e6 : Math.sin(i * (1 + (seed % 97)))));
        const [thinned] = thin([whole], [1, length], log);
        const given = new Map(pairs(whole));
        expect(thinned!.x.length).toBeLessThanOrEqual(MOST_POINTS);
        expect(thinned!.x.length).toBeGreaterThan(100);
        expect(pairs(thinned!).every(([x, y]) => given.get(x) === y)).toBe(true);
        expect([thinned!.x[0], thinned!.x.at(-1)]).toEqual([1, length]);
        expect(thinned!.y).toContain(1e6);
        expect(yRange([thinned!], false)).toEqual(yRange([whole], false));
      }),
      { numRuns: 30 },
    ));
  it('keeps a gap of one value, and marks where values were lost', () => {
    const [thinned] = thin([trace((i) => (i === 5000 ? null : i), [{ x: 5001, top: false }])], [1, length], false);
    expect(pairs(thinned!)).toContainEqual([5001, null]);
    expect(thinned!.lost!.marks).toEqual([{ x: 5001, top: false }]);
  });
  it('keeps no more marks than a screen holds, of both kinds, and still counts all', () => {
    const marks = Array.from({ length }, (_, i): Mark => ({ x: i + 1, top: i === 7000 }));
    const { lost } = thin([trace(() => null, marks)], [1, length], false)[0]!;
    expect(lost!.marks.length).toBeLessThan(MOST_POINTS);
    expect(lost!.marks.filter((m) => m.top)).toEqual([{ x: 7001, top: true }]);
    expect(lost!.nonFinite).toBe(length);
  });
  it('shows every point of a part that is small enough, and lines that leave it', () => {
    const [thinned] = thin([trace((i) => i)], [2000, 2100], false);
    expect(thinned!.x).toEqual([1, 1999, ...Array.from({ length: 101 }, (_, i) => 2000 + i), 2101, length]);
  });
  it('leaves means joined to what they were joined to', () => {
    // 1 of 10 values is a gap of its own: as many stretches in each bucket, at least one of which must stay a gap
    const [thinned] = thin([trace((i) => (i % 10 === 0 ? null : i))], [1, length], false);
    const gaps = pairs(thinned!).filter(([, y]) => y === null);
    expect(gaps.length).toBeGreaterThanOrEqual(1000);
  });
});

describe('windows', () => {
  const all = [1, 10_000] as const;
  it('zoom about the middle as it is seen, and out to everything', () => {
    expect(zoomIn(undefined, [0, 8], false)).toEqual([2, 6]);
    expect(zoomOut([3, 5], [0, 8], false)).toEqual([2, 6]);
    expect(zoomOut([2, 6], [0, 8], false)).toBeUndefined();
    const [low, high] = zoomIn(undefined, all, true)!; // a quarter of four decades from either end
    expect([low, high].map((v) => Math.log10(v))).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]);
  });
  it('stay inside and never empty, however often a key is pressed', () => {
    let zoom: Range | undefined;
    for (let i = 0; i < 2000; i++) zoom = zoomIn(zoom, all, true);
    expect(zoom![0]).toBeLessThan(zoom![1]);
    expect(zoom![0] >= 1 && zoom![1] <= 10_000).toBe(true);
  });
  it('follow a readout that leaves them', () => {
    expect(including([2, 4], 3, false)).toEqual([2, 4]);
    expect(including([2, 4], 7, false)).toEqual([5, 7]);
    expect(including([2, 4], 1, false)).toEqual([1, 3]);
    expect(including(undefined, 7, false)).toBeUndefined();
  });
});

describe('plottedCsv', () => {
  it('has what is drawn, as drawn, and quotes as RFC 4180 does', () => {
    const named: LineView = { ...view, series: { a: 'A, "first"' } };
    const rows = [point(0, 0, 1), point(1, 0, 2), point(1, 1, 4), point(2, 0, NaN)];
    const traces = tracesOf(input(rows, { view: named, logX: true, showSeeds: true }));
    // two values, 2 and 4: mean 3, standard error 1; Student's t for one degree of freedom at 95 % is tan(.475π)
    const [low, high] = [find(traces, 'low').y[0]!, find(traces, 'high').y[0]!];
    expect(Math.abs(high - (3 + Math.tan(0.475 * Math.PI)))).toBeLessThan(64 * Number.EPSILON * 16);
    expect(plottedCsv({ traces })).toBe(
      [
        'series,label,role,x,y,low,high,n',
        'a,"A, ""first"", seed 0",seed,1,2,,,',
        'a,"A, ""first"", seed 0",seed,2,,,,',
        'a,"A, ""first"", seed 1",seed,1,4,,,',
        `a,"A, ""first""",mean,1,3,${low},${high},2`,
        'a,"A, ""first""",mean,2,,,,0',
        'a,exact,theory,1,,,,',
        'a,exact,theory,2,3,,,',
        '',
      ].join('\n'),
    );
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
  const traces = fc.array(
    fc
      .record({ role: roles, y: fc.array(value) })
      .map(({ role, y }): Trace => ({ role, series: 'a', label: '', x: y.map((_, i) => i), y })),
  );

  it('are never empty, and hold every measured value', () =>
    fc.assert(
      fc.property(traces, fc.boolean(), (given, log) => {
        const [low, high] = yRange(given, log);
        expect(low).toBeLessThan(high);
        if (log) expect(low).toBeGreaterThan(0);
        for (const t of given)
          for (const y of t.role === 'mean' || t.role === 'seed' ? t.y : []) {
            if (y === null) continue;
            expect(y).toBeGreaterThanOrEqual(low);
            expect(y).toBeLessThanOrEqual(high);
          }
      }),
    ));

  it('let no theory near a pole flatten what was measured', () => {
    const mean: Trace = { role: 'mean', series: 'a', label: '', x: [0, 1], y: [1, 3] };
    const pole: Trace = {
      ...mean,
      role: 'theory',
      x: Array.from({ length: 40 }, (_, i) => i),
      y: Array.from({ length: 40 }, (_, i) => (i === 20 ? 1e9 : 2)),
    };
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
  it('tells start, end and extremes of every curve', () =>
    expect(describeChart(view, tracesOf(input(table.points)))).toBe(
      'Risk: risk against width. A, mean over 1–2 seeds, from 3 at 1 to 8 at 3, least 3 at 1, greatest 8 at 3. ' +
        'exact (theory), from 1 at 0 to 3 at 2, least 1 at 0, greatest 3 at 2. ' +
        'Not drawn: A: 1 value not finite; exact (theory): 1 value not finite. ✕ marks where, at the top for infinity.',
    ));
  it('tabulates means, intervals and seeds', () => {
    const { rows, total } = dataTable(view, table);
    // mean 3, standard error 1, Student's t for one degree of freedom at 95 %: tan(.475π) = 12.706
    expect(rows).toEqual([
      ['A', '1', '3', '−9.706 to 15.71', '2'],
      ['A', '3', '8', 'none', '1 (and 1 not finite)'],
    ]);
    expect(total).toBe(2);
  });
  it('thins long tables evenly', () => {
    const long = new RowTable(Array.from({ length: 450 }, (_, x) => point(x, 0, x)));
    const { rows, total } = dataTable(view, long);
    expect([rows.length, total, rows[1]![1]]).toEqual([150, 450, '3']);
  });
});
