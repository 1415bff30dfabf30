/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { seed, seeds } from '../settings';

export const fields = defineFields({
  frequencies: { kind: 'list', label: 'Frequencies k', default: [1, 2, 3, 4, 6], min: 1, max: 40, step: 1 },
  amplitude: {
    kind: 'number',
    label: 'Amplitude',
    help: 'Of each frequency in the target. Small, so that the kernel stands still: towards 1 the network leaves the kernel regime',
    default: 0.05,
    min: 0.001,
    max: 10,
    step: 0.001,
    log: true,
  },
  width: { kind: 'number', label: 'Width', default: 1024, min: 16, max: 65_536, step: 1 },
  points: {
    kind: 'number',
    label: 'Points on the circle',
    help: 'Even, and above twice the highest frequency',
    default: 32,
    min: 8,
    max: 512,
    step: 2,
  },
  steps: { kind: 'number', label: 'Steps', default: 400, min: 10, max: 100_000, step: 1 },
  seeds,
  rate: {
    kind: 'number',
    label: 'Step size η',
    help: 'Gradient descent on the kernel converges below 3.29',
    default: 1,
    min: 0.01,
    max: 3,
    step: 0.01,
    advanced: true,
  },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 2, frequencies: [1, 2, 3], width: 128, points: 16, steps: 30 } },
  quick: { config: { seeds: 6 }, time: '22 s without a GPU' },
  standard: { config: {}, time: 'below 3 minutes without a GPU' },
  paper: {
    config: { seeds: 20, frequencies: [1, 2, 3, 4, 5, 6, 8, 10], width: 16_384, points: 64, steps: 3000 },
    time: 'for a GPU',
  },
};
