/** Double descent: linear, random features, over time, MLP. */
import { defineExperiment, type Config, type Curve, type Marker, type RunContext, type View } from '../../src/lab/experiment';
import { claimsOf } from './claims';
import { FIELDS, list, num, PRESETS, variantOf } from './config';
import { epochTheory, runEpochwise } from './epochwise';
import { EXPLANATION } from './explanation';
import { featuresTheory, runFeatures } from './features';
import { linearTheory, runLinear, threshold } from './linear';
import { mlpReference, runMlp } from './mlp';

const alongSamples = (c: Config): boolean => variantOf(c) === 'linear' && c['sweep'] === 'examples';

const VIEWS: Readonly<Record<string, (c: Config) => readonly View[]>> = {
  linear: (c) => [{
    kind: 'line', chart: 'risk', title: 'Excess risk', x: alongSamples(c) ? 'examples n' : 'features p', y: 'E(ŷ − xᵀβ)²', logY: true,
    series: { 'min-norm': 'minimum norm', ridge: 'ridge at its optimum' },
  }],
  features: (c) => [{
    kind: 'line', chart: 'risk', title: c['source'] === 'gaussian' ? 'Excess risk' : 'Test error', x: 'random features N', y: c['source'] === 'gaussian' ? 'E(ŷ − xᵀβ)²' : 'squared error, sum over classes', logX: true, logY: true,
    series: { 'min-norm': 'minimum norm', ridge: 'ridge' },
  }],
  epoch: () => [
    { kind: 'line', chart: 'epoch', title: 'Excess risk over time', x: 'step', y: 'E(ŷ − xᵀβ)²', logX: true, series: { measured: 'measured on the GPU' } },
    { kind: 'line', chart: 'loss', title: 'Training loss', x: 'step', y: '½ mean squared error', logX: true, logY: true, series: { train: 'training set' } },
    { kind: 'line', chart: 'deviation', title: 'Largest distance from the closed form so far', x: 'step', y: 'share of the risk', logX: true, logY: true, series: { gpu: 'GPU', cpu: 'float32 on the CPU' } },
  ],
  mlp: (c) => [
    { kind: 'line', chart: 'error', title: 'Error by width', x: 'hidden width h', y: 'share of examples', logX: true, series: { test: 'test', train: 'training (noisy labels)' } },
    { kind: 'line', chart: 'loss', title: 'Loss by width', x: 'hidden width h', y: 'cross-entropy, nats', logX: true, logY: true, series: { test: 'test', train: 'training (noisy labels)' } },
    { kind: 'line', chart: 'epochs', title: 'Test error over time', x: 'epoch', y: 'share of examples', logX: true, series: Object.fromEntries(list(c, 'widths').map((w) => [`h${w}`, `h = ${w}`])) },
    { kind: 'heatmap', chart: 'map', title: 'Test error by width and time', x: 'hidden width h', y: 'epoch', value: 'test error', logX: true, logY: true },
  ],
};

const theory = (c: Config): readonly Curve[] => {
  switch (variantOf(c)) {
    case 'linear': return linearTheory(c);
    case 'features': return featuresTheory(c);
    case 'epoch': return epochTheory(c);
    case 'mlp': return mlpReference(c);
  }
};
const markers = (c: Config): readonly Marker[] => {
  switch (variantOf(c)) {
    case 'linear': return [{ chart: 'risk', x: threshold(c), label: 'p = n' }];
    case 'features': return [{ chart: 'risk', x: num(c, 'featureExamples'), label: 'N = n' }];
    default: return [];
  }
};
const run = (c: Config, context: RunContext): ReturnType<typeof runLinear> => {
  switch (variantOf(c)) {
    case 'linear': return runLinear(c, context);
    case 'features': return runFeatures(c, context);
    case 'epoch': return runEpochwise(c, context);
    case 'mlp': return runMlp(c, context);
  }
};

export default defineExperiment({
  id: 'double-descent',
  title: 'Double descent',
  question: 'Why does test error fall again once a model is large enough to fit every example?',
  summary: 'Test error rises to a peak where the model can just fit the data, then falls again as it grows; ridge at its optimum removes the peak.',
  sources: [
    { label: 'Belkin, Hsu & Xu 2019', url: 'https://arxiv.org/abs/1903.07571' },
    { label: 'Hastie, Montanari, Rosset & Tibshirani 2019', url: 'https://arxiv.org/abs/1903.08560' },
    { label: 'Mei & Montanari 2019', url: 'https://arxiv.org/abs/1908.05355' },
    { label: 'Nakkiran et al. 2019', url: 'https://arxiv.org/abs/1912.02292' },
    { label: 'Greydanus & Kobak 2024', url: 'https://arxiv.org/abs/2011.14439' },
  ],
  config: FIELDS, presets: PRESETS, views: (c) => VIEWS[variantOf(c)]!(c), theory, markers, claims: claimsOf, run, explanation: EXPLANATION,
});
