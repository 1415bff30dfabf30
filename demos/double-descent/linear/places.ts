/** Where on the grid the claims look: chosen by the theory alone, before anything is measured. */
import type { Config } from './fields';
import { grid, riskAt, threshold } from './theory';

export interface Places {
  /** Where the formula is lowest on either side of the threshold. */
  readonly before: number;
  readonly after: number;
  /** Past the threshold, where the formula is nearest half-way down, on a log scale. */
  readonly middle: number;
}
/** Undefined where the grid has not two points past the threshold and one before, all of finite risk. */
export const placesOf = (c: Config): Places | undefined => {
  const at = threshold(c);
  const log = (x: number): number => Math.log(riskAt(c, x));
  const finite = grid(c).filter((x) => Number.isFinite(log(x)));
  const lowest = (xs: readonly number[]): number | undefined => xs.toSorted((a, b) => log(a) - log(b))[0];
  const before = lowest(finite.filter((x) => x < at));
  const past = finite.filter((x) => x > at);
  const after = lowest(past);
  if (before === undefined || after === undefined) return undefined;
  const between = past.filter((x) => x < after);
  const half = (log(past[0]!) + log(after)) / 2;
  const middle = between.toSorted((a, b) => Math.abs(log(a) - half) - Math.abs(log(b) - half))[0];
  return middle === undefined ? undefined : { before, middle, after };
};
