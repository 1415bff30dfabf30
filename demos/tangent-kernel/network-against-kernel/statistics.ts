/** What is read from the rows of a run. */
import type { Summary, Table } from '../../../src/lab/study';
import { differenceOf, type Estimate } from '../statistics';
import type { Learner } from './series';

/** Test error, a share of examples, and test loss, a mean squared error. */
export type Score = 'error' | 'squared';
const of = (t: Table, chart: Score, learner: Learner): readonly Summary[] => t.summary(chart, learner);

/** A score of learner a less that of b: a mean over n, with its interval over seeds. */
export const gap = (t: Table, score: Score, a: Learner, b: Learner): Estimate => differenceOf(of(t, score, a), of(t, score, b));

/** A learner's score, a mean over n and seeds; 0 before there is any. */
export const level = (t: Table, score: Score, learner: Learner): number => {
  const points = of(t, score, learner);
  return points.reduce((s, p) => s + p.mean, 0) / Math.max(1, points.length);
};
