/**
 * LayerNorm and RMSNorm over the last axis with scale and bias, one dispatch forward and one backward (shaders/normalise.ts).
 *
 * vjp, jvp   the Jacobian of x̂ is symmetric: r·(d − [layer] mean d − x̂·mean(d ⊙ x̂)), one kernel for both; the cotangents of scale and bias are sums
 *            over all rows. Derivatives of the derivative are composed of pointwise ops and sums over rows.
 * Throws     ShapeError where scale or bias are not vectors of the last axis' length.
 */
import { normalise as kernel, normaliseGrad as gradKernel, type Affine, type NormKind } from '../../shaders/normalise';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, applyAll, type Tensor, type TensorType } from '../graph/tensor';
import { broadcastTo, sum, sumTo } from './sum';
import { add, div, mul, neg, sub } from './pointwise';

type Attrs = { readonly kind: NormKind; readonly eps: number };
type GradAttrs = { readonly kind: NormKind };

const rowSum = (t: Tensor): Tensor => sum(t, [-1], { keepDims: true });
/** Divided by the number of columns, which f32 holds as its inverse may not be held. */
const rowMean = (t: Tensor): Tensor => div(rowSum(t), t.shape.at(-1)!);
const total = (...terms: readonly (Tensor | null)[]): Tensor | null => {
  const there = terms.filter((t) => t !== null);
  return there.length > 0 ? there.reduce((a, b) => add(a, b)) : null;
};
const affineOf = (inputs: readonly unknown[]): Affine => (['none', 'scale', 'both'] as const)[inputs.length - 1]!;
const dimsOf = ({ shape }: TensorType): { readonly rows: number; readonly C: number } => ({
  rows: sizeOf(shape) / shape.at(-1)!,
  C: shape.at(-1)!,
});

/** Inputs: x, then scale, then bias. Outputs: the result, r [..., 1] and, where there is a scale, x̂. */
export const normaliseOp = defineOp<Attrs>({
  name: 'normalise',
  infer: (inputs) => {
    const [x, ...vectors] = inputs.map((t) => t.shape);
    if (x!.length === 0) throw new ShapeError('normalise', 'the input is a scalar; it needs a last axis to normalise over');
    for (const v of vectors)
      if (!sameShape(v, x!.slice(-1)))
        throw new ShapeError('normalise', `scale and bias of ${showShape(x!)} must be ${showShape(x!.slice(-1))}, got ${showShape(v)}`);
    const whole = { shape: x!, dtype: 'f32' } as const;
    return [whole, { shape: [...x!.slice(0, -1), 1], dtype: 'f32' }, ...(vectors.length > 0 ? [whole] : [])];
  },
  lower: ({ inputs, outputs: [y, ...saved], attrs, used }, { emit }) => {
    const dims = dimsOf(inputs[0]!);
    const save = used.slice(1).some(Boolean);
    emit(kernel, { ...attrs, affine: affineOf(inputs), save, vec: dims.C % 4 === 0 }, dims, [...inputs, y!, ...(save ? saved : [])]);
  },
  vjp: ({ inputs: [x, scale, bias], outputs: [y, r, saved], attrs: { kind } }, [dy, dr, dNormal]) => {
    const normal = saved ?? y!;
    const whole = dy ? broadcastTo(dy, x!.shape) : null;
    // Through x̂ by the fused kernel, which takes the scale along where nothing else reaches x̂; through r: ∂r/∂x = −r²·x̂/C.
    const fused = whole && !dNormal ? slope(kind, normal, r!, whole, scale) : null;
    const other = dNormal ? slope(kind, normal, r!, total(whole && scale ? mul(whole, scale) : whole, dNormal)!) : null;
    const byR = dr ? neg(mul(normal, div(mul(dr, mul(r!, r!)), x!.shape.at(-1)!))) : null;
    const vectors = scale
      ? [whole ? sumTo(mul(whole, normal), scale.shape) : null, ...(bias ? [whole ? sumTo(whole, bias.shape) : null] : [])]
      : [];
    return [total(fused, other, byR), ...vectors];
  },
  jvp: ({ inputs: [, scale], outputs: [y, r, saved], attrs: { kind } }, [dx, ds, db]) => {
    const normal = saved ?? y!;
    const dNormal = dx ? slope(kind, normal, r!, dx) : null;
    const dr = dx ? neg(mul(mul(r!, r!), rowMean(mul(normal, dx)))) : null;
    const dy = total(dNormal && scale ? mul(dNormal, scale) : dNormal, ds ? mul(normal, ds) : null, db ?? null);
    return [dy, dr, ...(saved ? [dNormal] : [])];
  },
  perExample: ({ outputs: [, , saved] }, input) => (input === 1 ? { kind: 'scale', factor: saved! } : input === 2 ? { kind: 'sum' } : null),
});

/** Inputs: x̂, r, g and the scale if there is one. */
export const normaliseGradOp = defineOp<GradAttrs>({
  name: 'normaliseGrad',
  infer: ([normal]) => ({ shape: normal!.shape, dtype: 'f32' }),
  lower: ({ inputs, outputs: [y], attrs: { kind } }, { emit }) => {
    const dims = dimsOf(inputs[0]!);
    emit(gradKernel, { kind, scaled: inputs.length > 3, vec: dims.C % 4 === 0 }, dims, [...inputs, y!]);
  },
  vjp: ({ inputs, attrs: { kind } }, [a]) => {
    if (!a) return inputs.map(() => null);
    const [normal, r, g, scale] = inputs as [Tensor, Tensor, Tensor, Tensor?];
    const d = scale ? mul(g, scale) : g;
    const ofD = slope(kind, normal, r, a);
    const ofNormal = neg(mul(r, add(mul(a, rowMean(mul(d, normal))), mul(d, rowMean(mul(a, normal))))));
    return [
      ofNormal,
      rowSum(mul(a, core(kind, normal, d))),
      scale ? mul(ofD, scale) : ofD,
      ...(scale ? [sumTo(mul(ofD, g), scale.shape)] : []),
    ];
  },
  jvp: ({ inputs, attrs: { kind } }, [tNormal, tr, tg, ts]) => {
    const [normal, r, g, scale] = inputs as [Tensor, Tensor, Tensor, Tensor?];
    const d = scale ? mul(g, scale) : g;
    const td = total(tg && scale ? mul(tg, scale) : (tg ?? null), ts ? mul(g, ts) : null);
    return [
      total(
        tr ? mul(tr, core(kind, normal, d)) : null,
        td ? slope(kind, normal, r, td) : null,
        tNormal ? neg(mul(r, add(mul(tNormal, rowMean(mul(d, normal))), mul(normal, rowMean(mul(d, tNormal)))))) : null,
      ),
    ];
  },
});
/** r·(d − [layer] mean d − x̂·mean(d ⊙ x̂)) with d = g, or g ⊙ scale. */
const slope = (kind: NormKind, normal: Tensor, r: Tensor, g: Tensor, scale?: Tensor): Tensor =>
  apply(normaliseGradOp, [normal, r, broadcastTo(g, normal.shape), ...(scale ? [scale] : [])], { kind });
/** The same without r. */
const core = (kind: NormKind, normal: Tensor, d: Tensor): Tensor =>
  sub(kind === 'layer' ? sub(d, rowMean(d)) : d, mul(normal, rowMean(mul(d, normal))));

export interface NormOptions {
  /** Added to the variance, or to the mean square, under the root. Default 1e-5. */ readonly eps?: number;
}
const norm = (kind: NormKind, x: Tensor, vectors: readonly (Tensor | undefined)[], eps: number): Tensor =>
  applyAll(normaliseOp, [x, ...vectors.filter((v) => v !== undefined)], { kind, eps })[0]!;
/**
 * (x − μ)/√(σ² + ε) ⊙ scale + bias, mean and variance (divided by C, not C − 1) over the last axis of x [..., C]; scale and bias are [C]. A bias needs a
 * scale. ε 1e-5 as in torch.nn.LayerNorm; flax.linen.LayerNorm has 1e-6.
 */
export const layerNorm = (x: Tensor, scale?: Tensor, bias?: Tensor, { eps = 1e-5 }: NormOptions = {}): Tensor => {
  if (bias && !scale) throw new ShapeError('normalise', `a bias ${showShape(bias.shape)} without a scale; give both, or add the bias`);
  return norm('layer', x, [scale, bias], eps);
};
/**
 * x/√(mean of x² + ε) ⊙ scale, the mean over the last axis of x [..., C]; scale is [C]. ε 1e-5, inside the root; torch.nn.RMSNorm has float32's 2⁻²³ by
 * default, flax.linen.RMSNorm 1e-6.
 */
export const rmsNorm = (x: Tensor, scale?: Tensor, { eps = 1e-5 }: NormOptions = {}): Tensor => norm('rms', x, [scale], eps);
