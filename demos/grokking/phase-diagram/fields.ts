/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { common, learned, settingsOf, type Setting } from '../settings';

export const fields = defineFields({
  fractions: {
    kind: 'list',
    label: 'Shares of the table to train on',
    default: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    min: 0.02,
    max: 0.98,
    step: 0.01,
  },
  decays: common.decays,
  task: learned.task,
  modulus: { ...common.modulus, when: { task: ['add', 'subtract', 'multiply', 'divide', 'squares', 'cubic'] } },
  steps: common.steps,
  seeds: common.seeds,
  model: learned.model,
  hidden: learned.hidden,
  lr: common.lr,
  warmup: common.warmup,
  initScale: common.initScale,
  seed: common.seed,
});
export type Config = ConfigOf<typeof fields>;

/** In the order of their replicas. */
export const ownSettings = (c: Config): readonly Setting[] => settingsOf(c.fractions, c.decays);

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { modulus: '7', hidden: 16, fractions: [0.4, 0.8], steps: 40, seeds: 2 } },
  quick: { config: { modulus: '23', fractions: [0.3, 0.7], steps: 500 } },
  standard: {
    config: { modulus: '23', fractions: [0.3, 0.5, 0.7, 0.8], decays: [0.3, 1], steps: 800 },
    time: 'some 15 minutes without a GPU',
  },
  paper: {
    time: 'for a GPU',
    config: { modulus: '97', fractions: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7], decays: [0, 0.1, 0.3, 1, 3], steps: 10_000, hidden: 512 },
  },
};
