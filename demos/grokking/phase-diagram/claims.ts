/** What is claimed, and how it is judged from the cells of a run. */
import type { Claim } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { enough } from '../statistics';
import type { Config } from './fields';
import { countsAt, isBackwards, isCritical } from './statistics';

export const claims = ({ fractions, decays, seeds, steps }: Config): readonly Claim[] => [
  {
    id: 'critical',
    says: 'Below a critical share of the table nothing generalises, however well it is memorised; with enough of it everything does.',
    source: 'Power et al. 2022, arXiv:2201.02177',
    falsifier: 'at one weight decay all seeds generalise with some share and none with a larger one',
    test: (t) => {
      enough(seeds);
      const rows = decays.map((decay) => ({ decay, counts: countsAt(t, fractions, decay, seeds) }));
      const text = rows.map(({ decay, counts }) => `λ = ${decay}: ${counts.map((n) => `${n.learned} at ${n.fraction}`).join(', ')}`);
      const measured = `of ${seeds} seeds each, generalised within ${steps} steps, ${text.join('; ')}`;
      if (rows.some(({ counts }) => isBackwards(counts, seeds))) return { verdict: 'disagrees', measured };
      return rows.every(({ counts }) => isCritical(counts, seeds))
        ? { verdict: 'agrees', measured }
        : inconclusive(`${measured}: not none that memorised the smallest share, or not all with the largest`);
    },
  },
];
