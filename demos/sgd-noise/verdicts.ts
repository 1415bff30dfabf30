/** Judging what seeds have in common with themselves: differences and ratios seed by seed, and the interval of their mean. */
import { meanInterval } from '../../src/core/stats';
import type { Judgement, Summary } from '../../src/lab/study';
import { agreesIf, figure, inconclusive, MIN_SEEDS } from '../../src/lab/verdicts';

/** f of the two values of each seed that has both. */
export const pairs = (a: Summary, b: Summary, f: (a: number, b: number) => number): readonly number[] =>
  a.values.map((v, s) => f(v, b.values[s] ?? NaN));
export const logs = (values: readonly number[]): readonly number[] => values.map(Math.log);

export interface Decision {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Mean and interval. */
  readonly text: string;
  /** The same of e to the values. */
  readonly factor: string;
  /** Agrees where the interval lies above 0, disagrees where it lies below. */
  readonly judgement: Judgement;
}
/** On the mean of independent values; `looks`: how many such intervals are looked at together (Bonferroni). A value that is not finite leaves it open. */
export const decide = (values: readonly number[], looks = 1): Decision => {
  const usable = values.every(Number.isFinite);
  if (!usable || values.length < MIN_SEEDS) {
    const text = usable ? `only ${values.length} seeds` : 'in some seeds not finite';
    return { mean: NaN, low: -Infinity, high: Infinity, text, factor: text, judgement: inconclusive(text) };
  }
  const { mean, low, high } = meanInterval(values, 1 - 0.05 / looks);
  const text = `${figure(mean)} [${figure(low)}, ${figure(high)}]`;
  const factor = `${figure(Math.exp(mean))} [${figure(Math.exp(low))}, ${figure(Math.exp(high))}]`;
  return {
    mean,
    low,
    high,
    text,
    factor,
    judgement:
      low <= 0 && high >= 0 ? inconclusive(`${text}, which includes 0`) : agreesIf(low > 0, text, { value: mean, interval: [low, high] }),
  };
};
