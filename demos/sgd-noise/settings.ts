/** What the settings of several studies share. */
import type { ListField, NumberField } from '../../src/lab/study';

export const seeds = {
  kind: 'number',
  label: 'Seeds',
  help: 'Independent repetitions; bands are 95 % intervals of the mean over them',
  default: 8,
  min: 1,
  max: 500,
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
export const hidden = {
  kind: 'list',
  label: 'Hidden widths',
  default: [32],
  min: 1,
  max: 1024,
  step: 1,
} as const satisfies ListField;
export const examples = {
  kind: 'number',
  label: 'Training examples',
  default: 4000,
  min: 100,
  max: 16_000,
  step: 100,
} as const satisfies NumberField;
export const lr = {
  kind: 'number',
  label: 'Learning rate',
  default: 0.1,
  min: 0.0001,
  max: 10,
  step: 0.0001,
  log: true,
} as const satisfies NumberField;

/** Ascending, each once. */
export const ascending = (values: readonly number[]): readonly number[] => [...new Set(values)].toSorted((a, b) => a - b);
/** Of each repetition. Other first seeds give other ones. */
export const seedsOf = (c: { readonly seeds: number; readonly seed: number }): readonly number[] =>
  Array.from({ length: c.seeds }, (_, s) => c.seed * 500 + s);
