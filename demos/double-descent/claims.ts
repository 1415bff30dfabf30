/** What the page claims, and how each claim is judged from the rows of a run. */
import type { Claim, Config, Judgement, Summary, Table } from '../../src/lab/study';
import { agreesIf, coverage, figure, inconclusive, interval, seedsIn, tooFew } from '../../src/lab/verdicts';
import { expectedExcessRisk, randomFeatureRisk } from '../../src/theory/index';
import { isPublished, list, num, PUBLISHED_MLP, variantOf } from './config';
import { epochTheory } from './epochTheory';
import { TAU2 } from './featuresTheory';
import { grid, problemAt, threshold } from './linear';
import { innerPeak, monotone, peakAt, ridgeRemoves, secondDescent, SPIKE } from './verdicts';

const plain = (t: Table): readonly Summary[] => t.summary('risk', 'min-norm');
const errors = (t: Table): readonly Summary[] => t.summary('error', 'test');

const BELKIN = 'Belkin, Hsu & Xu 2019, arXiv:1903.07571';
const linearClaims = (c: Config): readonly Claim[] => {
  const place = threshold(c);
  const theory = (x: number): number => expectedExcessRisk(problemAt(c, x));
  const { noise, missed } = problemAt(c, place);
  /** What the threshold amplifies; without it there is no peak. */
  const quiet = noise + Math.max(0, missed) === 0;
  const judged =
    (judge: (t: Table) => Judgement) =>
    (t: Table): Judgement =>
      quiet ? inconclusive('nothing is left unexplained at the threshold, so there is no peak to speak of') : judge(t);
  return [
    {
      id: 'coverage',
      says: 'The mean risk of the minimum-norm fit is the exact finite-n formula.',
      source: BELKIN,
      falsifier: 'fewer intervals cover the curve than 95 % intervals do with probability 1 %',
      // Within 3 of the threshold the variance of the risk is infinite, and no interval of a mean means anything.
      test: (t) =>
        coverage(
          plain(t).filter((p) => Math.abs(p.x - place) >= 4),
          theory,
          'at least 4 from the threshold',
        ),
    },
    {
      id: 'peak',
      says: 'The risk peaks where the model can just fit the data, p = n.',
      source: BELKIN,
      falsifier: 'the highest mean lies elsewhere on the grid',
      test: judged((t) => peakAt(plain(t), place, grid(c))),
    },
    {
      id: 'ridge',
      says: 'Ridge at its optimum removes the peak: it is an artefact of not regularising.',
      source: 'Hastie et al. 2019, arXiv:1903.08560; Nakkiran et al. 2020, arXiv:2003.01897',
      falsifier: `at the threshold the ridge curve is above both its ends, or the plain one less than ${SPIKE} times its higher end`,
      test: judged((t) => ridgeRemoves(plain(t), t.summary('risk', 'ridge'), place, 1)),
    },
    {
      id: 'second-descent',
      says: 'Past the threshold the risk descends again; whether below its first minimum is as the formula says.',
      source: BELKIN,
      falsifier: 'the measured minima are ordered otherwise, their intervals apart',
      test: (t) => {
        const xs = grid(c);
        const [before, after] = [xs.filter((x) => x < place), xs.filter((x) => x > place)].map((side) => Math.min(...side.map(theory)));
        return secondDescent(plain(t), place, after! < before!);
      },
    },
  ];
};

const MEI = 'Mei & Montanari 2019, arXiv:1908.05355';
/** What the limit leaves open at d = 80. */
const FINITE_D = 0.04;
const limitAt = (c: Config, N: number): number =>
  randomFeatureRisk({ psi1: N / num(c, 'dimension'), psi2: num(c, 'featureExamples') / num(c, 'dimension'), signal: 1, noise: TAU2 });
const limitDescendsLower = (c: Config): boolean => {
  const n = num(c, 'featureExamples');
  const least = (side: (N: number) => boolean): number =>
    Math.min(
      ...list(c, 'featureCounts')
        .filter(side)
        .map((N) => limitAt(c, N)),
    );
  return least((N) => N > n) < least((N) => N < n);
};
const featuresClaims = (c: Config): readonly Claim[] => {
  const n = num(c, 'featureExamples');
  const d = num(c, 'dimension');
  const gaussian = c['source'] === 'gaussian';
  const shared: readonly Claim[] = [
    {
      id: 'peak',
      says: 'The test error peaks where there are as many features as examples, N = n.',
      source: MEI,
      falsifier: 'the highest mean lies elsewhere on the grid',
      test: (t) => peakAt(plain(t), n, list(c, 'featureCounts')),
    },
    {
      id: 'ridge',
      says: 'Ridge removes the spike.',
      source: MEI,
      falsifier: `at the threshold the ridge curve is more than ${SPIKE} times its higher end, or the plain one is not`,
      test: (t) => {
        const ridged = t.summary('risk', 'ridge');
        return ridged.length < 2 ? inconclusive('ridge is off') : ridgeRemoves(plain(t), ridged, n, SPIKE);
      },
    },
    {
      id: 'second-descent',
      source: gaussian ? MEI : 'Greydanus & Kobak 2024, arXiv:2011.14439',
      says: gaussian
        ? 'Past the threshold the risk descends again; whether below its first minimum is as the limit says.'
        : 'With noisy labels and no ridge the second descent stays above the first minimum.',
      falsifier: 'the measured minima are ordered otherwise, their intervals apart',
      test: (t) =>
        gaussian || num(c, 'labelNoise') > 0
          ? secondDescent(plain(t), n, gaussian && limitDescendsLower(c))
          : inconclusive('no label noise in this run'),
    },
  ];
  if (!gaussian) return shared;
  return [
    {
      id: 'coverage',
      says: 'The risk is the high-dimensional limit of random features.',
      source: MEI,
      falsifier: 'fewer intervals, widened by 4 % for finite d, cover the curve than 95 % intervals do with probability 1 %',
      test: (t) =>
        d < 80
          ? inconclusive(`d = ${d}: the limit is good to 4 % from d = 80 on`)
          : coverage(
              plain(t).filter((p) => Math.abs(p.x - n) > n / 20 && p.x <= 3 * d),
              (x) => limitAt(c, x),
              'away from the threshold with N ≤ 3d',
              FINITE_D,
            ),
    },
    ...shared,
  ];
};

/** Room for another order of summation: rounding errors of two orders differ by a small factor, a wrong step by orders of magnitude. */
const ROUNDING = 10;
/** Share of the limit that may be left for the end to count as the limit. */
const LIMIT_REACHED = 0.05;
/** Rise above the first minimum, and fall from the peak, that count as more than a wobble. */
const RISE = 0.05;
/** Places of a first minimum, a later peak and a still later minimum, where there are such by RISE. */
const riseAndFall = (y: readonly number[]): readonly [number, number, number] | undefined => {
  for (const peak of y.map((_, i) => i).toSorted((a, b) => y[b]! - y[a]!)) {
    const least = (from: number, to: number): number => y.slice(from, to).reduce((best, v, i) => (v < y[best]! ? from + i : best), from);
    if (peak === 0 || peak === y.length - 1) continue;
    const [before, after] = [least(0, peak), least(peak + 1, y.length)];
    if (y[peak]! > (1 + RISE) * y[before]! && y[after]! < (1 - RISE) * y[peak]!) return [before, peak, after];
  }
  return undefined;
};
const ALI = 'Ali, Kolter & Tibshirani 2019, arXiv:1810.10082';
const epochClaims = (c: Config): readonly Claim[] => [
  {
    id: 'closed-form',
    says: 'Gradient descent from zero is (I − (I − ηH)ᵗ)X⁺y at every step.',
    source: ALI,
    falsifier: `at some step the GPU’s risk is more than ${ROUNDING} times as far from the closed form as float32 on the CPU has been`,
    test: (t) => {
      const [gpu, cpu] = [t.summary('deviation', 'gpu').at(-1), t.summary('deviation', 'cpu').at(-1)];
      if (!gpu || !cpu) return inconclusive('no steps yet');
      const [a, b] = [Math.max(...gpu.values), Math.max(...cpu.values)];
      return agreesIf(
        a <= ROUNDING * b,
        `over ${gpu.x} steps and ${gpu.n} seeds the largest relative distance is ${a.toExponential(1)}; float32 on the CPU ${b.toExponential(1)}`,
        { value: a },
      );
    },
  },
  {
    id: 'limit',
    says: 'Where gradient descent from zero ends is the minimum-norm solution X⁺y.',
    source: ALI,
    falsifier: `the final weights are more than ${ROUNDING} times as far from where the closed form puts them as float32 on the CPU’s`,
    test: (t) => {
      const [left, gpu, cpu] = ['left', 'gpu', 'cpu'].map((series) => Math.max(...t.summary('limit', series).flatMap((s) => s.values)));
      if (!Number.isFinite(left)) return inconclusive('not at the end yet');
      const text = `the closed form has ${figure(100 * left!)} % of ‖X⁺y‖ left to go; the GPU’s weights are ${gpu!.toExponential(1)} of it from the closed form, float32’s on the CPU ${cpu!.toExponential(1)}`;
      return !(gpu! <= ROUNDING * cpu!)
        ? agreesIf(false, text)
        : left! > LIMIT_REACHED
          ? inconclusive(`${text}: too few steps to be at the limit`)
          : agreesIf(true, text, { value: gpu! });
    },
  },
  {
    id: 'epoch-peak',
    says: 'With features of two speeds the mean test error over these data sets goes down, up and down again.',
    source: 'Pezeshki et al. 2021, arXiv:2112.03215',
    falsifier: `the closed form rises and falls again by more than ${100 * RISE} % and the measured curve does not`,
    test: (t) => {
      const points = t.summary('epoch', 'measured');
      const curve = epochTheory(c).find((k) => k.series === 'measured')!;
      if (points.length < curve.x.length) return inconclusive('not at the end yet');
      const [predicted, measured] = [riseAndFall(curve.y), riseAndFall(points.map((p) => p.mean))];
      if (!predicted)
        return inconclusive(
          `the closed form itself does not rise and fall again in ${num(c, 'steps')} steps: that depends on noise, scales and n`,
        );
      if (!measured) return agreesIf(false, 'the closed form rises and falls again, the measured curve does not');
      const [valley, peak, end] = measured.map((k) => points[k]!) as [Summary, Summary, Summary];
      return agreesIf(
        true,
        `first minimum ${interval(valley)} at step ${valley.x}, peak ${interval(peak)} at ${peak.x}, then down to ${interval(end)} at ${end.x}`,
      );
    },
  },
];
const GREYDANUS = 'Greydanus & Kobak 2024, arXiv:2011.14439';
const mlpClaims = (c: Config): readonly Claim[] => [
  {
    id: 'peak',
    says: 'With label noise the test error has a peak between a narrow and a wide network that are both better.',
    source: 'Nakkiran et al. 2019, arXiv:1912.02292',
    falsifier: 'after 500 epochs the error falls or rises from each width to the next, intervals apart',
    test: (t) => {
      const points = errors(t);
      if (num(c, 'labelNoise') === 0) return inconclusive('no label noise in this run');
      if (tooFew(points)) return inconclusive(`${points.length} widths, ${seedsIn(points)} seeds: at least 5 of each`);
      const peak = innerPeak(points);
      if (peak)
        return agreesIf(
          true,
          `h = ${peak.valley.x}: ${interval(peak.valley)}, h = ${peak.peak.x}: ${interval(peak.peak)}, h = ${peak.end.x}: ${interval(peak.end)}`,
          { value: peak.peak.x },
        );
      if (num(c, 'epochs') >= 500 && monotone(points)) return agreesIf(false, 'the error falls or rises from each width to the next');
      return inconclusive(`after ${num(c, 'epochs')} epochs no width is worse than both a narrower and a wider one beyond the intervals`);
    },
  },
  {
    id: 'loss-peak',
    says: 'The test loss peaks about where the network begins to fit all of its noisy training set.',
    source: GREYDANUS,
    falsifier:
      'the peak of the test loss is not within one width of the first whose training error is below 5 %, or the loss falls or rises from each width to the next',
    test: (t) => {
      const [loss, fit] = [t.summary('loss', 'test'), t.summary('error', 'train')];
      if (tooFew(loss)) return inconclusive(`${loss.length} widths, ${seedsIn(loss)} seeds: at least 5 of each`);
      const first = fit.findIndex((p) => p.mean < 0.05);
      const peak = innerPeak(loss);
      if (first > 0 && first < fit.length - 1 && monotone(loss))
        return agreesIf(
          false,
          `the test loss falls or rises from each width to the next; training error first below 5 % at h = ${fit[first]!.x}`,
        );
      if (first < 0 || !peak)
        return inconclusive(
          first < 0
            ? 'no width fits its training set yet'
            : 'no width has a higher test loss than both a narrower and a wider one, intervals apart',
        );
      const near = fit.slice(Math.max(0, first - 1), first + 2).map((p) => p.x);
      return agreesIf(
        near.includes(peak.peak.x),
        `highest test loss ${interval(peak.peak)} nats at h = ${peak.peak.x}; training error first below 5 % at h = ${fit[first]!.x}`,
        { value: peak.peak.x },
      );
    },
  },
  {
    id: 'published',
    says: 'The test errors are the published ones.',
    source: GREYDANUS,
    falsifier: `a mean more than ${PUBLISHED_MLP.band} points from the published run, beyond its interval`,
    test: (t) => {
      const points = errors(t).filter((p) => PUBLISHED_MLP.widths.includes(p.x as 9));
      const few = tooFew(points, PUBLISHED_MLP.widths.length);
      if (!isPublished(c) || few) return inconclusive(few ?? 'only the published recipe is compared');
      const far = points.filter((p) => {
        const e = PUBLISHED_MLP.error[PUBLISHED_MLP.widths.indexOf(p.x as 9)]! / 100;
        return p.low > e + PUBLISHED_MLP.band / 100 || p.high < e - PUBLISHED_MLP.band / 100;
      });
      return agreesIf(
        far.length === 0,
        far.length === 0
          ? `all ${points.length} widths within the band`
          : `outside: ${far.map((p) => `h = ${p.x} ${interval(p)}`).join('; ')}`,
      );
    },
  },
  {
    id: 'interpolates',
    says: 'The widest networks fit the noisy training set.',
    source: 'Zhang et al. 2017, arXiv:1611.03530',
    falsifier: 'the widest network still errs on the training set after 500 epochs',
    test: (t) => {
      const widest = t.summary('error', 'train').at(-1);
      if (!widest) return inconclusive('no widths yet');
      return widest.mean < 0.005
        ? agreesIf(true, `training error ${figure(widest.mean)} at h = ${widest.x}`)
        : num(c, 'epochs') < 500
          ? inconclusive(`training error ${figure(widest.mean)} at h = ${widest.x} after ${num(c, 'epochs')} epochs`)
          : agreesIf(false, `training error ${figure(widest.mean)} at h = ${widest.x}`);
    },
  },
];

export const claimsOf = (c: Config): readonly Claim[] =>
  ({ linear: linearClaims, features: featuresClaims, epoch: epochClaims, mlp: mlpClaims })[variantOf(c)](c);
