/** What is read from the rows of a run. */
import type { Summary, Table } from '../../../src/lab/study';
import { estimate, logs, pairs, type Estimate } from '../statistics';

export interface Growth {
  /** Noise scale over the first and the last stretch of the run; x: the step at which it ends. */
  readonly first: Summary;
  readonly last: Summary;
  /** Of ln(last / first), over seeds. */
  readonly log: Estimate;
}
/** Undefined until there are two stretches. */
export const growth = (t: Table): Growth | undefined => {
  const stretches = t.summary('stretches', 'scale');
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last || first === last) return undefined;
  return { first, last, log: estimate(logs(pairs(last, first, (a, b) => a / b))) };
};

/** tr Σ from two batch sizes over that from single examples, along the run: 1 in expectation. */
export const agreement = (t: Table): readonly Summary[] => t.summary('agreement', 'trace');
