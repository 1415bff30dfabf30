/** What is read from the rows of a run. */
import type { Summary, Table } from '../../../src/lab/study';
import { estimate, pairs, type Estimate } from '../statistics';

export interface Picked {
  /** Shares at the last look; x: the epoch. `chance`: of the labels that are wrong. */
  readonly precision: Summary;
  readonly recall: Summary;
  readonly chance: Summary;
  /** Of precision − chance, over seeds. */
  readonly excess: Estimate;
}
/** Undefined before the last epoch was looked at. */
export const lastPick = (t: Table, epochs: number): Picked | undefined => {
  const last = (series: string): Summary | undefined => t.summary('detect', series).at(-1);
  const [precision, recall, chance] = [last('precision'), last('recall'), last('chance')];
  if (!precision || !recall || !chance || precision.x < epochs) return undefined;
  return { precision, recall, chance, excess: estimate(pairs(precision, chance, (a, b) => a - b)) };
};

export interface Fading {
  /** Training error, on the labels as they are given, at the last look. */
  readonly error: Summary;
  /** Precision at the last look, and the highest mean of an earlier one. */
  readonly last: Summary;
  readonly best: Summary;
  /** Of best − last, over seeds; Bonferroni over the earlier looks, as the best of them is chosen. */
  readonly loss: Estimate;
}
/** Looks at the precision, in order. */
export const looks = (t: Table): readonly Summary[] => t.summary('detect', 'precision');
/** Undefined before the last epoch was looked at, and where no earlier one was. */
export const fading = (t: Table, epochs: number): Fading | undefined => {
  const all = looks(t);
  const [first, ...later] = all.slice(0, -1);
  const [last, error] = [all.at(-1), t.summary('error', 'train').at(-1)];
  if (!first || !last || !error || last.x < epochs) return undefined;
  const best = later.reduce((a, b) => (b.mean > a.mean ? b : a), first);
  const loss = estimate(
    pairs(best, last, (a, b) => a - b),
    all.length - 1,
  );
  return { error, last, best, loss };
};
