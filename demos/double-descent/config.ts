/** What can be set on the double-descent page, and the presets. */
import type { Config, Curve, Field, Preset } from '../../src/lab/study';

export type Variant = 'linear' | 'features' | 'epoch' | 'mlp';
export const variantOf = (c: Config): Variant => c['variant'] as Variant;
const only =
  (...variants: readonly Variant[]) =>
  (c: Config): boolean =>
    variants.includes(variantOf(c));
export const num = (c: Config, key: string): number => c[key] as number;
export const list = (c: Config, key: string): readonly number[] => c[key] as readonly number[];

export const FIELDS = {
  variant: {
    kind: 'choice',
    label: 'Model',
    default: 'linear',
    options: {
      linear: 'Linear regression (exact theory)',
      features: 'Random ReLU features',
      epoch: 'Gradient descent over time (exact)',
      mlp: 'MLP on MNIST-1D',
    },
  },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Independent repetitions; bands are 95 % intervals of the mean over them',
    default: 10,
    min: 1,
    max: 2000,
    step: 1,
  },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },

  sweep: {
    kind: 'choice',
    label: 'Along',
    default: 'features',
    options: { features: 'model size (features p)', examples: 'sample size (examples n)' },
    when: only('linear'),
  },
  examples: {
    kind: 'number',
    label: 'Examples n',
    help: 'Held fixed along model size',
    default: 40,
    min: 6,
    max: 400,
    step: 1,
    when: only('linear'),
  },
  features: {
    kind: 'number',
    label: 'Features D',
    help: 'Held fixed along sample size; the target uses all of them equally',
    default: 120,
    min: 6,
    max: 1000,
    step: 1,
    when: only('linear'),
  },
  points: { kind: 'number', label: 'Points on the curve', default: 29, min: 5, max: 101, step: 1, advanced: true, when: only('linear') },
  signal: { kind: 'number', label: 'Signal ‖β‖²', default: 1, min: 0, max: 100, step: 0.01, when: only('linear', 'epoch') },
  noise: { kind: 'number', label: 'Noise variance σ²', default: 0.25, min: 0, max: 100, step: 0.01, when: only('linear') },

  source: {
    kind: 'choice',
    label: 'Data',
    default: 'mnist1d',
    options: { mnist1d: 'MNIST-1D with label noise', gaussian: 'linear target on the sphere (theory)' },
    when: only('features'),
  },
  featureCounts: {
    kind: 'list',
    label: 'Random features N',
    default: [50, 100, 200, 300, 350, 400, 450, 550, 800, 1200, 2000],
    min: 1,
    max: 20_000,
    step: 1,
    when: only('features'),
  },
  featureExamples: { kind: 'number', label: 'Examples n', default: 400, min: 10, max: 4000, step: 1, when: only('features') },
  featureTest: {
    kind: 'number',
    label: 'Test examples',
    default: 1000,
    min: 50,
    max: 12_000,
    step: 1,
    advanced: true,
    when: only('features'),
  },
  dimension: {
    kind: 'number',
    label: 'Input dimension d',
    default: 80,
    min: 4,
    max: 400,
    step: 1,
    when: (c) => variantOf(c) === 'features' && c['source'] === 'gaussian',
  },
  labelNoise: {
    kind: 'number',
    label: 'Label noise',
    help: 'Share of training labels redrawn uniformly over the classes',
    default: 0.15,
    min: 0,
    max: 1,
    step: 0.01,
    when: only('features', 'mlp'),
  },
  ridgePerFeature: {
    kind: 'number',
    label: 'Ridge λ / N',
    default: 0.01,
    min: 0,
    max: 10,
    step: 0.001,
    advanced: true,
    when: only('features'),
  },

  timeExamples: { kind: 'number', label: 'Examples n', default: 100, min: 6, max: 1000, step: 1, when: only('epoch') },
  timeFeatures: { kind: 'number', label: 'Features d', default: 78, min: 2, max: 1000, step: 1, when: only('epoch') },
  timeNoise: { kind: 'number', label: 'Noise variance σ²', default: 0.05, min: 0, max: 100, step: 0.01, when: only('epoch') },
  steps: { kind: 'number', label: 'Steps', default: 3000, min: 10, max: 100_000, step: 1, when: only('epoch') },
  rate: {
    kind: 'number',
    label: 'Step size × λmax',
    help: 'Of each replica’s own Hessian; gradient descent converges below 2',
    default: 1,
    min: 0.01,
    max: 1.99,
    step: 0.01,
    when: only('epoch'),
  },
  slowShare: {
    kind: 'number',
    label: 'Share of slow features',
    default: 0.12,
    min: 0.01,
    max: 0.99,
    step: 0.01,
    advanced: true,
    when: only('epoch'),
  },
  slowScale: {
    kind: 'number',
    label: 'Scale of slow features',
    help: 'Their standard deviation; the others have 1. Each group carries half of the signal',
    default: 0.2,
    min: 0.01,
    max: 1,
    step: 0.01,
    when: only('epoch'),
  },

  widths: { kind: 'list', label: 'Hidden widths h', default: [4, 7, 11, 18, 30, 60, 120], min: 1, max: 2000, step: 1, when: only('mlp') },
  epochs: { kind: 'number', label: 'Epochs', default: 250, min: 1, max: 5000, step: 1, when: only('mlp') },
  trainExamples: { kind: 'number', label: 'Training examples', default: 400, min: 100, max: 16_000, step: 100, when: only('mlp') },
  testExamples: {
    kind: 'number',
    label: 'Test examples',
    default: 1000,
    min: 100,
    max: 16_000,
    step: 100,
    advanced: true,
    when: only('mlp'),
  },
  batch: { kind: 'number', label: 'Batch size', default: 50, min: 1, max: 4000, step: 1, advanced: true, when: only('mlp') },
  lr: {
    kind: 'number',
    label: 'Learning rate',
    default: 0.02,
    min: 0.0001,
    max: 1,
    step: 0.0001,
    advanced: true,
    log: true,
    when: only('mlp'),
  },
  momentum: { kind: 'number', label: 'Momentum', default: 0.9, min: 0, max: 0.999, step: 0.001, advanced: true, when: only('mlp') },
} as const satisfies Readonly<Record<string, Field>>;

/** The published MLP: test error in % by width, single runs. Greydanus & Kobak 2024. */
export const PUBLISHED_MLP = {
  widths: [9, 16, 27, 47, 61, 104, 177, 300],
  error: [48.97, 47.2, 50.7, 54.05, 54.0, 50.2, 47.9, 45.47],
  /** Half-width of the band in which a repetition is expected, in points. */
  band: 2,
} as const;

export const isPublished = (c: Config): boolean =>
  num(c, 'trainExamples') === 4000 &&
  num(c, 'testExamples') === 12_000 &&
  num(c, 'epochs') === 500 &&
  num(c, 'labelNoise') === 0.15 &&
  num(c, 'batch') === 100 &&
  num(c, 'lr') === 0.01 &&
  num(c, 'momentum') === 0.9;
/** The published single runs, where this run repeats their recipe. */
export const mlpReference = (c: Config): readonly Curve[] =>
  isPublished(c)
    ? [
        {
          chart: 'error',
          series: 'test',
          x: PUBLISHED_MLP.widths,
          y: PUBLISHED_MLP.error.map((e) => e / 100),
          kind: 'reference',
          label: 'published, one run each',
        },
      ]
    : [];

/** Times of presets without a stored run: measured in headless Chromium on SwiftShader with two cores. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: {
    label: 'Smoke',
    time: '0.6 s without a GPU',
    config: {
      seeds: 6,
      examples: 20,
      features: 60,
      points: 9,
      featureCounts: [20, 40, 60, 80, 160],
      featureExamples: 60,
      featureTest: 200,
      dimension: 20,
      timeExamples: 30,
      timeFeatures: 24,
      steps: 200,
      widths: [4, 16],
      epochs: 8,
      trainExamples: 200,
      testExamples: 200,
      batch: 50,
    },
  },
  quick: {
    label: 'Quick',
    time: '6 s without a GPU',
    config: {
      seeds: 50,
      points: 21,
      featureCounts: [50, 100, 150, 200, 250, 400, 800],
      featureExamples: 200,
      steps: 2000,
      widths: [4, 8, 16, 32],
      epochs: 60,
      trainExamples: 300,
      testExamples: 500,
    },
  },
  standard: { label: 'Standard', config: { seeds: 200 } },
  features: { label: 'Random features', config: { variant: 'features', seeds: 5 } },
  gaussian: {
    label: 'Random features, theory',
    config: {
      variant: 'features',
      source: 'gaussian',
      seeds: 20,
      dimension: 120,
      featureExamples: 180,
      featureCounts: [18, 36, 60, 90, 120, 140, 160, 170, 180, 190, 200, 220, 260, 300, 360, 540],
    },
  },
  epoch: { label: 'Over time', config: { variant: 'epoch' } },
  mlp: { label: 'MLP', config: { variant: 'mlp', seeds: 5, labelNoise: 0.3 } },
  paper: {
    label: 'Published MLP run',
    config: {
      variant: 'mlp',
      seeds: 5,
      widths: PUBLISHED_MLP.widths,
      epochs: 500,
      trainExamples: 4000,
      testExamples: 12_000,
      batch: 100,
      lr: 0.01,
      momentum: 0.9,
      labelNoise: 0.15,
    },
  },
};
