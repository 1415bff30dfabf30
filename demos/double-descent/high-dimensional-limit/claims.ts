/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { coverage, inconclusive } from '../../../src/lab/verdicts';
import { featureClaims, MEI, plainRisk } from '../featureClaims';
import { judgeSecondDescent } from '../judgements';
import type { Config } from './fields';
import { endsLower, limitAt } from './theory';

/** What the limit leaves open, as a share of the risk, from this dimension on. */
const FINITE = { share: 0.04, dimension: 80 };
const WIDENED = `widened by ${100 * FINITE.share} % for finite d`;

const judgeCoverage = (t: Table, c: Config): Judgement => {
  const { dimension: d, examples: n } = c;
  if (d < FINITE.dimension) return inconclusive(`d = ${d}: the limit is good to ${100 * FINITE.share} % from d = ${FINITE.dimension} on`);
  return coverage(
    plainRisk(t).filter((p) => Math.abs(p.x - n) > n / 20 && p.x <= 3 * d),
    (N) => limitAt(c, N),
    'away from the threshold with N ≤ 3d',
    FINITE.share,
  );
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'coverage',
    says: 'The risk is the high-dimensional limit of random features.',
    source: MEI,
    falsifier: `fewer intervals, ${WIDENED}, cover the curve than 95 % intervals do with probability 1 %`,
    test: (t) => judgeCoverage(t, c),
  },
  ...featureClaims(c),
  {
    id: 'second-descent',
    says: 'Past the threshold the risk descends again; whether below its first minimum is as the limit says.',
    source: MEI,
    falsifier: 'the measured minima are ordered otherwise, their intervals apart',
    test: (t) => judgeSecondDescent(plainRisk(t), c.examples, endsLower(c)),
  },
];
