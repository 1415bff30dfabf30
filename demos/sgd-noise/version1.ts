/** What links and files meant when this phenomenon was one study with variants. Frozen: nothing here follows the fields of today. */
import type { Config, Version1 } from '../../src/lab/study';

const defaults: Config = {
  variant: 'scale',
  seeds: 8,
  seed: 0,
  hidden: [32],
  examples: 4000,
  steps: 1500,
  batch: 32,
  lr: 0.1,
  decay: 0.98,
  smallBatch: 8,
  draws: 20,
  sample: 96,
  batches: [4, 16, 64, 256],
  rates: [0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
  goal: 1.6,
  maxSteps: 6000,
  temperatures: [0.008, 0.016, 0.032],
  batchSizes: [4, 8, 16],
  time: 40,
  temperatureExamples: 400,
  iterations: 20,
  betas: [0, 0.5, 0.9],
  points: 9,
  coordinates: 128,
  averaged: 1000,
  wrong: 0.15,
  epochs: 30,
  noisyExamples: 1000,
  noisyLr: 0.05,
  noisyBatch: 50,
  momentum: 0.9,
};

const presets: Version1['presets'] = {
  smoke: {
    seeds: 3,
    hidden: [12],
    examples: 400,
    steps: 60,
    batch: 16,
    smallBatch: 4,
    draws: 4,
    sample: 24,
    noisyBatch: 20,
    batches: [8, 32, 128],
    rates: [0.05, 0.2, 0.8],
    goal: 2,
    maxSteps: 200,
    temperatures: [0.002, 0.004],
    batchSizes: [8, 16],
    time: 2,
    temperatureExamples: 200,
    iterations: 5,
    points: 4,
    coordinates: 16,
    averaged: 50,
    epochs: 3,
    noisyExamples: 200,
  },
  quick: { seeds: 6, steps: 600, draws: 12, sample: 64 },
  standard: {},
  batch: { variant: 'batch', seeds: 5, examples: 2000 },
  temperature: { variant: 'temperature', seeds: 6 },
  quadratic: { variant: 'quadratic', seeds: 10, averaged: 500 },
  mislabelled: { variant: 'mislabelled', seeds: 6 },
  memorised: { variant: 'mislabelled', seeds: 12, hidden: [64], noisyExamples: 400, epochs: 200 },
  paper: { seeds: 20, hidden: [256, 256], examples: 12_000, steps: 30_000, batch: 256, smallBatch: 32, draws: 200, sample: 256 },
};

/** By variant. */
const STUDIES = new Map([
  ['scale', 'noise-scale'],
  ['batch', 'critical-batch'],
  ['temperature', 'temperature'],
  ['quadratic', 'stationary'],
  ['mislabelled', 'mislabelled'],
]);

export default {
  defaults,
  presets,
  /** A variant that never was is no study's either, and is refused as one. */
  studyOf: ({ variant }) => STUDIES.get(String(variant)) ?? String(variant),
  renamed: {
    temperature: { temperatureExamples: 'examples', batchSizes: 'batches' },
    mislabelled: { noisyExamples: 'examples', noisyLr: 'lr', noisyBatch: 'batch' },
  },
  presetNow: { batch: 'quick', temperature: 'quick', quadratic: 'quick', mislabelled: 'quick', memorised: 'standard' },
} satisfies Version1;
