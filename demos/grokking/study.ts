/** Grokking: training over time, the phase diagram, the exact solution. */
import {
  defineStudy,
  loadedOnRun,
  type Config,
  type Curve,
  type HeatmapView,
  type LineView,
  type Marker,
  type View,
} from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { FIELDS, isFourier, isTransformer, list, PRESETS, settingsOf, singleRun, variantOf } from './config';
import { exactTheory } from './exactTheory';
import { EXPLANATION } from './explanation';

type Part<V> = Omit<V, 'kind' | 'chart' | 'title' | 'x' | 'y'>;
const line = (chart: string, title: string, x: string, y: string, rest: Part<LineView>): View => ({
  kind: 'line',
  chart,
  title,
  x,
  y,
  ...rest,
});
const map = (chart: string, title: string, x: string, y: string, rest: Part<HeatmapView>): View => ({
  kind: 'heatmap',
  chart,
  title,
  x,
  y,
  ...rest,
});

/** One pair of series a setting. */
const bySetting = (c: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(
    settingsOf(c).flatMap(({ id, label }, _, all) =>
      (['test', 'train'] as const).map((set) => [
        `${set} ${id}`,
        `${set === 'test' ? 'test' : 'training'}${all.length > 1 ? `, ${label}` : ''}`,
      ]),
    ),
  );
const byDecay = (c: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(list(c, 'decays').map((d) => [`test ${d}`, `test, λ = ${d}`]));

const circuitViews = (c: Config): readonly View[] => {
  const first = list(c, 'decays').length > 1 ? `, λ = ${list(c, 'decays')[0]!}` : '';
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
    ...(isTransformer(c) ? [] : unitViews(first)),
    line('rank', 'Effective rank of the embedding', 'step', 'exp of the entropy of σ/Σσ', {
      logX: true,
      series: { embedding: isTransformer(c) ? 'embedding' : 'U beside V' },
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
const tableViews = (whose: string): readonly View[] => [
  map('margin', `How far ahead the right answer is, ${whose}`, 'a', 'b', { value: 'its logit − the best wrong one' }),
  map('answer', `Answers to a and b, ${whose}`, 'a', 'b', { value: 'answer' }),
];
const VIEWS: Readonly<Record<string, (c: Config) => readonly View[]>> = {
  time: (c) => [
    line('accuracy', 'Accuracy', 'step', 'share of entries', { logX: true, series: bySetting(c) }),
    line('loss', 'Loss', 'step', isTransformer(c) ? 'cross-entropy, nats' : 'squared error, mean over outputs', {
      logX: true,
      logY: true,
      series: bySetting(c),
    }),
    ...(list(c, 'decays').length > 1
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
      series: Object.fromEntries(settingsOf(c).map((s) => [s.id, s.label])),
      place: 'diagnostic',
    }),
    ...(isFourier(c) ? circuitViews(c) : []),
    ...tableViews('first seed'),
  ],
  phase: (c) => [
    line('reached', 'Accuracy at the end', 'share of the table trained on', 'share of entries', { series: byDecay(c) }),
    map('accuracy', 'Test accuracy so far', 'share of the table trained on', 'weight decay λ', { value: 'test accuracy' }),
    map('generalised', 'Steps to generalise', 'share of the table trained on', 'weight decay λ', {
      value: 'steps to test accuracy above 95 %',
    }),
    map('memorised', 'Steps to memorise', 'share of the table trained on', 'weight decay λ', {
      value: 'steps to training accuracy above 99 %',
    }),
  ],
  exact: (c) => [
    line('keptLoss', 'Loss with some of the frequencies', 'frequencies kept', 'squared error over the whole table, mean over outputs', {
      logY: true,
      series: { exact: 'solved by hand', trained: 'trained, its strongest' },
    }),
    line('keptAccuracy', 'Accuracy with some of the frequencies', 'frequencies kept', 'share of the whole table', {
      series: { exact: 'solved by hand', trained: 'trained, its strongest' },
    }),
    line('accuracy', 'Accuracy of the trained network', 'step', 'share of entries', { logX: true, series: bySetting(c) }),
    ...tableViews('solved by hand'),
  ],
};

const theory = (c: Config): readonly Curve[] => (variantOf(c) === 'exact' ? exactTheory(c) : []);
const markers = (c: Config): readonly Marker[] => {
  const known = variantOf(c) === 'time' ? singleRun(c, settingsOf(c)[0]!) : undefined;
  return known
    ? [
        { chart: 'accuracy', x: known.memorised, label: 'memorised' },
        { chart: 'accuracy', x: known.generalised, label: 'generalised' },
      ]
    : [];
};

export default defineStudy({
  ...card,
  sources: [
    { label: 'Power et al. 2022', url: 'https://arxiv.org/abs/2201.02177' },
    { label: 'Nanda et al. 2023', url: 'https://arxiv.org/abs/2301.05217' },
    { label: 'Gromov 2023', url: 'https://arxiv.org/abs/2301.02679' },
    { label: 'Liu et al. 2022', url: 'https://arxiv.org/abs/2205.10343' },
  ],
  config: FIELDS,
  presets: PRESETS,
  views: (c) => VIEWS[variantOf(c)]!(c),
  theory,
  markers,
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runGrokking),
});
