/**
 * The plan that measures a trainer's sharpness: the Hessian's eigenvalue of largest magnitude, by power iteration on Hessian-vector products.
 * Source: Cohen et al. 2021, arXiv:2103.00065, who compare it with 2/η.
 *
 *   u ← v/‖v‖,  v ← H u,  λ = uᵀ H u        no Hessian is stored; v is kept from probe to probe, so that it follows the training
 *
 * λ is a Rayleigh quotient: never above the largest eigenvalue, and below it until v has turned into the eigenvector.
 */
import { gradients, tangents } from '../autodiff/index';
import { USE } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { repack, unpack, type Layout } from '../models/index';
import { add, div, mul, norm, normal, sum } from '../ops/index';

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

/** `loss`: a scalar of the views `unpack(layout, theta)`. Returns λ and H u of the last iteration, and v for the next. */
export const powerIterations = (
  loss: Tensor,
  layout: Layout,
  params: Readonly<Record<string, Tensor>>,
  v: Tensor,
  iterations: number,
): { readonly eigenvalue: Tensor; readonly product: Tensor; readonly next: Tensor } => {
  const names = Object.keys(params);
  const leaves = Object.values(params);
  const gradient = gradients(loss, leaves);
  const times = (u: Tensor): Tensor => {
    const along = unpack(layout, u);
    return repack(
      layout,
      Object.fromEntries(
        tangents(
          gradient,
          leaves,
          names.map((n) => along[n]!),
        ).map((t, i) => [names[i]!, t]),
      ),
    );
  };
  let next = v;
  let [eigenvalue, product]: [Tensor | undefined, Tensor | undefined] = [undefined, undefined];
  for (let i = 0; i < iterations; i++) {
    const u = div(next, norm(next));
    product = times(u);
    eigenvalue = sum(mul(u, product));
    next = add(product, mul(u, SHIFT));
  }
  return { eigenvalue: eigenvalue!, product: product!, next };
};
