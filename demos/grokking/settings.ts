/** What the studies' settings have in common: fields, replicas' settings, times at which to look. */
import type { ModularTask } from '../../src/data/index';
import { defineFields } from '../../src/lab/study';

/** Odd primes up to the one of the published transformer. */
const PRIMES = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113];

/** Fields that every study has, in part or whole. */
export const common = defineFields({
  modulus: { kind: 'choice', label: 'Prime p', default: '31', options: Object.fromEntries(PRIMES.map((p) => [String(p), String(p)])) },
  steps: { kind: 'number', label: 'Steps', help: 'Of AdamW on the whole training set', default: 2000, min: 10, max: 200_000, step: 1 },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Of weights and split; bands are 95 % intervals of the mean over them',
    default: 5,
    min: 1,
    max: 200,
    step: 1,
  },
  fraction: { kind: 'number', label: 'Share of the table to train on', default: 0.6, min: 0.02, max: 0.98, step: 0.01 },
  decays: {
    kind: 'list',
    label: 'Weight decays λ',
    help: 'Side by side, with the same seeds and splits',
    default: [1],
    min: 0,
    max: 100,
    step: 0.001,
  },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },
  lr: { kind: 'number', label: 'Learning rate', default: 0.01, min: 0.00001, max: 1, step: 0.00001, log: true, advanced: true },
  warmup: {
    kind: 'number',
    label: 'Steps of warmup',
    help: 'The learning rate rises to its value within so many steps',
    default: 0,
    min: 0,
    max: 10_000,
    step: 1,
    advanced: true,
  },
  initScale: {
    kind: 'number',
    label: 'Initial scale',
    help: 'Of the quadratic network’s weights the standard deviation, of the transformer’s a factor',
    default: 1,
    min: 0.01,
    max: 100,
    step: 0.01,
    log: true,
    advanced: true,
  },
});
/** Of the quadratic network. */
const hidden = { kind: 'number', label: 'Hidden units N', default: 128, min: 1, max: 4096, step: 1, advanced: true } as const;
export const units = defineFields({ hidden });
/** Which network learns which operation, where both can be chosen. */
export const learned = defineFields({
  model: {
    kind: 'choice',
    label: 'Network',
    default: 'quadratic',
    options: { quadratic: 'Quadratic, one hidden layer', transformer: 'Transformer, one block (for a GPU)' },
  },
  task: {
    kind: 'choice',
    label: 'Operation',
    default: 'add',
    options: {
      add: 'a + b mod p',
      subtract: 'a − b mod p',
      multiply: 'a·b mod p',
      divide: 'a / b mod p',
      squares: 'a² + b² mod p',
      cubic: 'a³ + ab mod p',
      s5: 'composition in S5 (120 elements)',
    },
  },
  hidden: { ...hidden, when: { model: 'quadratic' } },
});

/** How replicas are trained. */
export interface Recipe {
  readonly steps: number;
  readonly lr: number;
  readonly warmup: number;
  readonly initScale: number;
}
/** What is learned, by what. */
export interface Task {
  readonly model: 'quadratic' | 'transformer';
  readonly task: ModularTask;
  readonly modulus: string;
}
/** Sums and differences: the operations whose circuit is looked for in the plain Fourier basis. */
export const isFourier = ({ task }: Pick<Task, 'task'>): boolean => task === 'add' || task === 'subtract';

/** A decay and a share of the table, the same for all seeds of a setting. */
export interface Setting {
  readonly id: string;
  readonly label: string;
  readonly decay: number;
  readonly fraction: number;
}
/** In the order of their replicas. */
export const settingsOf = (fractions: readonly number[], decays: readonly number[]): readonly Setting[] =>
  fractions.flatMap((fraction) => decays.map((decay) => ({ id: `${fraction}/${decay}`, label: `λ = ${decay}`, decay, fraction })));
/** Of a repetition, whatever the setting: so settings differ in nothing else. */
export const seedOf = (c: { readonly seed: number }, repetition: number): number => c.seed * 2_000 + repetition;

/** Steps at which accuracy and loss are measured: all of some 50 even ones, and early on more. */
export const evaluatedAt = (steps: number): readonly number[] => {
  const even = Array.from({ length: 51 }, (_, i) => Math.round((steps * i) / 50));
  const early = Array.from({ length: 12 }, (_, i) => Math.round((steps / 50) ** (i / 11)));
  return [...new Set([...even, ...early])].filter((s) => s > 0 && s <= steps).toSorted((a, b) => a - b);
};
/** Of those, where the circuit is looked at. */
export const circuitAt = (steps: number): readonly number[] => {
  const even = Array.from({ length: 26 }, (_, i) => Math.round((steps * 2 * i) / 50));
  return [...new Set(even)].filter((s) => s > 0 && s <= steps);
};
