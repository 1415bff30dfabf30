/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { examples, hidden, seed, seeds } from '../settings';

export const fields = defineFields({
  batches: { kind: 'list', label: 'Batch sizes', default: [4, 16, 64, 256], min: 2, max: 4000, step: 1 },
  rates: {
    kind: 'list',
    label: 'Learning rates',
    help: 'The best of them is taken for each batch size',
    default: [0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
    min: 0.0001,
    max: 100,
    step: 0.0001,
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
  },
  examples,
  hidden,
  seeds,
  maxSteps: { kind: 'number', label: 'Most steps', default: 6000, min: 50, max: 200_000, step: 1, advanced: true },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: {
    config: { seeds: 3, hidden: [12], examples: 400, batches: [8, 32, 128], rates: [0.05, 0.2, 0.8], goal: 2, maxSteps: 200 },
  },
  quick: { config: { seeds: 5, examples: 2000 }, time: '49 s without a GPU' },
  standard: { config: {} },
  paper: {
    config: {
      seeds: 10,
      hidden: [128, 128],
      examples: 12_000,
      batches: [4, 8, 16, 32, 64, 128, 256, 512, 1024],
      rates: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56],
    },
    time: 'for a GPU',
  },
};
