/** What the page claims, and how each claim is judged from the rows of a run. Seeds are compared with themselves: pairs share data and first weights. */
import type { Claim, Config, Judgement, Summary, Table } from '../../src/lab/study';
import { agreesIf, coverage, figure, inconclusive, interval, tooFew } from '../../src/lab/verdicts';
import { stationaryVariance } from '../../src/theory/index';
import { list, num, variantOf } from './config';
import { problem } from './quadraticTheory';
import { betaSeries } from './series';
import { decide, logs, pairs } from './verdicts';

const MCCANDLISH = 'McCandlish et al. 2018, arXiv:1812.06162';
const scaleClaims = (): readonly Claim[] => [
  {
    id: 'grows',
    says: 'The noise scale grows while the network trains.',
    source: MCCANDLISH,
    falsifier: 'the mean over seeds of ln(last stretch / first stretch) is below 0, with its interval',
    test: (t) => {
      const stretches = t.summary('stretches', 'scale');
      const [first, last] = [stretches[0], stretches.at(-1)];
      if (!first || !last || first === last) return inconclusive('no two stretches yet');
      const lost = [first, last].find((p) => p.nonFinite > 0);
      if (lost)
        return inconclusive(
          `in ${lost.nonFinite} of ${lost.values.length} seeds the gradient of the stretch up to step ${lost.x} is lost in its noise`,
        );
      const few = tooFew([first, last], 2);
      if (few) return inconclusive(few);
      const growth = decide(logs(pairs(last, first, (a, b) => a / b)));
      return {
        ...growth.judgement,
        measured: `${figure(first.mean)} examples over the first ${first.x} steps, ${figure(last.mean)} at the end: a factor of ${growth.factor}`,
      };
    },
  },
  {
    id: 'estimators',
    says: 'Two batch sizes give the same tr Σ as single examples’ gradients.',
    source: `${MCCANDLISH}, appendix A`,
    falsifier: 'fewer intervals of their ratio cover 1 than 95 % intervals do with probability 1 %',
    test: (t) => coverage(t.summary('agreement', 'trace'), () => 1, 'along the run'),
  },
];

/** The best of a grid of rates, at its edge, may lie beyond it. */
const atEdge = (t: Table, c: Config): string | undefined => {
  const rates = list(c, 'rates');
  const edge = t.summary('rate', 'best').filter((p) => p.mean <= rates[0]! || p.mean >= rates.at(-1)!);
  if (edge.length > 0)
    return `the best learning rate is at the edge of the grid for B = ${edge.map((p) => p.x).join(', ')}: widen the grid`;
  const missing = list(c, 'batches').filter((B) => !t.summary('rate', 'best').some((p) => p.x === B));
  return missing.length > 0 ? `no learning rate reached the goal with B = ${missing.join(', ')}` : tooFew(t.summary('critical', 'fit'), 4);
};
/** Rates a factor of two apart leave the best one's steps open by about this. */
const BAND = 1.25;
/** Half of an order of magnitude either way. */
const ORDER = Math.sqrt(10);
const batchClaims = (c: Config): readonly Claim[] => [
  {
    id: 'hyperbola',
    says: 'Steps and examples to the goal lie on (S/S_min − 1)(E/E_min − 1) = 1.',
    source: `${MCCANDLISH}, equation 2.11`,
    falsifier: `at some batch size the steps are more than a factor of ${BAND} off the fit, with their interval`,
    test: (t) => {
      const reason = atEdge(t, c);
      if (reason) return inconclusive(reason);
      const off = t.summary('residual', 'fit');
      const text = off.map((p) => `B = ${p.x}: ${interval(p)}`).join('; ');
      if (off.some((p) => p.low > BAND || p.high < 1 / BAND)) return agreesIf(false, `steps over their fit: ${text}`);
      return off.every((p) => p.low > 1 / BAND && p.high < BAND)
        ? agreesIf(true, `steps over their fit: ${text}`)
        : inconclusive(`steps over their fit: ${text}: an interval goes beyond a factor of ${BAND}`);
    },
  },
  {
    id: 'predicts',
    says: 'The noise scale predicts the critical batch size to half an order of magnitude.',
    source: MCCANDLISH,
    falsifier: 'their ratio lies beyond a factor of √10, with its interval',
    test: (t) => {
      const reason = atEdge(t, c);
      const fit = t.summary('critical', 'fit')[0];
      if (reason || !fit) return inconclusive(reason ?? 'no fit yet');
      const middle = Math.exp(logs(fit.values).reduce((s, v) => s + v, 0) / fit.values.length);
      if (!(middle > 0 && Number.isFinite(middle))) return inconclusive('in some seed the fit has no bend');
      const distance = (p: Summary): number => Math.abs(Math.log(p.x / middle));
      const near = t.summary('critical', 'simple').toSorted((a, b) => distance(a) - distance(b))[0]!;
      const { low, high, mean, judgement } = decide(logs(pairs(fit, near, (a, b) => a / b)));
      if (judgement.verdict === 'inconclusive' && !Number.isFinite(low)) return judgement;
      const text = `B_crit ${interval(fit)} of the fit, tr Σ/|G|² ${interval(near)} while training with B = ${near.x}: a ratio of ${figure(Math.exp(mean))} [${figure(Math.exp(low))}, ${figure(Math.exp(high))}]`;
      const edge = Math.log(ORDER);
      return low > edge || high < -edge
        ? agreesIf(false, text)
        : low > -edge && high < edge
          ? agreesIf(true, text, { value: Math.exp(mean) })
          : inconclusive(text);
    },
  },
];

/** How much of the temperature's effect the batch size may have at a fixed temperature. */
const SHARE = 0.5;
const SERIES = 'b';
/** Exponents, seed by seed, of a quantity that goes from one to the other where its cause grows by a factor. */
const slope = (from: Summary, to: Summary, factor: number): readonly number[] =>
  pairs(to, from, (a, b) => Math.log(a / b) / Math.log(factor));
/** Of each temperature and batch size, temperatures first; or why that is too little. */
const networks = (t: Table, c: Config, chart: string): string | ((T: number, B: number) => Summary) => {
  const [temperatures, sizes] = [list(c, 'temperatures'), list(c, 'batchSizes')];
  const at = (T: number, B: number): Summary | undefined => t.summary(chart, `${SERIES}${B}`).find((p) => p.x === T);
  const all = temperatures.flatMap((T) => sizes.map((B) => at(T, B)));
  const present = all.filter((p) => p !== undefined);
  if (temperatures.length < 2) return 'at least two temperatures are needed';
  if (present.length < all.length) return 'not every network is trained yet';
  if (present.some((p) => p.nonFinite > 0 || p.values.some((v) => v <= 0))) return 'some networks diverged';
  return tooFew(present, 2) ?? ((T, B) => at(T, B)!);
};
/** Exponent of the temperature, seed by seed, a mean over batch sizes. */
const heatOf = (at: (T: number, B: number) => Summary, c: Config): readonly number[] => {
  const [temperatures, sizes] = [list(c, 'temperatures'), list(c, 'batchSizes')];
  const [cold, hot] = [temperatures[0]!, temperatures.at(-1)!];
  const each = sizes.map((B) => slope(at(cold, B), at(hot, B), hot / cold));
  return each[0]!.map((_, s) => each.reduce((sum, e) => sum + e[s]!, 0) / sizes.length);
};
/** At each temperature: does B at fixed η/B move a quantity by less than SHARE of what η/B moves it by, per factor? */
const collapse = (t: Table, c: Config, chart: string, name: string): Judgement => {
  const [temperatures, sizes] = [list(c, 'temperatures'), list(c, 'batchSizes')];
  const at = networks(t, c, chart);
  if (typeof at === 'string' || sizes.length < 2) return inconclusive(typeof at === 'string' ? at : 'at least two batch sizes are needed');
  const [small, big] = [sizes[0]!, sizes.at(-1)!];
  const heat = heatOf(at, c);
  const effect = decide(heat);
  if (effect.judgement.verdict === 'inconclusive')
    return inconclusive(`temperature itself moves ${name} by no more than the seeds do: exponent ${effect.text}`);
  const sign = Math.sign(effect.mean);
  const each = temperatures.map((T) => {
    const size = slope(at(T, small), at(T, big), big / small);
    const [above, below] = [-1, 1].map((side) =>
      decide(
        heat.map((h, s) => SHARE * sign * h + side * size[s]!),
        2 * temperatures.length,
      ),
    );
    return { T, size: decide(size), within: above!.low > 0 && below!.low > 0, beyond: above!.high < 0 || below!.high < 0 };
  });
  const text = `${name} ∝ (η/B)^${effect.text}; at fixed η/B, ∝ B^: ${each.map((e) => `${e.size.text} at ${e.T}`).join('; ')}`;
  if (each.some((e) => e.beyond)) return agreesIf(false, text);
  return each.every((e) => e.within) ? agreesIf(true, text) : inconclusive(text);
};
const falsifier = `at some temperature B’s exponent is more than ${SHARE} of the temperature’s own, with its interval (Bonferroni)`;
const temperatureClaims = (c: Config): readonly Claim[] => [
  {
    id: 'collapse-loss',
    says: 'After the same time the training loss depends on η and B through η/B.',
    source: 'Smith & Le 2017, arXiv:1710.06451; Jastrzębski et al. 2017, arXiv:1711.04623',
    falsifier,
    test: (t) => collapse(t, c, 'loss', 'loss'),
  },
  {
    id: 'collapse-sharpness',
    says: 'So does the sharpness.',
    source: 'Jastrzębski et al. 2017, arXiv:1711.04623',
    falsifier,
    test: (t) => collapse(t, c, 'sharpness', 'sharpness'),
  },
  {
    id: 'flatter',
    says: 'After the same time a higher temperature leaves the loss flatter.',
    source: 'Jastrzębski et al. 2017, arXiv:1711.04623',
    falsifier: 'the sharpness grows with the temperature: its exponent is above 0, with its interval',
    test: (t) => {
      const at = networks(t, c, 'sharpness');
      if (typeof at === 'string') return inconclusive(at);
      const { judgement } = decide(heatOf(at, c).map((h) => -h));
      return { ...judgement, measured: `sharpness ∝ (η/B)^${decide(heatOf(at, c)).text}` };
    },
  },
];

const LIU = 'Liu, Ziyin & Ueda 2020, arXiv:2012.03636';
const covers = (t: Table, betas: readonly number[]): Judgement => {
  const points = betas.flatMap((beta) =>
    t.summary('variance', betaSeries(beta)).map((p) => ({ p, exact: stationaryVariance(problem(p.x, beta)) })),
  );
  // Two momenta may share a step size: points are told apart by their order.
  return coverage(
    points.map(({ p }, i) => ({ ...p, x: i })),
    (i) => points[i]!.exact,
    betas.length > 1 ? 'over all momenta' : 'over the step sizes',
  );
};
const quadraticClaims = (c: Config): readonly Claim[] => {
  const falsified = 'fewer intervals cover the closed form than 95 % intervals do with probability 1 %';
  return [
    {
      id: 'sgd',
      says: 'The variance of SGD around the minimum is ησ²/(h(2 − ηh)).',
      source: LIU,
      falsifier: falsified,
      test: (t) => (list(c, 'betas').includes(0) ? covers(t, [0]) : inconclusive('β = 0 is not among the momenta')),
    },
    {
      id: 'heavy-ball',
      says: 'With momentum it is ησ²(1 + β)/(h(1 − β)(2(1 + β) − ηh)).',
      source: LIU,
      falsifier: falsified,
      test: (t) => {
        const betas = list(c, 'betas').filter((b) => b > 0);
        return betas.length > 0 ? covers(t, betas) : inconclusive('no momentum above 0');
      },
    },
  ];
};

const DIET = 'Paul, Ganguli & Dziugaite 2021, arXiv:2107.07075';
/** Training error below which the noise counts as memorised. */
const MEMORISED = 0.02;
const mislabelledClaims = (c: Config): readonly Claim[] => [
  {
    id: 'above-chance',
    says: 'The largest gradient norms pick wrong labels better than chance.',
    source: DIET,
    falsifier: 'after the last epoch the mean over seeds of precision less the share that is wrong is below 0, with its interval',
    test: (t) => {
      const [precision, recall, chance] = ['precision', 'recall', 'chance'].map((series) => t.summary('detect', series).at(-1));
      if (!precision || !recall || !chance || precision.x < num(c, 'epochs')) return inconclusive('not at the end yet');
      const { judgement } = decide(pairs(precision, chance, (a, b) => a - b));
      return {
        ...judgement,
        measured: `after ${precision.x} epochs precision ${interval(precision)}, recall ${interval(recall)}; ${figure(chance.mean)} are wrong`,
      };
    },
  },
  {
    id: 'fades',
    says: 'Once the wrong labels are memorised the norms tell less than before.',
    source: 'Arpit et al. 2017, arXiv:1706.05394',
    falsifier: 'the precision after the last epoch is above that of every earlier look, with its interval (Bonferroni over looks)',
    test: (t) => {
      const looks = t.summary('detect', 'precision');
      const [last, error] = [looks.at(-1), t.summary('error', 'train').at(-1)];
      const few = tooFew(looks, 3);
      if (!last || !error || few || last.x < num(c, 'epochs')) return inconclusive(few ?? 'not at the end yet');
      if (!(error.high < MEMORISED))
        return inconclusive(`the training error is ${interval(error)} after ${error.x} epochs: the wrong labels are not memorised yet`);
      const best = looks.slice(0, -1).reduce((a, b) => (b.mean > a.mean ? b : a));
      const { judgement } = decide(
        pairs(best, last, (a, b) => a - b),
        looks.length - 1,
      );
      return {
        ...judgement,
        measured: `precision ${interval(best)} after ${best.x} epochs, ${interval(last)} after ${last.x}, with a training error of ${figure(error.mean)}`,
      };
    },
  },
];

export const claimsOf = (c: Config): readonly Claim[] =>
  ({ scale: scaleClaims, batch: batchClaims, temperature: temperatureClaims, quadratic: quadraticClaims, mislabelled: mislabelledClaims })[
    variantOf(c)
  ](c);
