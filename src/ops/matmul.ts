/**
 * matmul: Y[…,M,N] = op(A)[…,M,K] · op(B)[…,K,N]. Leading axes are a batch: equal on both sides, or absent on one, which is then shared.
 *
 * vjp     δ = ∂L/∂Y; one matmul per input, no transpose is materialised. A shared operand's cotangent is the sum over the batch.
 * Throws  ShapeError if the K axes or the batches differ, or an operand has rank < 2.
 */
import type { Dims } from '../../shaders/kernel';
import { matmul as kernel, type MatmulDims, type MatmulOptions, type Tile } from '../../shaders/matmul';
import { reduce, type ReduceOptions } from '../../shaders/reduce';
import { IDENTITY } from '../../shaders/program';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf, type Shape } from '../core/shape';
import { defineOp, type Emitter, type Operand } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { sumTo } from './sum';
import { add as addTensors } from './pointwise';
import { reshape } from './reshape';

export type MatmulAttrs = { readonly transA: boolean; readonly transB: boolean };
const split = (shape: Shape, t: boolean): { batch: Shape; rows: number; cols: number } => {
  if (shape.length < 2) throw new ShapeError('matmul', `an operand is ${showShape(shape)}; both need at least two axes`);
  const [r, c] = shape.slice(-2) as [number, number];
  return { batch: shape.slice(0, -2), rows: t ? c : r, cols: t ? r : c };
};
const measure = (
  a: Shape,
  b: Shape,
  { transA, transB }: MatmulAttrs,
): { batch: Shape; M: number; K: number; N: number; batchA: Shape; batchB: Shape } => {
  const A = split(a, transA);
  const B = split(b, transB);
  if (A.cols !== B.rows)
    throw new ShapeError(
      'matmul',
      `op(A) is ${showShape([A.rows, A.cols])} (A ${showShape(a)}) but op(B) is ${showShape([B.rows, B.cols])} (B ${showShape(b)}): K differs`,
    );
  if (A.batch.length > 0 && B.batch.length > 0 && !sameShape(A.batch, B.batch))
    throw new ShapeError('matmul', `the batches of A ${showShape(a)} and B ${showShape(b)} differ`);
  return { batch: A.batch.length > 0 ? A.batch : B.batch, M: A.rows, K: A.cols, N: B.cols, batchA: A.batch, batchB: B.batch };
};
/** A product of so few tiles would leave half a workgroup idle; with its neighbours it fills one. */
const FEW_TILES = 32;
/** Tall tiles where C has few columns; large ones only where they leave enough workgroups to fill a GPU. All give the same bits. */
const tileFor = (M: number, N: number): Tile =>
  M === 1 ? '1x4' : Math.ceil(M / 4) * Math.ceil(N / 4) <= FEW_TILES ? '4x4flat' : N <= 16 ? '4x4tall' : M * N >= 512 * 512 ? '8x8' : '4x4';
const optionsFor = (
  { M, K, N }: { readonly M: number; readonly K: number; readonly N: number },
  { transA, transB }: MatmulAttrs,
): MatmulOptions => ({
  transA,
  transB,
  tile: tileFor(M, N),
  vecA: (transA ? M : K) % 4 === 0,
  vecB: (transB ? K : N) % 4 === 0,
  vecC: N % 4 === 0,
  tailK: K % 4 !== 0,
  columnSums: false,
  epilogue: IDENTITY,
});

type Sizes = Dims<MatmulDims>;
/** A product this long into so few elements fills a GPU only if its k are shared out; TensorFlow.js draws the line there. */
const LONG = 2000;
const FEW = 64 * 64;
/** About so many k a part. */
const PART = 256;
/** Parts of K of one length; 1: not worth it. A weight's gradient only, where K is the rows of both operands and a part of them is contiguous. */
const chunksOf = ({ batch, M, K, N }: Sizes, { transA, transB }: MatmulAttrs): number => {
  if (!transA || transB || batch > 1 || M === 1 || K < LONG || M * N > FEW) return 1;
  for (let c = Math.floor(K / PART); c > 1; c--) if (K % c === 0) return c;
  return 1;
};
/** The parts' products side by side, then their sum, each in a fixed order. */
const splitK = (dims: Sizes, attrs: MatmulAttrs, [a, b, y]: readonly [Operand, Operand, Operand], { emit, scratch }: Emitter): void => {
  const { M, N } = dims;
  const parts = chunksOf(dims, attrs);
  const K = dims.K / parts;
  const products = scratch({ shape: [parts, M, N], dtype: 'f32' });
  emit(kernel, optionsFor({ M, K, N }, attrs), { batch: parts, M, K, N, strideA: K * M, strideB: K * N, sumsAt: 0 }, [a, b, products]);
  const options: ReduceOptions = { op: 'sum', variant: 'thread', vec: N % 4 === 0 ? 'inner' : 'none', epilogue: IDENTITY };
  emit(reduce, options, { outer: 1, K: parts, inner: M * N, cols: N }, [products, y], { epilogue: 1 });
};

export const matmulOp = defineOp<MatmulAttrs>({
  name: 'matmul',
  infer: ([a, b], attrs) => {
    const { batch, M, N } = measure(a!.shape, b!.shape, attrs);
    return { shape: [...batch, M, N], dtype: 'f32' };
  },
  lower: ({ inputs: [a, b], outputs: [y], attrs }, { emit, scratch }) => {
    const { batch, M, K, N, batchA, batchB } = measure(a!.shape, b!.shape, attrs);
    const dims = {
      batch: sizeOf(batch),
      M,
      K,
      N,
      strideA: batchA.length > 0 ? M * K : 0,
      strideB: batchB.length > 0 ? K * N : 0,
      sumsAt: 0,
    };
    if (N === 1) {
      // A column times a matrix: the same numbers as a row times its transpose, and a row is what tiles are wide for.
      const swapped = { batch: dims.batch, M: 1, K, N: M, strideA: dims.strideB, strideB: dims.strideA, sumsAt: 0 };
      emit(kernel, optionsFor(swapped, { transA: false, transB: !attrs.transA }), swapped, [b!, a!, y!], { epilogue: 2 });
    } else if (chunksOf(dims, attrs) > 1) splitK(dims, attrs, [a!, b!, y!], { emit, scratch });
    else
      emit(kernel, optionsFor(dims, { ...attrs, transA: attrs.transA && M > 1 }), dims, [a!, b!, y!], {
        epilogue: 2,
        ...(dims.batch === 1 && !attrs.transB ? { columnSums: 1 } : {}),
      });
  },
  vjp: ({ inputs: [a, b], attrs: { transA, transB } }, [dy]) => {
    if (!dy) return [null, null];
    const da = transA ? matmul(b!, dy, { transA: transB, transB: true }) : matmul(dy, b!, { transB: !transB });
    const db = transB ? matmul(dy, a!, { transA: true, transB: transA }) : matmul(a!, dy, { transA: !transA });
    return [sumTo(da, a!.shape), sumTo(db, b!.shape)];
  },
  // A right operand without a batch is a layer's weight. Transposed or not: neither norms nor products of gradients see it.
  perExample: ({ inputs: [a, b], attrs: { transA, transB } }, input) =>
    input === 1 && !transA && a!.shape.length === 2 && b!.shape.length === 2 ? { kind: 'outer', left: a!, transposed: transB } : null,
  jvp: ({ inputs: [a, b], attrs }, [da, db]) => {
    const left = da ? matmul(da, b!, attrs) : null;
    const right = db ? matmul(a!, db, attrs) : null;
    return [left && right ? addTensors(left, right) : (left ?? right)];
  },
});

export const matmul = (a: Tensor, b: Tensor, { transA = false, transB = false }: Partial<MatmulAttrs> = {}): Tensor => {
  // A shared right operand makes the batch more rows of one product.
  if (a.shape.length > 2 && b.shape.length === 2 && !transA) {
    const flat = matmul(reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]), b, { transB });
    return reshape(flat, [...a.shape.slice(0, -1), flat.shape[1]!]);
  }
  return apply(matmulOp, [a, b], { transA, transB });
};
