/** What claims read from the rows of a run, and what they make of paired values. */
import { ConfigError } from '../../src/core/errors';
import { meanInterval } from '../../src/core/stats';
import type { Judgement, Table } from '../../src/lab/study';
import { MIN_SEEDS } from '../../src/lab/verdicts';

export const figure = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(3))) : 'never');
export const spread = (values: readonly number[]): string => values.map(figure).join(', ');
/** Throws ConfigError for fewer seeds than an interval needs. */
export const enough = (n: number): void => {
  if (n < MIN_SEEDS) throw new ConfigError(`${n} seeds; an interval needs at least ${MIN_SEEDS}`);
};
export const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** One value a seed, in the seeds' order. */
export const valuesAt = (t: Table, chart: string, series: string, x: number): readonly number[] =>
  t.summary(chart, series).find((s) => s.x === x)?.values ?? [];
export const lastOf = (t: Table, chart: string, series: string): readonly number[] => t.summary(chart, series).at(-1)?.values ?? [];

/** Mean and interval of paired values, as shown, and whether it is above a bound. */
export interface Above {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** '1.2 [1.1, 1.3]'. */
  readonly text: string;
  readonly verdict: Judgement['verdict'];
}
/** Agrees where the interval of the mean lies above the bound, disagrees where it lies below. Throws ConfigError for too few. */
export const above = (values: readonly number[], bound: number, show: (v: number) => number = (v) => v): Above => {
  enough(values.length);
  const found = meanInterval(values);
  const [mean, low, high] = [found.mean, found.low, found.high].map(show) as [number, number, number];
  return {
    mean,
    low,
    high,
    text: `${figure(mean)} [${figure(low)}, ${figure(high)}]`,
    verdict: found.low > bound ? 'agrees' : found.high < bound ? 'disagrees' : 'inconclusive',
  };
};
/** Of factors, whose logarithms are given: above 1 or below. */
export const factorAbove = (logs: readonly number[]): Above => above(logs, 0, Math.exp);
export const judged = ({ verdict, mean, low, high }: Above, measured: string): Judgement => ({
  verdict,
  measured,
  value: mean,
  interval: [low, high],
});
