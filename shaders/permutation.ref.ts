/** Exact oracle and test shapes for permutation.ts. */
import type { Oracle } from './kernel';
import { batchIndices, batchIndicesKernel, type BatchDims } from './permutation';
import { randomWords } from './uniform.ref';

export const batchIndicesRef: Oracle<BatchDims, Record<never, never>> = {
  kernel: batchIndicesKernel,
  cases: [
    { n: 1, B: 1 }, // smallest
    { n: 64, B: 64 }, // full batch; the network's own size, so nothing walks
    { n: 65, B: 7 }, // ragged; nearly four applications a walk
    { n: 1000, B: 256 }, // one workgroup
    { n: 4097, B: 1023 }, // ragged over several workgroups
    { n: 0xffffffff, B: 3 }, // all 32 bits
  ],
  eval: ([step, key], { n, B }) => [{ value: Float64Array.from(batchIndices(key![0]!, step![0]!, n, B)), bound: new Float64Array(B) }],
  input: (binding, size, _, random) => (binding === 'out' ? undefined : randomWords(size, random)),
  exactOnIntegers: true,
};
