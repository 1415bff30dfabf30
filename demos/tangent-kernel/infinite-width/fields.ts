/** What can be set, and the presets. Times without a GPU: on SwiftShader with two cores. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { seed, seeds } from '../settings';

export const fields = defineFields({
  widths: { kind: 'list', label: 'Widths', default: [32, 64, 128, 256, 512], min: 2, max: 16_384, step: 1 },
  depth: {
    kind: 'number',
    label: 'Hidden layers L',
    help: 'With one, the distance of ReLU networks is known exactly',
    default: 2,
    min: 1,
    max: 6,
    step: 1,
  },
  inputs: {
    kind: 'number',
    label: 'Inputs',
    help: 'Uniform on the sphere of radius √d',
    default: 16,
    min: 2,
    max: 256,
    step: 1,
  },
  inputDimension: { kind: 'number', label: 'Input dimension d', default: 10, min: 2, max: 400, step: 1 },
  seeds: { ...seeds, default: 40 },
  seed,
});
export type Config = ConfigOf<typeof fields>;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { seeds: 2, widths: [16, 32, 64], inputs: 6 } },
  quick: { config: { seeds: 24, widths: [32, 64, 128, 256], inputs: 12 }, time: '12 s without a GPU' },
  standard: { config: {}, time: '23 s without a GPU' },
  paper: { config: { seeds: 100, widths: [64, 128, 256, 512, 1024, 2048, 4096], inputs: 64 }, time: 'for a GPU' },
};
