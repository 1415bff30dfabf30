/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { noise, seed, seeds, signal } from '../settings';

export const fields = defineFields({
  noise: { ...noise, default: 0.05 },
  slowScale: {
    kind: 'number',
    label: 'Scale of slow features',
    help: 'Their standard deviation; the others have 1. Each group carries half of the signal',
    default: 0.2,
    min: 0.01,
    max: 1,
    step: 0.01,
  },
  examples: { kind: 'number', label: 'Examples n', default: 100, min: 6, max: 1000, step: 1 },
  features: { kind: 'number', label: 'Features d', default: 78, min: 2, max: 1000, step: 1 },
  steps: { kind: 'number', label: 'Steps', default: 3000, min: 10, max: 100_000, step: 1 },
  seeds,
  rate: {
    kind: 'number',
    label: 'Step size × λmax',
    help: 'Of each replica’s own Hessian; gradient descent converges below 2',
    default: 1,
    min: 0.01,
    max: 1.99,
    step: 0.01,
    advanced: true,
  },
  signal: { ...signal, advanced: true },
  slowShare: {
    kind: 'number',
    label: 'Share of slow features',
    default: 0.12,
    min: 0.01,
    max: 0.99,
    step: 0.01,
    advanced: true,
  },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, examples: 30, features: 24, steps: 200 } },
  quick: { config: {}, time: 'about 10 s without a GPU' },
  standard: { config: { seeds: 100 }, time: 'some 2 minutes without a GPU' },
  paper: { config: { seeds: 200, steps: 30_000 }, time: 'some half an hour, most of it for the closed form on the processor' },
};
