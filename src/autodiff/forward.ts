/** Forward mode: graph → graph. */
import { NoRuleError, ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import type { Cotangents } from '../graph/op';
import type { Node, Tensor } from '../graph/tensor';
import { broadcastTo } from '../ops/sum';
import { constant } from '../ops/leaf';
import { dependents } from './reverse';

/** Σ_x ∂y/∂x · tangent_x for each y; tangents have the shapes of their x. Throws ShapeError, and NoRuleError where an op has no jvp. */
export const jvp = (ys: readonly Tensor[], wrt: readonly Tensor[], tangents: Cotangents): readonly Tensor[] => {
  const rows = new Map<Node, (Tensor | null)[]>();
  wrt.forEach((x, i) => {
    const t = tangents[i] ?? null;
    if (t && !sameShape(t.shape, x.shape))
      throw new ShapeError('jvp', `tangent ${i} is ${showShape(t.shape)}, its primal ${showShape(x.shape)}`);
    const row = rows.get(x.node) ?? x.node.outputs.map(() => null);
    row[x.index] = t;
    rows.set(x.node, row);
  });
  const tangentOf = (t: Tensor): Tensor | null => rows.get(t.node)?.[t.index] ?? null;
  const given = new Set(wrt.map((x) => x.node));
  for (const node of dependents(ys, wrt)) {
    if (given.has(node)) continue;
    const ins = node.inputs.map(tangentOf);
    if (ins.every((t) => t === null)) continue;
    if (!node.op.jvp) throw new NoRuleError(node.op.name, 'jvp', 'its result cannot be differentiated');
    const outputs = node.outputs.map((type, index): Tensor => ({ ...type, node, index }));
    rows.set(node, [...node.op.jvp({ inputs: node.inputs, outputs, attrs: node.attrs }, ins)]);
  }
  return ys.map((y) => broadcastTo(tangentOf(y) ?? constant(0), y.shape));
};
