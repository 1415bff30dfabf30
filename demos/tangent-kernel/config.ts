/** What can be set on the tangent-kernel page, and the presets. */
import type { Config, Field, Preset } from '../../src/lab/study';

export type Variant = 'width' | 'lazy' | 'versus' | 'spectral';
export type Task = 'parity' | 'mnist1d';
export const variantOf = (c: Config): Variant => c['variant'] as Variant;
export const taskOf = (c: Config): Task => c['task'] as Task;
const only =
  (...variants: readonly Variant[]) =>
  (c: Config): boolean =>
    variants.includes(variantOf(c));
const parityIn =
  (...variants: readonly Variant[]) =>
  (c: Config): boolean =>
    variants.includes(variantOf(c)) && taskOf(c) === 'parity';
/** Smooth in lazy training, where O(1/α) is claimed of smooth networks. */
export const activationOf = (c: Config): 'relu' | 'erf' => (variantOf(c) === 'lazy' ? (c['activation'] as 'relu' | 'erf') : 'relu');
export const num = (c: Config, key: string): number => c[key] as number;
/** Ascending, each once. */
export const list = (c: Config, key: string): readonly number[] => [...new Set(c[key] as readonly number[])].toSorted((a, b) => a - b);

export const FIELDS = {
  variant: {
    kind: 'choice',
    label: 'Question',
    default: 'width',
    options: {
      width: 'How wide is wide? Distance to the infinite network',
      lazy: 'Does the kernel move? Lazy and rich training',
      versus: 'Network against kernel',
      spectral: 'What a kernel learns first: the circle',
    },
  },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Independent initialisations; bands are 95 % intervals of the mean over them',
    default: 40,
    min: 1,
    max: 1000,
    step: 1,
  },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },

  widths: { kind: 'list', label: 'Widths', default: [32, 64, 128, 256, 512], min: 2, max: 16_384, step: 1, when: only('width') },
  depth: {
    kind: 'number',
    label: 'Hidden layers L',
    help: 'With one, the distance of ReLU networks is known exactly',
    default: 2,
    min: 1,
    max: 6,
    step: 1,
    when: only('width'),
  },
  inputs: {
    kind: 'number',
    label: 'Inputs',
    help: 'Uniform on the sphere of radius √d',
    default: 16,
    min: 2,
    max: 256,
    step: 1,
    when: only('width'),
  },
  inputDimension: { kind: 'number', label: 'Input dimension d', default: 10, min: 2, max: 400, step: 1, when: only('width') },

  task: {
    kind: 'choice',
    label: 'Task',
    default: 'parity',
    options: { parity: 'Sparse parity', mnist1d: 'MNIST-1D, digits below 5 or not' },
    when: only('lazy', 'versus'),
  },
  alphas: {
    kind: 'list',
    label: 'Output scales α',
    help: 'The network is α(f − f₀), its loss divided by α²: large α makes training lazy',
    default: [0.1, 0.3, 1, 10, 30, 100],
    min: 0.01,
    max: 1000,
    step: 0.01,
    when: only('lazy'),
  },
  netWidth: { kind: 'number', label: 'Width', default: 64, min: 2, max: 16_384, step: 1, when: only('lazy', 'versus') },
  lazyWidths: { kind: 'list', label: 'Widths at α = 1', default: [32, 64, 128, 256], min: 2, max: 16_384, step: 1, when: only('lazy') },
  activation: {
    kind: 'choice',
    label: 'Activation',
    help: 'Where ReLUs switch the kernel jumps: then its change falls more slowly than 1/α',
    default: 'erf',
    options: { erf: 'erf', relu: 'ReLU' },
    advanced: true,
    when: only('lazy'),
  },
  examples: { kind: 'number', label: 'Examples n', default: 40, min: 8, max: 512, step: 2, advanced: true, when: only('lazy') },

  counts: { kind: 'list', label: 'Training examples n', default: [25, 40, 60, 90], min: 8, max: 1000, step: 1, when: only('versus') },
  richAlpha: {
    kind: 'number',
    label: 'α of the rich network',
    default: 0.1,
    min: 0.01,
    max: 10,
    step: 0.01,
    log: true,
    when: only('versus'),
  },
  lazyAlpha: {
    kind: 'number',
    label: 'α of the lazy network',
    default: 30,
    min: 1,
    max: 1000,
    step: 1,
    log: true,
    advanced: true,
    when: only('versus'),
  },
  tests: { kind: 'number', label: 'Test examples', default: 500, min: 50, max: 10_000, step: 10, advanced: true, when: only('versus') },
  dimension: {
    kind: 'number',
    label: 'Bits d',
    help: 'Of an input; the target is the product of a few of them',
    default: 12,
    min: 4,
    max: 100,
    step: 1,
    advanced: true,
    when: parityIn('lazy', 'versus'),
  },
  bits: {
    kind: 'number',
    label: 'Bits in the product k',
    default: 2,
    min: 1,
    max: 6,
    step: 1,
    advanced: true,
    when: parityIn('lazy', 'versus'),
  },
  netDepth: { kind: 'number', label: 'Hidden layers L', default: 1, min: 1, max: 4, step: 1, advanced: true, when: only('lazy', 'versus') },
  steps: { kind: 'number', label: 'Steps', default: 200, min: 2, max: 20_000, step: 1, advanced: true, when: only('lazy', 'versus') },
  rate: {
    kind: 'number',
    label: 'Step size',
    help: 'Times the largest row sum of the infinite network’s kernel over n, which bounds its largest eigenvalue: the linearised network converges below 2',
    default: 0.3,
    min: 0.01,
    max: 1.9,
    step: 0.01,
    advanced: true,
    when: only('lazy', 'versus'),
  },

  frequencies: { kind: 'list', label: 'Frequencies k', default: [1, 2, 3, 4, 6], min: 1, max: 40, step: 1, when: only('spectral') },
  circleWidth: { kind: 'number', label: 'Width', default: 1024, min: 16, max: 65_536, step: 1, when: only('spectral') },
  circlePoints: {
    kind: 'number',
    label: 'Points on the circle',
    help: 'Even, and above twice the highest frequency',
    default: 32,
    min: 8,
    max: 512,
    step: 2,
    when: only('spectral'),
  },
  amplitude: {
    kind: 'number',
    label: 'Amplitude',
    help: 'Of each frequency in the target. Small, so that the kernel stands still: towards 1 the network leaves the kernel regime',
    default: 0.05,
    min: 0.001,
    max: 10,
    step: 0.001,
    log: true,
    advanced: true,
    when: only('spectral'),
  },
  circleSteps: { kind: 'number', label: 'Steps', default: 400, min: 10, max: 100_000, step: 1, when: only('spectral') },
  circleRate: {
    kind: 'number',
    label: 'Step size η',
    help: 'Gradient descent on the kernel converges below 3.29',
    default: 1,
    min: 0.01,
    max: 3,
    step: 0.01,
    advanced: true,
    when: only('spectral'),
  },
} as const satisfies Readonly<Record<string, Field>>;

/** Relative distance × √width at two hidden layers, as measured elsewhere for other inputs. */
export const PUBLISHED = { relu: [2.1, 2.1], erf: [1.5, 2.4] } as const;

export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: {
    label: 'Smoke',
    config: {
      seeds: 2,
      widths: [16, 32, 64],
      inputs: 6,
      alphas: [0.1, 10, 100],
      netWidth: 32,
      lazyWidths: [16, 32],
      examples: 16,
      counts: [16, 32],
      dimension: 8,
      tests: 60,
      steps: 60,
      frequencies: [1, 2, 3],
      circleWidth: 128,
      circlePoints: 16,
      circleSteps: 30,
    },
  },
  quick: {
    label: 'Quick',
    config: {
      seeds: 24,
      widths: [32, 64, 128, 256],
      inputs: 12,
      alphas: [0.1, 10, 30, 100],
      netWidth: 64,
      lazyWidths: [32, 64, 128],
      examples: 40,
      dimension: 12,
      counts: [25, 40, 60],
      tests: 300,
      steps: 100,
      circleWidth: 256,
      circlePoints: 32,
      circleSteps: 300,
    },
  },
  standard: { label: 'Standard', config: {} },
  exact: { label: 'One hidden layer, exact', config: { depth: 1 } },
  lazy: { label: 'Lazy and rich', config: { variant: 'lazy', seeds: 6 } },
  versus: { label: 'Network against kernel', config: { variant: 'versus', seeds: 6 } },
  mnist1d: { label: 'The same on MNIST-1D', config: { variant: 'versus', task: 'mnist1d', seeds: 5, counts: [50, 100, 200] } },
  spectral: { label: 'Spectral bias', config: { variant: 'spectral', seeds: 6 } },
  paper: { label: 'Wide', config: { seeds: 100, widths: [64, 128, 256, 512, 1024, 2048, 4096], inputs: 64 } },
};
