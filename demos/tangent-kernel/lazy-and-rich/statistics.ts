/** What is read from the rows of a run. */
import type { Summary, Table } from '../../../src/lab/study';
import { differenceOf, slopeOf, type Estimate, type Slope } from '../statistics';
import type { Config } from './fields';

/** Scales that count as lazy: the largest three. */
export const LAZY = 3;
/** Of the logarithm of the change over that of α, at the lazy scales. */
export const alphaSlope = (t: Table, series: 'kernel' | 'weights'): Slope => slopeOf(t.summary('by-alpha', series).slice(-LAZY));
/** Of the logarithm of the kernel's change at α = 1 over that of the width. */
export const widthSlope = (t: Table): Slope => slopeOf(t.summary('by-width', 'kernel'));

/** Alignment of the kernel with the labels before training and after the last step; either is empty where it is not measured yet. */
const ends = (t: Table, { steps }: Pick<Config, 'steps'>, alpha: number): readonly [readonly Summary[], readonly Summary[]] => {
  const points = t.summary('alignment', `a${alpha}`).filter((p) => p.x === 0 || p.x === steps);
  return [points.slice(0, 1), points.slice(1)];
};
/** By how much it rises. */
export const rise = (t: Table, c: Pick<Config, 'steps'>, alpha: number): Estimate => {
  const [before, after] = ends(t, c, alpha);
  return differenceOf(after, before);
};
/** By how much its mean over finite seeds changes, either way; NaN before the end. */
export const change = (t: Table, c: Pick<Config, 'steps'>, alpha: number): number => {
  const [[before], [after]] = ends(t, c, alpha);
  return before && after ? Math.abs(after.mean - before.mean) : NaN;
};
