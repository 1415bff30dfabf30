/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { LEE } from '../sources';
import { BEND, covered, shown, slopeWithin, tooLittle, within } from '../verdicts';
import type { Config } from './fields';
import { constantOf, distanceSlope, exactCoverage, type Constant } from './statistics';
import { ACTIVATIONS, exactConstant, PUBLISHED, type Activation } from './theory';

const JACOT = 'Jacot, Gabriel & Hongler 2018, arXiv:1806.07572';
const NOVAK = 'Novak et al. 2020, arXiv:1912.02803';

/** The constants known are for other inputs, on which they depend. */
const INPUTS = 1.5;
const NAMES: Readonly<Record<Activation, string>> = { relu: 'a ReLU', erf: 'an erf' };

const slopeClaim = (activation: Activation): Claim => ({
  id: `slope-${activation}`,
  says: `The kernel of ${NAMES[activation]} network nears that of infinite width as one over the root of the width.`,
  source: `${JACOT}; ${LEE}`,
  falsifier: `the interval of the slope lies outside −½ ± ${BEND}`,
  test: (t) => slopeWithin(distanceSlope(t, activation), -0.5 - BEND, -0.5 + BEND, 'log distance over log width'),
});

const exactClaim = (exact: number): Claim => ({
  id: 'exact',
  says: 'The mean squared distance of a ReLU network with one hidden layer is what its neurons’ independence makes it, at every width.',
  source: 'Cho & Saul 2009, for the moments; the sum is in the source',
  falsifier: 'fewer intervals cover the expectation than 95 % intervals do with probability 1 %',
  test: (t) => covered(exactCoverage(t, exact), 'intervals of n × distance² cover the expectation'),
});

const constantNear = (found: Constant, [low, high]: readonly [number, number]): Judgement => {
  const { widest } = found;
  const few = tooLittle(found, 1);
  if (few || !widest) return inconclusive(few ?? 'nothing yet');
  return {
    verdict: within(widest, low / INPUTS, high * INPUTS),
    measured: `distance·√width is ${shown(widest)} at width ${widest.width}`,
    value: widest.mean,
    interval: [widest.low, widest.high],
  };
};
const constantClaim = (activation: Activation): Claim => {
  const range = [...new Set(PUBLISHED[activation])].join(' to ');
  return {
    id: `constant-${activation}`,
    says:
      `The distance of ${NAMES[activation]} network is a few over the root of the width: ` +
      `${range} for other inputs, within a factor of ${INPUTS} of that for these.`,
    source: `${NOVAK}, for the order; the constants are measured ones, for inputs of their own`,
    falsifier: 'the interval of distance·√width at the largest width is outside the range for other inputs, widened by that factor',
    test: (t) => constantNear(constantOf(t, activation), PUBLISHED[activation]),
  };
};

export const claims = (c: Config): readonly Claim[] => {
  const slopes = ACTIVATIONS.map(slopeClaim);
  const exact = exactConstant(c);
  if (exact !== undefined) return [...slopes, exactClaim(exact)];
  return c.depth === 2 ? [...slopes, ...ACTIVATIONS.map(constantClaim)] : slopes;
};
