/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim } from '../../../src/lab/study';
import { agreesIf, inconclusive } from '../../../src/lab/verdicts';
import { figure } from '../statistics';
import { keptOf, type Config } from './fields';
import { solvedOf } from './statistics';

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'exact',
    says: 'Weights solved by hand answer every entry without any training, and lose (1 − 2m/p)/p with m frequencies, to float32.',
    source: 'Gromov 2023, arXiv:2301.02679',
    falsifier: 'an entry is wrong, or a loss further from the formula than a bound from the number of operations',
    test: (t) => {
      const kept = keptOf(c);
      const { measured, networks, wrong, worst } = solvedOf(t, c);
      if (measured < kept.length || kept.length === 0) return inconclusive('not all were measured');
      const text = `${networks} networks with ${kept[0]} to ${kept.at(-1)} frequencies, ${wrong} of them with a wrong entry`;
      return agreesIf(wrong === 0 && worst <= 1, `${text}; the loss at most ${figure(worst)} of its bound from the formula`, {
        value: worst,
      });
    },
  },
];
