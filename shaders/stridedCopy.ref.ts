/** Float64 oracle of stridedCopy.ts: exact. */
import type { Oracle } from './kernel';
import { stridedCopy, type StridedDims, type StridedOptions } from './stridedCopy';

export const stridedCopyRef: Oracle<StridedDims, StridedOptions> = {
  kernel: stridedCopy,
  cases: [
    { n0: 1, n1: 1, n2: 1, n3: 1, s0: 0, s1: 0, s2: 0, s3: 0, base: 0 },
    { n0: 1, n1: 1, n2: 7, n3: 5, s0: 0, s1: 0, s2: 1, s3: 7, base: 0 }, // a transpose
    { n0: 2, n1: 3, n2: 4, n3: 5, s0: 20, s1: 40, s2: 1, s3: 4, base: 0 }, // axes permuted
    { n0: 1, n1: 3, n2: 4, n3: 6, s0: 0, s1: 6, s2: 0, s3: 1, base: 0 }, // repeated in the middle
    { n0: 1, n1: 1, n2: 1, n3: 300, s0: 0, s1: 0, s2: 0, s3: 1, base: 13 }, // a slice
  ],
  exactOnIntegers: true,
  input: (binding, size, _, random) =>
    binding === 'x' ? Float64Array.from({ length: size }, () => Math.floor(random() * 2 ** 20)) : undefined,
  eval: ([x], { n0, n1, n2, n3, s0, s1, s2, s3, base }) => {
    const value = new Float64Array(n0 * n1 * n2 * n3);
    let at = 0;
    for (let i0 = 0; i0 < n0; i0++)
      for (let i1 = 0; i1 < n1; i1++)
        for (let i2 = 0; i2 < n2; i2++) for (let i3 = 0; i3 < n3; i3++) value[at++] = x![base + i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3]!;
    return [{ value, bound: new Float64Array(value.length) }];
  },
};
