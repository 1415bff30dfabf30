/** The playground: a network of the reader's choice on data of the reader's own. */
import { defineStudy, loadedOnRun, type Config, type Curve, type View } from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { CURVATURE_EXAMPLES, FIELDS, INPUTS, num, PRESETS } from './config';
import { EXPLANATION } from './explanation';

const VIEWS: readonly View[] = [
  {
    kind: 'line',
    chart: 'loss',
    title: 'Loss',
    x: 'step',
    y: 'nats, or squared error',
    logY: true,
    series: { test: 'test', train: 'training' },
  },
  {
    kind: 'line',
    chart: 'error',
    title: 'Error: share wrong, or share of the mean’s squared error',
    x: 'step',
    y: 'share',
    series: { test: 'test', train: 'training', constant: 'best constant, test' },
  },
  {
    kind: 'line',
    chart: 'batch',
    title: 'Minibatch loss',
    x: 'step',
    y: 'loss',
    logY: true,
    place: 'diagnostic',
    series: { loss: 'minibatch' },
  },
  {
    kind: 'line',
    chart: 'gradient',
    title: 'Gradient norm',
    x: 'step',
    y: 'Euclidean norm',
    logY: true,
    place: 'diagnostic',
    series: { norm: 'minibatch gradient' },
  },
  {
    kind: 'line',
    chart: 'weights',
    title: 'Weight norm',
    x: 'step',
    y: 'Euclidean norm',
    place: 'diagnostic',
    series: { norm: 'all parameters' },
  },
  {
    kind: 'line',
    chart: 'update',
    title: 'Update ratio',
    x: 'step',
    y: '‖Δθ‖ / ‖θ‖',
    logY: true,
    place: 'diagnostic',
    series: { ratio: 'step by step' },
  },
  {
    kind: 'line',
    chart: 'sharpness',
    title: 'Sharpness',
    x: 'step',
    y: 'λmax of the Hessian',
    logY: true,
    place: 'diagnostic',
    series: { hessian: `training loss, first ${CURVATURE_EXAMPLES} examples at most` },
  },
];

/** Where gradient descent becomes unstable, for the optimisers of which that is exact on a quadratic. Source: Cohen et al. 2021. */
const edge = (c: Config): readonly Curve[] => {
  const momentum = { sgd: 0, momentum: num(c, 'momentum') }[c['optimiser'] as string];
  if (momentum === undefined) return [];
  const limit = (2 * (1 + momentum)) / num(c, 'lr');
  return [
    {
      chart: 'sharpness',
      series: 'edge',
      x: [0, num(c, 'steps')],
      y: [limit, limit],
      kind: 'theory',
      label: momentum === 0 ? 'edge of stability, 2/η' : 'edge of stability, 2(1 + β)/η',
    },
  ];
};

export default defineStudy({
  ...card,
  sources: [
    { label: 'Greydanus & Kobak 2024 (MNIST-1D)', url: 'https://arxiv.org/abs/2011.14439' },
    { label: 'Kingma & Ba 2014 (Adam)', url: 'https://arxiv.org/abs/1412.6980' },
    { label: 'Loshchilov & Hutter 2017 (AdamW)', url: 'https://arxiv.org/abs/1711.05101' },
    { label: 'Cohen et al. 2021 (edge of stability)', url: 'https://arxiv.org/abs/2103.00065' },
  ],
  config: FIELDS,
  inputs: INPUTS,
  presets: PRESETS,
  views: () => VIEWS,
  theory: edge,
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runPlayground),
});
