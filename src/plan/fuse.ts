/**
 * Fusion: which nodes share a dispatch.
 *
 *   1. a pointwise node joins the group of its consumers where all of them are in one group of the same shape;
 *   2. a group whose only host is a kernel with an epilogue moves into that kernel;
 *   3. the sums over a matrix's rows move into the kernel that multiplies by it, where both results are parts of one pack: a weight's gradient and its
 *      bias's;
 *   4. what is left of the pointwise groups merges with neighbours of the same shape, giving kernels with several outputs.
 *
 * A unit is what will be one dispatch (or the few of an op that lowers to several). Units never form a cycle.
 */
import { sameShape } from '../core/shape';
import { sumOp } from '../ops/sum';
import { emissionsOf, type Emission } from './emit';
import { elements, isConstant, isPack, isPointwise, isVariable, isView, literalOf, sourceOf, type INode, type Ir, type Value } from './ir';

export interface Unit {
  /** The op that is lowered by its own rule; absent in a purely pointwise unit. */
  readonly kernel?: { readonly node: INode; readonly emissions: readonly Emission[]; readonly host?: Value };
  /** A reduction whose result the kernel stores too, where the two lie in one buffer; else it is lowered after the kernel by its own rule. */
  readonly sums?: { readonly node: INode; readonly emissions: readonly Emission[] };
  /** Pointwise members, producers first; in a kernel unit they are its epilogue. */
  readonly members: readonly INode[];
  /** Values that somebody outside reads. */
  readonly outputs: readonly Value[];
}

interface Group {
  kernel?: NonNullable<Unit['kernel']>;
  sums?: NonNullable<Unit['sums']>;
  members: INode[];
}

const producerNode = (v: Value): INode => sourceOf(v).base.node;
const sameSpace = (a: Value, b: Value): boolean => sameShape(a.shape, b.shape) && a.replicated === b.replicated;

class Fuser {
  readonly groupOf = new Map<INode, Group>();
  readonly users = new Map<Value, INode[]>();
  /** What a group reads, while its members are those that it was worked out for. */
  private readonly inputs = new Map<
    Group,
    { readonly members: readonly INode[]; readonly count: number; readonly values: readonly Value[] }
  >();
  /** Groups that reach each other through a third: merging others never parts them again. */
  private readonly apart = new Map<Group, Set<Group>>();
  constructor(
    private readonly ir: Ir,
    private readonly roots: ReadonlySet<Value>,
    private readonly maxBindings: number,
  ) {
    for (const n of ir.nodes) for (const v of new Set(n.inputs)) this.users.set(v, [...(this.users.get(v) ?? []), n]);
  }

  usersOf(v: Value): readonly INode[] {
    return this.users.get(v) ?? [];
  }
  isOutput(v: Value, g: Group): boolean {
    return this.roots.has(v) || this.usersOf(v).some((n) => this.groupOf.get(n) !== g);
  }

  /** Values a group reads from outside, literals aside. Asked for over and over while groups are compared. */
  inputsOf(g: Group): readonly Value[] {
    const known = this.inputs.get(g);
    if (known && known.members === g.members && known.count === g.members.length) return known.values;
    const values = this.readFromOutside(g);
    this.inputs.set(g, { members: g.members, count: g.members.length, values });
    return values;
  }
  private readFromOutside(g: Group): readonly Value[] {
    const inside = new Set<INode>([...g.members, ...(g.kernel ? [g.kernel.node] : []), ...(g.sums ? [g.sums.node] : [])]);
    const nodes = [...inside];
    return [...new Set(nodes.flatMap((n) => n.inputs.filter((v) => !inside.has(v.node) && !(isPointwise(n) && literalOf(v)))))];
  }
  outputsOf(g: Group): readonly Value[] {
    const kernelOuts = g.kernel?.node.outputs.filter((v) => v !== g.kernel?.host) ?? [];
    return [...kernelOuts, ...g.members.flatMap((n) => n.outputs), ...(g.sums?.node.outputs ?? [])].filter((v) => this.isOutput(v, g));
  }
  sources(g: Group): number {
    return new Set(this.inputsOf(g)).size;
  }
  bindings(g: Group): number {
    return this.sources(g) + this.outputsOf(g).length;
  }

  /** Does anything that `from` needs, directly or not, come from `target`? Values in `skip` are not followed at the first step. */
  depends(from: readonly Value[], target: Group): boolean {
    const seen = new Set<Group | INode>();
    const stack = from.map(producerNode);
    for (let node = stack.pop(); node; node = stack.pop()) {
      const group = this.groupOf.get(node);
      if (group === target) return true;
      const key = group ?? node;
      if (seen.has(key)) continue;
      seen.add(key);
      stack.push(...(group ? this.inputsOf(group) : node.inputs).map(producerNode));
    }
    return false;
  }

  /** Step 1, consumers first. */
  chains(): void {
    for (const node of this.ir.nodes.toReversed()) {
      if (!isPointwise(node) || literalOf(node.outputs[0]!)) continue;
      const v = node.outputs[0]!;
      const groups = new Set(this.usersOf(v).map((n) => this.groupOf.get(n)));
      const [only] = groups;
      const joins = !this.roots.has(v) && groups.size === 1 && only && only.members.every((m) => sameSpace(m.outputs[0]!, v));
      if (joins && this.sources({ members: [node, ...only.members] }) < this.maxBindings) {
        only.members.unshift(node);
        this.groupOf.set(node, only);
      } else this.groupOf.set(node, { members: [node] });
    }
  }

  /** Step 2. */
  epilogues(): void {
    for (const node of this.ir.nodes) {
      if (isPointwise(node) || isView(node) || isVariable(node) || isConstant(node)) continue;
      const emissions = isPack(node) ? [] : this.lower(node);
      const unit: Group = { kernel: { node, emissions }, members: [] };
      this.groupOf.set(node, unit);
      const last = emissions.at(-1);
      if (!last?.host) continue;
      const host = node.outputs.find((_, i) => last.args[last.host!.epilogue]!.operand === node.inputs.length + i);
      if (host) this.absorb(unit, host);
    }
  }
  absorb(unit: Group, host: Value): void {
    const users = this.usersOf(host);
    const group = users[0] && this.groupOf.get(users[0]);
    if (this.roots.has(host) || !group || group.kernel || users.some((n) => this.groupOf.get(n) !== group)) return;
    const outs = this.outputsOf(group);
    if (outs.length !== 1 || outs[0]!.dtype !== 'f32' || !sameSpace(outs[0]!, host)) return;
    const others = this.inputsOf(group).filter((v) => v !== host);
    const bound = unit.kernel!.emissions.at(-1)!.args.length + others.length;
    if (bound > this.maxBindings || this.depends(others, unit)) return;
    unit.kernel = { ...unit.kernel!, host };
    unit.members = group.members;
    for (const m of group.members) this.groupOf.set(m, unit);
  }

  /** Step 3. */
  columnSums(): void {
    for (const group of new Set(this.groupOf.values())) {
      const operand = group.kernel?.emissions.at(-1)?.host?.columnSums;
      if (operand === undefined) continue;
      const matrix = group.kernel!.node.inputs[operand]!;
      const sums = this.ir.nodes.find((n) => isColumnSum(n, matrix) && this.joinsPackOf(group, n));
      const reduction = sums && this.groupOf.get(sums);
      if (!reduction?.kernel || reduction.members.length > 0 || this.depends(this.inputsOf(group), reduction)) continue;
      group.sums = reduction.kernel;
      this.inputs.delete(group); // it reads what the reduction reads
      this.groupOf.set(sums!, group);
    }
  }
  /** Whether the reduction's result and the group's are parts of one pack, and of nothing else. */
  joinsPackOf(group: Group, sums: INode): boolean {
    const outs = this.outputsOf(group);
    const [own, ...more] = outs.length === 1 ? this.consumers(outs[0]!) : [];
    const theirs = this.consumers(sums.outputs[0]!);
    return own !== undefined && isPack(own) && more.length === 0 && theirs.length === 1 && theirs[0] === own;
  }
  /** Users of a value, of its views too. */
  consumers(v: Value): readonly INode[] {
    return this.usersOf(v).flatMap((n) => (isView(n) ? n.outputs.flatMap((view) => this.consumers(view)) : [n]));
  }

  /** Step 4. */
  neighbours(): void {
    for (let merged = true; merged;) {
      merged = false;
      const groups = [...new Set(this.groupOf.values())].filter((g) => !g.kernel);
      for (const g of groups) merged ||= groups.some((h) => h !== g && this.tryMerge(g, h));
    }
  }
  /** Merges h into g where h does not reach g through a third unit nor g reach h. */
  tryMerge(g: Group, h: Group): boolean {
    const [a, b] = [g.members.at(-1)!.outputs[0]!, h.members.at(-1)!.outputs[0]!];
    if (!sameSpace(a, b)) return false;
    const fromH = this.inputsOf(g).filter((v) => h.members.includes(v.node));
    const shares = elements(a) === 1 || this.inputsOf(g).some((v) => this.inputsOf(h).includes(v));
    if (fromH.length === 0 && !shares) return false;
    const apart = this.apart.get(g) ?? new Set();
    if (apart.has(h)) return false;
    if (
      this.depends(
        this.inputsOf(g).filter((v) => !h.members.includes(v.node)),
        h,
      ) ||
      this.depends(this.inputsOf(h), g)
    ) {
      this.apart.set(g, apart.add(h));
      return false;
    }
    const members = [...h.members, ...g.members].toSorted((x, y) => x.id - y.id);
    const union: Group = { members };
    for (const m of members) this.groupOf.set(m, union);
    if (this.bindings(union) <= this.maxBindings) return true;
    for (const m of g.members) this.groupOf.set(m, g);
    for (const m of h.members) this.groupOf.set(m, h);
    return false;
  }

  lower(node: INode): readonly Emission[] {
    return emissionsOf(
      node,
      node.outputs.map((v) => this.roots.has(v) || this.usersOf(v).length > 0),
    );
  }
}

/** Σ over the rows of a matrix, of whatever shape its rows and columns are part. */
const isColumnSum = (n: INode, matrix: Value): boolean => {
  if (n.op !== sumOp || n.attrs['axis'] !== 0) return false;
  const [x, m] = [n.inputs[0]!, sourceOf(matrix)];
  const source = sourceOf(x);
  return (
    source.base === m.base &&
    source.offset === m.offset &&
    elements(x) === elements(matrix) &&
    elements(n.outputs[0]!) === matrix.shape.at(-1)
  );
};

/** The units of a graph in no particular order. `roots`: values that must exist at the end. */
export const fuse = (ir: Ir, roots: ReadonlySet<Value>, maxBindings: number): readonly Unit[] => {
  const fuser = new Fuser(ir, roots, maxBindings);
  fuser.chains();
  fuser.epilogues();
  fuser.columnSums();
  fuser.neighbours();
  return [...new Set(fuser.groupOf.values())].map((g) => Object.assign(g, { outputs: fuser.outputsOf(g) }));
};
