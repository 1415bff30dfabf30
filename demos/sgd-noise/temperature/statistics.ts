/** What is read from the rows of a run: exponents of a quantity, by temperature and by batch size. */
import { mean } from '../../../src/core/stats';
import type { Summary, Table } from '../../../src/lab/study';
import { ascending } from '../settings';
import { estimate, pairs, type Estimate } from '../statistics';
import type { Config } from './fields';
import { sizeSeries } from './series';

/** A quantity of every network. */
export interface Grid {
  readonly temperatures: readonly number[];
  readonly sizes: readonly number[];
  /** Of the networks that are trained; temperatures first. */
  readonly points: readonly Summary[];
  readonly complete: boolean;
  /** Some value is not finite, or not above 0. */
  readonly diverged: boolean;
}
export const gridOf = (t: Table, c: Pick<Config, 'temperatures' | 'batches'>, chart: string): Grid => {
  const [temperatures, sizes] = [ascending(c.temperatures), ascending(c.batches)];
  const series = sizes.map((B) => t.summary(chart, sizeSeries(B)));
  const points = temperatures.flatMap((T) => series.flatMap((s) => s.find((p) => p.x === T) ?? []));
  return {
    temperatures,
    sizes,
    points,
    complete: points.length === temperatures.length * sizes.length,
    diverged: points.some((p) => p.nonFinite > 0 || p.values.some((v) => v <= 0)),
  };
};

/** Exponents, seed by seed, of a quantity that goes from one to the other where its cause grows by a factor. */
const slopes = (from: Summary, to: Summary, factor: number): readonly number[] =>
  pairs(to, from, (a, b) => Math.log(a / b) / Math.log(factor));

/** Exponent of the temperature in a complete grid, seed by seed: from the lowest to the highest, a mean over batch sizes. */
const heats = ({ temperatures, sizes, points }: Grid): readonly number[] => {
  const [cold, hot] = [points.slice(0, sizes.length), points.slice(-sizes.length)];
  const each = cold.map((p, k) => slopes(p, hot[k]!, temperatures.at(-1)! / temperatures[0]!));
  return each[0]!.map((_, s) => mean(each.map((e) => e[s]!)));
};
/** Exponent of the temperature in a complete grid of at least two. */
export const heat = (grid: Grid): Estimate => estimate(heats(grid));

export interface SizeEffect {
  readonly T: number;
  /** Exponent of the batch size at this temperature, from the smallest to the largest. */
  readonly exponent: Estimate;
  /** It is less than `share` of the temperature's own exponent either way, with its interval. */
  readonly within: boolean;
  /** It is more, with its interval. */
  readonly beyond: boolean;
}
/** At each temperature of a complete grid of at least two by two. Intervals are Bonferroni's over temperatures and both ways. */
export const sizeEffects = (grid: Grid, share: number): readonly SizeEffect[] => {
  const { temperatures, sizes, points } = grid;
  const own = heats(grid);
  const sign = Math.sign(mean(own));
  return temperatures.map((T, i) => {
    const row = points.slice(i * sizes.length, (i + 1) * sizes.length);
    const size = slopes(row[0]!, row.at(-1)!, sizes.at(-1)! / sizes[0]!);
    const spare = (side: 1 | -1): Estimate =>
      estimate(
        own.map((h, s) => share * sign * h + side * size[s]!),
        2 * temperatures.length,
      );
    const [above, below] = [spare(-1), spare(1)];
    return { T, exponent: estimate(size), within: above.low > 0 && below.low > 0, beyond: above.high < 0 || below.high < 0 };
  });
};
