/** What is drawn. */
import type { View } from '../../../src/lab/study';
import { isFourier } from '../settings';
import { bySetting, line, map, tableViews } from '../views';
import { ownSettings, type Config } from './fields';

const circuitViews = (c: Config): readonly View[] => {
  const first = c.decays.length > 1 ? `, λ = ${c.decays[0]!}` : '';
  return [
    line('circuit', `The circuit before the jump${first}`, 'step', 'loss', {
      logX: true,
      logY: true,
      series: {
        test: 'test',
        train: 'training',
        restricted: 'restricted: key frequencies alone',
        excluded: 'excluded: training without one of them',
      },
    }),
    line('explained', `Logits at Fourier frequencies${first}`, 'step', 'share of variance', {
      logX: true,
      series: { key: 'key frequencies', all: 'all frequencies' },
    }),
    ...(c.model === 'transformer' ? [] : unitViews(first)),
    line('rank', 'Effective rank of the embedding', 'step', 'exp of the entropy of σ/Σσ', {
      logX: true,
      series: { embedding: c.model === 'transformer' ? 'embedding' : 'U beside V' },
      place: 'diagnostic',
    }),
    map('embedding', 'Fourier power of the embedding, first seed', 'step', 'frequency k', { value: 'share of power' }),
  ];
};
/** Of networks whose units have weights from the symbols. */
const unitViews = (first: string): readonly View[] => [
  line('silenced', `Accuracy without some units${first}`, 'frequency, strongest in the logits first', 'share of the table', {
    series: { frequency: 'this frequency’s units silent', others: 'as many others silent' },
  }),
  line(
    'silencedLoss',
    `Loss without some units${first}`,
    'frequency, strongest in the logits first',
    'squared error over the whole table',
    { series: { frequency: 'this frequency’s units silent', others: 'as many others silent' } },
  ),
  line('pure', 'Units: share of their best frequency', 'step', 'mean share of variance', {
    logX: true,
    series: { units: 'mean over units' },
    place: 'diagnostic',
  }),
  map('neurons', 'Units by their best frequency, first seed', 'step', 'frequency k', { value: 'share of units' }),
  map('units', 'Units at the end, grouped by frequency, first seed', 'unit', 'frequency k', { value: 'share of variance' }),
];

export const views = (c: Config): readonly View[] => [
  line('accuracy', 'Accuracy', 'step', 'share of entries', { logX: true, series: bySetting(ownSettings(c)) }),
  line('loss', 'Loss', 'step', c.model === 'transformer' ? 'cross-entropy, nats' : 'squared error, mean over outputs', {
    logX: true,
    logY: true,
    series: bySetting(ownSettings(c)),
  }),
  ...(c.decays.length > 1
    ? [
        line('times', 'Steps to memorise and to generalise', 'weight decay λ', 'step', {
          logY: true,
          series: { memorised: 'training accuracy above 99 %', generalised: 'test accuracy above 95 %' },
        }),
      ]
    : []),
  line('norm', 'Weight norm', 'step', 'all weights', {
    logX: true,
    logY: true,
    series: Object.fromEntries(ownSettings(c).map((s) => [s.id, s.label])),
    place: 'diagnostic',
  }),
  ...(isFourier(c) ? circuitViews(c) : []),
  ...tableViews('first seed'),
];
