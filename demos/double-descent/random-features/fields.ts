/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { counts, examples, labelNoise, ridgePerFeature, seed, seeds, tests } from '../settings';

export const fields = defineFields({ counts, examples, labelNoise, seeds, ridgePerFeature, tests, seed });
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, counts: [20, 40, 60, 80, 160], examples: 60, tests: 200 } },
  quick: { config: { seeds: 5 }, time: 'about 35 s without a GPU' },
  standard: { config: { seeds: 30 }, time: 'some 4 minutes without a GPU' },
  paper: { config: { seeds: 100 }, time: 'some 12 minutes, most of it for least squares on the processor' },
};
