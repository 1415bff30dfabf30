/** What can be set on the page about gradient noise, and the presets. */
import type { Config, Field, Preset } from '../../src/lab/study';
import { largestStep } from '../../src/theory/index';

export type Variant = 'scale' | 'batch' | 'temperature' | 'quadratic' | 'mislabelled';
export const variantOf = (c: Config): Variant => c['variant'] as Variant;
const only =
  (...variants: readonly Variant[]) =>
  (c: Config): boolean =>
    variants.includes(variantOf(c));
export const num = (c: Config, key: string): number => c[key] as number;
/** Ascending, each once. */
export const list = (c: Config, key: string): readonly number[] => [...new Set(c[key] as readonly number[])].toSorted((a, b) => a - b);

export const FIELDS = {
  variant: {
    kind: 'choice',
    label: 'Measure',
    default: 'scale',
    options: {
      scale: 'The noise scale while training',
      batch: 'Steps against examples by batch size',
      temperature: 'Temperature η/B',
      quadratic: 'A noisy quadratic (exact theory)',
      mislabelled: 'Gradients of mislabelled examples',
    },
  },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Independent repetitions; bands are 95 % intervals of the mean over them',
    default: 8,
    min: 1,
    max: 500,
    step: 1,
  },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },
  hidden: {
    kind: 'list',
    label: 'Hidden widths',
    default: [32],
    min: 1,
    max: 1024,
    step: 1,
    advanced: true,
    when: (c) => variantOf(c) !== 'quadratic',
  },
  examples: {
    kind: 'number',
    label: 'Training examples',
    default: 4000,
    min: 100,
    max: 16_000,
    step: 100,
    advanced: true,
    when: only('scale', 'batch'),
  },

  steps: { kind: 'number', label: 'Steps', default: 1500, min: 20, max: 200_000, step: 1, when: only('scale') },
  batch: { kind: 'number', label: 'Batch size', default: 32, min: 4, max: 4000, step: 1, when: only('scale') },
  lr: { kind: 'number', label: 'Learning rate', default: 0.1, min: 0.0001, max: 10, step: 0.0001, log: true, when: only('scale') },
  decay: {
    kind: 'number',
    label: 'Decay of the averages',
    help: 'Of tr Σ and |G|² each, step by step',
    default: 0.98,
    min: 0,
    max: 0.9999,
    step: 0.0001,
    advanced: true,
    when: only('scale'),
  },
  smallBatch: {
    kind: 'number',
    label: 'Smaller batch',
    help: 'Of the estimate from two batch sizes; at most half of the batch',
    default: 8,
    min: 1,
    max: 2000,
    step: 1,
    advanced: true,
    when: only('scale'),
  },
  draws: {
    kind: 'number',
    label: 'Batches a probe',
    help: 'Of each size, at fixed weights',
    default: 20,
    min: 2,
    max: 1000,
    step: 1,
    advanced: true,
    when: only('scale'),
  },
  sample: {
    kind: 'number',
    label: 'Examples of the spectrum',
    help: 'Whose Gram matrix of gradients gives the eigenvalues',
    default: 96,
    min: 16,
    max: 1000,
    step: 1,
    advanced: true,
    when: only('scale'),
  },

  batches: { kind: 'list', label: 'Batch sizes', default: [4, 16, 64, 256], min: 2, max: 4000, step: 1, when: only('batch') },
  rates: {
    kind: 'list',
    label: 'Learning rates',
    help: 'The best of them is taken for each batch size',
    default: [0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
    min: 0.0001,
    max: 100,
    step: 0.0001,
    when: only('batch'),
  },
  goal: {
    kind: 'number',
    label: 'Goal',
    unit: 'nats',
    help: 'Loss on 250 fixed training examples',
    default: 1.6,
    min: 0.05,
    max: 2.2,
    step: 0.05,
    when: only('batch'),
  },
  maxSteps: { kind: 'number', label: 'Most steps', default: 6000, min: 50, max: 200_000, step: 1, advanced: true, when: only('batch') },

  temperatures: {
    kind: 'list',
    label: 'Temperatures η/B',
    default: [0.008, 0.016, 0.032],
    min: 0.000_01,
    max: 1,
    step: 0.000_01,
    when: only('temperature'),
  },
  batchSizes: { kind: 'list', label: 'Batch sizes', default: [4, 8, 16], min: 1, max: 1000, step: 1, when: only('temperature') },
  time: {
    kind: 'number',
    label: 'Time η · steps',
    help: 'Of every run, so that all go equally far without noise',
    default: 40,
    min: 1,
    max: 10_000,
    step: 1,
    when: only('temperature'),
  },
  temperatureExamples: {
    kind: 'number',
    label: 'Training examples',
    default: 400,
    min: 100,
    max: 16_000,
    step: 100,
    advanced: true,
    when: only('temperature'),
  },
  iterations: {
    kind: 'number',
    label: 'Power iterations',
    help: 'For the sharpness',
    default: 20,
    min: 2,
    max: 1000,
    step: 1,
    advanced: true,
    when: only('temperature'),
  },

  betas: { kind: 'list', label: 'Momenta β', default: [0, 0.5, 0.9], min: 0, max: 0.999, step: 0.001, when: only('quadratic') },
  points: {
    kind: 'number',
    label: 'Step sizes',
    help: 'For each momentum, up to 0.95 of the largest stable one',
    default: 9,
    min: 2,
    max: 60,
    step: 1,
    when: only('quadratic'),
  },
  coordinates: {
    kind: 'number',
    label: 'Coordinates',
    help: 'Independent of each other, of each seed',
    default: 128,
    min: 4,
    max: 65_536,
    step: 4,
    when: only('quadratic'),
  },
  averaged: {
    kind: 'number',
    label: 'Steps averaged',
    help: 'After the variance has settled',
    default: 1000,
    min: 10,
    max: 1_000_000,
    step: 1,
    when: only('quadratic'),
  },

  wrong: { kind: 'number', label: 'Share mislabelled', default: 0.15, min: 0.01, max: 0.8, step: 0.01, when: only('mislabelled') },
  epochs: { kind: 'number', label: 'Epochs', default: 30, min: 1, max: 5000, step: 1, when: only('mislabelled') },
  noisyExamples: { kind: 'number', label: 'Training examples', default: 1000, min: 100, max: 16_000, step: 100, when: only('mislabelled') },
  noisyLr: {
    kind: 'number',
    label: 'Learning rate',
    default: 0.05,
    min: 0.0001,
    max: 10,
    step: 0.0001,
    log: true,
    when: only('mislabelled'),
  },
  noisyBatch: { kind: 'number', label: 'Batch size', default: 50, min: 1, max: 4000, step: 1, advanced: true, when: only('mislabelled') },
  momentum: { kind: 'number', label: 'Momentum', default: 0.9, min: 0, max: 0.999, step: 0.001, advanced: true, when: only('mislabelled') },
} as const satisfies Readonly<Record<string, Field>>;

export const seedsOf = (c: Config): readonly number[] => Array.from({ length: num(c, 'seeds') }, (_, s) => num(c, 'seed') * 500 + s);

/** ηh at which the variance is measured, for h = 1: even on a log scale up to half of the largest step, then evenly. */
export const stepSizes = (c: Config, beta: number): readonly number[] => {
  const [count, largest] = [num(c, 'points'), largestStep(1, beta)];
  const low = Math.ceil(count / 2);
  const [first, middle, last] = [0.03, 0.5, 0.95];
  const share = (i: number): number =>
    i < low ? first * (middle / first) ** (i / low) : middle + ((last - middle) * (i - low)) / Math.max(1, count - 1 - low);
  return Array.from({ length: count }, (_, i) => Math.fround(share(i) * largest));
};

/** Times of presets without a stored run: measured in headless Chromium on SwiftShader with two cores. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: {
    label: 'Smoke',
    config: {
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
  },
  quick: { label: 'Quick', config: { seeds: 6, steps: 600, draws: 12, sample: 64 } },
  standard: { label: 'Standard', config: {} },
  batch: { label: 'Batch size', config: { variant: 'batch', seeds: 5, examples: 2000 } },
  temperature: { label: 'Temperature', config: { variant: 'temperature', seeds: 6 } },
  quadratic: { label: 'Noisy quadratic', config: { variant: 'quadratic', seeds: 10, averaged: 500 } },
  mislabelled: { label: 'Mislabelled', config: { variant: 'mislabelled', seeds: 6 } },
  memorised: {
    label: 'Mislabelled, memorised',
    config: { variant: 'mislabelled', seeds: 12, hidden: [64], noisyExamples: 400, epochs: 200 },
  },
  paper: {
    label: 'Large',
    config: { seeds: 20, hidden: [256, 256], examples: 12_000, steps: 30_000, batch: 256, smallBatch: 32, draws: 200, sample: 256 },
  },
};
