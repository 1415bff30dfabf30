/** What the settings of several studies share. */
import type { ChoiceField, NumberField } from '../../src/lab/study';

export const seeds = {
  kind: 'number',
  label: 'Seeds',
  help: 'Independent initialisations; bands are 95 % intervals of the mean over them',
  default: 20,
  min: 1,
  max: 1000,
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

export const task = {
  kind: 'choice',
  label: 'Task',
  default: 'parity',
  options: { parity: 'Sparse parity', mnist1d: 'MNIST-1D, digits below 5 or not' },
} as const satisfies ChoiceField;
export const dimension = {
  kind: 'number',
  label: 'Bits d',
  help: 'Of an input; the target is the product of a few of them',
  default: 12,
  min: 4,
  max: 100,
  step: 1,
  advanced: true,
  when: { task: 'parity' },
} as const satisfies NumberField;
export const bits = {
  kind: 'number',
  label: 'Bits in the product k',
  default: 2,
  min: 1,
  max: 6,
  step: 1,
  advanced: true,
  when: { task: 'parity' },
} as const satisfies NumberField;

export const width = { kind: 'number', label: 'Width', default: 64, min: 2, max: 16_384, step: 1 } as const satisfies NumberField;
export const depth = {
  kind: 'number',
  label: 'Hidden layers L',
  default: 1,
  min: 1,
  max: 4,
  step: 1,
  advanced: true,
} as const satisfies NumberField;
export const steps = {
  kind: 'number',
  label: 'Steps',
  default: 200,
  min: 2,
  max: 20_000,
  step: 1,
} as const satisfies NumberField;
export const rate = {
  kind: 'number',
  label: 'Step size',
  help:
    'Times the largest row sum of the infinite network’s kernel over n, which bounds its largest eigenvalue: ' +
    'the linearised network converges below 2',
  default: 0.3,
  min: 0.01,
  max: 1.9,
  step: 0.01,
  advanced: true,
} as const satisfies NumberField;

/** Ascending, each once. */
export const ascending = (values: readonly number[]): readonly number[] => [...new Set(values)].toSorted((a, b) => a - b);
