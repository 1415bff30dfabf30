/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { examples, hidden, lr, seed, seeds } from '../settings';

export const fields = defineFields({
  wrong: { kind: 'number', label: 'Share mislabelled', default: 0.15, min: 0.01, max: 0.8, step: 0.01 },
  epochs: { kind: 'number', label: 'Epochs', default: 30, min: 1, max: 5000, step: 1 },
  examples: { ...examples, default: 1000 },
  lr: { ...lr, default: 0.05 },
  hidden,
  seeds,
  batch: { kind: 'number', label: 'Batch size', default: 50, min: 1, max: 4000, step: 1, advanced: true },
  momentum: { kind: 'number', label: 'Momentum', default: 0.9, min: 0, max: 0.999, step: 0.001, advanced: true },
  seed,
});
export type Config = ConfigOf<typeof fields>;

/** Quick: while the rule is learned. Standard: until the wrong labels are memorised too. */
export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 3, hidden: [12], examples: 200, batch: 20, epochs: 3 } },
  quick: { config: { seeds: 6 }, time: '12 s without a GPU' },
  standard: { config: { seeds: 12, hidden: [64], examples: 400, epochs: 200 } },
  paper: { config: { seeds: 20, hidden: [256, 256], examples: 4000, epochs: 300 }, time: 'for a GPU' },
};
