/** What can be set in the playground, the files it takes, and the presets. */
import type { TableOptions, TableTask } from '../../src/data/table';
import type { Config, Field, InputSpec, Preset } from '../../src/lab/experiment';
import type { Activation } from '../../src/models/index';

export const num = (c: Config, key: string): number => c[key] as number;
const builtIn =
  (...sets: readonly string[]) =>
  (c: Config): boolean =>
    sets.includes(c['data'] as string);

export const FIELDS = {
  data: {
    kind: 'choice',
    label: 'Built-in data',
    help: 'Used where no file of yours is chosen',
    default: 'spirals',
    options: { spirals: 'Two spirals (2 classes)', mnist1d: 'MNIST-1D (10 classes)', sine: 'Noisy sine (regression)' },
  },
  hidden: {
    kind: 'list',
    label: 'Hidden widths',
    help: 'Narrow to wide as you like, up to the output; 0: none, a linear model',
    default: [32, 32],
    min: 0,
    max: 4096,
    step: 1,
  },
  optimiser: {
    kind: 'choice',
    label: 'Optimiser',
    default: 'adam',
    options: { sgd: 'SGD', momentum: 'SGD with momentum', adam: 'Adam', adamw: 'AdamW' },
  },
  lr: {
    kind: 'number',
    label: 'Learning rate',
    help: 'Takes effect while the run goes on',
    default: 0.01,
    min: 1e-6,
    max: 10,
    step: 1e-6,
    log: true,
    apply: 'live',
  },
  weightDecay: {
    kind: 'number',
    label: 'Weight decay',
    help: 'Biases included; takes effect while the run goes on',
    default: 0,
    min: 0,
    max: 1,
    step: 0.0001,
    apply: 'live',
  },
  steps: { kind: 'number', label: 'Steps', default: 3000, min: 10, max: 1_000_000, step: 1 },

  activation: {
    kind: 'choice',
    label: 'Activation',
    default: 'relu',
    options: { relu: 'ReLU', tanh: 'tanh', sigmoid: 'sigmoid', identity: 'none (deep linear)' },
    advanced: true,
  },
  batch: {
    kind: 'number',
    label: 'Batch size',
    help: '0: the whole training set',
    default: 32,
    min: 0,
    max: 65_536,
    step: 1,
    advanced: true,
  },
  momentum: {
    kind: 'number',
    label: 'Momentum',
    default: 0.9,
    min: 0.01,
    max: 0.999,
    step: 0.001,
    advanced: true,
    when: (c) => c['optimiser'] === 'momentum',
  },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Networks trained side by side on one split; bands are 95 % intervals of the mean',
    default: 4,
    min: 1,
    max: 64,
    step: 1,
    advanced: true,
  },
  seed: {
    kind: 'number',
    label: 'First seed',
    help: 'Of the data, the split, the initial weights and the batches',
    default: 0,
    min: 0,
    max: 1_000_000,
    step: 1,
    advanced: true,
  },
  examples: { kind: 'number', label: 'Examples', help: 'Of a built-in set', default: 500, min: 20, max: 16_000, step: 1, advanced: true },
  noise: {
    kind: 'number',
    label: 'Noise',
    help: 'Standard deviation: of both coordinates of a spiral of radius 1, or of the sine’s values',
    default: 0.05,
    min: 0,
    max: 1,
    step: 0.01,
    advanced: true,
    when: builtIn('spirals', 'sine'),
  },
  testShare: { kind: 'number', label: 'Share of test examples', default: 0.3, min: 0.01, max: 0.95, step: 0.01, advanced: true },
  standardise: {
    kind: 'flag',
    label: 'Standardise',
    help: 'By mean and deviation of the training set: inputs, and the targets of a regression',
    default: true,
    advanced: true,
  },
  target: {
    kind: 'number',
    label: 'Target column',
    help: 'Of a CSV, counted from 1; 0: the last',
    default: 0,
    min: 0,
    max: 65_536,
    step: 1,
    advanced: true,
  },
  task: {
    kind: 'choice',
    label: 'Target is',
    help: 'Of a file; as found: texts and up to 20 distinct whole numbers are classes',
    default: 'auto',
    options: { auto: 'as found', classes: 'classes', numbers: 'numbers' },
    advanced: true,
  },
  header: {
    kind: 'choice',
    label: 'First row',
    help: 'Of a table; as found: text above numbers is a name',
    default: 'auto',
    options: { auto: 'as found', yes: 'names', no: 'an example' },
    advanced: true,
  },
  missing: {
    kind: 'choice',
    label: 'Missing values',
    help: 'Of a table: empty cells, NA, ? and the like; the mean is of the column, and only for features',
    default: 'auto',
    options: { auto: 'the mean; none in the target', drop: 'leave such rows out', refuse: 'refuse the file' },
    advanced: true,
  },
  limit: {
    kind: 'number',
    label: 'Examples of a file',
    help: 'At most this many, drawn at random; 0: all',
    default: 0,
    min: 0,
    max: 1_000_000,
    step: 1,
    advanced: true,
  },
} as const satisfies Readonly<Record<string, Field>>;

export const INPUTS: Readonly<Record<string, InputSpec>> = {
  data: {
    label: 'Your data',
    help: 'CSV with a target column, or NPY or IDX features with a labels file; up to 256 MiB',
    accept: '.csv,.tsv,.txt,.npy,.idx,-ubyte',
  },
  labels: { label: 'Labels', help: 'For NPY and IDX: one entry an example', accept: '.npy,.idx,-ubyte' },
  weights: { label: 'Weights to start from', help: 'As a run here offers them at its end', accept: '.safetensors' },
};

export const seedsOf = (c: Config): readonly number[] => Array.from({ length: num(c, 'seeds') }, (_, s) => num(c, 'seed') * 64 + s);
export const hiddenOf = (c: Config): readonly number[] => (c['hidden'] as readonly number[]).filter((w) => w > 0);
/** Training examples, at most, whose loss's curvature is measured. */
export const CURVATURE_EXAMPLES = 256;
export const activationOf = (c: Config): Activation => c['activation'] as Activation;
export const taskOf = (c: Config): TableTask => c['task'] as TableTask;
export const headerOf = (c: Config): NonNullable<TableOptions['header']> => c['header'] as NonNullable<TableOptions['header']>;
export const missingOf = (c: Config): NonNullable<TableOptions['missing']> => c['missing'] as NonNullable<TableOptions['missing']>;

/** Times of presets without a stored run: measured in headless Chromium on SwiftShader with two cores. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: { label: 'Smoke', time: '1 s without a GPU', config: { hidden: [8], steps: 60, seeds: 2, examples: 100 } },
  quick: { label: 'Quick', config: { steps: 1000 } },
  standard: { label: 'Standard', config: { seeds: 8 } },
  sine: { label: 'Noisy sine', config: { data: 'sine', activation: 'tanh', noise: 0.2, examples: 200 } },
  paper: {
    label: 'MNIST-1D, the published split',
    config: { data: 'mnist1d', hidden: [100, 100], examples: 5000, testShare: 0.2, steps: 6000, batch: 100, seeds: 5 },
  },
};
