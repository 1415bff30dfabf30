/** What is claimed, and how it is judged from the rows of a run. */
import { claim, type Claim, type ProvenClaim, type Table } from '../../../src/lab/study';
import { contrast, curve, figures, judged, nowhereAbove, order, peak } from '../../../src/lab/tests/index';
import { figure } from '../../../src/lab/verdicts';
import type { Config } from './fields';
import { riskLaw } from './law';
import { placesOf, type Places } from './places';
import { grid, problemAt, riskAt, threshold } from './theory';

const BELKIN = 'Belkin, Hsu & Xu 2019, arXiv:1903.07571';
const RIDGE = 'Hastie et al. 2019, arXiv:1903.08560; Nakkiran et al. 2020, arXiv:2003.01897';
const OVER = 'training sets with their noise, drawn anew for each point';
const worlds = () => import('./worlds');

/** Within 3 of the threshold the variance of the risk is infinite: no mean can be standardised. */
const NEAR = 4;
/** Deviation from the formula that would count: at 20 from the threshold, n − p in place of n − p − 1 is off by a twentieth. */
const OFF = 0.05;
/** A curve that is this many times its ends at the threshold has a peak there. */
const SPIKE = 2;
/** Rise of the ridge curve that would be a peak of its own. */
const RISE = 1.1;
/** Each stage of the descent is a fall by this factor at least. */
const FALL = 1.2;

/** Values by seed at x; empty where it was not measured. */
const valuesAt = (t: Table, series: string, x: number): readonly number[] => t.summary('risk', series).find((p) => p.x === x)?.values ?? [];

const judgeCoverage = (t: Table, c: Config, xs: readonly number[]) => {
  const points = xs.map((x) => ({ values: valuesAt(t, 'min-norm', x), theory: riskAt(c, x), law: riskLaw(c, x) }));
  const found = curve(points, { least: OFF, method: 'law' });
  const [off, low, high] = [found.effect, ...found.interval].map((v) => figure(100 * v));
  const p = found.p === undefined ? '' : `, p = ${figure(found.p)}`;
  return judged(
    found,
    `over ${points.length} points at least ${NEAR} from the threshold, ${off} % [${low}, ${high}] off in common${p}: ${found.reason}`,
  );
};

const coverage = (c: Config, xs: readonly number[]): ProvenClaim =>
  claim({
    id: 'coverage',
    says: 'The mean risk of the minimum-norm fit is the exact finite-n formula.',
    source: BELKIN,
    falsifier: `the squared deviations of all means together are larger than in 95 % of such runs of the formula’s own law; off by ${100 * OFF} % would count`,
    over: OVER,
    test: (t) => judgeCoverage(t, c, xs),
    worlds,
  });

const judgePeak = (t: Table, c: Config) => {
  const xs = grid(c);
  const place = threshold(c);
  const within = Math.min(...xs.filter((x) => x !== place).map((x) => Math.abs(x - place)));
  const columns = xs.map((x) => valuesAt(t, 'min-norm', x));
  const found = peak(xs, columns, { place, within, least: SPIKE, scale: 'log', paired: false });
  return judged(found, `highest at ${figures(found)}, there ${figures(found.height)} times an end: ${found.reason}`);
};
const judgeRidge = (t: Table, c: Config) => {
  const [first, ...later] = grid(c);
  const found = nowhereAbove(
    later.map((x) => valuesAt(t, 'ridge', x)),
    valuesAt(t, 'ridge', first!),
    { least: RISE, scale: 'log' },
  );
  const where = later[found.steps.findIndex((s) => s.effect === found.effect)];
  return judged(
    found,
    `against its start at ${first} the ridge curve is highest at ${where}, ${figures(found)} times as high: ${found.reason}`,
  );
};
const judgeDescent = (t: Table, c: Config, { middle, after }: Places) => {
  const stages = [threshold(c), middle, after];
  const found = order(
    stages.map((x) => valuesAt(t, 'min-norm', x)),
    { least: FALL, scale: 'log' },
  );
  const falls = found.steps.map((s, i) => `from ${stages[i]} to ${stages[i + 1]} by a factor of ${figures(s)}`);
  return judged(found, `the risk falls ${falls.join(', ')}: ${found.reason}`);
};
const judgeMinima = (t: Table, c: Config, { before, after }: Places) => {
  const [higher, lower] = riskAt(c, before) > riskAt(c, after) ? [before, after] : [after, before];
  const least = (riskAt(c, higher) - riskAt(c, lower)) / 2;
  const found = contrast(valuesAt(t, 'min-norm', higher), valuesAt(t, 'min-norm', lower), { least, scale: 'difference' });
  return judged(
    found,
    `the risk at ${lower} is lower than at ${higher} by ${figures(found)}, by the formula ${figure(2 * least)}: ${found.reason}`,
  );
};

/** Where something is left unexplained at the threshold, so that there is something to amplify. */
const amplified = (c: Config): readonly ProvenClaim[] => [
  claim({
    id: 'peak',
    says: 'The risk peaks where the model can just fit the data, p = n.',
    source: BELKIN,
    falsifier: `the risk there is less than ${SPIKE} times that at an end of the curve, or the highest point lies further off than the next of the grid`,
    over: OVER,
    test: (t) => judgePeak(t, c),
    worlds,
  }),
  ...(c.signal > 0
    ? [
        claim({
          id: 'ridge',
          says: 'Ridge at its optimum leaves no peak anywhere: the peak is an artefact of not regularising.',
          source: RIDGE,
          falsifier: `somewhere on the curve the ridge’s risk is above its start, and may be so by a factor of ${RISE}`,
          over: OVER,
          test: (t) => judgeRidge(t, c),
          worlds,
        }),
      ]
    : []),
];
const descents = (c: Config, places: Places): readonly ProvenClaim[] => [
  claim({
    id: 'second-descent',
    says: 'Past the threshold the risk descends again, all the way.',
    source: BELKIN,
    falsifier: `from the threshold to half-way, or from there to the lowest point past it, it does not fall by a factor of ${FALL}`,
    over: OVER,
    test: (t) => judgeDescent(t, c, places),
    worlds,
  }),
  claim({
    id: 'minima',
    says: 'Whether the second minimum is the lower one is as the formula says.',
    source: BELKIN,
    falsifier: 'the two minima are ordered otherwise, or differ by less than half of what the formula says',
    over: OVER,
    test: (t) => judgeMinima(t, c, places),
    worlds,
  }),
];

export const claims = (c: Config): readonly Claim[] => {
  const at = threshold(c);
  const { noise, missed } = problemAt(c, at);
  const xs = grid(c);
  // Where theory says exactly 0, what is measured is rounding, not risk.
  const judgedAt = xs.filter((x) => Math.abs(x - at) >= NEAR && riskAt(c, x) > 0);
  const peaked = noise + Math.max(0, missed) > 0 && xs[0]! < at && at < xs.at(-1)!;
  const places = peaked ? placesOf(c) : undefined;
  const falls = places && riskAt(c, places.middle) > FALL ** 2 * riskAt(c, places.after);
  return [...(judgedAt.length > 0 ? [coverage(c, judgedAt)] : []), ...(peaked ? amplified(c) : []), ...(falls ? descents(c, places) : [])];
};
