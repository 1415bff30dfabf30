/** What both studies of random features claim. */
import type { Claim, Summary, Table } from '../../src/lab/study';
import { inconclusive } from '../../src/lab/verdicts';
import { judgePeak, judgeRidge, SPIKE } from './judgements';

export const MEI = 'Mei & Montanari 2019, arXiv:1908.05355';
export const plainRisk = (t: Table): readonly Summary[] => t.summary('risk', 'min-norm');

/** `examples`: n, the place of the threshold; `counts`: the grid. */
export const featureClaims = ({
  examples,
  counts,
}: {
  readonly examples: number;
  readonly counts: readonly number[];
}): readonly Claim[] => [
  {
    id: 'peak',
    says: 'The test error peaks where there are as many features as examples, N = n.',
    source: MEI,
    falsifier: 'the highest mean lies elsewhere on the grid',
    test: (t) => judgePeak(plainRisk(t), examples, counts),
  },
  {
    id: 'ridge',
    says: 'Ridge removes the spike.',
    source: MEI,
    falsifier: `at the threshold the ridge curve is more than ${SPIKE} times its higher end, or the plain one is not`,
    test: (t) => {
      const ridged = t.summary('risk', 'ridge');
      return ridged.length < 2 ? inconclusive('ridge is off') : judgeRidge(plainRisk(t), ridged, examples, SPIKE);
    },
  },
];
