/**
 * For tests: a graph evaluated node by node on the kernels' oracles, nothing fused, shared or reordered; and a plan executed dispatch by
 * dispatch, with what it must not rely on poisoned. Both in float64, so a correct plan gives the very same numbers.
 */
import { fn } from '../../shaders/functions';
import { oracleOf } from '../../shaders/index';
import { sizeOf, type Shape } from '../core/shape';
import { topological, type Node, type Tensor } from '../graph/tensor';
import { constantOp, variableOp } from '../ops/leaf';
import { packOp } from '../ops/pack';
import { pointwiseOp } from '../ops/pointwise';
import { reshapeOp } from '../ops/reshape';
import { emissionsOf, type Emission } from './emit';
import { inPlaceOf } from './ir';
import type { Plan, PlanDispatch, PlanTensor } from './plan';

/** Values of variables for one replica, by name. */
export type Values = Readonly<Record<string, Float64Array>>;

/** Index into a tensor of shape `x` of what NumPy's broadcasting reads for element i of `out`. */
const broadcastIndex = (i: number, x: Shape, out: Shape): number => {
  let [rest, index, stride] = [i, 0, 1];
  for (let a = 1; a <= out.length; a++) {
    const d = x[x.length - a] ?? 1;
    const coordinate = rest % out[out.length - a]!;
    rest = Math.floor(rest / out[out.length - a]!);
    if (d > 1) index += coordinate * stride;
    stride *= d;
  }
  return index;
};

const runEmission = (e: Emission, memory: Map<number, Float64Array>): void => {
  const io = e.args.map((o) => {
    if (!memory.has(o.operand)) memory.set(o.operand, new Float64Array(sizeOf(o.shape)));
    return memory.get(o.operand)!;
  });
  const results = oracleOf(e.kernel.name).eval(io, e.dims, e.options);
  let k = 0;
  e.kernel.bindings(e.options).forEach((b, i) => {
    if (b.access !== 'read') io[i]!.set(results[k++]!.value);
  });
};

/** Any op with a rule of its own; in-place kernels get copies of their inputs. */
const runLowered = (node: Node, inputs: readonly Float64Array[]): readonly Float64Array[] => {
  const n = inputs.length;
  const memory = new Map(inputs.map((x, i) => [i, x.slice()]));
  for (const e of emissionsOf(node)) runEmission(e, memory);
  const shared = new Map(inPlaceOf(node).map(([i, o]) => [o, i]));
  return node.outputs.map((t, o) => memory.get(shared.get(o) ?? n + o) ?? new Float64Array(sizeOf(t.shape)));
};

const runNode = (node: Node, inputs: readonly Float64Array[], values: Values): readonly Float64Array[] => {
  const {
    op,
    attrs,
    outputs: [out],
  } = node;
  if (op === variableOp) return [values[String(attrs['name'])]!];
  if (op === constantOp) return [Float64Array.of(attrs['value'] as number)];
  if (op === reshapeOp) return [inputs[0]!];
  if (op === pointwiseOp) {
    const { f64 } = fn(String(attrs['fn']));
    return [
      Float64Array.from({ length: sizeOf(out!.shape) }, (_, i) =>
        f64(...inputs.map((x, k) => x[broadcastIndex(i, node.inputs[k]!.shape, out!.shape)]!)),
      ),
    ];
  }
  if (op !== packOp) return runLowered(node, inputs);
  const whole = new Float64Array(sizeOf(out!.shape));
  inputs.forEach((x, i) => whole.set(x, (attrs['offsets'] as readonly number[])[i]!));
  return [whole];
};

/** The values of `roots` for one replica. */
export const interpret = (roots: readonly Tensor[], values: Values): readonly Float64Array[] => {
  const done = new Map<Node, readonly Float64Array[]>();
  for (const node of topological(roots))
    done.set(
      node,
      runNode(
        node,
        node.inputs.map((t) => done.get(t.node)![t.index]!),
        values,
      ),
    );
  return roots.map((t) => done.get(t.node)![t.index]!);
};

/** The elements of a tensor that replica r sees. */
export const part = (memory: readonly Float64Array[], t: PlanTensor, r: number): Float64Array => {
  const at = t.offset + (t.replicas > 1 ? r : 0) * t.stride;
  return memory[t.slot]!.slice(at, at + sizeOf(t.shape));
};

const runDispatch = (d: PlanDispatch, memory: readonly Float64Array[]): void => {
  const { kernel, eval: evaluate } = oracleOf(d.kernel);
  const bindings = kernel.bindings(d.options);
  for (let r = 0; r < d.replicas; r++) {
    const io = d.args.map(({ slot, offset, stride }, i) =>
      memory[slot]!.subarray(offset + r * stride, offset + r * stride + bindings[i]!.size(d.dims)),
    );
    let k = 0;
    const results = evaluate(io, d.dims, d.options);
    bindings.forEach((b, i) => {
      if (b.access === 'read') return;
      const { value } = results[k++]!;
      if (!b.once || r === 0 || d.args[i]!.stride > 0) io[i]!.set(value);
    });
  }
};

/** Runs a plan once from the given values of its variables, one table per replica; a missing one is zero. Slots that rely on nothing start as NaN. */
export const execute = (p: Plan, replicas: readonly Values[]): readonly Float64Array[] => {
  const memory = p.slots.map((s) => new Float64Array(s.size * s.replicas).fill(s.variable === undefined && !s.kept ? Number.NaN : 0));
  for (const [name, t] of Object.entries(p.variables))
    for (let r = 0; r < t.replicas; r++) memory[t.slot]!.set(replicas[r]![name] ?? [], r * t.stride);
  for (const d of p.dispatches) runDispatch(d, memory);
  return memory;
};

/** Binding offsets are multiples of this many elements: WebGPU's minStorageBufferOffsetAlignment of 256 bytes. */
const OFFSET_ALIGN = 64;
/**
 * What every plan must keep: no dispatch binds one slot twice if it writes it; nothing is read before it was written; offsets are
 * aligned, ranges inside their slots, vec4 strides whole; and no dispatch binds more than `maxBindings`. Returns the breaches.
 */
export const breaches = (p: Plan, maxBindings: number): readonly string[] => {
  const written = new Set(p.slots.filter((s) => s.variable !== undefined || s.kept).map((s) => s.id));
  return p.dispatches.flatMap((d, i) => {
    const bindings = oracleOf(d.kernel).kernel.bindings(d.options);
    const found: string[] = [];
    const say = (what: string): void => {
      found.push(`dispatch ${i} (${d.kernel}): ${what}`);
    };
    if (bindings.length !== d.args.length) say(`${d.args.length} arguments for ${bindings.length} bindings`);
    if (d.args.length > maxBindings) say(`${d.args.length} bindings, ${maxBindings} allowed`);
    bindings.forEach((b, k) => {
      const { slot, offset, stride } = d.args[k]!;
      const { size, replicas } = p.slots[slot]!;
      if (b.access !== 'read' && d.args.some((a, j) => j !== k && a.slot === slot))
        say(`slot ${slot} is written by ${b.name} and bound again`);
      if (b.access !== 'write' && !written.has(slot)) say(`slot ${slot} is read by ${b.name} before it is written`);
      if (offset % OFFSET_ALIGN !== 0) say(`${b.name} starts at element ${offset}`);
      if (b.vec4 && stride % 4 !== 0 && d.replicas > 1) say(`${b.name} is read by fours at stride ${stride}`);
      if (b.access !== 'read' && b.once !== true && d.replicas > 1 && stride === 0) say(`${b.name} is written by all replicas at once`);
      if (offset + (d.replicas - 1) * stride + b.size(d.dims) > size * replicas) say(`${b.name} runs over slot ${slot}`);
    });
    bindings.forEach((b, k) => {
      if (b.access !== 'read') written.add(d.args[k]!.slot);
    });
    return found;
  });
};
