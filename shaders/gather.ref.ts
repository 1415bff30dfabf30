/** Exact oracle and test shapes for gather.ts; the index inputs that scatterAdd.ref.ts shares. */
import type { Dims, Oracle } from './kernel';
import { gather, MISSING, type GatherDims, type GatherOptions } from './gather';

/** Indices in [0, V), whatever the range of `random`; they repeat where n > V. */
export const randomIndices = (size: number, V: number, random: () => number): Float64Array =>
  Float64Array.from({ length: size }, () => Math.floor(Math.abs(random()) * 2 ** 20) % V);

export const indexCases: readonly Dims<GatherDims>[] = [
  { n: 1, D: 1, V: 1 }, // smallest
  { n: 9, D: 1, V: 3 }, // one column: a thread crosses rows
  { n: 16, D: 16, V: 8 }, // one workgroup of single elements
  { n: 7, D: 3, V: 5 }, // ragged
  { n: 5, D: 12, V: 31 }, // D a multiple of 4 but not of 16; rows that nothing picks
  { n: 33, D: 68, V: 3 }, // several workgroups; every row picked many times
];

export const gatherRef: Oracle<GatherDims, GatherOptions> = {
  kernel: gather,
  cases: indexCases,
  eval: ([x, index], { n, D, V }, { dtype, missing }) => {
    const value = new Float64Array(n * D).fill(missing === 'zero' ? 0 : dtype === 'f32' ? Number.NaN : MISSING.u32);
    for (let i = 0; i < n; i++) {
      const row = index![i]!;
      if (row < V) value.set(x!.subarray(row * D, (row + 1) * D), i * D);
    }
    return [{ value, bound: new Float64Array(n * D) }];
  },
  input: (binding, size, { V }, random) => (binding === 'index' ? randomIndices(size, V, random) : undefined),
  exactOnIntegers: true,
};
