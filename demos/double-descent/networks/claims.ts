/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Summary, Table } from '../../../src/lab/study';
import { agreesIf, figure, inconclusive, interval, seedsIn, tooFew } from '../../../src/lab/verdicts';
import { innerPeak, monotone } from '../statistics';
import type { Config } from './fields';
import { isPublished, PUBLISHED } from './published';
import { compared, FITTED, lossPeak } from './statistics';

const GREYDANUS = 'Greydanus & Kobak 2024, arXiv:2011.14439';
/** Epochs after which a missing effect counts against a claim. */
const LONG = 500;

const errors = (t: Table): readonly Summary[] => t.summary('error', 'test');
const sizes = (points: readonly Summary[]): string => `${points.length} widths, ${seedsIn(points)} seeds: at least 5 of each`;
const at = (p: Summary): string => `h = ${p.x}: ${interval(p)}`;

const judgePeak = (t: Table, c: Config): Judgement => {
  const points = errors(t);
  if (c.labelNoise === 0) return inconclusive('no label noise in this run');
  if (tooFew(points)) return inconclusive(sizes(points));
  const found = innerPeak(points);
  if (found) return agreesIf(true, `${at(found.valley)}, ${at(found.peak)}, ${at(found.end)}`, { value: found.peak.x });
  if (c.epochs >= LONG && monotone(points)) return agreesIf(false, 'the error falls or rises from each width to the next');
  return inconclusive(`after ${c.epochs} epochs no width is worse than both a narrower and a wider one beyond the intervals`);
};

const judgeLossPeak = (t: Table): Judgement => {
  const loss = t.summary('loss', 'test');
  if (tooFew(loss)) return inconclusive(sizes(loss));
  const found = lossPeak(loss, t.summary('error', 'train'));
  if (!found.first) return inconclusive('no width fits its training set yet');
  const fitted = `training error first below ${100 * FITTED} % at h = ${found.first.x}`;
  if (found.inside && found.monotone) return agreesIf(false, `the test loss falls or rises from each width to the next; ${fitted}`);
  if (!found.peak) return inconclusive('no width has a higher test loss than both a narrower and a wider one, intervals apart');
  const { peak } = found.peak;
  return agreesIf(found.near.includes(peak.x), `highest test loss ${interval(peak)} nats at h = ${peak.x}; ${fitted}`, { value: peak.x });
};

const judgePublished = (t: Table, c: Config): Judgement => {
  const all = compared(errors(t));
  const few = tooFew(
    all.map((k) => k.point),
    PUBLISHED.widths.length,
  );
  if (!isPublished(c) || few) return inconclusive(few ?? 'only the published recipe is compared');
  const far = all.filter((k) => k.outside);
  const outside = far.map(({ point }) => `h = ${point.x} ${interval(point)}`).join('; ');
  return agreesIf(far.length === 0, far.length === 0 ? `all ${all.length} widths within the band` : `outside: ${outside}`);
};

/** Training error below which nothing counts as left to fit. */
const ALL = 0.005;
const judgeInterpolates = (t: Table, c: Config): Judgement => {
  const widest = t.summary('error', 'train').at(-1);
  if (!widest) return inconclusive('no widths yet');
  const text = `training error ${figure(widest.mean)} at h = ${widest.x}`;
  const fits = widest.mean < ALL;
  return fits || c.epochs >= LONG ? agreesIf(fits, text) : inconclusive(`${text} after ${c.epochs} epochs`);
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'peak',
    says: 'With label noise the test error has a peak between a narrow and a wide network that are both better.',
    source: 'Nakkiran et al. 2019, arXiv:1912.02292',
    falsifier: `after ${LONG} epochs the error falls or rises from each width to the next, intervals apart`,
    test: (t) => judgePeak(t, c),
  },
  {
    id: 'loss-peak',
    says: 'The test loss peaks about where the network begins to fit all of its noisy training set.',
    source: GREYDANUS,
    falsifier:
      `the peak of the test loss is not within one width of the first whose training error is below ${100 * FITTED} %, ` +
      'or the loss falls or rises from each width to the next',
    test: judgeLossPeak,
  },
  {
    id: 'published',
    says: 'The test errors are the published ones.',
    source: GREYDANUS,
    falsifier: `a mean more than ${PUBLISHED.band} points from the published run, beyond its interval`,
    test: (t) => judgePublished(t, c),
  },
  {
    id: 'interpolates',
    says: 'The widest networks fit the noisy training set.',
    source: 'Zhang et al. 2017, arXiv:1611.03530',
    falsifier: `the widest network still errs on the training set after ${LONG} epochs`,
    test: (t) => judgeInterpolates(t, c),
  },
];
