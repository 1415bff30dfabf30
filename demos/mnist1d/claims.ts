/** What the page claims, and how each claim is judged from the accuracies at the last step. */
import type { Claim, Config, Summary, Table } from '../../src/lab/study';
import { inconclusive, MIN_SEEDS } from '../../src/lab/verdicts';
import { ARCHITECTURES, architecturesOf, BAND, isRecipe, isShuffled, LABELS, num, publishedOf, type Architecture } from './config';

const shown = (s: Summary): string => `${s.mean.toFixed(1)} % [${s.low.toFixed(1)}, ${s.high.toFixed(1)}]`;
const SOURCE = 'Greydanus & Kobak 2024, arXiv:2011.14439';

/** At the run's last step; a reason where nothing can be said of it. */
const atEnd = (t: Table, c: Config, a: Architecture): Summary | string => {
  const last = t.summary('test', a).at(-1);
  if (!last || last.x < num(c, 'steps')) return `${LABELS[a]}: the run did not reach its last step`;
  if (last.nonFinite > 0) return `${LABELS[a]}: ${last.nonFinite} of ${last.values.length} networks diverged`;
  return last.n < MIN_SEEDS ? `${LABELS[a]}: ${last.mean.toFixed(1)} % of ${last.n} seeds; at least ${MIN_SEEDS} are judged` : last;
};

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
const published = (c: Config, a: Architecture): Claim => {
  const figure = publishedOf(c)[a];
  return {
    id: a,
    says: `${capital(LABELS[a])} reaches ${figure} % of the test set, within ${BAND} points.`,
    source: SOURCE,
    falsifier: `with the published recipe the 95 % interval of the mean lies more than ${BAND} points away`,
    test: (t) => {
      const end = atEnd(t, c, a);
      if (typeof end === 'string') return inconclusive(end);
      const rest = { measured: `${shown(end)} over ${end.n} seeds`, value: end.mean, interval: [end.low, end.high] } as const;
      if (!isRecipe(c)) return inconclusive(`${rest.measured}; only the published recipe is compared`);
      if (end.high < figure - BAND || end.low > figure + BAND) return { verdict: 'disagrees', ...rest };
      return { verdict: Math.abs(end.mean - figure) <= BAND ? 'agrees' : 'inconclusive', ...rest };
    },
  };
};

/** The architectures from the worst to the best that was published. */
const ranked = (c: Config): readonly Architecture[] => ARCHITECTURES.toSorted((a, b) => publishedOf(c)[a] - publishedOf(c)[b]);
const order = (c: Config): Claim => ({
  id: 'order',
  source: SOURCE,
  says: `${capital(
    ranked(c)
      .map((a) => LABELS[a])
      .join(' < '),
  )}${isShuffled(c) ? ': without neighbours the CNN loses its lead' : ': knowing which inputs are neighbours is worth more than parameters'}.`,
  falsifier: 'two of them come in the other order, their 95 % intervals apart',
  test: (t) => {
    const ends = ranked(c).map((a) => [a, atEnd(t, c, a)] as const);
    const reason = ends.map(([, end]) => end).find((end) => typeof end === 'string');
    if (reason !== undefined) return inconclusive(reason);
    const points = ends as readonly (readonly [Architecture, Summary])[];
    const measured = points.map(([a, end]) => `${LABELS[a]} ${shown(end)}`).join(', ');
    const pairs = points.slice(1).map(([, high], i) => [points[i]![1], high] as const);
    if (pairs.some(([low, high]) => high.high < low.low)) return { verdict: 'disagrees', measured };
    return { verdict: pairs.every(([low, high]) => low.high < high.low) ? 'agrees' : 'inconclusive', measured };
  },
});

export const claimsOf = (c: Config): readonly Claim[] => {
  const wanted = architecturesOf(c);
  return [...(wanted.length === ARCHITECTURES.length ? [order(c)] : []), ...wanted.map((a) => published(c, a))];
};
