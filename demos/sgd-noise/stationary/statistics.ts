/** What is read from the rows of a run. */
import type { Summary, Table } from '../../../src/lab/study';
import { stationaryVariance } from '../../../src/theory/index';
import { betaSeries, problem } from './theory';

/** A variance that was measured at step size x, and the closed form there. */
export interface Pair {
  readonly measured: Summary;
  readonly exact: number;
}
export const variances = (t: Table, betas: readonly number[]): readonly Pair[] =>
  betas.flatMap((beta) =>
    t.summary('variance', betaSeries(beta)).map((measured) => ({ measured, exact: stationaryVariance(problem(measured.x, beta)) })),
  );
