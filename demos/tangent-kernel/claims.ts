/** What the page claims, and how each claim is judged from the rows of a run. */
import type { Claim, Config, Judgement, Summary, Table } from '../../src/lab/study';
import { agreesIf, figure, inconclusive, interval, leastCovered, tooFew } from '../../src/lab/verdicts';
import { list, num, PUBLISHED, taskOf, variantOf } from './config';
import { learningTime, pointEigenvalue } from './spectralTheory';
import { differenceWithin, slopeWithin, unpaired, within } from './verdicts';
import { exactConstant } from './widthTheory';

const JACOT = 'Jacot, Gabriel & Hongler 2018, arXiv:1806.07572';
const LEE = 'Lee et al. 2019, arXiv:1902.06720';
const CHIZAT = 'Chizat, Oyallon & Bach 2019, arXiv:1812.07956';
const NOVAK = 'Novak et al. 2020, arXiv:1912.02803';

/** How far a slope may be from its limit at the widths and scales that can be run: the next order bends it. */
const BEND = 0.1;
/** The constants known are for other inputs, on which they depend. */
const INPUTS = 1.5;
const NAMES = { relu: 'a ReLU', erf: 'an erf' } as const;

const widthClaims = (c: Config): readonly Claim[] => {
  const exact = exactConstant(c);
  const slopes = (['relu', 'erf'] as const).map((activation): Claim => ({
    id: `slope-${activation}`,
    says: `The kernel of ${NAMES[activation]} network nears that of infinite width as one over the root of the width.`,
    source: `${JACOT}; ${LEE}`,
    falsifier: `the interval of the slope lies outside −½ ± ${BEND}`,
    test: (t) => slopeWithin(t.summary('distance', activation), -0.5 - BEND, -0.5 + BEND, 'log distance over log width'),
  }));
  if (exact !== undefined)
    return [
      ...slopes,
      {
        id: 'exact',
        says: 'The mean squared distance of a ReLU network with one hidden layer is what its neurons’ independence makes it, at every width.',
        source: 'Cho & Saul 2009, for the moments; the sum is in the source',
        falsifier: 'fewer intervals cover the expectation than 95 % intervals do with probability 1 %',
        test: (t) => covered(t.summary('constant', 'relu'), () => exact, 'intervals of n × distance² cover the expectation'),
      },
    ];
  if (num(c, 'depth') !== 2) return slopes;
  return [
    ...slopes,
    ...(['relu', 'erf'] as const).map((activation): Claim => ({
      id: `constant-${activation}`,
      says: `The distance of ${NAMES[activation]} network is a few over the root of the width: ${[...new Set(PUBLISHED[activation])].join(' to ')} for other inputs, within a factor of ${INPUTS} of that for these.`,
      source: `${NOVAK}, for the order; the constants are measured ones, for inputs of their own`,
      falsifier: `the interval of distance·√width at the largest width is outside the range for other inputs, widened by that factor`,
      test: (t) => constantNear(t.summary('distance', activation), PUBLISHED[activation]),
    })),
  ];
};
/** How many intervals cover what theory says, widened by `margin` as a share of that. Few points say something too: each has draws of its own. */
const covered = (points: readonly Summary[], theory: (x: number) => number, what: string, margin = 0): Judgement => {
  const few = tooFew(points, 3);
  if (few) return inconclusive(few);
  const inside = points.filter((p) => {
    const t = theory(p.x);
    return p.low - margin * t <= t && t <= p.high + margin * t;
  });
  const least = leastCovered(points.length);
  const [last] = points.slice(-1) as [Summary];
  return agreesIf(
    inside.length >= least,
    `${inside.length} of ${points.length} ${what}${margin > 0 ? `, widened by ${100 * margin} %` : ''}; at least ${least} expected. The last: ${interval(last)}, theory ${figure(theory(last.x))}`,
    { value: inside.length / points.length },
  );
};
const constantNear = (points: readonly Summary[], [low, high]: readonly [number, number]) => {
  const few = tooFew(points, 1);
  const widest = points.at(-1);
  if (few || !widest) return inconclusive(few ?? 'nothing yet');
  const root = Math.sqrt(widest.x);
  const found = { low: widest.low * root, high: widest.high * root };
  return {
    verdict: within(found, low / INPUTS, high * INPUTS),
    measured: `distance·√width is ${figure(widest.mean * root)} [${figure(found.low)}, ${figure(found.high)}] at width ${widest.x}`,
    value: widest.mean * root,
    interval: [found.low, found.high] as const,
  };
};

/** Scales that count as lazy: the largest three. */
const lazyEnd = (t: Table, series: string): readonly Summary[] => t.summary('by-alpha', series).slice(-3);
const lazyClaims = (c: Config): readonly Claim[] => {
  const alphas = list(c, 'alphas');
  const [rich, lazy] = [`a${alphas[0]!}`, `a${alphas.at(-1)!}`];
  const scaling = (series: 'kernel' | 'weights', what: string): Claim => ({
    id: `alpha-${series}`,
    says: `In the lazy regime ${what} by O(1/α).`,
    source: CHIZAT,
    falsifier: `over the three largest α the interval of the slope lies outside −1 ± ${BEND}`,
    test: (t) =>
      alphas.length < 3 || alphas.at(-3)! < 1
        ? inconclusive('three scales of at least 1 are needed')
        : slopeWithin(lazyEnd(t, series), -1 - BEND, -1 + BEND, 'log change over log α'),
  });
  /** Rise of the alignment from the first to the last measured step, by seed. */
  const ends = (t: Table, series: string): readonly [readonly Summary[], readonly Summary[]] => {
    const points = t.summary('alignment', series).filter((p) => p.x === 0 || p.x === num(c, 'steps'));
    return [points.slice(1), points.slice(0, 1)];
  };
  return [
    scaling('kernel', 'training moves the kernel'),
    scaling('weights', 'training moves the weights'),
    {
      id: 'width',
      says: 'The wider the network, the less training moves its kernel: at least as one over the root of the width.',
      source: `${LEE} (a bound of order n^−½); Dyer & Gur-Ari 2019, arXiv:1909.11304 (n⁻¹ conjectured)`,
      falsifier: 'the interval of the slope lies above −½',
      test: (t) => slopeWithin(t.summary('by-width', 'kernel'), -Infinity, -0.5, 'log change at α = 1 over log width'),
    },
    {
      id: 'alignment-rich',
      says: 'Trained richly, the kernel turns towards the labels.',
      source: `${CHIZAT}; Baratin et al. 2021, arXiv:2008.00938`,
      falsifier: 'at the smallest α the alignment with yyᵀ falls, its interval below 0',
      test: (t) => rise(ends(t, rich), `CKA with yyᵀ at α = ${alphas[0]!} rises by`, 0, Infinity),
    },
    {
      id: 'alignment-lazy',
      says: 'Trained lazily, it does not.',
      source: CHIZAT,
      falsifier: 'at the largest α the alignment changes by more than a tenth of what it does at the smallest, beyond its interval',
      test: (t) => {
        const room = Math.abs((ends(t, rich)[0][0]?.mean ?? NaN) - (ends(t, rich)[1][0]?.mean ?? NaN)) / 10;
        return Number.isNaN(room)
          ? inconclusive('not at the end yet')
          : rise(ends(t, lazy), `CKA with yyᵀ at α = ${alphas.at(-1)!} rises by`, -room, room);
      },
    },
  ];
};
const rise = ([after, before]: readonly [readonly Summary[], readonly Summary[]], what: string, low: number, high: number) =>
  after.length === 0 ? inconclusive('not at the end yet') : differenceWithin(after, before, low, high, what);

/** Share of test examples by which two learners may differ at a finite width and α and still count as one. */
const ALIKE = 0.02;
/** Of the closed form's test loss: float32 and f32 kernels leave less, a wrong step more. */
const LOSS_SHARE = 0.01;
const of = (t: Table, chart: string, learner: string): readonly Summary[] => t.summary(chart, learner);
const versusClaims = (c: Config): readonly Claim[] => {
  const ahead: Claim =
    taskOf(c) === 'parity'
      ? {
          id: 'features',
          says: 'Where the target needs features, the network that learns them is ahead of its tangent kernel, even at infinite width.',
          source: 'Ghorbani et al. 2020, arXiv:2006.13409; Daniely & Malach 2020, arXiv:2002.07400',
          falsifier: 'over all n the rich network’s test error is higher than the kernel’s, its interval clear of 0',
          test: (t) =>
            differenceWithin(
              of(t, 'error', 'infinite'),
              of(t, 'error', 'rich'),
              0,
              Infinity,
              'test error of the infinite network’s kernel less the rich network’s:',
            ),
        }
      : {
          id: 'small-data',
          says: 'On few examples of a natural task the kernel is no worse than the network.',
          source: 'Arora et al. 2020, arXiv:1910.01663',
          falsifier:
            'over all n the rich network’s test error is lower than the kernel’s by more than 2 points, its interval clear of that',
          test: (t) =>
            differenceWithin(
              of(t, 'error', 'infinite'),
              of(t, 'error', 'rich'),
              -Infinity,
              ALIKE,
              'test error of the infinite network’s kernel less the rich network’s:',
            ),
        };
  return [
    {
      id: 'linearised',
      says: 'The linearised network is kernel regression: at every n it ends where the closed form puts it.',
      source: LEE,
      falsifier: `its test loss differs from the closed form’s by more than ${100 * LOSS_SHARE} %, the interval clear of that`,
      test: (t) => {
        const [linear, closed] = [of(t, 'squared', 'linear'), of(t, 'squared', 'kernel')];
        const room = (LOSS_SHARE * closed.reduce((s, p) => s + p.mean, 0)) / Math.max(1, closed.length);
        return differenceWithin(linear, closed, -room, room, 'test loss of the linearised network less the closed form’s:');
      },
    },
    {
      id: 'lazy',
      says: 'In the lazy regime the network is its linearisation.',
      source: CHIZAT,
      falsifier: `their test errors differ by more than ${100 * ALIKE} points, the interval clear of that`,
      test: (t) =>
        differenceWithin(
          of(t, 'error', 'lazy'),
          of(t, 'error', 'linear'),
          -ALIKE,
          ALIKE,
          'test error of the lazy network less the linearised one’s:',
        ),
    },
    ahead,
  ];
};

const CIRCLE = 'Basri et al. 2019, arXiv:1906.00425; Bietti & Mairal 2019, arXiv:1905.12173';
/** What a finite width leaves open of a time, as a share of it. */
const FINITE_WIDTH = 0.1;
/** Share of an odd frequency that has to be left. */
const LEFT = 0.9;
const spectralClaims = (c: Config): readonly Claim[] => {
  const learnable = list(c, 'frequencies').filter((k) => pointEigenvalue(c, k) > 0);
  const never = list(c, 'frequencies').filter((k) => pointEigenvalue(c, k) === 0);
  return [
    {
      id: 'times',
      says: 'Frequency k is learned in a time of order 1/λₖ, the eigenvalue of the tangent kernel.',
      source: CIRCLE,
      falsifier: `the interval of the slope of log time over the closed form’s log time lies outside 1 ± ${BEND}`,
      test: (t) =>
        slopeWithin(
          t.summary('time', 'measured').filter((p) => learnable.includes(p.x)),
          1 - BEND,
          1 + BEND,
          'log time over that of the closed form, frequencies',
          (k) => learningTime(c, k),
        ),
    },
    {
      id: 'closed-form',
      says: 'The times are those of (1 − ηλₖ)ᵗ.',
      source: CIRCLE,
      falsifier: `fewer intervals, widened by ${100 * FINITE_WIDTH} % for finite width, cover the closed form than 95 % intervals do with probability 1 %`,
      test: (t) =>
        covered(
          t.summary('time', 'measured').filter((p) => learnable.includes(p.x)),
          (k) => learningTime(c, k),
          'frequencies have the closed form inside their interval',
          FINITE_WIDTH,
        ),
    },
    {
      id: 'odd',
      says: 'Odd frequencies from 3 on are not learned at all: their eigenvalue is 0.',
      source: CIRCLE,
      falsifier: `of an odd frequency less than ${100 * LEFT} % is left at the end, the interval below that`,
      test: (t) => {
        if (never.length === 0) return inconclusive('no odd frequency from 3 on in this run');
        const points = never.flatMap((k) => t.summary('residual', `k${k}`).filter((p) => p.x === num(c, 'circleSteps')));
        const few = unpaired(points, never.length);
        if (few) return inconclusive(few);
        const least = points.reduce((a, b) => (a.low < b.low ? a : b));
        const learned = learnable.filter((k) => (t.summary('residual', `k${k}`).at(-1)?.mean ?? 1) < 1 / Math.E);
        if (!learned.some((k) => k > never[0]!))
          return inconclusive('no higher frequency has been learned meanwhile, so not learning says nothing yet');
        return {
          verdict: within(least, LEFT, Infinity),
          measured: `${interval(least)} of it is left at the end; up to k = ${learned.at(-1)!} the even ones are learned`,
          value: least.mean,
          interval: [least.low, least.high],
        };
      },
    },
  ];
};
export const claimsOf = (c: Config): readonly Claim[] =>
  ({ width: widthClaims, lazy: lazyClaims, versus: versusClaims, spectral: spectralClaims })[variantOf(c)](c);
