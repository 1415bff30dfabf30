/** The tangent kernel: of wide networks, in training, against networks, and on the circle. */
import { defineStudy, loadedOnRun, type Config, type Curve, type View } from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { FIELDS, list, PRESETS, variantOf } from './config';
import { EXPLANATION } from './explanation';
import { spectralTheory } from './spectralTheory';
import { widthTheory } from './widthTheory';

const byAlpha = (c: Config): Readonly<Record<string, string>> => Object.fromEntries(list(c, 'alphas').map((a) => [`a${a}`, `α = ${a}`]));
const byFrequency = (c: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(list(c, 'frequencies').map((k) => [`k${k}`, `k = ${k}`]));
const LEARNERS = {
  rich: 'network, rich',
  lazy: 'network, lazy',
  linear: 'linearised network',
  kernel: 'its closed form',
  infinite: 'kernel of infinite width',
};
const TRAINED = { rich: LEARNERS.rich, lazy: LEARNERS.lazy, linear: LEARNERS.linear };
const MOVED = { kernel: 'kernel, ‖Θ − Θ₀‖/‖Θ₀‖', weights: 'weights, ‖θ − θ₀‖/‖θ₀‖' };

const VIEWS: Readonly<Record<string, (c: Config) => readonly View[]>> = {
  width: () => [
    {
      kind: 'line',
      chart: 'distance',
      title: 'Distance to the kernel of infinite width',
      x: 'width',
      y: '‖Θ̂ − Θ‖/‖Θ‖',
      logX: true,
      logY: true,
      series: { relu: 'ReLU', erf: 'erf' },
    },
    {
      kind: 'line',
      chart: 'constant',
      title: 'Width × squared distance',
      x: 'width',
      y: 'n·‖Θ̂ − Θ‖²/‖Θ‖²',
      logX: true,
      series: { relu: 'ReLU', erf: 'erf' },
    },
  ],
  lazy: (c) => [
    {
      kind: 'line',
      chart: 'by-alpha',
      title: 'How far training moves kernel and weights',
      x: 'output scale α',
      y: 'relative change',
      logX: true,
      logY: true,
      series: MOVED,
    },
    { kind: 'line', chart: 'alignment', title: 'Alignment of the kernel with the labels', x: 'step', y: 'CKA(Θ, yyᵀ)', series: byAlpha(c) },
    {
      kind: 'line',
      chart: 'by-width',
      title: 'By width, at α = 1',
      x: 'width',
      y: 'relative change',
      logX: true,
      logY: true,
      series: MOVED,
    },
    {
      kind: 'line',
      chart: 'spectrum',
      title: 'Spectrum of the kernel',
      x: 'eigenvalue, largest first',
      y: 'share of the trace',
      logX: true,
      logY: true,
      series: { before: 'before training', rich: 'after, smallest α', lazy: 'after, largest α' },
    },
    {
      kind: 'heatmap',
      chart: 'kernel-before',
      title: 'Kernel before training, sorted by label',
      x: 'example',
      y: 'example',
      value: 'Θ, mean diagonal 1',
    },
    {
      kind: 'heatmap',
      chart: 'kernel-after',
      title: 'After training at the smallest α',
      x: 'example',
      y: 'example',
      value: 'Θ, mean diagonal 1',
    },
    {
      kind: 'line',
      chart: 'over-time',
      title: 'Kernel change over time',
      x: 'step',
      y: '‖Θ − Θ₀‖/‖Θ₀‖',
      logX: true,
      logY: true,
      series: byAlpha(c),
      place: 'diagnostic',
    },
    {
      kind: 'line',
      chart: 'loss',
      title: 'Training loss',
      x: 'step',
      y: '½ mean squared error',
      logX: true,
      logY: true,
      series: byAlpha(c),
      place: 'diagnostic',
    },
  ],
  versus: () => [
    { kind: 'line', chart: 'error', title: 'Test error', x: 'training examples n', y: 'share of examples', logX: true, series: LEARNERS },
    {
      kind: 'line',
      chart: 'squared',
      title: 'Test loss',
      x: 'training examples n',
      y: 'mean squared error',
      logX: true,
      logY: true,
      series: LEARNERS,
    },
    {
      kind: 'line',
      chart: 'train',
      title: 'Training loss',
      x: 'training examples n',
      y: 'mean squared error',
      logX: true,
      logY: true,
      series: TRAINED,
      place: 'diagnostic',
    },
  ],
  spectral: (c) => [
    {
      kind: 'line',
      chart: 'time',
      title: 'Time to learn a frequency',
      x: 'frequency k',
      y: 'steps to 1/e',
      logY: true,
      series: { measured: 'measured' },
    },
    {
      kind: 'line',
      chart: 'residual',
      title: 'What is left of each frequency',
      x: 'step',
      y: 'share of its amplitude',
      logX: true,
      series: byFrequency(c),
    },
  ],
};

const guide = (chart: string, xs: readonly number[], slope: number, label: string): Curve => {
  const ends = [xs[0]!, xs.at(-1)!];
  return { chart, series: 'guide', x: ends, y: ends.map((x) => (x / ends[1]!) ** slope / 100), kind: 'theory', label };
};
/** O(1/α) and O(1/width), as guides: only their slope is theory. */
const lazyGuides = (c: Config): readonly Curve[] => [
  guide('by-alpha', list(c, 'alphas'), -1, 'slope −1 (guide)'),
  guide('by-width', list(c, 'lazyWidths'), -1, 'slope −1 (guide)'),
  guide('by-width', list(c, 'lazyWidths'), -0.5, 'slope −½ (guide)'),
];
const theory = (c: Config): readonly Curve[] => {
  switch (variantOf(c)) {
    case 'width':
      return widthTheory(c);
    case 'lazy':
      return lazyGuides(c);
    case 'versus':
      return [
        {
          chart: 'error',
          series: 'chance',
          x: [list(c, 'counts')[0]!, list(c, 'counts').at(-1)!],
          y: [0.5, 0.5],
          kind: 'theory',
          label: 'chance',
        },
      ];
    case 'spectral':
      return spectralTheory(c);
  }
};
export default defineStudy({
  ...card,
  sources: [
    { label: 'Jacot, Gabriel & Hongler 2018', url: 'https://arxiv.org/abs/1806.07572' },
    { label: 'Lee et al. 2019', url: 'https://arxiv.org/abs/1902.06720' },
    { label: 'Chizat, Oyallon & Bach 2019', url: 'https://arxiv.org/abs/1812.07956' },
    { label: 'Basri et al. 2019', url: 'https://arxiv.org/abs/1906.00425' },
    { label: 'Ghorbani et al. 2020', url: 'https://arxiv.org/abs/2006.13409' },
  ],
  config: FIELDS,
  presets: PRESETS,
  views: (c) => VIEWS[variantOf(c)]!(c),
  theory,
  markers: (c) => (variantOf(c) === 'lazy' ? [{ chart: 'by-alpha', x: 1, label: 'α = 1' }] : []),
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runVariant),
});
