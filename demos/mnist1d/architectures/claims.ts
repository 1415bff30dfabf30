/** What is claimed, and how it is judged from the accuracies at the last step. */
import type { Claim, Judgement, Summary, Table } from '../../../src/lab/study';
import { inconclusive, MIN_SEEDS } from '../../../src/lab/verdicts';
import type { Config } from './fields';
import { ARCHITECTURES, architecturesOf, BAND, isRecipe, LABELS, PUBLISHED, ranked, type Architecture } from './published';
import { distanceFrom, endOf, orderOf } from './statistics';

const SOURCE = 'Greydanus & Kobak 2024, arXiv:2011.14439';
const shown = (s: Summary): string => `${s.mean.toFixed(1)} % [${s.low.toFixed(1)}, ${s.high.toFixed(1)}]`;
const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** At the run's last step; a reason where nothing can be said of it. */
const judgedEnd = (t: Table, c: Config, a: Architecture): Summary | string => {
  const end = endOf(t, a, c.steps);
  if (!end) return `${LABELS[a]}: the run did not reach its last step`;
  if (end.nonFinite > 0) return `${LABELS[a]}: ${end.nonFinite} of ${end.values.length} networks diverged`;
  return end.n < MIN_SEEDS ? `${LABELS[a]}: ${end.mean.toFixed(1)} % of ${end.n} seeds; at least ${MIN_SEEDS} are judged` : end;
};

const judgeFigure = (t: Table, c: Config, a: Architecture): Judgement => {
  const end = judgedEnd(t, c, a);
  if (typeof end === 'string') return inconclusive(end);
  const rest = { measured: `${shown(end)} over ${end.n} seeds`, value: end.mean, interval: [end.low, end.high] } as const;
  if (!isRecipe(c)) return inconclusive(`${rest.measured}; only the published recipe is compared`);
  const { apart, within } = distanceFrom(end, PUBLISHED[c.shufflePositions][a], BAND);
  return { verdict: apart ? 'disagrees' : within ? 'agrees' : 'inconclusive', ...rest };
};
const figure = (c: Config, a: Architecture): Claim => ({
  id: a,
  says: `${capital(LABELS[a])} reaches ${PUBLISHED[c.shufflePositions][a]} % of the test set, within ${BAND} points.`,
  source: SOURCE,
  falsifier: `with the published recipe the 95 % interval of the mean lies more than ${BAND} points away`,
  test: (t) => judgeFigure(t, c, a),
});

const judgeOrder = (t: Table, c: Config): Judgement => {
  const ends: Summary[] = [];
  const words: string[] = [];
  for (const a of ranked(c.shufflePositions)) {
    const end = judgedEnd(t, c, a);
    if (typeof end === 'string') return inconclusive(end);
    ends.push(end);
    words.push(`${LABELS[a]} ${shown(end)}`);
  }
  const { rises, reversed } = orderOf(ends);
  return { verdict: reversed ? 'disagrees' : rises ? 'agrees' : 'inconclusive', measured: words.join(', ') };
};
const MEANING = {
  ordered: 'knowing which inputs are neighbours is worth more than parameters',
  shuffled: 'without neighbours the CNN loses its lead',
} as const;
const order = (c: Config): Claim => ({
  id: 'order',
  says: `${capital(
    ranked(c.shufflePositions)
      .map((a) => LABELS[a])
      .join(' < '),
  )}: ${MEANING[c.shufflePositions]}.`,
  source: SOURCE,
  falsifier: 'two of them come in the other order, their 95 % intervals apart',
  test: (t) => judgeOrder(t, c),
});

export const claims = (c: Config): readonly Claim[] => {
  const wanted = architecturesOf(c);
  return [...(wanted.length === ARCHITECTURES.length ? [order(c)] : []), ...wanted.map((a) => figure(c, a))];
};
