/** Float64 oracle of record.ts: exact. */
import type { Oracle } from './kernel';
import { record, type RecordDims } from './record';

export const recordRef: Oracle<RecordDims, Record<never, never>> = {
  kernel: record,
  cases: [
    { k: 1, stride: 1, slots: 1 },
    { k: 3, stride: 64, slots: 5 },
    { k: 9, stride: 2, slots: 16 },
  ],
  exactOnIntegers: true,
  input: (binding, size, { slots }, random) =>
    binding === 'counter' ? Float64Array.from({ length: size }, () => Math.floor(random() * 10 * slots)) : undefined,
  eval: ([counter, values, ring], { k, stride, slots }) => {
    const value = Float64Array.from(ring!);
    const row = counter![0]! % slots;
    for (let j = 0; j < k; j++) value[row * k + j] = values![j * stride]!;
    return [{ value, bound: new Float64Array(value.length) }];
  },
};
