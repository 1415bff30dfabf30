/**
 * Reductions over any axes, in a fixed order: sum, mean, max, argmax, choice. A NaN makes a sum or a maximum NaN. The reduced axes vanish unless `keepDims`.
 *
 * vjp   sum: repeats δ. max: δ where x equals the maximum, shared equally among ties.
 * Throws ShapeError for an axis out of range.
 */
import { IDENTITY } from '../../shaders/program';
import { isIndex, reduce as kernel, type ReduceOptions as KernelOptions } from '../../shaders/reduce';
import { lastAxis, normaliseAxes, sizeOf, type Shape } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { broadcastTo } from './broadcastTo';
import { div, greater, mul, sub } from './pointwise';
import { reshape } from './reshape';
import { transpose } from './transpose';

type Kind = KernelOptions['op'];
/** One block of neighbouring axes: x is read as [outer, K, inner]. */
type ReduceAttrs = { readonly kind: Kind; readonly axis: number; readonly count: number };

const measure = (shape: Shape, { axis, count }: ReduceAttrs): { outer: number; K: number; inner: number; rest: Shape } => ({
  outer: sizeOf(shape.slice(0, axis)),
  K: sizeOf(shape.slice(axis, axis + count)),
  inner: sizeOf(shape.slice(axis + count)),
  rest: [...shape.slice(0, axis), ...shape.slice(axis + count)],
});

/** Above this many terms to few sums, a sum runs in two dispatches: partial sums of √K terms first. */
const LONG = 1024;
/** Divisor of K nearest to √K, for the partial sums; 1 if there is none worth it. */
const chunksOf = (K: number): number => {
  for (let c = Math.floor(Math.sqrt(K)); c > 8; c--) if (K % c === 0) return c;
  return 1;
};

export const reduceOp: Op = defineOp<ReduceAttrs>({
  name: 'reduce',
  infer: ([x], attrs) => ({ shape: measure(x!.shape, attrs).rest, dtype: isIndex(attrs.kind) ? 'u32' : 'f32' }),
  lower: ({ inputs: [x], outputs: [y], attrs }, { emit, scratch }) => {
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
  },
  vjp: ({ inputs: [x], outputs: [y], attrs }, [dy]) => {
    if (!dy || isIndex(attrs.kind)) return [null];
    const kept = keep(x!.shape, attrs);
    const repeat = (t: Tensor): Tensor => broadcastTo(reshape(broadcastTo(t, y!.shape), kept), x!.shape);
    if (attrs.kind === 'sum') return [repeat(dy)];
    const hit = sub(1, greater(repeat(y!), x!));
    return [mul(hit, repeat(div(dy, apply(reduceOp, [hit], { ...attrs, kind: 'sum' }))))];
  },
  jvp: ({ inputs: [x], outputs: [y], attrs }, [dx]) => {
    if (!dx || isIndex(attrs.kind)) return [null];
    const total = (t: Tensor): Tensor => apply(reduceOp, [t], { ...attrs, kind: 'sum' });
    if (attrs.kind === 'sum') return [total(broadcastTo(dx, x!.shape))];
    const hit = sub(1, greater(broadcastTo(reshape(y!, keep(x!.shape, attrs)), x!.shape), x!));
    return [div(total(mul(hit, dx)), total(hit))];
  },
});
const keep = (shape: Shape, { axis, count }: ReduceAttrs): Shape => shape.map((d, i) => (i >= axis && i < axis + count ? 1 : d));

export interface ReduceOptions {
  readonly keepDims?: boolean;
}
const run = (kind: Kind, x: Tensor, axes: readonly number[] | undefined, keepDims: boolean): Tensor => {
  const rank = x.shape.length;
  const sorted = axes ? normaliseAxes(kind, axes, rank) : x.shape.map((_, i) => i);
  if (sorted.length === 0) return x;
  const gone = x.shape.map((d, i) => (sorted.includes(i) ? 1 : d));
  const contiguous = sorted.length === sorted.at(-1)! - sorted[0]! + 1;
  const rest = x.shape.flatMap((_, i) => (sorted.includes(i) ? [] : [i]));
  const source = contiguous ? x : transpose(x, [...rest, ...sorted]);
  const y = apply(reduceOp, [source], { kind, axis: contiguous ? sorted[0]! : rest.length, count: sorted.length });
  return keepDims ? reshape(y, gone) : y;
};

/** Sum over `axes`, by default all. */
export const sum = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor => run('sum', x, axes, o.keepDims ?? false);
/** Mean over `axes`, by default all. */
export const mean = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor => {
  const y = sum(x, axes, o);
  return mul(y, sizeOf(y.shape) / sizeOf(x.shape));
};
/** Maximum over `axes`, by default all. */
export const max = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor => run('max', x, axes, o.keepDims ?? false);
/** Index (u32) of the maximum along one axis; the lowest wins ties. Of a row with NaN the first one's, as in PyTorch. */
export const argmax = (x: Tensor, axis = -1): Tensor => run('argmax', x, [axis], false);
/** argmax, but 2³² − 1, an index of nothing, of a row with NaN. */
export const choice = (x: Tensor, axis = -1): Tensor => run('choice', x, [axis], false);
