/** What is claimed, and how it is judged. Seeds are compared with themselves: what is compared shares data and first weights. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { agreesIf, inconclusive, tooFew } from '../../../src/lab/verdicts';
import { estimateText, isPositive } from '../verdicts';
import type { Config } from './fields';
import { gridOf, heat, sizeEffects, type Grid } from './statistics';

const JASTRZEBSKI = 'Jastrzębski et al. 2017, arXiv:1711.04623';
/** How much of the temperature's effect the batch size may have at a fixed temperature. */
const SHARE = 0.5;

/** Why the temperature's exponent cannot be had. */
const unready = ({ temperatures, points, complete, diverged }: Grid): string | undefined => {
  if (temperatures.length < 2) return 'at least two temperatures are needed';
  if (!complete) return 'not every network is trained yet';
  return diverged ? 'some networks diverged' : tooFew(points, 2);
};

/** At each temperature: does B at fixed η/B move a quantity by less than SHARE of what η/B moves it by, per factor? */
const collapse = (t: Table, c: Config, quantity: 'loss' | 'sharpness'): Judgement => {
  const grid = gridOf(t, c, quantity);
  const reason = unready(grid) ?? (grid.sizes.length < 2 ? 'at least two batch sizes are needed' : undefined);
  if (reason) return inconclusive(reason);
  const effect = heat(grid);
  if (isPositive(effect).verdict === 'inconclusive')
    return inconclusive(`temperature itself moves ${quantity} by no more than the seeds do: exponent ${estimateText(effect)}`);
  const each = sizeEffects(grid, SHARE);
  const exponents = each.map(({ T, exponent }) => `${estimateText(exponent)} at ${T}`).join('; ');
  const text = `${quantity} ∝ (η/B)^${estimateText(effect)}; at fixed η/B, ∝ B^: ${exponents}`;
  if (each.some((e) => e.beyond)) return agreesIf(false, text);
  return each.every((e) => e.within) ? agreesIf(true, text) : inconclusive(text);
};

const flatter = (t: Table, c: Config): Judgement => {
  const grid = gridOf(t, c, 'sharpness');
  const reason = unready(grid);
  if (reason) return inconclusive(reason);
  const exponent = heat(grid);
  const { mean, low, high } = exponent;
  return { ...isPositive({ ...exponent, mean: -mean, low: -high, high: -low }), measured: `sharpness ∝ (η/B)^${estimateText(exponent)}` };
};

const falsifier = `at some temperature B’s exponent is more than ${SHARE} of the temperature’s own, with its interval (Bonferroni)`;

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'collapse-loss',
    says: 'After the same time the training loss depends on η and B through η/B.',
    source: `Smith & Le 2017, arXiv:1710.06451; ${JASTRZEBSKI}`,
    falsifier,
    test: (t) => collapse(t, c, 'loss'),
  },
  {
    id: 'collapse-sharpness',
    says: 'So does the sharpness.',
    source: JASTRZEBSKI,
    falsifier,
    test: (t) => collapse(t, c, 'sharpness'),
  },
  {
    id: 'flatter',
    says: 'After the same time a higher temperature leaves the loss flatter.',
    source: JASTRZEBSKI,
    falsifier: 'the sharpness grows with the temperature: its exponent is above 0, with its interval',
    test: (t) => flatter(t, c),
  },
];
