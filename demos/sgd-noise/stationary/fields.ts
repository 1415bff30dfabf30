/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { seed, seeds } from '../settings';

export const fields = defineFields({
  betas: { kind: 'list', label: 'Momenta β', default: [0, 0.5, 0.9], min: 0, max: 0.999, step: 0.001 },
  points: {
    kind: 'number',
    label: 'Step sizes',
    help: 'For each momentum, up to 0.95 of the largest stable one',
    default: 9,
    min: 2,
    max: 60,
    step: 1,
  },
  coordinates: {
    kind: 'number',
    label: 'Coordinates',
    help: 'Independent of each other, of each seed',
    default: 128,
    min: 4,
    max: 65_536,
    step: 4,
  },
  averaged: {
    kind: 'number',
    label: 'Steps averaged',
    help: 'After the variance has settled',
    default: 1000,
    min: 10,
    max: 1_000_000,
    step: 1,
  },
  seeds,
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 3, points: 4, coordinates: 16, averaged: 50 } },
  quick: { config: { seeds: 10, averaged: 500 }, time: '21 s without a GPU' },
  standard: { config: { seeds: 20 } },
  paper: { config: { seeds: 50, betas: [0, 0.5, 0.9, 0.99], points: 21, coordinates: 1024, averaged: 5000 }, time: 'for a GPU' },
};
