/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { bits, depth, dimension, rate, seed, seeds, steps, task, width } from '../settings';

export const fields = defineFields({
  task,
  counts: { kind: 'list', label: 'Training examples n', default: [25, 40, 60, 90], min: 8, max: 1000, step: 1 },
  richAlpha: {
    kind: 'number',
    label: 'α of the rich network',
    default: 0.1,
    min: 0.01,
    max: 10,
    step: 0.01,
    log: true,
  },
  width,
  steps,
  seeds,
  lazyAlpha: {
    kind: 'number',
    label: 'α of the lazy network',
    default: 30,
    min: 1,
    max: 1000,
    step: 1,
    log: true,
    advanced: true,
  },
  dimension,
  bits,
  depth,
  rate,
  tests: { kind: 'number', label: 'Test examples', default: 500, min: 50, max: 10_000, step: 10, advanced: true },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 2, counts: [16, 32], width: 32, steps: 60, dimension: 8, tests: 60 } },
  quick: { config: { seeds: 6 }, time: '36 s without a GPU' },
  standard: { config: {}, time: '76 s without a GPU' },
  paper: {
    config: { seeds: 40, counts: [40, 60, 90, 135, 200, 300], dimension: 20, width: 512, steps: 400, tests: 5000 },
    time: 'for a GPU',
  },
};
