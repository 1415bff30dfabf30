/** The playground: a network of the reader's choice on data of the reader's own. */
import { defineExperiment, loadedOnRun, type View } from '../../src/lab/experiment';
import card from './card';
import { claimsOf } from './claims';
import { FIELDS, INPUTS, PRESETS } from './config';
import { EXPLANATION } from './explanation';

const VIEWS: readonly View[] = [
  { kind: 'line', chart: 'loss', title: 'Loss', x: 'step', y: 'nats, or squared error', logY: true, series: { test: 'test', train: 'training' } },
  {
    kind: 'line', chart: 'error', title: 'Error: share wrong, or share of the mean’s squared error', x: 'step', y: 'share',
    series: { test: 'test', train: 'training', constant: 'best constant, test' },
  },
  { kind: 'line', chart: 'batch', title: 'Minibatch loss', x: 'step', y: 'loss', logY: true, place: 'diagnostic', series: { loss: 'minibatch' } },
  { kind: 'line', chart: 'gradient', title: 'Gradient norm', x: 'step', y: 'Euclidean norm', logY: true, place: 'diagnostic', series: { norm: 'minibatch gradient' } },
  { kind: 'line', chart: 'weights', title: 'Weight norm', x: 'step', y: 'Euclidean norm', place: 'diagnostic', series: { norm: 'all parameters' } },
  { kind: 'line', chart: 'update', title: 'Update ratio', x: 'step', y: '‖Δθ‖ / ‖θ‖', logY: true, place: 'diagnostic', series: { ratio: 'step by step' } },
];

export default defineExperiment({
  ...card,
  sources: [
    { label: 'Greydanus & Kobak 2024 (MNIST-1D)', url: 'https://arxiv.org/abs/2011.14439' },
    { label: 'Kingma & Ba 2014 (Adam)', url: 'https://arxiv.org/abs/1412.6980' },
    { label: 'Loshchilov & Hutter 2017 (AdamW)', url: 'https://arxiv.org/abs/1711.05101' },
  ],
  config: FIELDS, inputs: INPUTS, presets: PRESETS, views: () => VIEWS, theory: () => [], claims: claimsOf, explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runPlayground),
});
