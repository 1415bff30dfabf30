/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { coverage, inconclusive } from '../../../src/lab/verdicts';
import { ascending } from '../settings';
import type { Config } from './fields';
import { variances } from './statistics';

const LIU = 'Liu, Ziyin & Ueda 2020, arXiv:2012.03636';
const falsifier = 'fewer intervals cover the closed form than 95 % intervals do with probability 1 %';

/** Two momenta may share a step size: points are told apart by their order. */
const covers = (t: Table, betas: readonly number[]): Judgement => {
  const pairs = variances(t, betas);
  return coverage(
    pairs.map(({ measured }, i) => ({ ...measured, x: i })),
    (i) => pairs[i]!.exact,
    betas.length > 1 ? 'over all momenta' : 'over the step sizes',
  );
};

export const claims = (c: Config): readonly Claim[] => {
  const momenta = ascending(c.betas).filter((beta) => beta > 0);
  return [
    {
      id: 'sgd',
      says: 'The variance of SGD around the minimum is ησ²/(h(2 − ηh)).',
      source: LIU,
      falsifier,
      test: (t) => (c.betas.includes(0) ? covers(t, [0]) : inconclusive('β = 0 is not among the momenta')),
    },
    {
      id: 'heavy-ball',
      says: 'With momentum it is ησ²(1 + β)/(h(1 − β)(2(1 + β) − ηh)).',
      source: LIU,
      falsifier,
      test: (t) => (momenta.length > 0 ? covers(t, momenta) : inconclusive('no momentum above 0')),
    },
  ];
};
