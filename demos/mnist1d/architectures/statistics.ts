/** What is read from the rows of a run: accuracies in % of the test set. */
import type { Summary, Table } from '../../../src/lab/study';
import type { Architecture } from './published';

/** After step `steps`; undefined where the run did not get there. */
export const endOf = (t: Table, a: Architecture, steps: number): Summary | undefined => {
  const last = t.summary('test', a).at(-1);
  return last && last.x >= steps ? last : undefined;
};

/** Means in the order in which they are expected to rise, next to next. */
export interface Order {
  /** Whether every interval lies below the next. */
  readonly rises: boolean;
  /** Whether one of them lies above the next. */
  readonly reversed: boolean;
}
export const orderOf = (ends: readonly Pick<Summary, 'low' | 'high'>[]): Order => {
  const pairs = ends.slice(1).map((high, i) => [ends[i]!, high] as const);
  return {
    rises: pairs.every(([low, high]) => low.high < high.low),
    reversed: pairs.some(([low, high]) => high.high < low.low),
  };
};

/** An interval against the band around a figure. */
export interface Distance {
  /** Whether they have no point in common. */
  readonly apart: boolean;
  /** Whether the mean is within the band. */
  readonly within: boolean;
}
export const distanceFrom = ({ mean, low, high }: Pick<Summary, 'mean' | 'low' | 'high'>, figure: number, band: number): Distance => ({
  apart: high < figure - band || low > figure + band,
  within: Math.abs(mean - figure) <= band,
});
