/** Float64 oracle, error bound and test shapes for recordSums.ts. */
import { sumBound, TINY32, U32, type Oracle } from './kernel';
import { decodeTerms, recordSums, type RecordSumsDims, type RecordSumsOptions } from './recordSums';

export const recordSumsRef: Oracle<RecordSumsDims, RecordSumsOptions> = {
  kernel: recordSums,
  cases: [{ slots: 1 }, { slots: 5 }],
  // Of the scales, a third is none of a binary fraction.
  exactOnIntegers: ({ terms }) => decodeTerms(terms).every(({ scale }) => Number.isInteger(Math.log2(Math.abs(scale)))),
  input: (binding, size, { slots }, random) =>
    binding === 'counter' ? Float64Array.from({ length: size }, () => Math.floor(Math.abs(random()) * 10 * slots)) : undefined,
  eval: ([counter, ring, ...vectors], { slots }, { terms }) => {
    const list = decodeTerms(terms);
    const value = Float64Array.from(ring!);
    const bound = new Float64Array(value.length);
    const row = counter![0]! % slots;
    list.forEach(({ n, scale }, j) => {
      const x = vectors[j]!;
      const at = row * list.length + j;
      const sum = x.reduce((a, v) => a + v, 0);
      const own =
        n === 1
          ? 0
          : sumBound(
              n,
              x.reduce((a, v) => a + Math.abs(v), 0),
            );
      value[at] = scale * sum;
      bound[at] = scale === 1 ? own : Math.abs(scale) * own + U32 * Math.abs(scale) * (Math.abs(sum) + own) + TINY32;
    });
    return [{ value, bound }];
  },
};
