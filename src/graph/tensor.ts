/**
 * The graph: immutable nodes made by calling functions on symbolic tensors. There is no graph object to mutate: what is
 * reachable from the tensors one holds is the graph. Everything is written for one model; the replica axis comes with the plan.
 */
import { ShapeError } from '../core/errors';
import { showShape } from '../core/shape';
import type { Attrs, Node, Op, Tensor, TensorType } from './op';

export type { Node, Tensor, TensorType } from './op';

const tensorsOf = (node: Node): readonly Tensor[] => node.outputs.map((type, index) => Object.freeze({ ...type, node, index }));

/** All outputs of an op. Throws what the op's `infer` throws: ShapeError, naming the op and the shapes. */
export const applyAll = (op: Op, inputs: readonly Tensor[], attrs: Attrs = {}): readonly Tensor[] => {
  const inferred = op.infer(inputs, attrs);
  const outputs = ('shape' in inferred ? [inferred] : inferred) as readonly TensorType[];
  for (const { shape } of outputs)
    if (shape.some((d) => !Number.isInteger(d) || d < 1))
      throw new ShapeError(op.name, `the result would be ${showShape(shape)}; every axis must be a positive integer`);
  return tensorsOf(Object.freeze({ op, inputs, attrs: Object.freeze({ ...attrs }), outputs }));
};
/** The single output of an op. */
export const apply = (op: Op, inputs: readonly Tensor[], attrs: Attrs = {}): Tensor => applyAll(op, inputs, attrs)[0]!;

/** The nodes that `roots` depend on, every node after its inputs, in a fixed order. Iterative: graphs get deeper than the stack. */
export const topological = (roots: readonly Tensor[]): readonly Node[] => {
  const done = new Set<Node>();
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (!done.has(node)) {
      done.add(node);
      stack.push({ node, next: 0 });
    }
  };
  for (const root of roots) {
    enter(root.node);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      if (top.next < top.node.inputs.length) enter(top.node.inputs[top.next++]!.node);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
};
