/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { BEND, covered, shown, slopeWithin, unpaired, within } from '../verdicts';
import type { Config } from './fields';
import { frequenciesOf, leftover, timeCoverage, timeSlope } from './statistics';

const CIRCLE = 'Basri et al. 2019, arXiv:1906.00425; Bietti & Mairal 2019, arXiv:1905.12173';
/** What a finite width leaves open of a time, as a share of it. */
const FINITE_WIDTH = 0.1;
/** Share of an odd frequency that has to be left. */
const LEFT = 0.9;

const oddStay = (t: Table, c: Config): Judgement => {
  const { never } = frequenciesOf(c);
  if (never.length === 0) return inconclusive('no odd frequency from 3 on in this run');
  const found = leftover(t, c);
  const few = unpaired(found, never.length);
  if (few || !found.least) return inconclusive(few ?? 'nothing yet');
  if (!found.learned.some((k) => k > never[0]!))
    return inconclusive('no higher frequency has been learned meanwhile, so not learning says nothing yet');
  return {
    verdict: within(found.least, LEFT, Infinity),
    measured: `${shown(found.least)} of it is left at the end; up to k = ${found.learned.at(-1)!} the even ones are learned`,
    value: found.least.mean,
    interval: [found.least.low, found.least.high],
  };
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'times',
    says: 'Frequency k is learned in a time of order 1/λₖ, the eigenvalue of the tangent kernel.',
    source: CIRCLE,
    falsifier: `the interval of the slope of log time over the closed form’s log time lies outside 1 ± ${BEND}`,
    test: (t) => slopeWithin(timeSlope(t, c), 1 - BEND, 1 + BEND, 'log time over that of the closed form, frequencies'),
  },
  {
    id: 'closed-form',
    says: 'The times are those of (1 − ηλₖ)ᵗ.',
    source: CIRCLE,
    falsifier:
      `fewer intervals, widened by ${100 * FINITE_WIDTH} % for finite width, cover the closed form ` +
      'than 95 % intervals do with probability 1 %',
    test: (t) => covered(timeCoverage(t, c, FINITE_WIDTH), 'frequencies have the closed form inside their interval', FINITE_WIDTH),
  },
  {
    id: 'odd',
    says: 'Odd frequencies from 3 on are not learned at all: their eigenvalue is 0.',
    source: CIRCLE,
    falsifier: `of an odd frequency less than ${100 * LEFT} % is left at the end, the interval below that`,
    test: (t) => oddStay(t, c),
  },
];
