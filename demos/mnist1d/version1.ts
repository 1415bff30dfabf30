/** What links and files meant before this phenomenon had studies. Frozen: nothing here follows the fields of today. */
import type { Version1 } from '../../src/lab/study';

export default {
  defaults: {
    shufflePositions: 'ordered',
    architecture: 'all',
    steps: 6000,
    seeds: 5,
    lr: 0.01,
    batch: 100,
    width: 100,
    channels: 25,
    seed: 0,
  },
  presets: {
    smoke: { steps: 10, seeds: 2 },
    quick: { steps: 1000, seeds: 5 },
    standard: {},
    shuffled: { shufflePositions: 'shuffled' },
    paper: { seeds: 20 },
  },
  studyOf: () => 'architectures',
  renamed: {},
  /** The presets of before are too long for today's names: a thousand steps took ten minutes without a GPU. */
  presetNow: { quick: 'standard', standard: 'paper', shuffled: 'paper' },
} satisfies Version1;
