/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { LABELS, RECIPE } from './published';

export const fields = defineFields({
  shufflePositions: {
    kind: 'choice',
    label: 'Positions',
    help: 'Shuffled: one permutation of the 40 positions for all examples. It takes no information away, only which inputs are neighbours',
    default: 'ordered',
    options: { ordered: 'in their order', shuffled: 'shuffled' },
  },
  architecture: { kind: 'choice', label: 'Architectures', default: 'all', options: { all: 'all three', ...LABELS } },
  steps: { kind: 'number', label: 'Steps', default: RECIPE.steps, min: 10, max: 100_000, step: 1 },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help:
      'Networks of each architecture, which differ in where they start and in the order of examples; ' +
      'bands are 95 % intervals of the mean over them',
    default: 5,
    min: 1,
    max: 100,
    step: 1,
  },
  lr: { kind: 'number', label: 'Learning rate', help: 'Of Adam', default: RECIPE.lr, min: 0.00001, max: 1, step: 0.00001, log: true },
  batch: { kind: 'number', label: 'Batch size', default: RECIPE.batch, min: 1, max: 4000, step: 1, advanced: true },
  width: { kind: 'number', label: 'Hidden width of the MLP', default: RECIPE.width, min: 1, max: 1000, step: 1, advanced: true },
  channels: { kind: 'number', label: 'Channels of the CNN', default: RECIPE.channels, min: 1, max: 200, step: 1, advanced: true },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { steps: 10, seeds: 2 } },
  quick: { config: { steps: 400, width: 50, channels: 12 }, time: 'about a minute without a GPU' },
  standard: { config: { steps: 400 }, time: 'about 5 minutes without a GPU' },
  paper: { config: { seeds: 20 }, time: 'for a GPU' },
};
