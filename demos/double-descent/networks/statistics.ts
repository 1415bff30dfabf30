/** What is read from the rows of a run: means over seeds by width. */
import type { Summary } from '../../../src/lab/study';
import { innerPeak, monotone, type InnerPeak } from '../statistics';
import { PUBLISHED } from './published';

/** Training error below which a network counts as fitting its noisy training set. */
export const FITTED = 0.05;

/** The test loss by width, and where training errors first fall below FITTED. */
export interface LossPeak {
  readonly peak: InnerPeak | undefined;
  /** The first width that fits, and with it the width before and after. */
  readonly first: Summary | undefined;
  readonly near: readonly number[];
  /** Whether a narrower width and a wider one were measured as well. */
  readonly inside: boolean;
  /** Whether the loss falls or rises from each width to the next, intervals apart. */
  readonly monotone: boolean;
}
/** `loss`: of the test set; `fit`: error on the training set. */
export const lossPeak = (loss: readonly Summary[], fit: readonly Summary[]): LossPeak => {
  const first = fit.findIndex((p) => p.mean < FITTED);
  return {
    peak: innerPeak(loss),
    first: fit[first],
    near: first < 0 ? [] : fit.slice(Math.max(0, first - 1), first + 2).map((p) => p.x),
    inside: first > 0 && first < fit.length - 1,
    monotone: monotone(loss),
  };
};

/** Published error at each measured width that was published, and whether its band lies beyond the interval. */
export interface Comparison {
  readonly point: Summary;
  readonly published: number;
  readonly outside: boolean;
}
/** Errors as shares of examples. */
export const compared = (errors: readonly Summary[]): readonly Comparison[] =>
  PUBLISHED.widths.flatMap((width, i) => {
    const point = errors.find((p) => p.x === width);
    if (!point) return [];
    const [published, band] = [PUBLISHED.error[i]! / 100, PUBLISHED.band / 100];
    return [{ point, published, outside: point.low > published + band || point.high < published - band }];
  });
