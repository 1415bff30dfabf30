/** Float64 oracle, error bound and test shapes for the matmul kernels, which compute the same. */
import { dotBound, sumBound, type Dims, type Kernel, type Oracle, type Oracled } from './kernel';
import { matmul, type MatmulOptions } from './matmul';
import { matmulBroadcast, type MatmulBroadcastOptions } from './matmulBroadcast';
import type { MatmulDims, Operands } from './matmulCore';
import { matmulQuad, type MatmulQuadOptions } from './matmulQuad';
import { matmulShared, type MatmulSharedOptions } from './matmulShared';
import { applyEpilogue, overwritten } from './program';

/** sumsAt is where C ends: what would lie between is not written. */
const shape = (batch: number, M: number, K: number, N: number, strideA = 0, strideB = 0): Dims<MatmulDims> => ({
  batch,
  M,
  K,
  N,
  strideA,
  strideB,
  sumsAt: batch * M * N,
});
const CASES: readonly Dims<MatmulDims>[] = [
  shape(1, 1, 1, 1), // smallest
  shape(1, 64, 64, 64), // exactly one tile
  shape(1, 68, 12, 36), // multiples of 4 but not of a tile, nor of 8
  shape(3, 17, 15, 33, 255), // ragged, B shared by the batch
  shape(2, 4, 8, 12, 32, 96),
  shape(1, 3, 1000, 5), // long reduction: exercises the bound
];

/** op(A)·op(B) without the epilogue. */
const product = (
  a: Float64Array,
  b: Float64Array,
  { batch, M, K, N, strideA, strideB }: Dims<MatmulDims>,
  { transA, transB }: Operands,
): Oracled => {
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
          const p = a[ia]! * b[ib]!;
          sum += p;
          mag += Math.abs(p);
        }
        value[at] = sum;
        bound[at] = dotBound(K, mag);
      }
  return { value, bound };
};
/** C with Σ_k B[k, :] at sumsAt, and 0 between. */
const withSums = (c: Oracled, b: Float64Array, { K, N, sumsAt }: Dims<MatmulDims>): Oracled => {
  const [value, bound] = [new Float64Array(sumsAt + N), new Float64Array(sumsAt + N)];
  value.set(c.value);
  bound.set(c.bound);
  for (let n = 0; n < N; n++) {
    let mag = 0;
    for (let k = 0; k < K; k++) {
      value[sumsAt + n]! += b[k * N + n]!;
      mag += Math.abs(b[k * N + n]!);
    }
    bound[sumsAt + n] = sumBound(K, mag);
  }
  return { value, bound };
};

const oracle = <O extends Operands>(kernel: Kernel<MatmulDims, O>): Oracle<MatmulDims, O> => ({
  kernel,
  cases: CASES,
  exactOnIntegers: true,
  eval: ([a, b, before, ...rest], dims, o) => {
    const over = overwritten(o.epilogue);
    const extra = over === undefined ? rest : rest.toSpliced(over - 1, 0, before!);
    const c = applyEpilogue(o.epilogue, product(a!, b!, dims, o), extra, dims.N);
    return [o.columnSums ? withSums(c, b!, dims) : c];
  },
});
export const matmulRef: Oracle<MatmulDims, MatmulOptions> = oracle(matmul);
export const matmulQuadRef: Oracle<MatmulDims, MatmulQuadOptions> = oracle(matmulQuad);
export const matmulBroadcastRef: Oracle<MatmulDims, MatmulBroadcastOptions> = oracle(matmulBroadcast);
export const matmulSharedRef: Oracle<MatmulDims, MatmulSharedOptions> = oracle(matmulShared);
