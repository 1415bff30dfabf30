/** What the page claims, and how each claim is judged from the rows of a run. */
import { ConfigError } from '../../src/core/errors';
import { meanInterval } from '../../src/core/stats';
import type { CellRow, Claim, Config, Judgement, Table } from '../../src/lab/study';
import { inconclusive, MIN_SEEDS } from '../../src/lab/verdicts';
import { analyticLoss } from '../../src/theory/index';
import { isFourier, isTransformer, keptOf, list, modulusOf, num, settingsOf, singleRun, variantOf } from './config';
import { exactLossBound } from './exactTheory';

const POWER = 'Power et al. 2022, arXiv:2201.02177';
const NANDA = 'Nanda et al. 2023, arXiv:2301.05217';
const GROMOV = 'Gromov 2023, arXiv:2301.02679';
/** Share of the logits' variance that key frequencies explain at least. */
const EXPLAINED = 0.9;

const figure = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(3))) : 'never');
const spread = (values: readonly number[]): string => `${values.map(figure).join(', ')}`;
const enough = (n: number): void => {
  if (n < MIN_SEEDS) throw new ConfigError(`${n} seeds; an interval needs at least ${MIN_SEEDS}`);
};

/** One value a seed, in the seeds' order. */
const valuesAt = (t: Table, chart: string, series: string, x: number): readonly number[] =>
  t.summary(chart, series).find((s) => s.x === x)?.values ?? [];
const lastOf = (t: Table, chart: string, series: string): readonly number[] => t.summary(chart, series).at(-1)?.values ?? [];

/** Whether the mean of paired values is above a bound: the interval clear of it on one side, or on the other. Throws ConfigError for too few. */
const above = (
  values: readonly number[],
  bound: number,
  text: (low: number, mean: number, high: number) => string,
  show: (v: number) => number = (v) => v,
): Judgement => {
  enough(values.length);
  const { mean, low, high } = meanInterval(values);
  const verdict = low > bound ? 'agrees' : high < bound ? 'disagrees' : 'inconclusive';
  return { verdict, measured: text(show(low), show(mean), show(high)), value: show(mean), interval: [show(low), show(high)] };
};

/** Steps to either accuracy, one value a seed; `until`: those that did not come to it, as if they had at the end, which is too early. */
interface Times {
  readonly memorised: readonly number[];
  readonly generalised: readonly number[];
  readonly until: readonly number[];
  readonly never: number;
}
const timesOf = (t: Table, c: Config, decay: number): Times => {
  const [memorised, generalised] = [valuesAt(t, 'times', 'memorised', decay), valuesAt(t, 'times', 'generalised', decay)];
  if (memorised.length === 0) throw new ConfigError('the run is not at its end');
  return {
    memorised,
    generalised,
    until: generalised.map((v) => Math.min(v, num(c, 'steps'))),
    never: generalised.filter((v) => v === Infinity).length,
  };
};

const delay = (c: Config): Claim => ({
  id: 'delay',
  says: 'The training set is memorised well before the rule is learned.',
  source: POWER,
  falsifier: 'over the seeds, the factor between the steps to either has an interval below 1',
  test: (t) => {
    const setting = settingsOf(c)[0]!;
    const { memorised, until, never } = timesOf(t, c, setting.decay);
    if (memorised.includes(Infinity)) return inconclusive(`memorised at steps ${spread(memorised)}: not all within the run`);
    const single = singleRun(c, setting);
    const beside = `memorised at steps ${spread(memorised)}, generalised at ${spread(until)}${never > 0 ? ` (${never} of them not yet)` : ''}${single ? `; a single run elsewhere at ${single.memorised} and ${single.generalised}` : ''}`;
    return above(
      until.map((g, i) => Math.log(g / memorised[i]!)),
      0,
      (low, mean, high) => `generalisation takes ${figure(mean)} [${figure(low)}, ${figure(high)}] times as long; ${beside}`,
      Math.exp,
    );
  },
});

const decays = (c: Config): Claim => ({
  id: 'decay',
  says: 'More weight decay, earlier generalisation.',
  source: `${POWER}; Liu et al. 2022, arXiv:2205.10343`,
  falsifier: 'with the most decay it comes later than with the least, seed by seed, the interval of the factor below 1',
  test: (t) => {
    const sorted = [...new Set(list(c, 'decays'))].toSorted((a, b) => a - b);
    const times = sorted.map((d) => timesOf(t, c, d));
    const [least, most] = [times[0]!, times.at(-1)!];
    const means = times.map(({ until }) => until.reduce((a, b) => a + b, 0) / until.length);
    const text = sorted.map((d, i) => `λ = ${d}: ${figure(means[i]!)}${times[i]!.never > 0 ? ' or later' : ''}`).join('; ');
    // A time cut off at the end is too early: harmless for the least decay, not for the most.
    if (most.never > 0)
      return least.never === 0
        ? { verdict: 'disagrees', measured: text }
        : inconclusive(`${text}: not all have generalised with the most decay`);
    const judged = above(
      least.until.map((g, i) => Math.log(g / most.until[i]!)),
      0,
      (low, mean, high) =>
        `mean steps to generalise, ${text}; the least decay takes ${figure(mean)} [${figure(low)}, ${figure(high)}] times as long as the most`,
      Math.exp,
    );
    const ordered = means.every((m, i) => i === 0 || m < means[i - 1]!);
    return judged.verdict === 'agrees' && !ordered
      ? { ...judged, verdict: 'inconclusive', measured: `${judged.measured}; in between it is not in order` }
      : judged;
  },
});

/** What guessing loses: the best constant answer under squared error, and equal odds under cross-entropy. */
const guess = (c: Config): number => {
  const p = modulusOf(c);
  return isTransformer(c) ? Math.log(p) : (1 - 1 / p) / p;
};
/** By seed, the step from which a loss stays below halfway from a guess to where it ends; linear between looks. NaN where it ends no lower. */
const fallen = (t: Table, series: string, c: Config): readonly number[] => {
  const bySeed = new Map<number, { x: number; y: number }[]>();
  for (const { chart, series: own, seed, x, y } of t.points)
    if (chart === 'circuit' && own === series) bySeed.set(seed, [...(bySeed.get(seed) ?? []), { x, y }]);
  return [...bySeed]
    .toSorted(([a], [b]) => a - b)
    .map(([, points]) => {
      const curve = points.toSorted((a, b) => a.x - b.x);
      const half = (guess(c) + curve.at(-1)!.y) / 2;
      const last = curve.findLastIndex(({ y }) => y > half);
      const [before, after] = [curve[last], curve[last + 1]];
      return before && after ? before.x + ((after.x - before.x) * (before.y - half)) / (before.y - after.y) : NaN;
    });
};

const circuitClaims = (c: Config): readonly Claim[] => [
  {
    id: 'restricted',
    says: 'The circuit is there before it shows: restricted loss falls before test loss does.',
    source: NANDA,
    falsifier:
      'restricted loss is halfway from a guess to its end later than test loss, over the seeds, the interval of the factor below 1',
    test: (t) => {
      const { never } = timesOf(t, c, settingsOf(c)[0]!.decay);
      if (never > 0) return inconclusive(`${never} seeds have not generalised`);
      const [restricted, test] = [fallen(t, 'restricted', c), fallen(t, 'test', c)];
      if ([...restricted, ...test].some((v) => !(v > 0))) return inconclusive('a loss does not fall from a guess within the run');
      return above(
        test.map((v, i) => Math.log(v / restricted[i]!)),
        0,
        (low, mean, high) =>
          `halfway down at steps ${spread(restricted)}, test loss at ${spread(test)}: ${figure(mean)} [${figure(low)}, ${figure(high)}] times as late`,
        Math.exp,
      );
    },
  },
  {
    id: 'key',
    says: `Once it has generalised, key frequencies explain at least ${100 * EXPLAINED} % of the logits’ variance.`,
    source: `${NANDA}, of the transformer`,
    falsifier: `in a transformer, the mean share of the key frequencies over seeds has an interval below ${100 * EXPLAINED} %`,
    test: (t) => {
      const { generalised } = timesOf(t, c, settingsOf(c)[0]!.decay);
      const [shares, keys] = [lastOf(t, 'explained', 'key'), lastOf(t, 'keys', 'count')];
      const own = shares.filter((_, i) => Number.isFinite(generalised[i]));
      const judged = above(
        own,
        EXPLAINED,
        (low, mean, high) =>
          `a share of ${figure(mean)} [${figure(low)}, ${figure(high)}] of the variance, with ${spread(keys)} of ${(modulusOf(c) - 1) / 2} frequencies`,
      );
      // The published figure is the transformer's: a small quadratic network below it contradicts nobody.
      return judged.verdict === 'disagrees' && !isTransformer(c)
        ? {
            ...judged,
            verdict: 'inconclusive',
            measured: `${judged.measured}: with a dozen units to a frequency, products of other waves do not cancel quite`,
          }
        : judged;
    },
  },
];

const phaseClaims = (c: Config): readonly Claim[] => [
  {
    id: 'critical',
    says: 'Below a critical share of the table nothing generalises, however well it is memorised; with enough of it everything does.',
    source: POWER,
    falsifier: 'at one weight decay all seeds generalise with some share and none with a larger one',
    test: (t) => {
      const [fractions, seeds] = [[...new Set(list(c, 'fractions'))].toSorted((a, b) => a - b), num(c, 'seeds')];
      enough(seeds);
      const rows = (chart: string, x: number, y: number): readonly CellRow[] =>
        t.cells.filter((r) => r.chart === chart && r.x === x && r.y === y);
      const counts = list(c, 'decays').map((decay) =>
        fractions.map((f) => {
          const [learned, known] = [rows('generalised', f, decay), rows('memorised', f, decay)];
          if (learned.length < seeds) throw new ConfigError('the run is not at its end');
          return {
            learned: learned.filter((r) => Number.isFinite(r.value)).length,
            known: known.filter((r) => Number.isFinite(r.value)).length,
          };
        }),
      );
      const text = list(c, 'decays')
        .map((d, i) => `λ = ${d}: ${fractions.map((f, j) => `${counts[i]![j]!.learned} at ${f}`).join(', ')}`)
        .join('; ');
      const measured = `of ${seeds} seeds each, generalised within ${num(c, 'steps')} steps, ${text}`;
      const backwards = counts.some((row) => row.some((a, i) => a.learned === seeds && row.slice(i + 1).some((b) => b.learned === 0)));
      if (backwards) return { verdict: 'disagrees', measured };
      const clear = counts.every((row) => row[0]!.learned === 0 && row[0]!.known === seeds && row.at(-1)!.learned === seeds);
      return clear
        ? { verdict: 'agrees', measured }
        : inconclusive(`${measured}: not none that memorised the smallest share, or not all with the largest`);
    },
  },
];

const exactClaims = (c: Config): readonly Claim[] => [
  {
    id: 'exact',
    says: 'Weights solved by hand answer every entry without any training, and lose (1 − 2m/p)/p with m frequencies, to float32.',
    source: GROMOV,
    falsifier: 'an entry is wrong, or a loss further from the formula than a bound from the number of operations',
    test: (t) => {
      const [p, kept] = [modulusOf(c), keptOf(c)];
      const losses = t.summary('keptLoss', 'exact');
      const right = t.summary('keptAccuracy', 'exact').flatMap((s) => s.values);
      if (losses.length < kept.length || kept.length === 0) return inconclusive('not all were measured');
      // Half an entry: a mean over p² of ones and zeros is rounded.
      const wrong = right.filter((v) => v < 1 - 0.5 / (p * p)).length;
      const shares = losses.map((s) => Math.max(...s.values.map((v) => Math.abs(v - analyticLoss(p, s.x)) / exactLossBound(c, s.x))));
      const worst = Math.max(...shares);
      return {
        verdict: wrong === 0 && worst <= 1 ? 'agrees' : 'disagrees',
        measured: `${right.length} networks with ${kept[0]} to ${kept.at(-1)} frequencies, ${wrong} of them with a wrong entry; the loss at most ${figure(worst)} of its bound from the formula`,
        value: worst,
      };
    },
  },
];

export const claimsOf = (c: Config): readonly Claim[] => {
  switch (variantOf(c)) {
    case 'time':
      return [delay(c), ...(list(c, 'decays').length > 1 ? [decays(c)] : []), ...(isFourier(c) ? circuitClaims(c) : [])];
    case 'phase':
      return phaseClaims(c);
    case 'exact':
      return exactClaims(c);
  }
};
