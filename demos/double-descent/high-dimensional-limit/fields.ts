/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { counts, examples, ridgePerFeature, seed, seeds, tests } from '../settings';

export const fields = defineFields({
  dimension: { kind: 'number', label: 'Input dimension d', default: 80, min: 4, max: 400, step: 1 },
  examples,
  counts,
  seeds,
  ridgePerFeature,
  tests,
  seed,
});
export type Config = ConfigOf<typeof fields>;

/** Densest around n = 180. */
const COUNTS = [18, 36, 60, 90, 120, 140, 160, 170, 180, 190, 200, 220, 260, 300, 360, 540];

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 6, counts: [20, 40, 60, 80, 160], examples: 60, tests: 200, dimension: 20 } },
  quick: { config: { seeds: 20, dimension: 120, examples: 180, counts: COUNTS }, time: 'about a minute without a GPU' },
  standard: { config: { seeds: 100, dimension: 120, examples: 180, counts: COUNTS }, time: 'some 5 minutes without a GPU' },
  paper: {
    config: { seeds: 50, dimension: 240, examples: 360, counts: COUNTS.map((N) => 2 * N) },
    time: 'some 20 minutes, most of it for least squares on the processor',
  },
};
