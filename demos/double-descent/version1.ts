/** What links and files meant when this phenomenon was one study with variants. Frozen: nothing here follows the fields of today. */
import type { Config, Version1 } from '../../src/lab/study';

const defaults: Config = {
  variant: 'linear',
  seeds: 10,
  seed: 0,
  sweep: 'features',
  examples: 40,
  features: 120,
  points: 29,
  signal: 1,
  noise: 0.25,
  source: 'mnist1d',
  featureCounts: [50, 100, 200, 300, 350, 400, 450, 550, 800, 1200, 2000],
  featureExamples: 400,
  featureTest: 1000,
  dimension: 80,
  labelNoise: 0.15,
  ridgePerFeature: 0.01,
  timeExamples: 100,
  timeFeatures: 78,
  timeNoise: 0.05,
  steps: 3000,
  rate: 1,
  slowShare: 0.12,
  slowScale: 0.2,
  widths: [4, 7, 11, 18, 30, 60, 120],
  epochs: 250,
  trainExamples: 400,
  testExamples: 1000,
  batch: 50,
  lr: 0.02,
  momentum: 0.9,
};

const presets: Version1['presets'] = {
  smoke: {
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
  quick: {
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
  standard: { seeds: 200 },
  features: { variant: 'features', seeds: 5 },
  gaussian: {
    variant: 'features',
    source: 'gaussian',
    seeds: 20,
    dimension: 120,
    featureExamples: 180,
    featureCounts: [18, 36, 60, 90, 120, 140, 160, 170, 180, 190, 200, 220, 260, 300, 360, 540],
  },
  epoch: { variant: 'epoch' },
  mlp: { variant: 'mlp', seeds: 5, labelNoise: 0.3 },
  paper: {
    variant: 'mlp',
    seeds: 5,
    widths: [9, 16, 27, 47, 61, 104, 177, 300],
    epochs: 500,
    trainExamples: 4000,
    testExamples: 12_000,
    batch: 100,
    lr: 0.01,
    momentum: 0.9,
    labelNoise: 0.15,
  },
};

/** By variant; random features were two studies, by their data. */
const STUDIES = new Map([
  ['linear', 'linear'],
  ['epoch', 'over-time'],
  ['mlp', 'networks'],
]);
const FEATURES = { featureCounts: 'counts', featureExamples: 'examples', featureTest: 'tests' };

export default {
  defaults,
  presets,
  /** A variant that never was is no study's either, and is refused as one. */
  studyOf: ({ variant, source }) => {
    if (variant === 'features') return source === 'gaussian' ? 'high-dimensional-limit' : 'random-features';
    return STUDIES.get(String(variant)) ?? String(variant);
  },
  renamed: {
    'random-features': FEATURES,
    'high-dimensional-limit': FEATURES,
    'over-time': { timeExamples: 'examples', timeFeatures: 'features', timeNoise: 'noise' },
  },
  presetNow: { features: 'quick', gaussian: 'quick', epoch: 'quick', mlp: 'standard' },
} satisfies Version1;
