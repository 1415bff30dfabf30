/** Cells of a heatmap on a grid, and their colours. Pure. */
import type { CellRow } from '../lab/experiment';

export interface Grid {
  /** Ascending. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Mean over seeds, row-major [ys][xs]; NaN where nothing was measured. */
  readonly values: Float64Array;
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
  const count = new Float64Array(sum.length);
  for (const c of own) {
    const at = row.get(c.y)! * xs.length + column.get(c.x)!;
    sum[at]! += c.value;
    count[at]! += 1;
  }
  const values = sum.map((s, i) => s / count[i]!);
  const finite = values.filter(Number.isFinite);
  const range = finite.length > 0 ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] as const : undefined;
  return { xs, ys, values, range };
}

/** Coefficients, constant first, of the polynomials in t that Matt Zucker fitted to matplotlib's viridis (public domain). */
const VIRIDIS = [
  [0.2777273272234177, 0.1050930431085774, -0.3308618287255563, -4.634230498983486, 6.228269936347081, 4.776384997670288, -5.435455855934631],
  [0.005407344544966578, 1.404613529898575, 0.214847559468213, -5.799100973351585, 14.17993336680509, -13.74514537774601, 4.645852612178535],
  [0.3340998053353061, 1.384590162594685, 0.09509516302823659, -19.33244095627987, 56.69055260068105, -65.35303263337234, 26.3124352495832],
] as const;
/** Red, green and blue, 0 to 255, for t from 0 (dark) to 1 (light). */
export const viridis = (t: number): readonly [number, number, number] => {
  const [r, g, b] = VIRIDIS.map((c) => Math.round(255 * Math.min(1, Math.max(0, c.reduceRight((sum, a) => sum * t + a, 0)))));
  return [r!, g!, b!];
};
/** Position of a value in its range; the middle where all values are the same. */
export const position = (value: number, [low, high]: readonly [number, number]): number => (low === high ? 0.5 : (value - low) / (high - low));
