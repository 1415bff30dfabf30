/**
 * Sparse parity: x uniform on {±1}^d, y the product of its first k coordinates. No fewer than k of them together say anything about y, and
 * the coordinates are alike, so that which k they are is nothing a model with a symmetric start could know.
 */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import { regression, type RegressionDataset } from './dataset';

export interface ParityConfig {
  /** Number of examples. */
  readonly n: number;
  /** Number of coordinates. */
  readonly d: number;
  /** Coordinates in the product, from 1 to d. */
  readonly k: number;
  readonly seed: number;
  /** Number of the first row; 0 by default. Row i of a seed is the same whatever n and firstRow: a later block is a test set. */
  readonly firstRow?: number;
}

const requireInteger = (name: string, value: number, low: number, high: number): void => {
  if (!Number.isSafeInteger(value) || value < low || value > high)
    throw new ConfigError(`sparseParity: ${name} must be an integer from ${low} to ${high}, got ${value}`);
};

/** x [n,d] and y [n,1], all ±1. Throws ConfigError for sizes that are no integers or out of range. */
export const sparseParity = ({ n, d, k, seed, firstRow = 0 }: ParityConfig): RegressionDataset => {
  requireInteger('d', d, 1, 2 ** 20);
  requireInteger('k', k, 1, d);
  requireInteger('n', n, 1, Math.floor(2 ** 33 / d)); // numbers in one stream
  requireInteger('firstRow', firstRow, 0, Math.floor(2 ** 33 / d) - n);
  const { bits } = stream(seed, USE.data);
  const x = Float64Array.from({ length: n * d }, (_, i) => 1 - 2 * (bits(firstRow * d + i) & 1));
  const y = Float64Array.from({ length: n }, (_, i) => x.subarray(i * d, i * d + k).reduce((product, bit) => product * bit, 1));
  return regression({ name: `parity of ${k} of ${d}`, n, d, x, y, outputs: 1 });
};
