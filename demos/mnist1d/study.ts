/** MNIST-1D: logistic regression, MLP and CNN, with the positions in order or shuffled. */
import { defineStudy, loadedOnRun, type Config, type View } from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { architecturesOf, FIELDS, LABELS, PRESETS, publishedLines } from './config';
import { EXPLANATION } from './explanation';

const views = (c: Config): readonly View[] => {
  const series = Object.fromEntries(architecturesOf(c).map((a) => [a, LABELS[a]]));
  const line = { kind: 'line', x: 'step', logX: true, series } as const;
  return [
    { ...line, chart: 'test', title: 'Test accuracy', y: '% of 1,000 examples' },
    { ...line, chart: 'train', title: 'Training accuracy', y: '% of 4,000 examples' },
    { ...line, chart: 'loss', title: 'Test loss', y: 'cross-entropy, nats', logY: true },
    { ...line, chart: 'trainLoss', title: 'Training loss', y: 'cross-entropy, nats', logY: true },
    { ...line, chart: 'gradient', title: 'Gradient norm', y: 'minibatch', logY: true, place: 'diagnostic' },
    { ...line, chart: 'weights', title: 'Weight norm', y: 'all parameters', logY: true, place: 'diagnostic' },
  ];
};

export default defineStudy({
  ...card,
  sources: [
    { label: 'Greydanus & Kobak 2024', url: 'https://arxiv.org/abs/2011.14439' },
    { label: 'He et al. 2015 (residual networks)', url: 'https://arxiv.org/abs/1512.03385' },
  ],
  config: FIELDS,
  presets: PRESETS,
  views,
  theory: publishedLines,
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runArchitectures),
});
