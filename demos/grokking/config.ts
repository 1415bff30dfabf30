/** What can be set on the grokking page, and the presets. */
import type { Config, Field, Preset } from '../../src/lab/study';
import type { ModularTask } from '../../src/data/index';
import { PHASES } from '../../src/theory/index';

export type Variant = 'time' | 'phase' | 'exact';
export const variantOf = (c: Config): Variant => c['variant'] as Variant;
const only =
  (...variants: readonly Variant[]) =>
  (c: Config): boolean =>
    variants.includes(variantOf(c));
export const num = (c: Config, key: string): number => c[key] as number;
export const list = (c: Config, key: string): readonly number[] => c[key] as readonly number[];

/** Odd primes up to the one of the published transformer. */
const PRIMES = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113];
export const modulusOf = (c: Config): number => Number(c['modulus']);
export const taskOf = (c: Config): ModularTask => (variantOf(c) === 'exact' ? 'add' : (c['task'] as ModularTask));
/** Whether the published transformer is trained, in place of the quadratic network. */
export const isTransformer = (c: Config): boolean => c['model'] === 'transformer' && variantOf(c) !== 'exact';
/** Sums and differences: the operations whose circuit is looked for in the plain Fourier basis. */
export const isFourier = (c: Config): boolean => taskOf(c) === 'add' || taskOf(c) === 'subtract';

export const FIELDS = {
  variant: {
    kind: 'choice',
    label: 'Show',
    default: 'time',
    options: { time: 'Training over time', phase: 'Phase diagram: decay and data', exact: 'The exact solution beside a trained one' },
  },
  model: {
    kind: 'choice',
    label: 'Network',
    default: 'quadratic',
    options: { quadratic: 'Quadratic, one hidden layer', transformer: 'Transformer, one block (for a GPU)' },
    when: only('time', 'phase'),
  },
  task: {
    kind: 'choice',
    label: 'Operation',
    default: 'add',
    when: only('time', 'phase'),
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
  modulus: {
    kind: 'choice',
    label: 'Prime p',
    default: '31',
    options: Object.fromEntries(PRIMES.map((p) => [String(p), String(p)])),
    when: (c) => c['task'] !== 's5' || variantOf(c) === 'exact',
  },
  fraction: {
    kind: 'number',
    label: 'Share of the table to train on',
    default: 0.6,
    min: 0.02,
    max: 0.98,
    step: 0.01,
    when: only('time', 'exact'),
  },
  fractions: {
    kind: 'list',
    label: 'Shares of the table to train on',
    default: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    min: 0.02,
    max: 0.98,
    step: 0.01,
    when: only('phase'),
  },
  decays: {
    kind: 'list',
    label: 'Weight decays λ',
    help: 'Side by side, with the same seeds and splits',
    default: [1],
    min: 0,
    max: 100,
    step: 0.001,
  },
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
  hidden: {
    kind: 'number',
    label: 'Hidden units N',
    default: 128,
    min: 1,
    max: 4096,
    step: 1,
    advanced: true,
    when: (c) => !isTransformer(c),
  },
  kept: {
    kind: 'list',
    label: 'Frequencies kept',
    help: 'In the exact solution and in the trained network, strongest first; those above (p − 1)/2 are left out',
    default: [1, 2, 3, 4, 5, 6, 8, 11, 15],
    min: 1,
    max: 56,
    step: 1,
    when: only('exact'),
  },
} as const satisfies Readonly<Record<string, Field>>;

/** A decay and a share of the table, the same for all seeds of a setting. */
export interface Setting {
  readonly id: string;
  readonly label: string;
  readonly decay: number;
  readonly fraction: number;
}
/** In the order of their replicas. */
export const settingsOf = (c: Config): readonly Setting[] =>
  (variantOf(c) === 'phase' ? list(c, 'fractions') : [num(c, 'fraction')]).flatMap((fraction) =>
    (variantOf(c) === 'exact' ? list(c, 'decays').slice(0, 1) : list(c, 'decays')).map((decay) => ({
      id: `${fraction}/${decay}`,
      label: `λ = ${decay}`,
      decay,
      fraction,
    })),
  );
/** Of a repetition, whatever the setting: so settings differ in nothing else. */
export const seedOf = (c: Config, repetition: number): number => num(c, 'seed') * 2_000 + repetition;

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

/** Frequencies that there are, of those asked for. */
export const keptOf = (c: Config): readonly number[] =>
  [...new Set(list(c, 'kept'))].filter((m) => m <= (modulusOf(c) - 1) / 2).toSorted((a, b) => a - b);
/** Units that the exact solution takes. */
export const exactUnits = (p: number): number => (PHASES * (p - 1)) / 2;

/** Steps of single runs elsewhere, to training accuracy > 99 % and test accuracy > 95 % (transformers: 90 %), by what was set. Sum, N = 128. */
export const SINGLE_RUNS: readonly {
  readonly transformer?: true;
  readonly set: Readonly<Record<string, number>>;
  readonly memorised: number;
  readonly generalised: number;
}[] = [
  { set: { modulus: 23, fraction: 0.7, initScale: 1, lr: 0.01, decay: 1 }, memorised: 150, generalised: 300 },
  { set: { modulus: 31, fraction: 0.6, initScale: 1, lr: 0.01, decay: 1 }, memorised: 200, generalised: 350 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 1 }, memorised: 1000, generalised: 1650 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 0.1 }, memorised: 1050, generalised: 2200 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 0 }, memorised: 1200, generalised: 3850 },
  { transformer: true, set: { modulus: 53, fraction: 0.5, initScale: 1, lr: 0.001, decay: 1 }, memorised: 93, generalised: 1637 },
  { transformer: true, set: { modulus: 113, fraction: 0.3, initScale: 1, lr: 0.001, decay: 1 }, memorised: 136, generalised: 10_017 },
];
/** The single run that had these settings. */
export const singleRun = (c: Config, { decay, fraction }: Setting): (typeof SINGLE_RUNS)[number] | undefined => {
  const own: Readonly<Record<string, number>> = {
    modulus: modulusOf(c),
    fraction,
    initScale: num(c, 'initScale'),
    lr: num(c, 'lr'),
    decay,
  };
  return taskOf(c) === 'add' && (isTransformer(c) || num(c, 'hidden') === 128)
    ? SINGLE_RUNS.find(
        ({ set, transformer = false }) => transformer === isTransformer(c) && Object.entries(set).every(([key, v]) => own[key] === v),
      )
    : undefined;
};

/** Nanda et al.: full-batch AdamW, β = (0.9, 0.98). */
const PUBLISHED: Config = { model: 'transformer', lr: 0.001, warmup: 10, decays: [1] };

export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: {
    label: 'Smoke',
    config: { modulus: '7', hidden: 16, fraction: 0.6, fractions: [0.4, 0.8], steps: 40, seeds: 2, kept: [1, 2, 3] },
  },
  quick: { label: 'Quick', config: { modulus: '23', fraction: 0.7, steps: 400 } },
  standard: { label: 'Standard', config: { initScale: 3, lr: 0.003, decays: [1, 0.1], steps: 2400 } },
  phase: {
    label: 'Phase diagram',
    config: { variant: 'phase', modulus: '23', fractions: [0.3, 0.5, 0.7, 0.8], decays: [0.3, 1], steps: 800 },
  },
  exact: { label: 'Exact solution', config: { variant: 'exact', modulus: '23', fraction: 0.7, steps: 400 } },
  transformer: { label: 'Transformer, p = 53', time: 'for a GPU', config: { ...PUBLISHED, modulus: '53', fraction: 0.5, steps: 3000 } },
  paper: {
    label: 'Transformer, p = 113, as published',
    time: 'for a GPU',
    config: { ...PUBLISHED, modulus: '113', fraction: 0.3, steps: 15_000 },
  },
};
