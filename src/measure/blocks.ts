/**
 * Sets of examples cut into blocks of one size, so that what a device holds does not grow with the number of examples. The last block is filled up with
 * copies of the last example; what they give is not read.
 */
import { ConfigError, MemoryError } from '../core/errors';
import type { Plan } from '../plan/index';
import type { HostArray } from '../runtime/executor';

export interface Kernel {
  readonly rows: number;
  readonly cols: number;
  /** Row-major. */ readonly data: Float32Array | Float64Array;
}

/** Values by name for what a model needs beside parameters and examples: the anchor of `centred` and `linearize`, say. */
export type Extra = Readonly<Record<string, HostArray>>;

export const GIB = 2 ** 30;

/** Throws ConfigError unless `value` is an integer ≥ 1. */
export const requireCount = (op: string, name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 1) throw new ConfigError(`${op}: ${name} is ${value}; it must be an integer ≥ 1`);
};
/** Throws MemoryError where a result of `bytes` on the host is larger than allowed; `advice` says what to do. */
export const requireHost = (op: string, what: string, bytes: number, budget: number, advice: string): void => {
  if (bytes > budget)
    throw new MemoryError(bytes, budget, `${op}: ${what} takes ${bytes} bytes, ${budget} are allowed: ${advice}. Nothing was allocated`);
};
/** Throws ConfigError where a plan reads a variable that nobody gives a value: it would count as 0. */
export const requireVariables = (op: string, { variables }: Plan, given: readonly string[]): void => {
  const missing = Object.keys(variables).filter((name) => !given.includes(name));
  if (missing.length > 0)
    throw new ConfigError(
      `${op}: the model also depends on the variable${missing.length > 1 ? 's' : ''} '${missing.join("', '")}'; give the values in the option \`variables\`, as { ${missing[0]}: … }`,
    );
};
/** Zeros in an array of the same kind. */
export const like = <T extends HostArray>(data: T, length: number): T => new (data.constructor as new (length: number) => T)(length);

/** Rows first … first + count − 1 of n rows of `width`, each `times` times; past the end the last one again. */
export const rowsAt = <T extends HostArray>(data: T, n: number, width: number, first: number, count: number, times = 1): T => {
  const rows = like(data, count * times * width);
  for (let i = 0; i < count; i++) {
    const at = Math.min(n - 1, first + i) * width;
    for (let k = 0; k < times; k++) rows.set(data.subarray(at, at + width), (i * times + k) * width);
  }
  return rows;
};

/** The [first, second] corners of the blocks of an n × m matrix, row by row; of a symmetric one those on and above the diagonal. */
export const corners = (n: number, m: number, block: number, symmetric: boolean): readonly (readonly [number, number])[] => {
  const list: [number, number][] = [];
  for (let first = 0; first < n; first += block)
    for (let second = symmetric ? first : 0; second < m; second += block) list.push([first, second]);
  return list;
};

export interface Place {
  readonly first: number;
  readonly second: number;
  /** Examples of the block. */ readonly size: number;
  /** Its rows for each. */ readonly k: number;
  readonly sum: boolean;
}
/** Copies a block into the result, summed over outputs if asked. */
export const place = (kernel: Kernel, block: HostArray, { first, second, size, k, sum }: Place): void => {
  const per = sum ? 1 : k;
  const [n, m] = [kernel.rows / per, kernel.cols / per];
  const width = size * k;
  for (let i = 0; i < size && first + i < n; i++)
    for (let j = 0; j < size && second + j < m; j++)
      for (let p = 0; p < k; p++)
        for (let q = 0; q < k; q++) {
          const value = block[(i * k + p) * width + j * k + q]!;
          if (!sum) kernel.data[((first + i) * k + p) * kernel.cols + (second + j) * k + q] = value;
          else if (p === q) kernel.data[(first + i) * kernel.cols + second + j]! += value;
        }
};

/** The lower triangle from the upper. */
export const mirror = ({ rows, data }: Kernel): void => {
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) data[i * rows + j] = data[j * rows + i]!;
};
