/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Summary, Table } from '../../../src/lab/study';
import { coverage, inconclusive } from '../../../src/lab/verdicts';
import { judgePeak, judgeRidge, judgeSecondDescent, SPIKE } from '../judgements';
import type { Config } from './fields';
import { endsLower, grid, problemAt, riskAt, threshold } from './theory';

const BELKIN = 'Belkin, Hsu & Xu 2019, arXiv:1903.07571';
const HASTIE = 'Hastie et al. 2019, arXiv:1903.08560; Nakkiran et al. 2020, arXiv:2003.01897';

const plain = (t: Table): readonly Summary[] => t.summary('risk', 'min-norm');

/** Within 3 of the threshold the variance of the risk is infinite, and no interval of a mean means anything. */
const NEAR = 4;

export const claims = (c: Config): readonly Claim[] => {
  const place = threshold(c);
  const { noise, missed } = problemAt(c, place);
  /** What the threshold amplifies; without it there is no peak. */
  const quiet = noise + Math.max(0, missed) === 0;
  const loud =
    (judge: (t: Table) => Judgement) =>
    (t: Table): Judgement =>
      quiet ? inconclusive('nothing is left unexplained at the threshold, so there is no peak to speak of') : judge(t);
  return [
    {
      id: 'coverage',
      says: 'The mean risk of the minimum-norm fit is the exact finite-n formula.',
      source: BELKIN,
      falsifier: 'fewer intervals cover the curve than 95 % intervals do with probability 1 %',
      test: (t) =>
        coverage(
          plain(t).filter((p) => Math.abs(p.x - place) >= NEAR),
          (x) => riskAt(c, x),
          `at least ${NEAR} from the threshold`,
        ),
    },
    {
      id: 'peak',
      says: 'The risk peaks where the model can just fit the data, p = n.',
      source: BELKIN,
      falsifier: 'the highest mean lies elsewhere on the grid',
      test: loud((t) => judgePeak(plain(t), place, grid(c))),
    },
    {
      id: 'ridge',
      says: 'Ridge at its optimum removes the peak: it is an artefact of not regularising.',
      source: HASTIE,
      falsifier: `at the threshold the ridge curve is above both its ends, or the plain one less than ${SPIKE} times its higher end`,
      test: loud((t) => judgeRidge(plain(t), t.summary('risk', 'ridge'), place, 1)),
    },
    {
      id: 'second-descent',
      says: 'Past the threshold the risk descends again; whether below its first minimum is as the formula says.',
      source: BELKIN,
      falsifier: 'the measured minima are ordered otherwise, their intervals apart',
      test: (t) => judgeSecondDescent(plain(t), place, endsLower(c)),
    },
  ];
};
