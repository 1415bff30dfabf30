/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { examples, hidden, seed, seeds } from '../settings';

export const fields = defineFields({
  temperatures: {
    kind: 'list',
    label: 'Temperatures η/B',
    default: [0.008, 0.016, 0.032],
    min: 0.000_01,
    max: 1,
    step: 0.000_01,
  },
  batches: { kind: 'list', label: 'Batch sizes', default: [4, 8, 16], min: 1, max: 1000, step: 1 },
  time: {
    kind: 'number',
    label: 'Time η · steps',
    help: 'Of every run, so that all go equally far without noise',
    default: 40,
    min: 1,
    max: 10_000,
    step: 1,
  },
  examples: { ...examples, default: 400 },
  hidden,
  seeds,
  iterations: {
    kind: 'number',
    label: 'Power iterations',
    help: 'For the sharpness',
    default: 20,
    min: 2,
    max: 1000,
    step: 1,
    advanced: true,
  },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 3, hidden: [12], temperatures: [0.002, 0.004], batches: [8, 16], time: 2, examples: 200, iterations: 5 } },
  quick: { config: { seeds: 6 }, time: '56 s without a GPU' },
  standard: { config: { seeds: 12 } },
  paper: {
    config: {
      seeds: 20,
      hidden: [64],
      temperatures: [0.002, 0.004, 0.008, 0.016],
      batches: [4, 8, 16, 32],
      examples: 2000,
      iterations: 100,
    },
    time: 'for a GPU',
  },
};
