/** How slopes, differences and coverage are judged, and what is said of them, with the reasons for saying nothing. */
import type { Judgement, Verdict } from '../../src/lab/study';
import { agreesIf, figure, inconclusive, MIN_SEEDS } from '../../src/lab/verdicts';
import type { Coverage, Estimate, Evidence, Interval, Slope } from './statistics';

/** How far a slope may be from its limit at the widths and scales that can be run: the next order bends it. */
export const BEND = 0.1;
/** Fewest points through which a slope is drawn. */
const SLOPE_POINTS = 3;
/** Fewest points of which some must cover: few say something too, as each has draws of its own. */
const COVERED_POINTS = 3;

export const shown = ({ mean, low, high }: Interval): string => `${figure(mean)} [${figure(low)}, ${figure(high)}]`;

/** The whole interval inside [low, high]: agrees. All outside: disagrees. Else it is too wide to say. */
export const within = (i: Pick<Interval, 'low' | 'high'>, low: number, high: number): Verdict =>
  i.low >= low && i.high <= high ? 'agrees' : i.high < low || i.low > high ? 'disagrees' : 'inconclusive';

/** Why fewer points or seeds than these say too little. */
export const tooLittle = ({ points, seeds }: Evidence, least: number): string | undefined =>
  points < least ? `only ${points} points` : seeds < MIN_SEEDS ? `only ${seeds} seeds` : undefined;
/** Why the seeds of these points cannot be put beside each other. */
export const unpaired = (e: Evidence, least: number): string | undefined =>
  tooLittle(e, least) ?? (e.diverged ? 'some networks diverged' : e.paired ? undefined : 'not all seeds are measured everywhere yet');

/** Judges that the slope is within [low, high]. */
export const slopeWithin = (found: Slope, low: number, high: number, what: string): Judgement => {
  const few = unpaired(found, SLOPE_POINTS);
  if (few) return inconclusive(few);
  return {
    verdict: within(found, low, high),
    measured: `${what} has slope ${shown(found)} from ${found.from} to ${found.to}, over ${found.seeds} seeds`,
    value: found.mean,
    interval: [found.low, found.high],
  };
};
/** Judges that a difference of at least one point from another is within [low, high]. */
export const differenceWithin = (found: Estimate, low: number, high: number, what: string): Judgement => {
  const few = unpaired(found, 2);
  if (few) return inconclusive(few);
  return {
    verdict: within(found, low, high),
    measured: `${what} ${shown(found)}, over ${found.seeds} seeds`,
    value: found.mean,
    interval: [found.low, found.high],
  };
};
/** Judges that intervals cover what theory says. `margin`: as it was in finding the coverage. */
export const covered = (found: Coverage, what: string, margin = 0): Judgement => {
  const { points, inside, least, last } = found;
  const few = tooLittle(found, COVERED_POINTS);
  if (few || !last) return inconclusive(few ?? 'nothing yet');
  const widened = margin > 0 ? `, widened by ${100 * margin} %` : '';
  return agreesIf(
    inside >= least,
    `${inside} of ${points} ${what}${widened}; at least ${least} expected. The last: ${shown(last)}, theory ${figure(last.theory)}`,
    { value: inside / points },
  );
};
