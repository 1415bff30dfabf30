/**
 * The planner's working form of a graph: nodes numbered, equal subexpressions merged, replication inferred (a value has a replica axis
 * where anything it depends on has one), and every pointwise input brought into a form that a pointwise kernel can read.
 */
import type { Mode } from '../../shaders/program';
import { ConfigError } from '../core/errors';
import { lastAxis, sameShape, sizeOf, type Shape } from '../core/shape';
import type { Attrs, Op, Pairs } from '../graph/op';
import { topological, type Node, type Tensor, type TensorType } from '../graph/tensor';
import { broadcastToOp } from '../ops/sum';
import { ALIGN, alignUp, packOp, sliceOp } from '../ops/pack';
import { constantOp, variableOp } from '../ops/leaf';
import { pointwiseOp } from '../ops/pointwise';
import { reshapeOp } from '../ops/reshape';
import { emissionsOf } from './emit';

export interface Value extends TensorType {
  readonly node: INode;
  readonly index: number;
  readonly replicated: boolean;
}
export interface INode {
  readonly id: number;
  readonly op: Op;
  readonly attrs: Attrs;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}
export interface Ir {
  readonly nodes: readonly INode[];
  readonly valueOf: (t: Tensor) => Value;
}

const trim = (shape: Shape): Shape => {
  const at = shape.findIndex((d) => d !== 1);
  return at < 0 ? [] : shape.slice(at);
};
/** How a pointwise kernel over `out` reads an input of shape `x`; undefined where its four modes do not suffice. */
export const modeOf = (x: Shape, out: Shape): Mode | undefined => {
  const [a, b] = [trim(x), trim(out)];
  if (sameShape(a, b)) return 'full';
  if (a.length === 0) return 'scalar';
  if (a.length === 1 && a[0] === lastAxis(out)) return 'row';
  if (a.at(-1) === 1 && sameShape(trim(a.slice(0, -1)), trim(out.slice(0, -1)))) return 'col';
  return undefined;
};

export const isVariable = (n: INode): boolean => n.op === variableOp;
export const isConstant = (n: INode): boolean => n.op === constantOp;
export const isPack = (n: INode): boolean => n.op === packOp;
/** Same storage as its input, at an offset. The source's size must keep every replica's part aligned for vec4 loads. */
export const isView = (n: INode): boolean =>
  n.op === reshapeOp || (n.op === sliceOp && (n.attrs['offset'] as number) % ALIGN === 0 && sizeOf(n.inputs[0]!.shape) % 4 === 0);
/** Runs inside a pointwise kernel. */
export const isPointwise = (n: INode): boolean =>
  n.op === pointwiseOp || (n.op === broadcastToOp && modeOf(n.inputs[0]!.shape, n.outputs[0]!.shape) !== undefined);

/** What a value's storage is a part of: views followed to their source, offsets in elements added up. */
export const sourceOf = (v: Value): { readonly base: Value; readonly offset: number } => {
  let base = v;
  let offset = 0;
  while (isView(base.node)) {
    offset += (base.node.attrs['offset'] as number | undefined) ?? 0;
    base = base.node.inputs[0]!;
  }
  return { base, offset };
};
/** The literal that a value is, through views and broadcasts, if it is one. */
export const literalOf = (v: Value): { readonly value: number; readonly dtype: 'f32' | 'u32' } | undefined => {
  if (isConstant(v.node)) return { value: v.node.attrs['value'] as number, dtype: v.dtype };
  return v.node.op === broadcastToOp || v.node.op === reshapeOp ? literalOf(v.node.inputs[0]!) : undefined;
};

/** [input, output] pairs of a node that share storage. */
export const inPlaceOf = ({
  op: { inPlace = [] },
  attrs,
  inputs,
}: {
  readonly op: Op;
  readonly attrs: Attrs;
  readonly inputs: readonly unknown[];
}): Pairs => (typeof inPlace === 'function' ? inPlace(attrs, inputs.length) : inPlace);

type Intern = (op: Op, attrs: Attrs, inputs: readonly Value[], types: readonly TensorType[]) => INode;

/**
 * A pack without parts that start off ALIGN, where no binding can: each of those is packed at the next multiple, a copy of which is shifted
 * into place by an unaligned slice, and the zeros around the parts let them be added up.
 */
const alignPack = (
  intern: Intern,
  { attrs, outputs: [out] }: { readonly attrs: Attrs; readonly outputs: readonly TensorType[] },
  parts: readonly Value[],
): INode => {
  const offsets = attrs['offsets'] as readonly number[];
  const {
    dtype,
    shape: [total],
  } = out as TensorType & { readonly shape: readonly [number] };
  const packed = (which: readonly number[], shift: number): INode => {
    const inner = { offsets: which.map((i) => offsets[i]! + shift), total: total + shift };
    return intern(
      packOp,
      inner,
      which.map((i) => parts[i]!),
      [{ shape: [inner.total], dtype }],
    );
  };
  const aligned = offsets.flatMap((o, i) => (o % ALIGN === 0 ? [i] : []));
  const shifted = offsets.flatMap((o, i) =>
    o % ALIGN === 0 ? [] : [intern(sliceOp, { offset: alignUp(o) - o, shape: [total] }, [packed([i], alignUp(o) - o).outputs[0]!], [out!])],
  );
  const terms = [...(aligned.length > 0 ? [packed(aligned, 0)] : []), ...shifted];
  return terms.reduce((a, b) => intern(pointwiseOp, { fn: dtype === 'f32' ? 'add' : 'addInt' }, [a.outputs[0]!, b.outputs[0]!], [out!]));
};

/** The node's results by nodes that bind fewer buffers, where its own kernels bind more than `maxBindings` and there is such a way. */
const splitOf = (node: Node, maxBindings: number): readonly Tensor[] | null => {
  const { op, inputs, attrs } = node;
  return op.split && emissionsOf(node).some((e) => e.args.length > maxBindings) ? op.split({ inputs, attrs }) : null;
};

export const buildIr = (roots: readonly Tensor[], perReplica: (name: string) => boolean, maxBindings: number): Ir => {
  const nodes: INode[] = [];
  const byKey = new Map<string, INode>();
  const canonical = new Map<Node, readonly Value[]>();
  const valueOf = ({ node, index }: Tensor): Value => canonical.get(node)![index]!;
  const intern: Intern = (op, attrs, inputs, types) => {
    const key = `${op.name}|${JSON.stringify(attrs)}|${inputs.map((v) => `${v.node.id}.${v.index}`).join()}`;
    const known = byKey.get(key);
    if (known) return known;
    const outputs: Value[] = [];
    const node: INode = { id: nodes.length, op, attrs, inputs, outputs };
    const replicated = op === variableOp ? perReplica(attrs['name'] as string) : inputs.some((v) => v.replicated);
    const alone = op.alone?.(attrs, inputs.length) ?? [];
    types.forEach(({ shape, dtype }, index) => {
      const only = alone.find(([, out]) => out === index);
      outputs.push({ shape, dtype, node, index, replicated: only ? inputs[only[0]]!.replicated : replicated });
    });
    byKey.set(key, node);
    nodes.push(node);
    return node;
  };
  /** A node whose inputs have been entered. */
  const enter = (node: Node): void => {
    if (canonical.has(node)) return;
    const split = splitOf(node, maxBindings);
    if (split) {
      for (const n of topological(split)) enter(n);
      canonical.set(node, split.map(valueOf));
      return;
    }
    // WGSL has no such literals, and neither has JSON.
    if (node.op === constantOp && !Number.isFinite(node.attrs['value']))
      throw new ConfigError(`plan: a constant is ${String(node.attrs['value'])} as f32; constants must be finite`);
    let inputs = node.inputs.map(valueOf);
    if (node.op === pointwiseOp) {
      const out = node.outputs[0]!.shape;
      inputs = inputs.map((v) =>
        modeOf(v.shape, out) === undefined ? intern(broadcastToOp, { shape: out }, [v], [{ shape: out, dtype: v.dtype }]).outputs[0]! : v,
      );
    }
    const unaligned = node.op === packOp && (node.attrs['offsets'] as readonly number[]).some((o) => o % ALIGN !== 0);
    canonical.set(node, (unaligned ? alignPack(intern, node, inputs) : intern(node.op, node.attrs, inputs, node.outputs)).outputs);
  };
  for (const node of topological(roots)) enter(node);
  return { nodes, valueOf };
};

/** A name for messages and printed plans. */
export const nameOf = (n: INode): string => {
  const { op, attrs, outputs } = n;
  const what = op === variableOp ? String(attrs['name']) : op === pointwiseOp ? String(attrs['fn']) : op.name;
  return `${what}[${outputs[0]?.shape.join(',') ?? ''}]`;
};
export const elements = (v: Value): number => sizeOf(v.shape);
