/** What is claimed, and how it is judged. Seeds are compared with themselves: what is compared shares data and first weights. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { coverage, figure, inconclusive, tooFew } from '../../../src/lab/verdicts';
import { factorText, isPositive } from '../verdicts';
import { agreement, growth } from './statistics';

const MCCANDLISH = 'McCandlish et al. 2018, arXiv:1812.06162';

const grows = (t: Table): Judgement => {
  const found = growth(t);
  if (!found) return inconclusive('no two stretches yet');
  const { first, last, log } = found;
  const lost = [first, last].find((p) => p.nonFinite > 0);
  if (lost)
    return inconclusive(
      `in ${lost.nonFinite} of ${lost.values.length} seeds the gradient of the stretch up to step ${lost.x} is lost in its noise`,
    );
  const few = tooFew([first, last], 2);
  if (few) return inconclusive(few);
  const start = `${figure(first.mean)} examples over the first ${first.x} steps`;
  const measured = `${start}, ${figure(last.mean)} at the end: a factor of ${factorText(log)}`;
  return { ...isPositive(log), measured };
};

export const claims = (): readonly Claim[] => [
  {
    id: 'grows',
    says: 'The noise scale grows while the network trains.',
    source: MCCANDLISH,
    falsifier: 'the mean over seeds of ln(last stretch / first stretch) is below 0, with its interval',
    test: grows,
  },
  {
    id: 'estimators',
    says: 'Two batch sizes give the same tr Σ as single examples’ gradients.',
    source: `${MCCANDLISH}, appendix A`,
    falsifier: 'fewer intervals of their ratio cover 1 than 95 % intervals do with probability 1 %',
    test: (t) => coverage(agreement(t), () => 1, 'along the run'),
  },
];
