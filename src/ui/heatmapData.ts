/** Cells of a heatmap on a grid, and their colours. Pure. */
import type { CellRow } from '../lab/study';
import { formatNumber } from './format';

export interface Grid {
  /** Ascending. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Mean over the seeds whose value is finite, row-major [ys][xs]; NaN where there is none. */
  readonly values: Float64Array;
  /** Seeds measured, per cell, and those of them whose value is not finite. */
  readonly counts: Float64Array;
  readonly nonFinite: Float64Array;
  /** Of the finite values; undefined without any. */
  readonly range: readonly [number, number] | undefined;
}

const ascending = (values: Iterable<number>): number[] => [...new Set(values)].toSorted((a, b) => a - b);

export function gridOf(cells: readonly CellRow[], chart: string): Grid {
  const own = cells.filter((c) => c.chart === chart);
  const [xs, ys] = [ascending(own.map((c) => c.x)), ascending(own.map((c) => c.y))];
  const column = new Map(xs.map((x, i) => [x, i]));
  const row = new Map(ys.map((y, i) => [y, i]));
  const sum = new Float64Array(xs.length * ys.length);
  const [counts, nonFinite] = [new Float64Array(sum.length), new Float64Array(sum.length)];
  for (const c of own) {
    const at = row.get(c.y)! * xs.length + column.get(c.x)!;
    const finite = Number.isFinite(c.value);
    sum[at]! += finite ? c.value : 0;
    counts[at]! += 1;
    nonFinite[at]! += finite ? 0 : 1;
  }
  const values = sum.map((s, i) => (counts[i]! > nonFinite[i]! ? s / (counts[i]! - nonFinite[i]!) : NaN));
  const finite = values.filter(Number.isFinite);
  const range =
    finite.length > 0 ? ([finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] as const) : undefined;
  return { xs, ys, values, counts, nonFinite, range };
}

/** Coefficients, constant first, of the polynomials in t that Matt Zucker fitted to matplotlib's viridis (public domain). */
const VIRIDIS = [
  [
    0.2777273272234177, 0.1050930431085774, -0.3308618287255563, -4.634230498983486, 6.228269936347081, 4.776384997670288,
    -5.435455855934631,
  ],
  [
    0.005407344544966578, 1.404613529898575, 0.214847559468213, -5.799100973351585, 14.17993336680509, -13.74514537774601,
    4.645852612178535,
  ],
  [0.3340998053353061, 1.384590162594685, 0.09509516302823659, -19.33244095627987, 56.69055260068105, -65.35303263337234, 26.3124352495832],
] as const;
/** Red, green and blue, 0 to 255, for t from 0 (dark) to 1 (light). */
export const viridis = (t: number): readonly [number, number, number] => {
  const [r, g, b] = VIRIDIS.map((c) =>
    Math.round(
      255 *
        Math.min(
          1,
          Math.max(
            0,
            c.reduceRight((sum, a) => sum * t + a, 0),
          ),
        ),
    ),
  );
  return [r!, g!, b!];
};
/** Position of a value in its range; the middle where all values are the same. */
export const position = (value: number, [low, high]: readonly [number, number]): number =>
  low === high ? 0.5 : (value - low) / (high - low);

/** What a cell says: its mean over seeds, or why it has none. */
export function cellText({ values, counts, nonFinite }: Grid, at: number): string {
  const [n, lost] = [counts[at]!, nonFinite[at]!];
  if (n === 0) return 'not measured';
  if (lost === n) return 'not finite';
  return `${formatNumber(values[at]!)}${lost > 0 ? ` (and ${lost} of ${n} seeds not finite)` : ''}`;
}
/** 'width, log scale'. */
export const axisText = (label: string, log: boolean | undefined): string => (log ? `${label}, log scale` : label);

/** More rows than this serve nobody on a page; the CSV has them all. */
const MOST_ROWS = 200;
/** Cells that were measured, row by row, as text; of too many as many as fit, evenly spread. */
export function cellTable(grid: Grid): { readonly rows: readonly (readonly string[])[]; readonly total: number } {
  const measured = [...grid.values.keys()].filter((at) => grid.counts[at]! > 0);
  const every = Math.ceil(measured.length / MOST_ROWS);
  const rows = measured
    .filter((_, i) => i % every === 0)
    .map((at) => [
      formatNumber(grid.xs[at % grid.xs.length]!),
      formatNumber(grid.ys[Math.floor(at / grid.xs.length)]!),
      cellText(grid, at),
      String(grid.counts[at]! - grid.nonFinite[at]!),
    ]);
  return { rows, total: measured.length };
}
