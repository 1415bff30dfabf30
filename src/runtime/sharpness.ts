/**
 * The plan that measures a trainer's sharpness: the Hessian's eigenvalue of largest magnitude, by power iteration on Hessian-vector products.
 * Source: Cohen et al. 2021, arXiv:2103.00065, who compare it with 2/η.
 *
 *   u ← v/‖v‖,  v ← H u,  λ = uᵀ H u        no Hessian is stored; v is kept from probe to probe, so that it follows the training
 *
 * With a mask the Hessian is that of the parameters it keeps: v starts and stays 0 elsewhere.
 *
 * λ is a Rayleigh quotient: never above the largest eigenvalue, and below it until v has turned into the eigenvector.
 */
import { gradients, tangents } from '../autodiff/index';
import { USE } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { repack, unpack, type Layout } from '../models/index';
import { add, div, mul, norm, normal, squaredNorm, sub, sum } from '../ops/index';

/** `examples`: the first so many of the training set, whose mean loss is measured; default all. `iterations` of each probe; default 4. */
export interface SharpnessOptions {
  readonly examples?: number;
  readonly iterations?: number;
}

/** Far below every curvature that can be seen in f32, and what keeps u defined where H u is 0. */
const SHIFT = 1e-12;

/** A random direction [total] to begin with. */
export const firstDirection = (layout: Layout, key: Tensor): Tensor =>
  repack(layout, unpack(layout, normal(key, [layout.total], USE.probe)));

/** What an iteration gives: λ = uᵀHu and ‖Hu − λu‖² of its last u, and v for the next. */
export interface PowerStep {
  readonly eigenvalue: Tensor;
  readonly squaredResidual: Tensor;
  readonly next: Tensor;
}
export interface PowerOptions {
  /** The views `unpack(layout, theta)`. */
  readonly params: Readonly<Record<string, Tensor>>;
  readonly layout: Layout;
  readonly iterations: number;
  /** 0 or 1 for each element of the layout. `v` is 0 where it is. */
  readonly mask?: Tensor | undefined;
}
/** `loss`: a scalar of `params`. */
export const powerIterations = (loss: Tensor, v: Tensor, { params, layout, iterations, mask }: PowerOptions): PowerStep => {
  const names = Object.keys(params);
  const leaves = Object.values(params);
  const gradient = gradients(loss, leaves);
  const times = (u: Tensor): Tensor => {
    const along = unpack(layout, u);
    const moved = tangents(
      gradient,
      leaves,
      names.map((n) => along[n]!),
    );
    const product = repack(layout, Object.fromEntries(moved.map((t, i) => [names[i]!, t])));
    return mask ? mul(product, mask) : product;
  };
  const iterate = (from: Tensor): PowerStep => {
    const u = div(from, norm(from));
    const product = times(u);
    const eigenvalue = sum(mul(u, product));
    // Of the difference itself: ‖Hu‖² − λ² would be all rounding where u is nearly an eigenvector.
    return { eigenvalue, squaredResidual: squaredNorm(sub(product, mul(u, eigenvalue))), next: add(product, mul(u, SHIFT)) };
  };
  let last = iterate(v);
  for (let i = 1; i < iterations; i++) last = iterate(last.next);
  return last;
};
