/** From a reader's file or a built-in set to what a trainer takes: read, split, standardised, with what every answer is held against. */
import { ConfigError } from '../../../src/core/errors';
import { deriveSeed, minibatch, stream, USE } from '../../../src/core/random';
import {
  MAX_FLOAT32,
  classification,
  regression,
  take,
  toFloat32,
  type ClassificationDataset,
  type Dataset,
  type RegressionDataset,
} from '../../../src/data/dataset';
import { mnist1d } from '../../../src/data/mnist1d';
import { moments, standardised, type Moments } from '../../../src/data/moments';
import { readTable } from '../../../src/data/table';
import type { Inputs } from '../../../src/lab/study';
import type { TrainerData } from '../../../src/runtime/trainer';
import type { Config } from './fields';
import { tableOptions } from './tableOptions';

/** What inputs, and the targets of a regression, are shifted and divided by. */
export interface Scale {
  readonly x?: Moments;
  readonly y?: Moments;
}
export interface Prepared {
  readonly kind: Dataset['kind'];
  readonly train: TrainerData;
  readonly test: TrainerData;
  readonly inputs: number;
  readonly outputs: number;
  readonly classNames: readonly string[];
  readonly scale: Scale;
  /**
   * What the best constant answer of the training set scores on each set: for classes the share of examples that are not of its commonest
   * class, for numbers the mean squared distance from its mean, over examples and outputs.
   */
  readonly constant: { readonly train: number; readonly test: number };
  readonly understood: string;
}

/** Two arms of one turn and a half, radius from 0.1 to 1, and normal noise on both coordinates. */
const spirals = (n: number, noise: number, seed: number): ClassificationDataset => {
  const { uniform, normal } = stream(seed, USE.data);
  const x = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const t = uniform(i);
    const [radius, angle] = [0.1 + 0.9 * t, 3 * Math.PI * t + Math.PI * (i % 2)];
    x[2 * i] = radius * Math.cos(angle) + noise * normal(2 * (n + i));
    x[2 * i + 1] = radius * Math.sin(angle) + noise * normal(2 * (n + i) + 1);
  }
  return classification({
    name: 'spirals',
    n,
    d: 2,
    x,
    y: Uint32Array.from({ length: n }, (_, i) => i % 2),
    classes: 2,
    classNames: ['first arm', 'second arm'],
  });
};
/** y = sin(πx) and normal noise, x uniform on ±2. */
const sine = (n: number, noise: number, seed: number): RegressionDataset => {
  const { uniform, normal } = stream(seed, USE.data);
  const x = Float64Array.from({ length: n }, (_, i) => 4 * uniform(i) - 2);
  return regression({ name: 'sine', n, d: 1, x, y: x.map((v, i) => Math.sin(Math.PI * v) + noise * normal(2 * (n + i))), outputs: 1 });
};
const builtIn = (c: Config): Dataset => {
  const [n, noise, seed] = [c.examples, c.noise, deriveSeed(c.seed, USE.data)];
  switch (c.data) {
    case 'spirals':
      return spirals(n, noise, seed);
    case 'sine':
      return sine(n, noise, seed);
    default:
      return published(n);
  }
};
/** The set of the publication, both its parts; its generator makes multiples of the ten classes. */
const published = (n: number): Dataset => {
  const { train, test } = mnist1d({ n: 10 * Math.ceil(n / 10) });
  const [x, y] = [new Float64Array(train.x.length + test.x.length), new Uint32Array(train.n + test.n)];
  x.set(train.x);
  x.set(test.x, train.x.length);
  y.set(train.y);
  y.set(test.y, train.n);
  return take({ ...train, n: y.length, x, y }, n);
};

/** Throws FormatError and ConfigError, saying what to do, where the files are not what they should be or too small to be split. */
export const prepare = (c: Config, inputs: Inputs, stored?: Scale): Prepared => {
  const { data, labels } = inputs;
  if (labels && !data) throw new ConfigError(`'${labels.name}' are labels; choose the file of their examples too, or remove it`);
  const { dataset, understood } = data ? readTable(data, labels, tableOptions(c)) : { dataset: builtIn(c), understood: '' };
  const { train, test } = split(dataset, c, data !== undefined);
  const scale = stored ?? (c.standardise ? scaleOf(train) : {});
  checkScale(scale, dataset);
  const [a, b] = [scaled(train, scale), scaled(test, scale)];
  return {
    kind: dataset.kind,
    train: trainerData(a),
    test: trainerData(b),
    inputs: dataset.d,
    outputs: dataset.kind === 'classification' ? dataset.classes : dataset.outputs,
    classNames: dataset.kind === 'classification' ? (dataset.classNames ?? []) : [],
    scale,
    constant: { train: constantScore(a, a), test: constantScore(a, b) },
    understood: `${understood || `Built-in set '${dataset.name}'.`} ${train.n} examples to train on, ${test.n} to test on.`,
  };
};

/** By a permutation that the seed determines, after which a file's examples beyond the limit are left out. */
const split = (dataset: Dataset, c: Config, own: boolean): { readonly train: Dataset; readonly test: Dataset } => {
  const limit = own ? c.limit : 0;
  const order = minibatch(deriveSeed(c.seed, USE.split), 0, dataset.n, dataset.n).slice(0, limit === 0 ? dataset.n : limit);
  const tested = Math.round(c.testShare * order.length);
  if (tested < 1 || order.length - tested < 2)
    throw new ConfigError(
      `${order.length} examples at a test share of ${c.testShare} leave ${order.length - tested} to train on and ${tested} to test on. ` +
        `At least 2 and 1 are needed: use more examples or another share`,
    );
  return { train: take(dataset, order.subarray(tested)), test: take(dataset, order.subarray(0, tested)) };
};

const scaleOf = (train: Dataset): Scale => ({
  x: moments(train.x, train.n, train.d),
  ...(train.kind === 'regression' ? { y: moments(train.y, train.n, train.outputs) } : {}),
});
const checkScale = ({ x, y }: Scale, { d, ...rest }: Dataset): void => {
  if (x && x.mean.length !== d)
    throw new ConfigError(
      `the weights were trained on ${x.mean.length} features, the data have ${d}. Choose weights and data that belong together`,
    );
  const outputs = rest.kind === 'regression' ? rest.outputs : 0;
  if (y && y.mean.length !== outputs)
    throw new ConfigError(
      `the weights are of a regression on ${y.mean.length} targets, the data have ${outputs === 0 ? 'classes' : outputs}. ` +
        `Choose weights and data that belong together`,
    );
};
const apply = (values: Float64Array, m: Moments | undefined): Float64Array => (m ? standardised(values, m) : values);
const scaled = (dataset: Dataset, { x, y }: Scale): Dataset =>
  dataset.kind === 'classification'
    ? { ...dataset, x: apply(dataset.x, x) }
    : { ...dataset, x: apply(dataset.x, x), y: apply(dataset.y, y) };

/** float32 cannot hold the square of what is larger. */
const MOST = Math.sqrt(MAX_FLOAT32);
/** Throws ConfigError where the squares that a loss or a first layer takes would be infinite: no learning rate helps there. */
const checkSquares = (what: string, values: Float64Array, d: number): void => {
  const large = values.findIndex((v) => Math.abs(v) > MOST);
  if (large >= 0)
    throw new ConfigError(
      `${what} ${(large % d) + 1} reaches ${values[large]!.toPrecision(3)}, too large to be trained on: float32 cannot hold its square. ` +
        `Turn on 'Standardise', or divide the column by a constant`,
    );
};

const trainerData = (s: Dataset): TrainerData => {
  checkSquares('feature', s.x, s.d);
  if (s.kind === 'classification') return { n: s.n, ...toFloat32(s), target: [] };
  checkSquares('target', s.y, s.outputs);
  return { n: s.n, ...toFloat32(s), target: [s.outputs] };
};

/** Of the training set's commonest class, or mean, on `set`; both are scaled alike. */
const constantScore = (train: Dataset, set: Dataset): number => {
  if (train.kind === 'classification') {
    const counts = new Uint32Array(train.classes);
    for (const label of train.y) counts[label]!++;
    const commonest = counts.indexOf(counts.reduce((most, k) => Math.max(most, k), 0));
    return (set as ClassificationDataset).y.reduce((wrong, label) => wrong + Number(label !== commonest), 0) / set.n;
  }
  const { mean } = moments(train.y, train.n, train.outputs);
  return (set as RegressionDataset).y.reduce((sum, v, i) => sum + (v - mean[i % mean.length]!) ** 2, 0) / set.y.length;
};
