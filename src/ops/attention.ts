/**
 * Multi-head attention of short sequences, in two forms that agree. Queries [n, S, h, d] are the last S of T positions, keys and values [n, T, h, d];
 * causally query t sees the keys up to its own position.
 *
 * fused      one dispatch forward and two backward (shaders/attention.ts, shaders/attentionGrad.ts): what training takes.
 * composed   scores, softmax and weighted sum as ops of their own, differentiable as often as wanted.
 *
 * vjp, jvp   of the fused form in its first derivative is fused too; what derivatives of that derivative need, and forward mode, is composed
 *            of headProduct and pointwise ops, as is the cotangent that comes by way of the weights.
 * Throws     ShapeError where the shapes do not fit.
 */
import { attention as kernel } from '../../shaders/attention';
import { attentionGradKeys, attentionGradQueries } from '../../shaders/attentionGrad';
import { ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import { defineOp } from '../graph/op';
import { applyAll, type Tensor, type TensorType } from '../graph/tensor';
import { headApply, headScores, headSizes, headSpread } from './headProduct';
import { add, mul, sub } from './pointwise';
import { sum } from './sum';
import { softmax } from './softmax';

type Attrs = { readonly causal: boolean };

const rowSum = (t: Tensor): Tensor => sum(t, [-1], { keepDims: true });
/** The derivative of softmax, a symmetric matrix for each row of weights w, times x. */
const softmaxSlope = (w: Tensor, x: Tensor): Tensor => mul(w, sub(x, rowSum(mul(w, x))));
/** The sum of those terms that are there. */
const total = (...terms: readonly (Tensor | null)[]): Tensor | null => {
  const there = terms.filter((t) => t !== null);
  return there.length > 0 ? there.reduce((a, b) => add(a, b)) : null;
};

const sizesOf = (op: string, [q, k, v]: readonly TensorType[], { causal }: Attrs): ReturnType<typeof headSizes> => {
  if (!sameShape(k!.shape, v!.shape))
    throw new ShapeError(op, `keys are ${showShape(k!.shape)}, values ${showShape(v!.shape)}; their shapes must agree`);
  return headSizes(op, q!.shape, k!.shape, causal);
};

/** Outputs: the result [n,S,h,d] and the weights [n,h,S,T]. */
export const attentionOp = defineOp<Attrs>({
  name: 'attention',
  infer: (inputs, attrs) => {
    const { n, S, T, h } = sizesOf('attention', inputs, attrs);
    return [
      { shape: inputs[0]!.shape, dtype: 'f32' },
      { shape: [n, h, S, T], dtype: 'f32' },
    ];
  },
  lower: ({ inputs, outputs, attrs }, { emit }) => {
    const sizes = sizesOf('attention', inputs, attrs);
    emit(kernel, { causal: attrs.causal, vec: sizes.d % 4 === 0 }, sizes, [...inputs, ...outputs]);
  },
  vjp: ({ inputs: [q, k, v], outputs: [, w], attrs }, [dy, dw]) => {
    if (dy && !dw) return applyAll(attentionGradOp, [q!, k!, v!, w!, dy], attrs);
    const e = total(dy ? headScores(dy, v!, attrs) : null, dw ?? null);
    if (!e) return [null, null, null];
    const slopes = softmaxSlope(w!, e);
    return [headApply(slopes, k!, attrs), headSpread(slopes, q!, attrs), dy ? headSpread(w!, dy, attrs) : null];
  },
  jvp: ({ inputs: [q, k, v], outputs: [, w], attrs }, [dq, dk, dv]) => {
    const scores = total(dq ? headScores(dq, k!, attrs) : null, dk ? headScores(q!, dk, attrs) : null);
    const dw = scores ? softmaxSlope(w!, scores) : null;
    return [total(dw ? headApply(dw, v!, attrs) : null, dv ? headApply(w!, dv, attrs) : null), dw];
  },
});

/** Names for what the rules of attentionGrad share: e, its mean, and the cotangent of the scores. */
const partsOf = (
  [, , v, w, g]: readonly Tensor[],
  attrs: Attrs,
): { readonly e: Tensor; readonly centred: Tensor; readonly slopes: Tensor } => {
  const e = headScores(g!, v!, attrs);
  const centred = sub(e, rowSum(mul(w!, e)));
  return { e, centred, slopes: mul(w!, centred) };
};

/** The cotangents of q, k and v from q, k, v, the weights, and g, the cotangent of the result; the weights count as independent of the rest. */
export const attentionGradOp = defineOp<Attrs>({
  name: 'attentionGrad',
  infer: (inputs) => inputs.slice(0, 3).map(({ shape }) => ({ shape, dtype: 'f32' })),
  lower: ({ inputs: [q, k, v, w, g], outputs: [dq, dk, dv], attrs }, { emit, scratch }) => {
    const sizes = sizesOf('attentionGrad', [q!, k!, v!], attrs);
    const options = { causal: attrs.causal, vec: sizes.d % 4 === 0 };
    const slopes = scratch({ shape: w!.shape, dtype: 'f32' });
    emit(attentionGradQueries, options, sizes, [k!, v!, w!, g!, slopes, dq!]);
    emit(attentionGradKeys, options, sizes, [q!, w!, g!, slopes, dk!, dv!]);
  },
  // With S the slopes: dq = S k, dk = Sᵀ q, dv = wᵀ g. a, b and c are the cotangents of the three.
  vjp: ({ inputs, attrs }, [a, b, c]) => {
    const [q, k, v, w, g] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const { e, centred, slopes } = partsOf(inputs, attrs);
    const ofSlopes = total(a ? headScores(a, k, attrs) : null, b ? headScores(q, b, attrs) : null);
    const ofE = ofSlopes ? softmaxSlope(w, ofSlopes) : null;
    return [
      b ? headApply(slopes, b, attrs) : null,
      a ? headSpread(slopes, a, attrs) : null,
      ofE ? headSpread(ofE, g, attrs) : null,
      total(ofSlopes ? sub(mul(ofSlopes, centred), mul(e, rowSum(mul(w, ofSlopes)))) : null, c ? headScores(g, c, attrs) : null),
      total(ofE ? headApply(ofE, v, attrs) : null, c ? headApply(w, c, attrs) : null),
    ];
  },
  jvp: ({ inputs, attrs }, [tq, tk, tv, tw, tg]) => {
    const [q, k, v, w, g] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const { e, centred, slopes } = partsOf(inputs, attrs);
    const te = total(tg ? headScores(tg, v, attrs) : null, tv ? headScores(g, tv, attrs) : null);
    const moved = total(te ? softmaxSlope(w, te) : null, tw ? sub(mul(tw, centred), mul(w, rowSum(mul(tw, e)))) : null);
    return [
      total(moved ? headApply(moved, k, attrs) : null, tk ? headApply(slopes, tk, attrs) : null),
      total(moved ? headSpread(moved, q, attrs) : null, tq ? headSpread(slopes, tq, attrs) : null),
      total(tw ? headSpread(tw, g, attrs) : null, tg ? headSpread(w, tg, attrs) : null),
    ];
  },
});

export interface AttentionOptions {
  /** Default true. */
  readonly causal?: boolean;
  /** Factor of the scores. Default 1/√d. */
  readonly scale?: number;
  /** Default fused. Where a query's scores are all −∞, the composed form has zeros instead of NaN. */
  readonly form?: 'fused' | 'composed';
}
export interface Attention {
  /** [n,S,h,d]. */ readonly output: Tensor;
  /** [n,h,S,T], rows that sum to 1. */ readonly weights: Tensor;
}

/** q [n,S,h,d], k and v [n,T,h,d] → each query's weighted sum of the values, and the weights. */
export const attention = (q: Tensor, k: Tensor, v: Tensor, { causal = true, scale, form = 'fused' }: AttentionOptions = {}): Attention => {
  // On the queries it costs nothing: it joins the product that makes them.
  const scaled = mul(q, scale ?? 1 / Math.sqrt(q.shape.at(-1)!));
  if (form === 'fused') {
    const [output, weights] = applyAll(attentionOp, [scaled, k, v], { causal });
    return { output: output!, weights: weights! };
  }
  sizesOf('attention', [q, k, v], { causal });
  const weights = softmax(headScores(scaled, k, { causal, fill: 'low' }));
  return { output: headApply(weights, v, { causal }), weights };
};
