/** Reverse mode: graph → graph. */
import { NoRuleError, ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import type { Cotangents } from '../graph/op';
import { topological, type Node, type Tensor } from '../graph/tensor';
import { broadcastTo } from '../ops/sum';
import { constant } from '../ops/leaf';
import { mergePacks } from '../ops/pack';
import { add } from '../ops/pointwise';

/** The nodes between `wrt` and `ys`: those that depend on a tensor of `wrt`. */
export const dependents = (ys: readonly Tensor[], wrt: readonly Tensor[]): readonly Node[] => {
  const active = new Set<Node>(wrt.map((t) => t.node));
  return topological(ys).filter((n) => {
    if (n.inputs.some((t) => active.has(t.node))) active.add(n);
    return active.has(n);
  });
};

/** Cotangents so far, one table per node with one entry per output. */
class Table {
  private readonly rows = new Map<Node, (Tensor | null)[]>();
  get(t: Tensor): Tensor | null {
    return this.rows.get(t.node)?.[t.index] ?? null;
  }
  row(n: Node): Cotangents {
    return this.rows.get(n) ?? n.outputs.map(() => null);
  }
  add(t: Tensor, d: Tensor): void {
    const row = this.rows.get(t.node) ?? t.node.outputs.map(() => null);
    const old = row[t.index];
    row[t.index] = old ? (mergePacks(old, d) ?? add(old, d)) : d;
    this.rows.set(t.node, row);
  }
}

/**
 * Σ_k ⟨dy_k, ∂y_k/∂x⟩ for each x of `wrt`, summed over all elements of every y. A y without a cotangent counts 0.
 * An x that the ys do not depend on gets zeros, and so does a u32. Throws ShapeError for a cotangent of another shape than its y, and
 * NoRuleError where an op on the way has no vjp.
 */
export const vjp = (ys: readonly Tensor[], cotangents: Cotangents, wrt: readonly Tensor[]): readonly Tensor[] => {
  const table = new Table();
  ys.forEach((y, i) => {
    const d = cotangents[i];
    if (!d) return;
    if (!sameShape(d.shape, y.shape))
      throw new ShapeError('vjp', `cotangent ${i} is ${showShape(d.shape)}, its function's value ${showShape(y.shape)}`);
    table.add(y, d);
  });
  const stops = new Set(wrt.map((t) => t.node));
  const between = dependents(ys, wrt);
  const active = new Set(between);
  for (const node of between.toReversed()) {
    const row = table.row(node);
    if (row.every((d) => d === null) || (stops.has(node) && !node.inputs.some((t) => active.has(t.node)))) continue;
    if (!node.op.vjp) throw new NoRuleError(node.op.name, 'vjp', 'its result cannot be differentiated');
    const outputs = node.outputs.map((type, index): Tensor => ({ ...type, node, index }));
    const back = node.op.vjp({ inputs: node.inputs, outputs, attrs: node.attrs }, row);
    back.forEach((d, i) => {
      const x = node.inputs[i]!;
      if (d && active.has(x.node)) table.add(x, d);
    });
  }
  return wrt.map((x) => {
    const d = table.get(x);
    return d ? broadcastTo(d, x.shape) : broadcastTo(constant(0), x.shape);
  });
};

/** ∂y/∂x for an f32 scalar y, for each x of `wrt`. Throws ShapeError if y is not a scalar: reduce it by sum or mean first. */
export const gradients = (y: Tensor, wrt: readonly Tensor[]): readonly Tensor[] => {
  if (!sameShape(y.shape, []))
    throw new ShapeError('grad', `the function must return a scalar, not ${showShape(y.shape)}: reduce it by sum or mean`);
  if (y.dtype !== 'f32') throw new ShapeError('grad', `the function must return f32, not ${y.dtype}`);
  return vjp([y], [constant(1)], wrt);
};
