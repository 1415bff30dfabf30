/** An estimate in words, and the verdict on its sign. */
import type { Judgement } from '../../src/lab/study';
import { agreesIf, figure, inconclusive } from '../../src/lab/verdicts';
import type { Estimate } from './statistics';

/** Why there is no estimate. */
const missing = ({ mean, n, nonFinite }: Estimate): string | undefined =>
  nonFinite > 0 ? 'in some seeds not finite' : Number.isNaN(mean) ? `only ${n} seeds` : undefined;

/** Mean and interval, or why there is none. */
export const estimateText = (e: Estimate): string => missing(e) ?? `${figure(e.mean)} [${figure(e.low)}, ${figure(e.high)}]`;
/** The same of e to the values. */
export const factorText = (e: Estimate): string =>
  missing(e) ?? `${figure(Math.exp(e.mean))} [${figure(Math.exp(e.low))}, ${figure(Math.exp(e.high))}]`;

/** Agrees where the interval lies above 0, disagrees where it lies below. */
export const isPositive = (e: Estimate): Judgement => {
  const text = estimateText(e);
  if (missing(e) !== undefined) return inconclusive(text);
  return e.low <= 0 && e.high >= 0
    ? inconclusive(`${text}, which includes 0`)
    : agreesIf(e.low > 0, text, { value: e.mean, interval: [e.low, e.high] });
};
