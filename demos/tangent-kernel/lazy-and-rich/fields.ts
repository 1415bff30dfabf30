/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { bits, depth, dimension, rate, seed, seeds, steps, task, width } from '../settings';

export const fields = defineFields({
  task,
  alphas: {
    kind: 'list',
    label: 'Output scales α',
    help: 'The network is α(f − f₀), its loss divided by α²: large α makes training lazy',
    default: [0.1, 0.3, 1, 10, 30, 100],
    min: 0.01,
    max: 1000,
    step: 0.01,
  },
  width,
  widths: { kind: 'list', label: 'Widths at α = 1', default: [32, 64, 128, 256], min: 2, max: 16_384, step: 1 },
  steps,
  seeds,
  activation: {
    kind: 'choice',
    label: 'Activation',
    help: 'Where ReLUs switch the kernel jumps: then its change falls more slowly than 1/α',
    default: 'erf',
    options: { erf: 'erf', relu: 'ReLU' },
    advanced: true,
  },
  examples: { kind: 'number', label: 'Examples n', default: 40, min: 8, max: 512, step: 2, advanced: true },
  dimension,
  bits,
  depth,
  rate,
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 2, alphas: [0.1, 10, 100], width: 32, widths: [16, 32], examples: 16, steps: 60, dimension: 8 } },
  quick: { config: { seeds: 6 }, time: '25 s without a GPU' },
  standard: { config: {}, time: 'below 2 minutes without a GPU' },
  paper: {
    config: {
      seeds: 40,
      alphas: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
      width: 256,
      widths: [64, 128, 256, 512, 1024],
      steps: 1000,
    },
    time: 'for a GPU',
  },
};
