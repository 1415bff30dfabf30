/** What claims read from the rows of a run. */
import type { Table } from '../../../src/lab/study';
import { analyticLoss } from '../../../src/theory/index';
import type { Config } from './fields';
import { exactLossBound } from './theory';

export interface Solved {
  /** Numbers of frequencies measured. */
  readonly measured: number;
  readonly networks: number;
  /** Networks with a wrong entry. */
  readonly wrong: number;
  /** Largest distance of a loss from the formula, as a share of its bound. */
  readonly worst: number;
}
export const solvedOf = (t: Table, c: Config): Solved => {
  const p = Number(c.modulus);
  const losses = t.summary('keptLoss', 'exact');
  const right = t.summary('keptAccuracy', 'exact').flatMap((s) => s.values);
  const shares = losses.map((s) => Math.max(...s.values.map((v) => Math.abs(v - analyticLoss(p, s.x)) / exactLossBound(c, s.x))));
  // Half an entry: a mean over p² of ones and zeros is rounded.
  const wrong = right.filter((v) => !(v >= 1 - 0.5 / (p * p))).length;
  return { measured: losses.length, networks: right.length, wrong, worst: Math.max(...shares) };
};
