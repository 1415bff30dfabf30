/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { ascending } from '../settings';
import { CHIZAT, LEE } from '../sources';
import type { Estimate } from '../statistics';
import { BEND, differenceWithin, slopeWithin } from '../verdicts';
import type { Config } from './fields';
import { alphaSlope, change, LAZY, rise, widthSlope } from './statistics';

const scaling = (c: Config, series: 'kernel' | 'weights'): Claim => {
  const lazy = ascending(c.alphas).slice(-LAZY);
  return {
    id: `alpha-${series}`,
    says: `In the lazy regime training moves the ${series} by O(1/α).`,
    source: CHIZAT,
    falsifier: `over the three largest α the interval of the slope lies outside −1 ± ${BEND}`,
    test: (t) =>
      lazy.length < LAZY || lazy[0]! < 1
        ? inconclusive('three scales of at least 1 are needed')
        : slopeWithin(alphaSlope(t, series), -1 - BEND, -1 + BEND, 'log change over log α'),
  };
};

const riseWithin = (found: Estimate, alpha: number, low: number, high: number): Judgement =>
  found.points < 2 ? inconclusive('not at the end yet') : differenceWithin(found, low, high, `CKA with yyᵀ at α = ${alpha} rises by`);
const alignment = (c: Config): readonly Claim[] => {
  const alphas = ascending(c.alphas);
  const [rich, lazy] = [alphas[0]!, alphas.at(-1)!];
  return [
    {
      id: 'alignment-rich',
      says: 'Trained richly, the kernel turns towards the labels.',
      source: `${CHIZAT}; Baratin et al. 2021, arXiv:2008.00938`,
      falsifier: 'at the smallest α the alignment with yyᵀ falls, its interval below 0',
      test: (t) => riseWithin(rise(t, c, rich), rich, 0, Infinity),
    },
    {
      id: 'alignment-lazy',
      says: 'Trained lazily, it does not.',
      source: CHIZAT,
      falsifier: 'at the largest α the alignment changes by more than a tenth of what it does at the smallest, beyond its interval',
      test: (t) => {
        const room = change(t, c, rich) / 10;
        return Number.isNaN(room) ? inconclusive('not at the end yet') : riseWithin(rise(t, c, lazy), lazy, -room, room);
      },
    },
  ];
};

export const claims = (c: Config): readonly Claim[] => [
  scaling(c, 'kernel'),
  scaling(c, 'weights'),
  {
    id: 'width',
    says: 'The wider the network, the less training moves its kernel: at least as one over the root of the width.',
    source: `${LEE} (a bound of order n^−½); Dyer & Gur-Ari 2019, arXiv:1909.11304 (n⁻¹ conjectured)`,
    falsifier: 'the interval of the slope lies above −½',
    test: (t) => slopeWithin(widthSlope(t), -Infinity, -0.5, 'log change at α = 1 over log width'),
  },
  ...alignment(c),
];
