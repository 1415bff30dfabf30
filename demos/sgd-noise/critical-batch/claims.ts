/** What is claimed, and how it is judged. Seeds are compared with themselves: what is compared shares data and first weights. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { agreesIf, inconclusive, interval, tooFew } from '../../../src/lab/verdicts';
import { estimateText, factorText } from '../verdicts';
import type { Config } from './fields';
import { fits, optima, prediction, residuals } from './statistics';

const MCCANDLISH = 'McCandlish et al. 2018, arXiv:1812.06162';
/** Rates a factor of two apart leave the best one's steps open by about this. */
const BAND = 1.25;
/** Half of an order of magnitude either way. */
const ORDER = Math.sqrt(10);

/** Why the fit cannot be judged. */
const unfit = (t: Table, c: Config): string | undefined => {
  const { atEdge, missing } = optima(t, c);
  if (atEdge.length > 0) return `the best learning rate is at the edge of the grid for B = ${atEdge.join(', ')}: widen the grid`;
  return missing.length > 0 ? `no learning rate reached the goal with B = ${missing.join(', ')}` : tooFew(fits(t), 4);
};

const hyperbola = (t: Table, c: Config): Judgement => {
  const reason = unfit(t, c);
  if (reason) return inconclusive(reason);
  const { points, beyond, within } = residuals(t, BAND);
  const text = `steps over their fit: ${points.map((p) => `B = ${p.x}: ${interval(p)}`).join('; ')}`;
  if (beyond) return agreesIf(false, text);
  return within ? agreesIf(true, text) : inconclusive(`${text}: an interval goes beyond a factor of ${BAND}`);
};

const predicts = (t: Table, c: Config): Judgement => {
  const reason = unfit(t, c);
  if (reason) return inconclusive(reason);
  const found = prediction(t);
  if (!found) return inconclusive('in some seed the fit has no bend');
  const { fit, near, log } = found;
  if (!Number.isFinite(log.low)) return inconclusive(estimateText(log));
  const scale = `tr Σ/|G|² ${interval(near)} while training with B = ${near.x}`;
  const text = `B_crit ${interval(fit)} of the fit, ${scale}: a ratio of ${factorText(log)}`;
  const edge = Math.log(ORDER);
  if (log.low > edge || log.high < -edge) return agreesIf(false, text);
  return log.low > -edge && log.high < edge ? agreesIf(true, text, { value: Math.exp(log.mean) }) : inconclusive(text);
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'hyperbola',
    says: 'Steps and examples to the goal lie on (S/S_min − 1)(E/E_min − 1) = 1.',
    source: `${MCCANDLISH}, equation 2.11`,
    falsifier: `at some batch size the steps are more than a factor of ${BAND} off the fit, with their interval`,
    test: (t) => hyperbola(t, c),
  },
  {
    id: 'predicts',
    says: 'The noise scale predicts the critical batch size to half an order of magnitude.',
    source: MCCANDLISH,
    falsifier: 'their ratio lies beyond a factor of √10, with its interval',
    test: (t) => predicts(t, c),
  },
];
