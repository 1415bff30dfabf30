/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import { isFourier, type Setting } from '../settings';
import { above, factorAbove, figure, judged, lastOf, spread } from '../statistics';
import { ownSettings, singleRun, type Config } from './fields';
import { fallen, logRatios, timesByDecay, timesOf, type Times } from './statistics';

const POWER = 'Power et al. 2022, arXiv:2201.02177';
const NANDA = 'Nanda et al. 2023, arXiv:2301.05217';
/** Share of the logits' variance that key frequencies explain at least. */
const EXPLAINED = 0.9;

/** The one whose circuit is watched. */
const first = (c: Config): Setting => ownSettings(c)[0]!;

const delay = (c: Config): Claim => ({
  id: 'delay',
  says: 'The training set is memorised well before the rule is learned.',
  source: POWER,
  falsifier: 'over the seeds, the factor between the steps to either has an interval below 1',
  test: (t) => {
    const setting = first(c);
    const times = timesOf(t, c.steps, setting.decay);
    const { memorised, until } = times;
    if (memorised.includes(Infinity)) return inconclusive(`memorised at steps ${spread(memorised)}: not all within the run`);
    const factor = factorAbove(logRatios(memorised, until));
    const single = singleRun(c, setting);
    const elsewhere = single ? `; a single run elsewhere at ${single.memorised} and ${single.generalised}` : '';
    return judged(factor, `generalisation takes ${factor.text} times as long; ${bothTimes(times)}${elsewhere}`);
  },
});
const bothTimes = ({ memorised, until, never }: Times): string =>
  `memorised at steps ${spread(memorised)}, generalised at ${spread(until)}${never > 0 ? ` (${never} of them not yet)` : ''}`;

const decays = (c: Config): Claim => ({
  id: 'decay',
  says: 'More weight decay, earlier generalisation.',
  source: `${POWER}; Liu et al. 2022, arXiv:2205.10343`,
  falsifier: 'with the most decay it comes later than with the least, seed by seed, the interval of the factor below 1',
  test: (t) => {
    const all = timesByDecay(t, c.steps, c.decays);
    const [least, most] = [all[0]!.times, all.at(-1)!.times];
    const text = all.map(({ decay, times, mean }) => `λ = ${decay}: ${figure(mean)}${times.never > 0 ? ' or later' : ''}`).join('; ');
    // A time cut off at the end is too early: harmless for the least decay, not for the most.
    if (most.never > 0 && least.never === 0) return { verdict: 'disagrees', measured: text };
    if (most.never > 0) return inconclusive(`${text}: not all have generalised with the most decay`);
    const factor = factorAbove(logRatios(most.until, least.until));
    const result = judged(factor, `mean steps to generalise, ${text}; the least decay takes ${factor.text} times as long as the most`);
    const ordered = all.every(({ mean }, i) => i === 0 || mean < all[i - 1]!.mean);
    if (result.verdict !== 'agrees' || ordered) return result;
    return { ...result, verdict: 'inconclusive', measured: `${result.measured}; in between it is not in order` };
  },
});

/** What guessing loses: the best constant answer under squared error, and equal odds under cross-entropy. */
const guess = ({ modulus, model }: Config): number => {
  const p = Number(modulus);
  return model === 'transformer' ? Math.log(p) : (1 - 1 / p) / p;
};

const restricted = (c: Config): Claim => ({
  id: 'restricted',
  says: 'The circuit is there before it shows: restricted loss falls before test loss does.',
  source: NANDA,
  falsifier: 'restricted loss is halfway from a guess to its end later than test loss, over the seeds, the interval of the factor below 1',
  test: (t) => {
    const { never } = timesOf(t, c.steps, first(c).decay);
    if (never > 0) return inconclusive(`${never} seeds have not generalised`);
    const [inside, test] = [fallen(t, 'restricted', guess(c)), fallen(t, 'test', guess(c))];
    if ([...inside, ...test].some((v) => !(v > 0))) return inconclusive('a loss does not fall from a guess within the run');
    const factor = factorAbove(logRatios(inside, test));
    return judged(factor, `halfway down at steps ${spread(inside)}, test loss at ${spread(test)}: ${factor.text} times as late`);
  },
});

const key = (c: Config): Claim => ({
  id: 'key',
  says: `Once it has generalised, key frequencies explain at least ${100 * EXPLAINED} % of the logits’ variance.`,
  source: `${NANDA}, of the transformer`,
  falsifier: `in a transformer, the mean share of the key frequencies over seeds has an interval below ${100 * EXPLAINED} %`,
  test: (t) => {
    const { generalised } = timesOf(t, c.steps, first(c).decay);
    const shares = lastOf(t, 'explained', 'key').filter((_, i) => Number.isFinite(generalised[i]));
    const share = above(shares, EXPLAINED);
    const keys = `with ${spread(lastOf(t, 'keys', 'count'))} of ${(Number(c.modulus) - 1) / 2} frequencies`;
    const result = judged(share, `a share of ${share.text} of the variance, ${keys}`);
    if (result.verdict !== 'disagrees' || c.model === 'transformer') return result;
    // The published figure is the transformer's: a small quadratic network below it contradicts nobody.
    const why = 'with a dozen units to a frequency, products of other waves do not cancel quite';
    return { ...result, verdict: 'inconclusive', measured: `${result.measured}: ${why}` };
  },
});

export const claims = (c: Config): readonly Claim[] => [
  delay(c),
  ...(c.decays.length > 1 ? [decays(c)] : []),
  ...(isFourier(c) ? [restricted(c), key(c)] : []),
];
