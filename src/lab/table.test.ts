import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointRow } from './study';
import { RowTable, summarise } from './table';

const point = (x: number, seed: number, y: number, series = 's'): PointRow => ({ kind: 'point', chart: 'c', series, x, seed, y });

describe('RowTable', () => {
  it('summarises over seeds, x ascending', () => {
    const table = new RowTable([point(2, 0, 5), point(1, 0, 1), point(1, 1, 3), point(1, 2, 5), point(1, 0, 9, 'other')]);
    const [first, second] = table.summary('c', 's');
    // values 1, 3, 5: variance 4, standard error 2/√3; Student's t for 2 degrees of freedom at 95 % is .95·√(2/(1 − .95²))
    const half = 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)) * (2 / Math.sqrt(3));
    expect(first).toMatchObject({ x: 1, mean: 3, n: 3, nonFinite: 0, values: [1, 3, 5] });
    // both sides take some ten operations, and neither loses more than a bit in each; 3 ± half cancels nothing away
    expect(Math.abs(first!.low - (3 - half))).toBeLessThan(64 * Number.EPSILON * half);
    expect(Math.abs(first!.high - (3 + half))).toBeLessThan(64 * Number.EPSILON * half);
    expect(second).toMatchObject({ x: 2, mean: 5, n: 1, low: -Infinity, high: Infinity });
    expect(second!.sem).toBeNaN();
    expect(table.summary('c', 'none')).toEqual([]);
  });

  it('leaves values that are not finite out of the mean and counts them', () => {
    expect(summarise(0, [1, NaN, 3, Infinity])).toMatchObject({ mean: 2, n: 2, nonFinite: 2 });
    expect(summarise(0, [NaN])).toMatchObject({ mean: NaN, n: 0, nonFinite: 1 });
  });

  it('lets a later row replace an earlier one of the same place and seed', () => {
    const table = new RowTable([point(1, 0, 1)]);
    expect(table.summary('c', 's')[0]!.mean).toBe(1);
    table.append([
      point(1, 0, 2),
      { kind: 'cell', chart: 'c', x: 0, y: 0, seed: 0, value: 1 },
      { kind: 'cell', chart: 'c', x: 0, y: 0, seed: 0, value: 2 },
    ]);
    expect(table.summary('c', 's')[0]!.values).toEqual([2]);
    expect(table.points).toHaveLength(1);
    expect(table.cells.map((c) => c.value)).toEqual([2]);
  });

  it('gives the same summary however the rows are split and ordered', () => {
    const rows = fc.uniqueArray(
      fc.record({ x: fc.integer({ min: 0, max: 4 }), seed: fc.integer({ min: 0, max: 5 }), y: fc.double({ noNaN: false }) }),
      { selector: (r) => `${r.x},${r.seed}` },
    );
    fc.assert(
      fc.property(
        rows.chain((r) => fc.tuple(fc.constant(r), fc.shuffledSubarray(r, { minLength: r.length }), fc.nat(r.length))),
        ([inOrder, shuffled, cut]) => {
          const all = new RowTable(inOrder.map((r) => point(r.x, r.seed, r.y)));
          const parts = new RowTable(shuffled.slice(0, cut).map((r) => point(r.x, r.seed, r.y)));
          parts.summary('c', 's'); // fills what the next append must invalidate
          parts.append(shuffled.slice(cut).map((r) => point(r.x, r.seed, r.y)));
          expect(parts.summary('c', 's')).toEqual(all.summary('c', 's'));
        },
      ),
    );
  });

  it('groups the points of each seed', () => {
    const table = new RowTable([point(2, 1, 4), point(1, 1, 3), point(1, 0, 2)]);
    expect([...table.seeds('c', 's')].map(([seed, points]) => [seed, points.map((p) => p.y)])).toEqual([
      [0, [2]],
      [1, [3, 4]],
    ]);
  });
});
