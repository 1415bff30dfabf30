/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';

export const fields = defineFields({
  sweep: {
    kind: 'choice',
    label: 'Along',
    default: 'features',
    options: { features: 'model size (features p)', examples: 'sample size (examples n)' },
  },
  examples: { kind: 'number', label: 'Examples n', help: 'Held fixed along model size', default: 40, min: 6, max: 400, step: 1 },
  features: {
    kind: 'number',
    label: 'Features D',
    help: 'Held fixed along sample size; the target uses all of them equally',
    default: 120,
    min: 6,
    max: 1000,
    step: 1,
  },
  signal: { kind: 'number', label: 'Signal ‖β‖²', default: 1, min: 0, max: 100, step: 0.01 },
  noise: { kind: 'number', label: 'Noise variance σ²', default: 0.25, min: 0, max: 100, step: 0.01 },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Independent repetitions; bands are 95 % intervals of the mean over them',
    default: 10,
    min: 1,
    max: 2000,
    step: 1,
  },
  points: { kind: 'number', label: 'Points on the curve', default: 29, min: 5, max: 101, step: 1, advanced: true },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, examples: 20, features: 60, points: 9 } },
  quick: { config: { seeds: 50, points: 21 } },
  standard: { config: { seeds: 200 } },
  paper: { config: { seeds: 2000, points: 101 }, time: 'some 15 minutes without a GPU' },
};
