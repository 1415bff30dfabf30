/** Float64 oracle, error bound and test shapes for reduce.ts. */
import { MISSING } from './gather';
import { sumBound, TINY32, type Oracle, type Oracled } from './kernel';
import { applyEpilogue } from './program';
import { isIndex, reduce, type ReduceDims, type ReduceOptions } from './reduce';

/** One output: x[base + k·step] over k < K. A subnormal maximum may be flushed; that is the only error a maximum has. The first NaN is the maximum. */
const reduceOne = (
  x: Float64Array,
  base: number,
  step: number,
  K: number,
  op: ReduceOptions['op'],
): readonly [value: number, bound: number] => {
  let sum = 0;
  let mag = 0;
  let best = 0;
  for (let k = 0; k < K; k++) {
    const v = x[base + k * step]!;
    sum += v;
    mag += Math.abs(v);
    const top = x[base + best * step]!;
    if (v > top || (Number.isNaN(v) && !Number.isNaN(top))) best = k;
  }
  const max = x[base + best * step]!;
  if (isIndex(op)) return [op === 'choice' && Number.isNaN(max) ? MISSING.u32 : best, 0];
  return op === 'max' ? [max, Math.abs(max) < TINY32 ? TINY32 : 0] : [sum, sumBound(K, mag)];
};

export const reduceRef: Oracle<ReduceDims, ReduceOptions> = {
  kernel: reduce,
  cases: [
    { outer: 1, K: 1, inner: 1, cols: 1 }, // smallest
    { outer: 3, K: 7, inner: 5, cols: 5 }, // ragged
    { outer: 64, K: 8, inner: 1, cols: 16 }, // rows of four loads; one workgroup
    { outer: 67, K: 68, inner: 1, cols: 67 }, // rows, past one workgroup; past 64 elements
    { outer: 2, K: 66, inner: 12, cols: 4 }, // columns, past 64 elements, unrolled loop with a rest
    { outer: 1, K: 9, inner: 260, cols: 260 }, // columns, past one workgroup of four
    { outer: 2, K: 4096, inner: 1, cols: 2 }, // long: exercises the bound
  ],
  exactOnIntegers: true,
  eval: ([x, , ...extra], { outer, K, inner, cols }, { op, epilogue }) => {
    const host: Oracled = { value: new Float64Array(outer * inner), bound: new Float64Array(outer * inner) };
    for (let at = 0; at < outer * inner; at++) {
      const base = Math.floor(at / inner) * K * inner + (at % inner);
      [host.value[at], host.bound[at]] = reduceOne(x!, base, inner, K, op);
    }
    return [applyEpilogue(epilogue, host, extra, cols)];
  },
};
