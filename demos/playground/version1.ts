/** The settings of the playground as links and files of version 1 have them. */
import type { Version1 } from '../../src/lab/study';

export default {
  defaults: {
    data: 'spirals',
    hidden: [32, 32],
    optimiser: 'adam',
    lr: 0.01,
    weightDecay: 0,
    steps: 3000,
    activation: 'relu',
    batch: 32,
    momentum: 0.9,
    seeds: 4,
    seed: 0,
    examples: 500,
    noise: 0.05,
    testShare: 0.3,
    standardise: true,
    target: 0,
    task: 'auto',
    limit: 0,
  },
  presets: {
    smoke: { hidden: [8], steps: 60, seeds: 2, examples: 100 },
    quick: { steps: 1000 },
    standard: { seeds: 8 },
    sine: { data: 'sine', activation: 'tanh', noise: 0.2, examples: 200 },
    paper: { data: 'mnist1d', hidden: [100, 100], examples: 5000, testShare: 0.2, steps: 6000, batch: 100, seeds: 5 },
  },
  studyOf: () => 'playground',
  renamed: {},
  presetNow: { sine: 'standard' },
} satisfies Version1;
