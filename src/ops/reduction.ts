/** What the ops that reduce have in common: shapes, kernels, and the way from any axes to one block of neighbouring ones. */
import { IDENTITY } from '../../shaders/program';
import { isIndex, reduce as kernel, type ReduceOptions as KernelOptions } from '../../shaders/reduce';
import { lastAxis, normaliseAxes, sizeOf, type Shape } from '../core/shape';
import type { Emitter, Lowering, Op } from '../graph/op';
import { apply, type Tensor, type TensorType } from '../graph/tensor';
import { reshape } from './reshape';
import { transpose } from './transpose';

type Kind = KernelOptions['op'];
/** One block of neighbouring axes: x is read as [outer, K, inner]. */
export type ReduceAttrs<K extends Kind = Kind> = { readonly kind: K; readonly axis: number; readonly count: number };

const measure = (shape: Shape, { axis, count }: ReduceAttrs): { outer: number; K: number; inner: number; rest: Shape } => ({
  outer: sizeOf(shape.slice(0, axis)),
  K: sizeOf(shape.slice(axis, axis + count)),
  inner: sizeOf(shape.slice(axis + count)),
  rest: [...shape.slice(0, axis), ...shape.slice(axis + count)],
});
export const reducedType = (x: TensorType, attrs: ReduceAttrs): TensorType => ({
  shape: measure(x.shape, attrs).rest,
  dtype: isIndex(attrs.kind) ? 'u32' : 'f32',
});
/** The shape with the reduced axes as 1. */
export const keptShape = (shape: Shape, { axis, count }: ReduceAttrs): Shape =>
  shape.map((d, i) => (i >= axis && i < axis + count ? 1 : d));

/** Above this many terms to few sums, a sum runs in two dispatches: partial sums of √K terms first. */
const LONG = 1024;
/** Divisor of K nearest to √K, for the partial sums; 1 if there is none worth it. */
const chunksOf = (K: number): number => {
  for (let c = Math.floor(Math.sqrt(K)); c > 8; c--) if (K % c === 0) return c;
  return 1;
};
export const lowerReduction = (
  { inputs: [x], outputs: [y], attrs }: Omit<Lowering, 'attrs'> & { readonly attrs: ReduceAttrs },
  { emit, scratch }: Emitter,
): void => {
  const { outer, K, inner } = measure(x!.shape, attrs);
  const cols = lastAxis(y!.shape);
  const options = { op: attrs.kind, variant: 'thread', epilogue: IDENTITY } as const;
  const chunks = !isIndex(attrs.kind) && K > LONG && outer * inner < LONG ? chunksOf(K) : 1;
  const vec = (k: number): 'none' | 'inner' | 'K' =>
    inner % 4 === 0 && cols % 4 === 0 ? 'inner' : inner === 1 && k % 4 === 0 ? 'K' : 'none';
  if (chunks === 1) {
    emit(kernel, { ...options, vec: vec(K) }, { outer, K, inner, cols }, [x!, y!], ...(isIndex(attrs.kind) ? [] : [{ epilogue: 1 }]));
    return;
  }
  const partial = scratch({ shape: [outer, chunks, inner], dtype: 'f32' });
  emit(kernel, { ...options, vec: vec(K / chunks) }, { outer: outer * chunks, K: K / chunks, inner, cols: inner }, [x!, partial]);
  emit(kernel, { ...options, vec: vec(chunks) }, { outer, K: chunks, inner, cols }, [partial, y!], { epilogue: 1 });
};

export interface ReduceOptions {
  readonly keepDims?: boolean;
}
/** Throws ShapeError for an axis out of range. `axes`: by default all. */
export const reduceAxes = (op: Op, kind: Kind, x: Tensor, axes: readonly number[] | undefined, keepDims: boolean): Tensor => {
  const rank = x.shape.length;
  const sorted = axes ? normaliseAxes(kind, axes, rank) : x.shape.map((_, i) => i);
  if (sorted.length === 0) return x;
  const gone = x.shape.map((d, i) => (sorted.includes(i) ? 1 : d));
  const contiguous = sorted.length === sorted.at(-1)! - sorted[0]! + 1;
  const rest = x.shape.flatMap((_, i) => (sorted.includes(i) ? [] : [i]));
  const source = contiguous ? x : transpose(x, [...rest, ...sorted]);
  const y = apply(op, [source], { kind, axis: contiguous ? sorted[0]! : rest.length, count: sorted.length });
  return keepDims ? reshape(y, gone) : y;
};
