/**
 * Counter-based random streams: a draw is a pure function of (seed, use, step, i), the same bits here and in the kernels
 * `uniform`, `normal` and `batchIndices`. There is no generator to pass around and no order of drawing to keep.
 */
import { normalPair } from '../../shaders/normal';
import { batchIndices, USE_BATCH } from '../../shaders/permutation';
import { threefry2x32 } from '../../shaders/threefry';
import { toUniform } from '../../shaders/uniform';
import { ConfigError } from './errors';

/**
 * What a stream is drawn for; streams of one seed and different uses are independent. The numbers belong to the identity of
 * every run: never reuse or change one.
 */
export const USE = {
  batch: USE_BATCH,
  init: 2,
  data: 3,
  labels: 4,
  labelNoise: 5,
  features: 6,
  noise: 7,
  mask: 8,
  teacher: 9,
  testData: 10,
  testLabels: 11,
  probe: 12,
  split: 13,
  bootstrap: 14,
  null: 15,
} as const;

/** A u32 seed for part (a, b) of what `seed` seeds: distinct parts get unrelated seeds. Arguments are u32. */
export const deriveSeed = (seed: number, a: number, b = 0): number => threefry2x32(seed, a, b, 0)[0];

export interface RandomStream {
  /** Word i: u32. */
  readonly bits: (i: number) => number;
  /** [0, 1) on the grid 2⁻²⁴; never 1. */
  readonly uniform: (i: number) => number;
  /** N(0, 1), |z| < 6.661, an f32 value. */
  readonly normal: (i: number) => number;
  /** out[i] = uniform(first + i); returns `out`. */
  readonly fillUniform: <A extends Float32Array | Float64Array>(out: A, first?: number) => A;
  /** out[i] = normal(first + i); returns `out`. Twice as fast as element by element, which discards one of each pair. */
  readonly fillNormal: <A extends Float32Array | Float64Array>(out: A, first?: number) => A;
}

const requireU32 = (name: string, value: number): void => {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new ConfigError(`${name} is ${value}; it must be a whole number from 0 to 4294967295`);
  }
};

type Pair = readonly [number, number];
type Fill = RandomStream['fillUniform'];

const one =
  (draw: (pair: number) => Pair) =>
  (i: number): number =>
    draw(Math.floor(i / 2))[(i % 2) as 0 | 1];

const fill =
  (draw: (pair: number) => Pair): Fill =>
  (out, first = 0) => {
    for (let pair = Math.floor(first / 2), i = 2 * pair - first; i < out.length; pair++, i += 2) {
      const [even, odd] = draw(pair);
      if (i >= 0) out[i] = even;
      if (i + 1 < out.length) out[i + 1] = odd;
    }
    return out;
  };

/** The stream of (seed, use, step). Throws ConfigError unless all three are u32. Element numbers may go up to 2³³ − 1. */
export const stream = (seed: number, use: number, step = 0): RandomStream => {
  requireU32('seed', seed);
  requireU32('use', use);
  requireU32('step', step);
  const words = (pair: number): Pair => threefry2x32(seed, use, pair, step);
  const uniforms = (pair: number): Pair => {
    const [w0, w1] = words(pair);
    return [toUniform(w0), toUniform(w1)];
  };
  const normals = (pair: number): Pair => normalPair(...words(pair));
  return { bits: one(words), uniform: one(uniforms), normal: one(normals), fillUniform: fill(uniforms), fillNormal: fill(normals) };
};

/** Minibatches of B an epoch; the remainder of n/B is left out, other examples each time. Throws ConfigError unless 1 ≤ B ≤ n. */
export const batchesPerEpoch = (n: number, B: number): number => {
  requireU32('the number of examples', n);
  if (!Number.isInteger(B) || B < 1 || B > n) {
    throw new ConfigError(`batch size ${B} with ${n} examples: it must be a whole number from 1 to ${n}`);
  }
  return Math.floor(n / B);
};

/** Indices of minibatch number `step`, the kernel batchIndices' own. Throws ConfigError unless 1 ≤ B ≤ n and all are u32. */
export const minibatch = (seed: number, step: number, n: number, B: number): Uint32Array => {
  requireU32('seed', seed);
  requireU32('step', step);
  batchesPerEpoch(n, B);
  return batchIndices(seed, step, n, B);
};
