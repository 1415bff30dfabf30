/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim } from '../../../src/lab/study';
import { CHIZAT, LEE } from '../sources';
import { differenceWithin } from '../verdicts';
import type { Config } from './fields';
import { gap, level } from './statistics';

/** Share of test examples by which two learners may differ at a finite width and α and still count as one. */
const ALIKE = 0.02;
/** Of the closed form's test loss: float32 and f32 kernels leave less, a wrong step more. */
const LOSS_SHARE = 0.01;
const AHEAD = 'test error of the infinite network’s kernel less the rich network’s:';

/** By the task: who should be ahead. */
const contest: Readonly<Record<Config['task'], Claim>> = {
  parity: {
    id: 'features',
    says: 'Where the target needs features, the network that learns them is ahead of its tangent kernel, even at infinite width.',
    source: 'Ghorbani et al. 2020, arXiv:2006.13409; Daniely & Malach 2020, arXiv:2002.07400',
    falsifier: 'over all n the rich network’s test error is higher than the kernel’s, its interval clear of 0',
    test: (t) => differenceWithin(gap(t, 'error', 'infinite', 'rich'), 0, Infinity, AHEAD),
  },
  mnist1d: {
    id: 'small-data',
    says: 'On few examples of a natural task the kernel is no worse than the network.',
    source: 'Arora et al. 2020, arXiv:1910.01663',
    falsifier: 'over all n the rich network’s test error is lower than the kernel’s by more than 2 points, its interval clear of that',
    test: (t) => differenceWithin(gap(t, 'error', 'infinite', 'rich'), -Infinity, ALIKE, AHEAD),
  },
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'linearised',
    says: 'The linearised network is kernel regression: at every n it ends where the closed form puts it.',
    source: LEE,
    falsifier: `its test loss differs from the closed form’s by more than ${100 * LOSS_SHARE} %, the interval clear of that`,
    test: (t) => {
      const room = LOSS_SHARE * level(t, 'squared', 'kernel');
      const found = gap(t, 'squared', 'linear', 'kernel');
      return differenceWithin(found, -room, room, 'test loss of the linearised network less the closed form’s:');
    },
  },
  {
    id: 'lazy',
    says: 'In the lazy regime the network is its linearisation.',
    source: CHIZAT,
    falsifier: `their test errors differ by more than ${100 * ALIKE} points, the interval clear of that`,
    test: (t) =>
      differenceWithin(gap(t, 'error', 'lazy', 'linear'), -ALIKE, ALIKE, 'test error of the lazy network less the linearised one’s:'),
  },
  contest[c.task],
];
