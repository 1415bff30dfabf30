/** Float64 oracle, error bound and test shapes for matmul.ts. */
import { dotBound, type Oracle } from './kernel';
import { matmul, type MatmulDims, type MatmulOptions } from './matmul';
import { applyEpilogue } from './program';

export const matmulRef: Oracle<MatmulDims, MatmulOptions> = {
  kernel: matmul,
  cases: [
    { batch: 1, M: 1, K: 1, N: 1, strideA: 0, strideB: 0 }, // smallest
    { batch: 1, M: 64, K: 64, N: 64, strideA: 0, strideB: 0 }, // exactly one tile
    { batch: 1, M: 68, K: 12, N: 36, strideA: 0, strideB: 0 }, // multiples of 4 but not of a tile
    { batch: 3, M: 17, K: 15, N: 33, strideA: 255, strideB: 0 }, // ragged, B shared by the batch
    { batch: 2, M: 4, K: 8, N: 12, strideA: 32, strideB: 96 },
    { batch: 1, M: 3, K: 1000, N: 5, strideA: 0, strideB: 0 }, // long reduction: exercises the bound
  ],
  exactOnIntegers: true,
  eval: ([a, b, , ...extra], { batch, M, K, N, strideA, strideB }, { transA, transB, epilogue }) => {
    const value = new Float64Array(batch * M * N);
    const bound = new Float64Array(batch * M * N);
    for (let i = 0, at = 0; i < batch; i++)
      for (let m = 0; m < M; m++)
        for (let n = 0; n < N; n++, at++) {
          let sum = 0;
          let mag = 0; // (|A|·|B|)[m,n]
          let ia = i * strideA + (transA ? m : m * K);
          let ib = i * strideB + (transB ? n * K : n);
          for (let k = 0; k < K; k++, ia += transA ? M : 1, ib += transB ? 1 : N) {
            const p = a![ia]! * b![ib]!;
            sum += p;
            mag += Math.abs(p);
          }
          value[at] = sum;
          bound[at] = dotBound(K, mag);
        }
    return [applyEpilogue(epilogue, { value, bound }, extra, N)];
  },
};
