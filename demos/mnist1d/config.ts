/** What can be set on the MNIST-1D page, the published figures and the presets. */
import type { Config, Curve, Field, Preset } from '../../src/lab/study';

export const num = (c: Config, key: string): number => c[key] as number;

export const ARCHITECTURES = ['logistic', 'mlp', 'cnn'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];
export const LABELS: Readonly<Record<Architecture, string>> = { logistic: 'logistic regression', mlp: 'MLP', cnn: 'CNN' };
export const architecturesOf = (c: Config): readonly Architecture[] =>
  ARCHITECTURES.filter((a) => c['architecture'] === 'all' || c['architecture'] === a);
export const isShuffled = (c: Config): boolean => c['shufflePositions'] === 'shuffled';

export const FIELDS = {
  shufflePositions: {
    kind: 'choice',
    label: 'Positions',
    help: 'Shuffled: one permutation of the 40 positions for all examples. It takes no information away, only which inputs are neighbours',
    default: 'ordered',
    options: { ordered: 'in their order', shuffled: 'shuffled' },
  },
  architecture: { kind: 'choice', label: 'Architectures', default: 'all', options: { all: 'all three', ...LABELS } },
  steps: { kind: 'number', label: 'Steps', default: 6000, min: 10, max: 100_000, step: 1 },
  seeds: {
    kind: 'number',
    label: 'Seeds',
    help: 'Networks of each architecture, which differ in where they start and in the order of examples; bands are 95 % intervals of the mean over them',
    default: 5,
    min: 1,
    max: 100,
    step: 1,
  },
  lr: { kind: 'number', label: 'Learning rate', help: 'Of Adam', default: 0.01, min: 0.00001, max: 1, step: 0.00001, log: true },
  batch: { kind: 'number', label: 'Batch size', default: 100, min: 1, max: 4000, step: 1, advanced: true },
  width: { kind: 'number', label: 'Hidden width of the MLP', default: 100, min: 1, max: 1000, step: 1, advanced: true },
  channels: { kind: 'number', label: 'Channels of the CNN', default: 25, min: 1, max: 200, step: 1, advanced: true },
  seed: { kind: 'number', label: 'First seed', default: 0, min: 0, max: 1_000_000, step: 1, advanced: true },
} as const satisfies Readonly<Record<string, Field>>;

/** Test accuracy in %, by order of the positions. Greydanus & Kobak 2024, table of the main results. */
export const PUBLISHED: Readonly<Record<'ordered' | 'shuffled', Readonly<Record<Architecture, number>>>> = {
  ordered: { logistic: 32, mlp: 68, cnn: 94 },
  shuffled: { logistic: 32, mlp: 68, cnn: 56 },
};
/** Points that a repetition may be away: the published figures are rounded, and their number of seeds is not given. */
export const BAND = 3;
export const publishedOf = (c: Config): Readonly<Record<Architecture, number>> => PUBLISHED[isShuffled(c) ? 'shuffled' : 'ordered'];
/** Steps, rate, batch and sizes as published: only then are the figures comparable. */
export const isRecipe = (c: Config): boolean =>
  num(c, 'steps') === 6000 && num(c, 'lr') === 0.01 && num(c, 'batch') === 100 && num(c, 'width') === 100 && num(c, 'channels') === 25;

export const publishedLines = (c: Config): readonly Curve[] =>
  architecturesOf(c).map((a) => {
    const y = publishedOf(c)[a];
    return { chart: 'test', series: a, x: [1, num(c, 'steps')], y: [y, y], kind: 'reference', label: `${LABELS[a]}, published ${y} %` };
  });

/** Steps after which both sets are measured, each time at the cost of some fifteen steps: 1, from 10 on about eight a decade, and the last. */
export const measuredAt = (c: Config): readonly number[] => {
  const last = num(c, 'steps');
  return [...new Set([1, ...Array.from({ length: 40 }, (_, i) => Math.round(10 ** (1 + i / 8))), last])].filter((s) => s <= last);
};

/** Times of presets without a stored run: at the rate of runs of one architecture at a time on SwiftShader with two cores. Six thousand steps of five seeds are meant for a GPU. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  smoke: { label: 'Smoke', config: { steps: 10, seeds: 2 } },
  quick: { label: 'Quick', config: { steps: 1000, seeds: 5 } },
  standard: { label: 'Published recipe', time: 'about half an hour without a GPU', config: {} },
  shuffled: { label: 'Shuffled', time: 'about half an hour without a GPU', config: { shufflePositions: 'shuffled' } },
  paper: { label: 'Twenty seeds', time: 'for a real GPU', config: { seeds: 20 } },
};
