/** How slopes and differences over seeds are judged, with the reasons for saying nothing. */
import { meanInterval, type MeanInterval } from '../../src/core/stats';
import type { Judgement, Summary, Verdict } from '../../src/lab/study';
import { figure, inconclusive, tooFew } from '../../src/lab/verdicts';

const shown = ({ mean, low, high }: MeanInterval): string => `${figure(mean)} [${figure(low)}, ${figure(high)}]`;

/** The whole interval inside [low, high]: agrees. All outside: disagrees. Else it is too wide to say. */
export const within = (i: Pick<MeanInterval, 'low' | 'high'>, low: number, high: number): Verdict =>
  i.low >= low && i.high <= high ? 'agrees' : i.high < low || i.low > high ? 'disagrees' : 'inconclusive';

const slope = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [x, y].map((v) => v.reduce((s, a) => s + a, 0) / v.length) as [number, number];
  return x.reduce((s, a, i) => s + (a - mx) * (y[i]! - my), 0) / x.reduce((s, a) => s + (a - mx) ** 2, 0);
};
/** Reason why the seeds of these points cannot be put beside each other. */
export const unpaired = (points: readonly Summary[], least: number): string | undefined =>
  tooFew(points, least) ??
  (points.some((p) => p.nonFinite > 0)
    ? 'some networks diverged'
    : points.some((p) => p.n !== points[0]!.n)
      ? 'not all seeds are measured everywhere yet'
      : undefined);

/** Fewest points through which a slope is drawn. */
const LEAST = 3;
/**
 * The slope of log y over the logarithm of x, or of what `along` makes of x, fitted to each seed on its own, so that the interval of their mean counts independent slopes. Throws ConfigError
 * with fewer than two seeds.
 */
export const slopeInterval = (points: readonly Summary[], along = (x: number): number => x): MeanInterval => {
  const x = points.map((p) => Math.log(along(p.x)));
  return meanInterval(
    points[0]!.values.map((_, s) =>
      slope(
        x,
        points.map((p) => Math.log(p.values[s]!)),
      ),
    ),
  );
};
/** Judges that the slope is within [low, high]. */
export const slopeWithin = (
  points: readonly Summary[],
  low: number,
  high: number,
  what: string,
  along?: (x: number) => number,
): Judgement => {
  const few = unpaired(points, LEAST);
  if (few) return inconclusive(few);
  const found = slopeInterval(points, along);
  return {
    verdict: within(found, low, high),
    measured: `${what} has slope ${shown(found)} from ${points[0]!.x} to ${points.at(-1)!.x}, over ${found.count} seeds`,
    value: found.mean,
    interval: [found.low, found.high],
  };
};

/** Mean over x of a − b, seed by seed. Throws ConfigError with fewer than two seeds. */
export const difference = (a: readonly Summary[], b: readonly Summary[]): MeanInterval =>
  meanInterval(a[0]!.values.map((_, s) => a.reduce((sum, p, i) => sum + p.values[s]! - b[i]!.values[s]!, 0) / a.length));
/** Judges that a − b, a mean over x with an interval over seeds, is within [low, high]. */
export const differenceWithin = (a: readonly Summary[], b: readonly Summary[], low: number, high: number, what: string): Judgement => {
  const few = unpaired([...a, ...b], 2);
  if (few || a.length !== b.length) return inconclusive(few ?? 'not all learners are measured everywhere yet');
  const found = difference(a, b);
  return {
    verdict: within(found, low, high),
    measured: `${what} ${shown(found)}, over ${found.count} seeds`,
    value: found.mean,
    interval: [found.low, found.high],
  };
};
