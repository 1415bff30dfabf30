/** Order of several groups, and curves that nowhere rise. */
import { ConfigError } from '../../core/errors';
import { meanInterval } from '../../core/stats';
import { contrastOf, paired, type ContrastOptions } from './contrast';
import { ALPHA, beforehand, measuredOn, shown, type Statistic } from './statistic';

const SEVERITY = { disagrees: 0, inconclusive: 1, agrees: 2 } as const;
/** All must hold. `steps`: each by itself. */
export interface Together extends Statistic {
  readonly steps: readonly Statistic[];
}
/** What decides: of the steps with the worst decision the one whose effect is `worse`. */
const together = (steps: readonly Statistic[], worse: (a: number, b: number) => boolean): Together => {
  const worst = Math.min(...steps.map((s) => SEVERITY[s.decision]));
  const decisive = steps.filter((s) => SEVERITY[s.decision] === worst).reduce((a, b) => (worse(b.effect, a.effect) ? b : a));
  return { ...decisive, enough: steps.every((s) => s.enough), steps };
};

/**
 * Groups from the largest to the smallest, paired by seed: each is larger than the next by `least`. Intervals of the steps hold at once
 * (Bonferroni over the steps). Agrees where all steps agree, disagrees where one does. `effect`: of the step that decides.
 */
export const order = (groups: readonly (readonly number[])[], options: ContrastOptions): Together => {
  if (groups.length < 2) throw new ConfigError('an order needs at least two groups');
  const alpha = (options.alpha ?? ALPHA) / (groups.length - 1);
  const steps = groups.slice(1).map((b, i) => contrastOf(paired(groups[i]!, b, options.scale), { ...options, alpha }));
  return together(steps, (a, b) => a < b);
};

/**
 * No group is above the reference by `least` or more, paired by seed. Agrees where all intervals, which hold at once, lie below `least`;
 * disagrees where one lies above no rise at all and reaches `least`; an interval that holds both is inconclusive.
 */
export const nowhereAbove = (groups: readonly (readonly number[])[], reference: readonly number[], options: ContrastOptions): Together => {
  if (groups.length === 0) throw new ConfigError('no groups to compare');
  const { least, scale } = options;
  const bound = measuredOn(scale, least);
  if (!(bound > 0)) throw new ConfigError(`the least rise is ${least}; it must be above ${scale === 'log' ? 1 : 0}`);
  const alpha = (options.alpha ?? ALPHA) / groups.length;
  const show = shown(scale);
  const steps = groups.map((group): Statistic => {
    const differences = paired(group, reference, scale);
    const before = beforehand([differences]);
    if (before) return before;
    const { mean, low, high, count } = meanInterval(differences, 1 - alpha);
    const base = { effect: show(mean), interval: [show(low), show(high)] as const, n: count, enough: high - low < bound };
    if (high < bound) return { ...base, decision: 'agrees', reason: 'a rise that counts is excluded' };
    if (low > 0) return { ...base, decision: 'disagrees', reason: 'it rises' };
    return { ...base, decision: 'inconclusive', reason: 'the interval holds both no rise and one that counts: it takes more seeds' };
  });
  return together(steps, (a, b) => a > b);
};
