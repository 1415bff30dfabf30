/** What is claimed, and how it is judged. Seeds are compared with themselves: what is compared shares data and first weights. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { figure, inconclusive, interval, tooFew } from '../../../src/lab/verdicts';
import { isPositive } from '../verdicts';
import type { Config } from './fields';
import { fading, lastPick, looks } from './statistics';

/** Training error below which the noise counts as memorised. */
const MEMORISED = 0.02;
const EARLY = 'not at the end yet';

const aboveChance = (t: Table, c: Config): Judgement => {
  const pick = lastPick(t, c.epochs);
  if (!pick) return inconclusive(EARLY);
  const { precision, recall, chance, excess } = pick;
  const picked = `precision ${interval(precision)}, recall ${interval(recall)}`;
  const measured = `after ${precision.x} epochs ${picked}; ${figure(chance.mean)} are wrong`;
  return { ...isPositive(excess), measured };
};

const fades = (t: Table, c: Config): Judgement => {
  const few = tooFew(looks(t), 3);
  if (few) return inconclusive(few);
  const found = fading(t, c.epochs);
  if (!found) return inconclusive(EARLY);
  const { error, best, last, loss } = found;
  if (!(error.high < MEMORISED))
    return inconclusive(`the training error is ${interval(error)} after ${error.x} epochs: the wrong labels are not memorised yet`);
  const change = `precision ${interval(best)} after ${best.x} epochs, ${interval(last)} after ${last.x}`;
  const measured = `${change}, with a training error of ${figure(error.mean)}`;
  return { ...isPositive(loss), measured };
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'above-chance',
    says: 'The largest gradient norms pick wrong labels better than chance.',
    source: 'Paul, Ganguli & Dziugaite 2021, arXiv:2107.07075',
    falsifier: 'after the last epoch the mean over seeds of precision less the share that is wrong is below 0, with its interval',
    test: (t) => aboveChance(t, c),
  },
  {
    id: 'fades',
    says: 'Once the wrong labels are memorised the norms tell less than before.',
    source: 'Arpit et al. 2017, arXiv:1706.05394',
    falsifier: 'the precision after the last epoch is above that of every earlier look, with its interval (Bonferroni over looks)',
    test: (t) => fades(t, c),
  },
];
