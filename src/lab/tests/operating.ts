/** How often each test errs and finds, by simulation with fixed draws: the worlds are made up here, the rates are counted. */
import { USE } from '../../core/random';
import { sampler, type Sampler } from '../../core/sampler';
import type { Verdict } from '../claim';
import { contrast, curve, doseResponse, equivalence, hyperbola, later, nowhereAbove, order, peak, powerLaw, rival } from './index';
import type { CurveMethod, Statistic } from './index';

export interface Characteristic {
  readonly test: string;
  /** Seeds, or trials at each dose. */
  readonly n: number;
  /** The worlds, in words. */
  readonly world: string;
  /** Share of worlds without an effect in which one is found. */
  readonly size: number;
  /** Share of worlds with the smallest effect that counts in which it is found. */
  readonly power: number;
  /** Share of worlds as claimed in which the claim is contradicted. */
  readonly falseAlarms: number;
  /** Worlds of each kind. */
  readonly draws: number;
}
/** `effect`: 0 where there is none, 1 for the smallest that counts. `finds`: the decision that finds it. */
export interface Setup {
  readonly test: string;
  readonly n: number;
  readonly world: string;
  readonly draws: number;
  readonly finds: Exclude<Verdict, 'inconclusive'>;
  readonly judge: (random: Sampler, effect: 0 | 1) => Statistic;
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const contrasts = (n: number, least: number): Setup => ({
  test: 'contrast',
  n,
  world: `differences of mean 0 or ${least} standard deviations`,
  draws: 2000,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const b = times(n, normal);
    return contrast(
      b.map((v) => v + normal() + effect * least),
      b,
      { least, scale: 'difference' },
    );
  },
});
const MARGIN = 1;
const equivalences = (n: number): Setup => ({
  test: 'equivalence',
  n,
  world: `normal values off by the margin, ${MARGIN} standard deviation, or not at all`,
  draws: 2000,
  finds: 'agrees',
  judge: ({ normal }, effect) =>
    equivalence(
      times(n, () => normal() + MARGIN * (1 - effect)),
      { target: 0, margin: MARGIN },
    ),
});

const LAWS = {
  normal: { mean: 1, law: ({ normal }: Sampler) => 1 + 0.2 * normal(), says: 'normal values, deviation 20 %' },
  logNormal: {
    mean: Math.exp(0.125),
    law: ({ normal }: Sampler) => Math.exp(0.5 * normal()),
    says: 'log-normal values, deviation of ln 0.5',
  },
  inverse: { mean: 1 / 7, law: ({ chiSquare }: Sampler) => 1 / chiSquare(9), says: 'values 1/χ² with 9 degrees of freedom' },
} as const;
const POINTS = 5;
const curves = (method: CurveMethod, law: keyof typeof LAWS, n: number, least: number, draws: number): Setup => ({
  test: `curve, ${method}`,
  n,
  world: `${POINTS} points, ${LAWS[law].says}; the theory right or off by ${100 * least} %`,
  draws,
  finds: 'disagrees',
  judge: (random, effect) => {
    const { mean, law: draw } = LAWS[law];
    const points = times(POINTS, () => ({ values: times(n, () => draw(random) * (1 + effect * least)), theory: mean, law: draw }));
    return curve(points, { least, method, draws: 1000 });
  },
});

const GROUPS = 4;
const orders = (n: number, least: number): Setup => ({
  test: 'order',
  n,
  world: `${GROUPS} groups ${least} standard deviations apart, two of them tied or none`,
  draws: 1000,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const heights = times(GROUPS, (g) => -least * (g > 1 && effect === 0 ? g - 1 : g));
    return order(
      heights.map((h) => times(n, () => h + normal())),
      { least, scale: 'difference' },
    );
  },
});
const nowhere = (n: number, least: number): Setup => ({
  test: 'nowhere above',
  n,
  world: `${GROUPS} groups, one of them ${least} standard deviations above the reference or none`,
  draws: 1000,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const groups = times(GROUPS, (g) => times(n, () => normal() + (g === 0 && effect === 0 ? least : 0)));
    return nowhereAbove(groups, times(n, normal), { least, scale: 'difference' });
  },
});

const SIZES = times(8, (i) => 4 ** i);
const rivals = (n: number): Setup => ({
  test: 'rival fit',
  n,
  world: 'hyperbola against power law at 8 sizes, 10 % noise; the truth a power law, or a hyperbola that bends in the middle',
  draws: 200,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const bend = SIZES[4]!;
    const curvesBySeed = times(n, () => SIZES.map((x) => (effect === 1 ? 1 + bend / x : x ** -0.5) * Math.exp(0.1 * normal())));
    return rival(SIZES, curvesBySeed, hyperbola, powerLaw, { least: 1.5 });
  },
});

const PLACES = times(11, (i) => i - 5);
const peaks = (n: number): Setup => ({
  test: 'peak',
  n,
  world: 'a parabola on 11 points, a deviation of 4 % of its height; its top at the margin’s far side, one step beyond, or at its place',
  draws: 200,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const top = effect === 1 ? 0 : 2;
    const columns = PLACES.map((x) => times(n, () => 1 - ((x - top) / 8) ** 2 + 0.04 * normal()));
    return peak(PLACES, columns, { place: 0, within: 1, least: 0.1, scale: 'difference', paired: false, resamples: 199 });
  },
});

const END = 3;
const latenesses = (n: number, paired: boolean, least: number): Setup => ({
  test: paired ? 'later, pairs' : 'later, groups',
  n,
  world: `log-normal times, deviation of ln 0.5; b as late as a or ${least} times so; times beyond ${END} medians of a are not seen`,
  draws: 1000,
  finds: 'agrees',
  judge: ({ normal }, effect) => {
    const time = (median: number): number => {
      const t = median * Math.exp(0.5 * normal());
      return t > END ? Infinity : t;
    };
    return later(
      times(n, () => time(1)),
      times(n, () => time(effect === 1 ? least : 1)),
      { end: END, least, paired },
    );
  },
});

const DOSES = times(5, (i) => i / 4);
const doses = (n: number, least: number): Setup => ({
  test: 'dose response',
  n,
  world: `${DOSES.length} doses, odds even throughout or rising ${least} times around even`,
  draws: 200,
  finds: 'agrees',
  judge: ({ uniform }, effect) =>
    doseResponse(
      DOSES.map((dose) => {
        const chance = 1 / (1 + Math.exp(-effect * Math.log(least) * (dose - 0.5)));
        return { dose, trials: n, successes: times(n, uniform).filter((u) => u < chance).length };
      }),
      { least },
    ),
});

/** At each test's smallest effect, with as many seeds as that takes. */
export const SETUPS: readonly Setup[] = [
  contrasts(12, 2.5),
  equivalences(20),
  curves('student', 'normal', 20, 0.1, 200),
  curves('log', 'logNormal', 20, 0.35, 200),
  curves('bootstrap', 'inverse', 100, 0.3, 60),
  curves('law', 'inverse', 10, 0.6, 100),
  orders(20, 2),
  nowhere(20, 2),
  rivals(8),
  peaks(12),
  latenesses(20, true, 2.5),
  latenesses(20, false, 2.5),
  doses(10, 100),
];

/** Counts one test's decisions over its worlds; a third stream of draws, so that worlds with and without effect are independent. */
export const characteristic = ({ test, n, world, draws, finds, judge }: Setup): Characteristic => {
  const decisions = (effect: 0 | 1): readonly Verdict[] => times(draws, (i) => judge(sampler(i, USE.noise, effect), effect).decision);
  const [without, withEffect] = [decisions(0), decisions(1)];
  const share = (all: readonly Verdict[], wanted: Verdict): number => all.filter((d) => d === wanted).length / draws;
  const asClaimed = finds === 'agrees' ? withEffect : without;
  return {
    test,
    n,
    world,
    draws,
    size: share(without, finds),
    power: share(withEffect, finds),
    falseAlarms: share(asClaimed, 'disagrees'),
  };
};
/** Size and power of all tests, computed: some seconds. */
export const operatingCharacteristics = (): readonly Characteristic[] => SETUPS.map(characteristic);
