/**
 * Per-example gradients: graph → graph. Nothing of the size examples × parameters is made: what a layer adds to norms and products of
 * gradients follows from its inputs and from the cotangents of its outputs.
 *
 * Source: Goodfellow 2015, arXiv:1510.01799, for norms; the products are the same identity for two examples.
 */
import { NoRuleError, ShapeError } from '../core/errors';
import { showShape, sizeOf } from '../core/shape';
import type { PerExampleForm } from '../graph/op';
import { topological, type Node, type Tensor } from '../graph/tensor';
import type { Layer } from '../ops/perExample';
import { reshape, reshapeOp } from '../ops/reshape';
import { vjp } from './reverse';

/** One use of a parameter. Rows of `form`'s tensors and of `delta` are examples × `positions`, an example's own next to each other. */
export interface ParameterUse {
  readonly parameter: string;
  readonly form: PerExampleForm;
  /** Cotangent of the op's output, [examples·positions, q]. */
  readonly delta: Tensor;
  readonly positions: number;
}

const TRANSFORM = 'per-example';
const outputOf = (node: Node): Tensor => ({ ...node.outputs[0]!, node, index: 0 });
const flat = (t: Tensor): Tensor => (t.shape.length === 2 ? t : reshape(t, [sizeOf(t.shape) / t.shape.at(-1)!, t.shape.at(-1)!]));

interface Found {
  readonly parameter: string;
  readonly node: Node;
  readonly form: PerExampleForm;
}

const same = (a: Tensor, b: Tensor): boolean => a.node === b.node && a.index === b.index;
/** The parameter, and what is the parameter under another shape. */
const aliasesOf = (parameter: Tensor, nodes: readonly Node[]): readonly Tensor[] => {
  const names = [parameter];
  for (const node of nodes) if (node.op === reshapeOp && names.some((a) => same(a, node.inputs[0]!))) names.push(outputOf(node));
  return names;
};

/** The nodes that depend on parameters and on no other variable: all examples share their values, whatever their first axis is. */
const sharedNodes = (nodes: readonly Node[], parameters: readonly Tensor[]): ReadonlySet<Node> => {
  const sources = new Set(topological(parameters));
  const [fromParameters, fromElsewhere] = [new Set<Node>(sources), new Set<Node>()];
  for (const node of nodes) {
    const isVariable = node.inputs.length === 0 && node.op.name === 'variable';
    if ((isVariable && !sources.has(node)) || node.inputs.some((t) => fromElsewhere.has(t.node))) fromElsewhere.add(node);
    if (node.inputs.some((t) => fromParameters.has(t.node))) fromParameters.add(node);
  }
  return new Set([...fromParameters].filter((node) => !fromElsewhere.has(node)));
};

/** The one op that applies a parameter. Throws NoRuleError where several do, or one that has no rule, or one that applies it to what all examples share. */
const useOf = (name: string, parameter: Tensor, nodes: readonly Node[], shared: ReadonlySet<Node>): Found | undefined => {
  const names = aliasesOf(parameter, nodes);
  const found = nodes.flatMap((node) =>
    node.op === reshapeOp ? [] : node.inputs.flatMap((t, i) => (names.some((a) => same(a, t)) ? [{ node, i }] : [])),
  );
  const [first, ...rest] = found;
  if (!first) return undefined;
  const { node, i } = first;
  if (rest.length > 0)
    throw new NoRuleError(
      node.op.name,
      TRANSFORM,
      `the parameter '${name}' is used ${found.length} times, and gradients of examples add up over uses; give each use a parameter of its own, or take the Jacobian's rows`,
    );
  const outputs = node.outputs.map((type, index): Tensor => ({ ...type, node, index }));
  const form = node.op.perExample?.({ inputs: node.inputs, outputs, attrs: node.attrs }, i);
  if (!form)
    throw new NoRuleError(
      node.op.name,
      TRANSFORM,
      `it applies the parameter '${name}' ${showShape(parameter.shape)} in a way in which examples cannot be told apart; take vjp example by example`,
    );
  // A bias times a constant is no example's either, and still each example's own where it is added; what another parameter enters is not.
  if (shared.has(node) && node.inputs.some((t, k) => k !== i && shared.has(t.node)))
    throw new NoRuleError(
      node.op.name,
      TRANSFORM,
      `it applies the parameter '${name}' to other parameters alone, once for all examples; apply it to what depends on the example, or take vjp example by example`,
    );
  return { parameter: name, node, form };
};

/**
 * How each example's gradient of Σ_k ⟨cotangent_k, y_k⟩ is made up, a use for every parameter that the ys depend on. The examples are the
 * first axis of every y and of every value between, which must not mix them (batch normalisation does): that is the caller's promise.
 * Throws NoRuleError as above and ShapeError where a layer's rows are no multiple of the examples.
 */
export const parameterUses = (
  ys: readonly Tensor[],
  cotangents: readonly Tensor[],
  parameters: Readonly<Record<string, Tensor>>,
  examples: number,
): readonly ParameterUse[] => {
  const nodes = topological(ys);
  const shared = sharedNodes(nodes, Object.values(parameters));
  const found = Object.entries(parameters).flatMap(([name, t]) => useOf(name, t, nodes, shared) ?? []);
  const deltas = vjp(
    ys,
    cotangents,
    found.map(({ node }) => outputOf(node)),
  );
  return found.map(({ parameter, node, form }, i) => {
    const delta = flat(deltas[i]!);
    const positions = delta.shape[0]! / examples;
    if (!Number.isInteger(positions))
      throw new ShapeError(node.op.name, `its output has ${delta.shape[0]} rows, which is no multiple of the ${examples} examples`);
    return { parameter, delta, positions, form: form.kind === 'scale' ? { kind: 'scale', factor: flat(form.factor) } : form };
  });
};

export interface NamedLayer extends Layer {
  /** The parameters it stands for: a weight and its bias, or one. */
  readonly names: readonly string[];
  /** The weight is stored [q, p]: the columns of the layer's Jacobian are those of its transpose. */
  readonly transposed: boolean;
}

const layerOf = (
  { parameter, form, delta, positions }: ParameterUse,
  bias: ParameterUse | undefined,
  parameters: Readonly<Record<string, Tensor>>,
): NamedLayer => {
  const common = {
    form: form.kind,
    delta,
    positions,
    bias: bias !== undefined,
    transposed: false,
    names: [parameter, ...(bias ? [bias.parameter] : [])],
  };
  switch (form.kind) {
    case 'outer':
      return { ...common, left: form.left, transposed: form.transposed ?? false };
    case 'scale':
      return { ...common, left: form.factor };
    case 'lookup':
      return { ...common, left: form.index, table: parameters[parameter]!.shape[0]! };
    case 'sum':
      return common;
  }
};

/** The layers that the uses make up: a bias beside its weight where both have the same cotangents. A weight takes one bias; a second one is a layer. */
export const layersOf = (uses: readonly ParameterUse[], parameters: Readonly<Record<string, Tensor>>): readonly NamedLayer[] => {
  const biasOf = new Map<ParameterUse, ParameterUse>();
  const fused = new Set<ParameterUse>();
  for (const u of uses.filter(({ form }) => form.kind === 'sum')) {
    const weight = uses.find((w) => w.form.kind === 'outer' && w.delta === u.delta && w.positions === u.positions && !biasOf.has(w));
    if (weight) {
      biasOf.set(weight, u);
      fused.add(u);
    }
  }
  return uses.filter((u) => !fused.has(u)).map((u) => layerOf(u, biasOf.get(u), parameters));
};
