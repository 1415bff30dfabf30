/** Float64 oracle, error bound and test shapes for scatterAdd.ts. */
import { indexCases, randomIndices } from './gather.ref';
import { sumBound, type Oracle } from './kernel';
import { scatterAdd, type ScatterAddDims, type ScatterAddOptions } from './scatterAdd';

export const scatterAddRef: Oracle<ScatterAddDims, ScatterAddOptions> = {
  kernel: scatterAdd,
  cases: [...indexCases, { n: 1000, D: 8, V: 2 }], // long sums: exercise the bound
  eval: ([index, dy], { n, D, V }) => {
    const value = new Float64Array(V * D);
    const mag = new Float64Array(V * D);
    const terms = new Float64Array(V);
    for (let i = 0; i < n; i++) {
      const row = index![i]!;
      if (row >= V) continue;
      terms[row]! += 1;
      for (let d = 0; d < D; d++) {
        value[row * D + d]! += dy![i * D + d]!;
        mag[row * D + d]! += Math.abs(dy![i * D + d]!);
      }
    }
    return [{ value, bound: mag.map((m, at) => sumBound(terms[Math.floor(at / D)]!, m)) }];
  },
  input: (binding, size, { V }, random) => (binding === 'index' ? randomIndices(size, V, random) : undefined),
  exactOnIntegers: true,
};
