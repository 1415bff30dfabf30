/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { noise, seed, seeds, signal } from '../settings';

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
  signal,
  noise,
  seeds,
  points: { kind: 'number', label: 'Points on the curve', default: 29, min: 5, max: 101, step: 1, advanced: true },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, examples: 20, features: 60, points: 9 } },
  quick: { config: { seeds: 50, points: 21 } },
  standard: { config: { seeds: 200 } },
  paper: { config: { seeds: 2000, points: 101 }, time: 'some 15 minutes without a GPU' },
};
