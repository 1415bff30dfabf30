/**
 * headProduct: the three bilinear products of attention on [n, positions, heads, features] (shaders/headProduct.ts). They are closed under
 * differentiation: the derivative of each in each argument is another of them.
 *
 * vjp, jvp   as said; of pairs that are masked nothing passes.
 * Throws     ShapeError where the shapes do not fit, or causally there are more queries than keys.
 */
import { headProduct as kernel, type HeadDims, type HeadForm } from '../../shaders/headProduct';
import type { Dims } from '../../shaders/kernel';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, type Shape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { add } from './pointwise';

type Attrs = { readonly form: HeadForm; readonly causal: boolean; readonly fill: 'zero' | 'low' };

/** The sizes of queries [n, S, h, d] against keys [n, T, h, d]. */
export const headSizes = (op: string, queries: Shape, keys: Shape, causal: boolean): Dims<HeadDims> => {
  const [n, S, h, d] = queries as [number, number, number, number];
  const T = keys[1]!;
  if (queries.length !== 4 || !sameShape(keys, [n, T, h, d]))
    throw new ShapeError(op, `queries are ${showShape(queries)}, keys ${showShape(keys)}; they must be [n,S,h,d] and [n,T,h,d]`);
  if (causal && S > T) throw new ShapeError(op, `${S} queries of ${T} positions; causally the queries are the last positions`);
  return { n, S, T, h, d };
};

const measure = (left: Shape, right: Shape, { form, causal }: Attrs): { readonly sizes: Dims<HeadDims>; readonly out: Shape } => {
  if (form === 'scores') {
    const sizes = headSizes('headProduct', left, right, causal);
    return { sizes, out: [sizes.n, sizes.h, sizes.S, sizes.T] };
  }
  const [n, , h, d] = right as [number, number, number, number];
  const [S, T] = [left[2]!, left[3]!];
  const [given, made] = form === 'apply' ? [T, S] : [S, T];
  if (left.length !== 4 || !sameShape(left, [n, h, S, T]) || !sameShape(right, [n, given, h, d]))
    throw new ShapeError(
      'headProduct',
      `weights are ${showShape(left)}, what they weigh ${showShape(right)}; they must be [n,h,S,T] and [n,${form === 'apply' ? 'T' : 'S'},h,d]`,
    );
  if (causal && S > T) throw new ShapeError('headProduct', `${S} queries of ${T} positions; causally the queries are the last positions`);
  return { sizes: { n, S, T, h, d }, out: [n, made, h, d] };
};

export const headProductOp = defineOp<Attrs>({
  name: 'headProduct',
  infer: ([left, right], attrs) => ({ shape: measure(left!.shape, right!.shape, attrs).out, dtype: 'f32' }),
  lower: ({ inputs: [left, right], outputs: [y], attrs }, { emit }) => {
    const { sizes } = measure(left!.shape, right!.shape, attrs);
    emit(kernel, { ...attrs, vec: sizes.d % 4 === 0 }, sizes, [left!, right!, y!]);
  },
  vjp: ({ inputs: [left, right], attrs: { form, causal } }, [dy]) => {
    if (!dy) return [null, null];
    const c = { causal };
    if (form === 'scores') return [headApply(dy, right!, c), headSpread(dy, left!, c)];
    if (form === 'apply') return [headScores(dy, right!, c), headSpread(left!, dy, c)];
    return [headScores(right!, dy, c), headApply(left!, dy, c)];
  },
  jvp: ({ inputs: [left, right], attrs }, [dl, dr]) => {
    const linear = (x: Tensor, y: Tensor): Tensor => apply(headProductOp, [x, y], { ...attrs, fill: 'zero' });
    const terms = [...(dl ? [linear(dl, right!)] : []), ...(dr ? [linear(left!, dr)] : [])];
    return [terms.length > 0 ? terms.reduce((a, b) => add(a, b)) : null];
  },
});

interface Masking {
  readonly causal: boolean;
}
/** W[i,h,t,s] = Σ_k a[i,t,h,k]·b[i,s,h,k]: a sum over features. Masked pairs get 0, or with fill 'low' the least f32, for a softmax to come. */
export const headScores = (a: Tensor, b: Tensor, { causal, fill = 'zero' }: Masking & { readonly fill?: 'zero' | 'low' }): Tensor =>
  apply(headProductOp, [a, b], { form: 'scores', causal, fill: causal ? fill : 'zero' });
/** [i,t,h,k] ↦ Σ_s W[i,h,t,s]·b[i,s,h,k]: a sum over keys, seen ones if causal. */
export const headApply = (weights: Tensor, b: Tensor, { causal }: Masking): Tensor =>
  apply(headProductOp, [weights, b], { form: 'apply', causal, fill: 'zero' });
/** [i,s,h,k] ↦ Σ_t W[i,h,t,s]·a[i,t,h,k]: a sum over queries, seeing ones if causal. */
export const headSpread = (weights: Tensor, a: Tensor, { causal }: Masking): Tensor =>
  apply(headProductOp, [weights, a], { form: 'spread', causal, fill: 'zero' });
