/** Double descent: linear, random features, over time, MLP. */
import { defineStudy, loadedOnRun, type Config, type Curve, type Marker, type View } from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { FIELDS, list, mlpReference, num, PRESETS, variantOf } from './config';
import { epochTheory } from './epochTheory';
import { EXPLANATION } from './explanation';
import { featuresTheory } from './featuresTheory';
import { linearTheory, threshold } from './linear';

const alongSamples = (c: Config): boolean => variantOf(c) === 'linear' && c['sweep'] === 'examples';

/** One series a width. */
const byWidth = (c: Config): Readonly<Record<string, string>> => Object.fromEntries(list(c, 'widths').map((w) => [`h${w}`, `h = ${w}`]));

const VIEWS: Readonly<Record<string, (c: Config) => readonly View[]>> = {
  linear: (c) => [
    {
      kind: 'line',
      chart: 'risk',
      title: 'Excess risk',
      x: alongSamples(c) ? 'examples n' : 'features p',
      y: 'E(ŷ − xᵀβ)²',
      logY: true,
      series: { 'min-norm': 'minimum norm', ridge: 'ridge at its optimum' },
    },
  ],
  features: (c) => [
    {
      kind: 'line',
      chart: 'risk',
      title: c['source'] === 'gaussian' ? 'Excess risk' : 'Test error',
      x: 'random features N',
      y: c['source'] === 'gaussian' ? 'E(ŷ − xᵀβ)²' : 'squared error, sum over classes',
      logX: true,
      logY: true,
      series: { 'min-norm': 'minimum norm', ridge: 'ridge' },
    },
  ],
  epoch: () => [
    {
      kind: 'line',
      chart: 'epoch',
      title: 'Excess risk over time',
      x: 'step',
      y: 'E(ŷ − xᵀβ)²',
      logX: true,
      series: { measured: 'measured on the GPU' },
    },
    {
      kind: 'line',
      chart: 'loss',
      title: 'Training loss',
      x: 'step',
      y: '½ mean squared error',
      logX: true,
      logY: true,
      series: { train: 'training set' },
    },
    {
      kind: 'line',
      chart: 'deviation',
      title: 'Largest distance from the closed form so far',
      x: 'step',
      y: 'share of the risk',
      logX: true,
      logY: true,
      series: { gpu: 'GPU', cpu: 'float32 on the CPU' },
    },
  ],
  mlp: (c) => [
    {
      kind: 'line',
      chart: 'error',
      title: 'Error by width',
      x: 'hidden width h',
      y: 'share of examples',
      logX: true,
      series: { test: 'test', train: 'training (noisy labels)' },
    },
    {
      kind: 'line',
      chart: 'loss',
      title: 'Loss by width',
      x: 'hidden width h',
      y: 'cross-entropy, nats',
      logX: true,
      logY: true,
      series: { test: 'test', train: 'training (noisy labels)' },
    },
    { kind: 'line', chart: 'epochs', title: 'Test error over time', x: 'epoch', y: 'share of examples', logX: true, series: byWidth(c) },
    {
      kind: 'line',
      chart: 'gradient',
      title: 'Gradient norm',
      x: 'epoch',
      y: 'minibatch',
      logX: true,
      logY: true,
      series: byWidth(c),
      place: 'diagnostic',
    },
    {
      kind: 'line',
      chart: 'weights',
      title: 'Weight norm',
      x: 'epoch',
      y: 'all weights',
      logX: true,
      logY: true,
      series: byWidth(c),
      place: 'diagnostic',
    },
    {
      kind: 'heatmap',
      chart: 'map',
      title: 'Test error by width and time',
      x: 'hidden width h',
      y: 'epoch',
      value: 'test error',
      logX: true,
      logY: true,
    },
  ],
};

const theory = (c: Config): readonly Curve[] => {
  switch (variantOf(c)) {
    case 'linear':
      return linearTheory(c);
    case 'features':
      return featuresTheory(c);
    case 'epoch':
      return epochTheory(c);
    case 'mlp':
      return mlpReference(c);
  }
};
const markers = (c: Config): readonly Marker[] => {
  switch (variantOf(c)) {
    case 'linear':
      return [{ chart: 'risk', x: threshold(c), label: 'p = n' }];
    case 'features':
      return [{ chart: 'risk', x: num(c, 'featureExamples'), label: 'N = n' }];
    default:
      return [];
  }
};
export default defineStudy({
  ...card,
  sources: [
    { label: 'Belkin, Hsu & Xu 2019', url: 'https://arxiv.org/abs/1903.07571' },
    { label: 'Hastie, Montanari, Rosset & Tibshirani 2019', url: 'https://arxiv.org/abs/1903.08560' },
    { label: 'Mei & Montanari 2019', url: 'https://arxiv.org/abs/1908.05355' },
    { label: 'Nakkiran et al. 2019', url: 'https://arxiv.org/abs/1912.02292' },
    { label: 'Greydanus & Kobak 2024', url: 'https://arxiv.org/abs/2011.14439' },
  ],
  config: FIELDS,
  presets: PRESETS,
  views: (c) => VIEWS[variantOf(c)]!(c),
  theory,
  markers,
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runVariant),
});
