/** Exact oracle and test shapes for uniform.ts; the parts that normal.ref.ts shares. */
import type { Dims, Oracle } from './kernel';
import { threefry2x32 } from './threefry';
import { toUniform, uniform, type DrawDims } from './uniform';

/** The smallest, one pair, one thread's share, one past it, one workgroup, ragged over several workgroups. */
export const drawCases: readonly Dims<DrawDims>[] = [
  { n: 1, useId: 0 },
  { n: 2, useId: 1 },
  { n: 4, useId: 2 },
  { n: 5, useId: 0xffffffff },
  { n: 256, useId: 3 },
  { n: 1023, useId: 4 },
];

/** Keys take any 32-bit values, whatever the range of `random`. */
export const randomWords = (size: number, random: () => number): Float64Array =>
  Float64Array.from({ length: size }, () => Math.floor(Math.abs(random()) * 2 ** 32) % 2 ** 32);

/** The draws of one replica. The kernels owe every bit, so the bound is zero. */
export const drawEval =
  (draw: (w0: number, w1: number) => readonly [number, number]): Oracle<DrawDims>['eval'] =>
  ([key], { n, useId }) => {
    const value = new Float64Array(n);
    for (let i = 0; i < n; i += 2) {
      const pair = draw(...threefry2x32(key![0]!, useId, i >> 1, key![1]!));
      value[i] = pair[0];
      if (i + 1 < n) value[i + 1] = pair[1];
    }
    return [{ value, bound: new Float64Array(n) }];
  };

export const uniformRef: Oracle<DrawDims, Record<never, never>> = {
  kernel: uniform,
  cases: drawCases,
  eval: drawEval((w0, w1) => [toUniform(w0), toUniform(w1)]),
  input: (binding, size, _, random) => (binding === 'key' ? randomWords(size, random) : undefined),
  exactOnIntegers: true,
};
