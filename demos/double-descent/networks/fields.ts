/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { labelNoise, seed, seeds } from '../settings';
import { PUBLISHED } from './published';

export const fields = defineFields({
  widths: { kind: 'list', label: 'Hidden widths h', default: [4, 7, 11, 18, 30, 60, 120], min: 1, max: 2000, step: 1 },
  labelNoise,
  epochs: { kind: 'number', label: 'Epochs', default: 250, min: 1, max: 5000, step: 1 },
  trainExamples: { kind: 'number', label: 'Training examples', default: 400, min: 100, max: 16_000, step: 100 },
  lr: { kind: 'number', label: 'Learning rate', default: 0.02, min: 0.0001, max: 1, step: 0.0001, log: true },
  seeds,
  testExamples: { kind: 'number', label: 'Test examples', default: 1000, min: 100, max: 16_000, step: 100, advanced: true },
  batch: { kind: 'number', label: 'Batch size', default: 50, min: 1, max: 4000, step: 1, advanced: true },
  momentum: { kind: 'number', label: 'Momentum', default: 0.9, min: 0, max: 0.999, step: 0.001, advanced: true },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, widths: [4, 16], epochs: 8, trainExamples: 200, testExamples: 200 } },
  quick: {
    config: { seeds: 5, labelNoise: 0.3, widths: [4, 8, 16, 32, 64], epochs: 120, trainExamples: 300, testExamples: 500, lr: 0.05 },
    time: 'under a minute without a GPU',
  },
  standard: { config: { seeds: 5, labelNoise: 0.3 }, time: 'about 2 minutes without a GPU' },
  paper: { config: { seeds: 5, widths: PUBLISHED.widths, ...PUBLISHED.recipe }, time: 'for a GPU' },
};
