/** What is read from the rows of a run. */
import type { Table } from '../../../src/lab/study';
import { coverageOf, evidenceOf, slopeOf, type Coverage, type Evidence, type Interval, type Slope } from '../statistics';
import type { Activation } from './theory';

/** Of the logarithm of the distance over that of the width. */
export const distanceSlope = (t: Table, activation: Activation): Slope => slopeOf(t.summary('distance', activation));

/** By n × distance² of ReLU networks at every width n. `exact`: its expectation. */
export const exactCoverage = (t: Table, exact: number): Coverage => coverageOf(t.summary('constant', 'relu'), () => exact);

/** Distance × √width at the largest width. */
export interface Constant extends Evidence {
  /** Where there is a point. */
  readonly widest: (Interval & { readonly width: number }) | undefined;
}
export const constantOf = (t: Table, activation: Activation): Constant => {
  const points = t.summary('distance', activation);
  const last = points.at(-1);
  if (!last) return { ...evidenceOf(points), widest: undefined };
  const root = Math.sqrt(last.x);
  return { ...evidenceOf(points), widest: { width: last.x, mean: last.mean * root, low: last.low * root, high: last.high * root } };
};
