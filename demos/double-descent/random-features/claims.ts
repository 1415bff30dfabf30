/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { featureClaims, plainRisk } from '../featureClaims';
import { judgeSecondDescent } from '../judgements';
import type { Config } from './fields';

export const claims = (c: Config): readonly Claim[] => [
  ...featureClaims(c),
  {
    id: 'second-descent',
    says: 'With noisy labels and no ridge the second descent stays above the first minimum.',
    source: 'Greydanus & Kobak 2024, arXiv:2011.14439',
    falsifier: 'the measured minima are ordered otherwise, their intervals apart',
    test: (t) => (c.labelNoise > 0 ? judgeSecondDescent(plainRisk(t), c.examples, false) : inconclusive('no label noise in this run')),
  },
];
