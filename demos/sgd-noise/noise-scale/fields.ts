/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { examples, hidden, lr, seed, seeds } from '../settings';

export const fields = defineFields({
  steps: { kind: 'number', label: 'Steps', default: 1500, min: 20, max: 200_000, step: 1 },
  batch: { kind: 'number', label: 'Batch size', default: 32, min: 4, max: 4000, step: 1 },
  lr,
  examples,
  hidden,
  seeds,
  decay: {
    kind: 'number',
    label: 'Decay of the averages',
    help: 'Of tr Σ and |G|² each, step by step',
    default: 0.98,
    min: 0,
    max: 0.9999,
    step: 0.0001,
    advanced: true,
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
  },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 3, hidden: [12], examples: 400, steps: 60, batch: 16, smallBatch: 4, draws: 4, sample: 24 } },
  quick: { config: { seeds: 6, steps: 600, draws: 12, sample: 64 }, time: '10 s without a GPU' },
  standard: { config: {}, time: '23 s without a GPU' },
  paper: {
    config: { seeds: 20, hidden: [256, 256], examples: 12_000, steps: 30_000, batch: 256, smallBatch: 32, draws: 200, sample: 256 },
    time: 'for a GPU',
  },
};
