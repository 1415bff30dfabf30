/**
 * What an op must say about itself, and the nodes that ops make: one recursive definition. A node holds its op, whose rules take and make tensors.
 * One file of src/ops/ per op, all rules in it.
 */
import type { Dims, DType, Kernel, Options } from '../../shaders/kernel';
import type { Shape } from '../core/shape';

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}
export interface Node {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attrs: Attrs;
  readonly outputs: readonly TensorType[];
}
/** Output `index` of a node. */
export interface Tensor extends TensorType {
  readonly node: Node;
  readonly index: number;
}

/** Plain data: attributes take part in common-subexpression elimination and in the printed plan. */
export type Attrs = Readonly<Record<string, unknown>>;

/** A value while it is lowered: an input or output of the op, or a scratch tensor that only its dispatches see. */
export interface Operand extends TensorType {
  readonly operand: number;
}

/** What `lower` emits through. */
export interface Emitter {
  /** One dispatch. `args`: one operand per binding of the kernel with these options. */
  emit<D extends string, O extends Options>(kernel: Kernel<D, O>, options: O, dims: Dims<D>, args: readonly Operand[], host?: Host): void;
  /** A scratch tensor; it has a replica axis where the op's outputs have. */
  scratch(type: TensorType): Operand;
}
/**
 * epilogue: the binding whose elements the kernel's `epilogue` option transforms: the planner may fuse what follows into it. columnSums: the
 * operand, a matrix, whose sums over rows the kernel's option `columnSums` stores as well, in the buffer of that binding from dim `sumsAt` on.
 */
export interface Host {
  readonly epilogue: number;
  readonly columnSums?: number;
}

/** An op's node as its rules see it. `outputs` are the node's own results, so that rules may reuse them. */
export interface Site {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attrs: Attrs;
}
/** null: symbolically zero, or not differentiable. */
export type Cotangents = readonly (Tensor | null)[];

export interface Lowering {
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly attrs: Attrs;
  /** False for an output that nothing reads. */
  readonly used: readonly boolean[];
}

/**
 * How one example's share of the gradient with respect to a parameter follows from δ, the cotangent of the op's output [rows, q], whose
 * rows are the examples' positions, an example's own next to each other. Summed over an example's positions t:
 * outer   Σ_t left_t ⊗ δ_t, left [rows, p]; of a parameter [q, p] its transpose, `transposed`     sum   Σ_t δ_t     scale   Σ_t factor_t ⊙ δ_t, factor [rows, q]
 * lookup  δ_t added to row index_t of the parameter, index [rows]
 */
export type PerExampleForm =
  | { readonly kind: 'outer'; readonly left: Tensor; readonly transposed?: boolean }
  | { readonly kind: 'sum' }
  | { readonly kind: 'scale'; readonly factor: Tensor }
  | { readonly kind: 'lookup'; readonly index: Tensor };

export type Pairs = readonly (readonly [input: number, output: number])[];

export interface Op {
  readonly name: string;
  readonly infer: (inputs: readonly TensorType[], attrs: Attrs) => TensorType | readonly TensorType[];
  /** Absent for leaves, views and pointwise ops, which the planner places itself. */
  readonly lower?: (site: Lowering, emitter: Emitter) => void;
  /** Cotangents of the inputs from those of the outputs. Absent: not differentiable (integers, state). */
  readonly vjp?: (site: Site, cotangents: Cotangents) => Cotangents;
  /** Tangents of the outputs from those of the inputs. */
  readonly jvp?: (site: Site, tangents: Cotangents) => Cotangents;
  /** For an input that all examples share, a parameter. null or absent: examples cannot be told apart there. */
  readonly perExample?: (site: Site, input: number) => PerExampleForm | null;
  /**
   * The same results by nodes that bind fewer buffers each; null where there is no such way. The planner takes it where a kernel of the op's own
   * would bind more than the adapter allows.
   */
  readonly split?: (site: Omit<Site, 'outputs'>) => readonly Tensor[] | null;
  /**
   * [input, output] pairs that share storage: the kernel updates the input in place. The planner copies first where
   * somebody still needs the old value.
   */
  readonly inPlace?: Pairs | ((attrs: Attrs, inputs: number) => Pairs);
  /** Outputs that depend on one input alone: where all replicas share the one they share the other. Absent: every output depends on all inputs. */
  readonly alone?: (attrs: Attrs, inputs: number) => Pairs;
}

/** `A` types the attributes inside the op's own file; outside they are plain data. */
export interface TypedOp<A> extends Omit<Op, 'infer' | 'lower' | 'vjp' | 'jvp' | 'perExample' | 'split'> {
  readonly infer: (inputs: readonly TensorType[], attrs: A) => TensorType | readonly TensorType[];
  readonly lower?: (site: Omit<Lowering, 'attrs'> & { readonly attrs: A }, emitter: Emitter) => void;
  readonly vjp?: (site: Omit<Site, 'attrs'> & { readonly attrs: A }, cotangents: Cotangents) => Cotangents;
  readonly jvp?: (site: Omit<Site, 'attrs'> & { readonly attrs: A }, tangents: Cotangents) => Cotangents;
  readonly perExample?: (site: Omit<Site, 'attrs'> & { readonly attrs: A }, input: number) => PerExampleForm | null;
  readonly split?: (site: Omit<Site, 'attrs' | 'outputs'> & { readonly attrs: A }) => readonly Tensor[] | null;
}
export const defineOp = <A extends Attrs>(op: TypedOp<A>): Op => Object.freeze(op) as unknown as Op;
