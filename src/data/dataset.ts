/** What every generator and reader of a data set ends in: rows of features with labels or with targets. */
import { ConfigError, ShapeError } from '../core/errors';

/** The largest finite float32. */
export const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

interface Examples {
  readonly name: string;
  /** Number of examples. */
  readonly n: number;
  /** Number of features of an example. */
  readonly d: number;
  /** Features, row-major [n,d]. */
  readonly x: Float64Array;
}

export interface ClassificationDataset extends Examples {
  readonly kind: 'classification';
  /** Number of classes k. */
  readonly classes: number;
  /** Labels [n], each in [0, k). */
  readonly y: Uint32Array;
  /** What the source calls class c, [k]; absent when it has numbers only. */
  readonly classNames?: readonly string[];
}

export interface RegressionDataset extends Examples {
  readonly kind: 'regression';
  /** Number of targets of an example. */
  readonly outputs: number;
  /** Targets, row-major [n,outputs]. */
  readonly y: Float64Array;
}

export type Dataset = ClassificationDataset | RegressionDataset;

const checkLength = (name: string, what: string, got: number, expected: number, shape: string): void => {
  if (got !== expected) throw new ShapeError(name, `${what} has ${got} values, but ${shape} needs ${expected}`);
};

/** Throws ShapeError unless x is [n,d] and y is [n]; ConfigError for a label outside [0, classes). */
export const classification = (fields: Omit<ClassificationDataset, 'kind'>): ClassificationDataset => {
  const { name, n, d, x, y, classes, classNames } = fields;
  checkLength(name, 'x', x.length, n * d, `[n,d] = [${n},${d}]`);
  checkLength(name, 'y', y.length, n, `[n] = [${n}]`);
  if (classNames) checkLength(name, 'classNames', classNames.length, classes, `[classes] = [${classes}]`);
  const wrong = y.findIndex((label) => label >= classes);
  if (wrong >= 0) throw new ConfigError(`${name}: the label ${y[wrong]} of example ${wrong} is outside [0, ${classes})`);
  return { kind: 'classification', ...fields };
};

/** Throws ShapeError unless x is [n,d] and y is [n,outputs]. */
export const regression = (fields: Omit<RegressionDataset, 'kind'>): RegressionDataset => {
  const { name, n, d, x, y, outputs } = fields;
  checkLength(name, 'x', x.length, n * d, `[n,d] = [${n},${d}]`);
  checkLength(name, 'y', y.length, n * outputs, `[n,outputs] = [${n},${outputs}]`);
  return { kind: 'regression', ...fields };
};

const checkRows = (name: string, rows: ArrayLike<number>, n: number): void => {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!Number.isInteger(row) || row < 0 || row >= n)
      throw new ConfigError(`${name}: row ${row} does not exist; there are ${n}, counted from 0`);
  }
};

/** Rows of a row-major [n,width] array, copied into `out` [rows.length,width] in the order asked for. */
const gather = <A extends Float64Array | Uint32Array>(from: A, width: number, rows: ArrayLike<number>, out: A): A => {
  for (let i = 0; i < rows.length; i++) for (let j = 0; j < width; j++) out[i * width + j] = from[rows[i]! * width + j]!;
  return out;
};

const firstRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

/**
 * A copy that holds the given rows in the given order (repeats allowed), or the first `rows` of them when it is a number.
 * Throws ConfigError for a row that does not exist.
 */
export function take(dataset: ClassificationDataset, rows: number | ArrayLike<number>): ClassificationDataset;
export function take(dataset: RegressionDataset, rows: number | ArrayLike<number>): RegressionDataset;
export function take(dataset: Dataset, rows: number | ArrayLike<number>): Dataset;
export function take(dataset: Dataset, rows: number | ArrayLike<number>): Dataset {
  const { name, n, d } = dataset;
  if (typeof rows === 'number' && (!Number.isInteger(rows) || rows < 0 || rows > n))
    throw new ConfigError(`${name}: cannot take the first ${rows} of ${n} examples`);
  const index = typeof rows === 'number' ? firstRows(rows) : rows;
  checkRows(name, index, n);
  const x = gather(dataset.x, d, index, new Float64Array(index.length * d));
  if (dataset.kind === 'classification')
    return { ...dataset, n: index.length, x, y: gather(dataset.y, 1, index, new Uint32Array(index.length)) };
  const { outputs } = dataset;
  return { ...dataset, n: index.length, x, y: gather(dataset.y, outputs, index, new Float64Array(index.length * outputs)) };
}

export interface Split<D extends Dataset> {
  readonly train: D;
  readonly test: D;
}

/** Rounded to the nearest; `d` values an example. Throws ConfigError for the first finite value beyond float32. */
const rounded = (name: string, what: string, values: Float64Array, d: number): Float32Array => {
  const out = Float32Array.from(values);
  const bad = out.findIndex((v, i) => !Number.isFinite(v) && Number.isFinite(values[i]));
  if (bad < 0) return out;
  throw new ConfigError(
    `${name}: ${what} ${bad % d} of example ${Math.floor(bad / d)} (both from 0) is ${values[bad]}, too large for float32, ` +
      `which ends at ${MAX_FLOAT32.toPrecision(3)}. Divide by a constant, or standardise`,
  );
};

/**
 * Each value rounded to the nearest float32, as the GPU holds it; labels stay whole numbers. Row-major, shapes unchanged. Throws
 * ConfigError for a finite value that float32 cannot hold, with its example and feature or target.
 */
export function toFloat32(dataset: ClassificationDataset): { readonly x: Float32Array; readonly y: Uint32Array };
export function toFloat32(dataset: RegressionDataset): { readonly x: Float32Array; readonly y: Float32Array };
export function toFloat32(dataset: Dataset): { readonly x: Float32Array; readonly y: Uint32Array | Float32Array };
export function toFloat32(dataset: Dataset): { readonly x: Float32Array; readonly y: Uint32Array | Float32Array } {
  const x = rounded(dataset.name, 'feature', dataset.x, dataset.d);
  return { x, y: dataset.kind === 'classification' ? dataset.y : rounded(dataset.name, 'target', dataset.y, dataset.outputs) };
}

/** The same examples with one-hot targets [n,classes] (1 for the label, 0 elsewhere), for a squared loss on labels. */
export const oneHot = (dataset: ClassificationDataset): RegressionDataset => {
  const { name, n, d, x, classes } = dataset;
  const y = new Float64Array(n * classes);
  dataset.y.forEach((label, i) => {
    y[i * classes + label] = 1;
  });
  return { kind: 'regression', name, n, d, x, y, outputs: classes };
};
