/** What the settings of several studies share. */
import type { ListField, NumberField } from '../../src/lab/study';

export const seeds = {
  kind: 'number',
  label: 'Seeds',
  help: 'Independent repetitions; bands are 95 % intervals of the mean over them',
  default: 10,
  min: 1,
  max: 2000,
  step: 1,
} as const satisfies NumberField;
export const seed = {
  kind: 'number',
  label: 'First seed',
  default: 0,
  min: 0,
  max: 1_000_000,
  step: 1,
  advanced: true,
} as const satisfies NumberField;
export const signal = {
  kind: 'number',
  label: 'Signal ‖β‖²',
  default: 1,
  min: 0,
  max: 100,
  step: 0.01,
} as const satisfies NumberField;
export const noise = {
  kind: 'number',
  label: 'Noise variance σ²',
  default: 0.25,
  min: 0,
  max: 100,
  step: 0.01,
} as const satisfies NumberField;
export const labelNoise = {
  kind: 'number',
  label: 'Label noise',
  help: 'Share of training labels redrawn uniformly over the classes',
  default: 0.15,
  min: 0,
  max: 1,
  step: 0.01,
} as const satisfies NumberField;

/** Of random features. */
export const counts = {
  kind: 'list',
  label: 'Random features N',
  default: [50, 100, 200, 300, 350, 400, 450, 550, 800, 1200, 2000],
  min: 1,
  max: 20_000,
  step: 1,
} as const satisfies ListField;
export const examples = {
  kind: 'number',
  label: 'Examples n',
  default: 400,
  min: 10,
  max: 4000,
  step: 1,
} as const satisfies NumberField;
export const tests = {
  kind: 'number',
  label: 'Test examples',
  default: 1000,
  min: 50,
  max: 12_000,
  step: 1,
  advanced: true,
} as const satisfies NumberField;
export const ridgePerFeature = {
  kind: 'number',
  label: 'Ridge λ / N',
  default: 0.01,
  min: 0,
  max: 10,
  step: 0.001,
  advanced: true,
} as const satisfies NumberField;
