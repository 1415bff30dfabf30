/**
 * Ordered units → dispatches over virtual buffers. Each value gets a place: a buffer of its own, its part of a pack, or the variable
 * that it updates.
 */
import { bindingBytes, type DType, type Kernel, type Options, type Dims } from '../../shaders/kernel';
import { pointwise } from '../../shaders/pointwise';
import { anyKernel } from '../../shaders/kernel';
import { encodeProgram, type Program } from '../../shaders/program';
import { sizeOf } from '../core/shape';
import type { Emission } from './emit';
import type { Unit } from './fuse';
import { elements, inPlaceOf, isPack, isVariable, literalOf, nameOf, sourceOf, type INode, type Value } from './ir';
import { keyOf, type Buffer, type Place } from './place';
import { buildProgram, programSpace } from './program';

export interface Step {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  readonly args: readonly Place[];
  readonly replicated: boolean;
  readonly writes: readonly string[];
}

export class Lowerer {
  readonly buffers: Buffer[] = [];
  readonly steps: Step[] = [];
  private readonly places = new Map<Value, Place>();
  private readonly variables = new Map<string, Place>();
  private readonly packed = new Map<Value, Place>();

  constructor(private readonly ownedUpdates: ReadonlyMap<Value, string>) {}

  private buffer(size: number, dtype: DType, replicated: boolean, rest: { variable?: string; exclusive?: boolean } = {}): Place {
    const buffer: Buffer = {
      id: this.buffers.length,
      size,
      dtype,
      replicated,
      exclusive: rest.exclusive ?? false,
      ...(rest.variable === undefined ? {} : { variable: rest.variable }),
    };
    this.buffers.push(buffer);
    return { buffer, offset: 0 };
  }

  variable(v: Value): Place {
    const name = String(v.node.attrs['name']);
    let place = this.variables.get(name);
    if (!place) this.variables.set(name, (place = this.buffer(elements(v), v.dtype, v.replicated, { variable: name })));
    return place;
  }

  /** Where an existing value lies; a literal is written out first. */
  place(v: Value): Place {
    const { base, offset } = sourceOf(v);
    const known = this.places.get(base) ?? (isVariable(base.node) ? this.variable(base) : undefined);
    if (known) return { buffer: known.buffer, offset: known.offset + offset };
    const literal = literalOf(base);
    if (!literal) throw new Error(`internal: ${nameOf(base.node)} is read before it is computed`);
    const target = this.buffer(elements(base), base.dtype, false);
    const constant = literal.dtype === 'f32' ? 'const' : 'constInt';
    this.pointwise(
      { inputs: [], body: [[constant, literal.value]], outputs: [{ value: 0, dtype: base.dtype }] },
      elements(base),
      elements(base),
      [target],
      false,
      [nameOf(base.node)],
    );
    this.places.set(base, target);
    return { buffer: target.buffer, offset };
  }

  /** A copy of a value as it is before the first dispatch. */
  save(v: Value): Place {
    const kept = this.buffer(elements(v), v.dtype, v.replicated);
    this.copy(this.place(v), kept, elements(v), nameOf(v.node));
    return kept;
  }

  /** Where a value that a unit is about to write shall lie. */
  private target(v: Value, variableOf: ReadonlyMap<string, Value>): Place {
    const name = this.ownedUpdates.get(v);
    const place =
      name === undefined ? (this.packed.get(v) ?? this.buffer(elements(v), v.dtype, v.replicated)) : this.variable(variableOf.get(name)!);
    this.places.set(v, place);
    return place;
  }

  /** Decides which parts of packs their producers write in place. Call before lowering. */
  reservePacks(units: readonly Unit[], fixed: ReadonlySet<Value>): void {
    const producers = new Set(units.flatMap((u) => u.outputs));
    for (const node of units.flatMap((u) => (u.kernel && isPack(u.kernel.node) ? [u.kernel.node] : []))) {
      const out = node.outputs[0]!;
      const home = this.buffer(elements(out), out.dtype, out.replicated, { exclusive: true });
      this.places.set(out, home);
      // Kernels may store by fours, which a ragged distance between replicas would misalign.
      if (out.replicated && elements(out) % 4 !== 0) continue;
      const members = new Set(node.inputs.map((p) => sourceOf(p).base));
      // Two parts written by one dispatch would be two writable bindings that overlap: with R replicas the parts interleave.
      const writers = new Set<Unit>();
      node.inputs.forEach((part, i) => {
        const { base, offset } = sourceOf(part);
        const at = (node.attrs['offsets'] as readonly number[])[i]!;
        const writer = units.find((u) => u.outputs.includes(base));
        const reads = writer
          ? [...(writer.kernel ? [writer.kernel.node] : []), ...writer.members].flatMap((n) => n.inputs.map((v) => sourceOf(v).base))
          : [];
        // A value that is several parts is copied to each: from one part to another would read and write one buffer.
        const single = node.inputs.filter((p) => sourceOf(p).base === base).length === 1;
        const free =
          single &&
          offset === 0 &&
          elements(base) === elements(part) &&
          producers.has(base) &&
          !isPack(base.node) &&
          !fixed.has(base) &&
          !this.packed.has(base);
        // A matrix and its column sums are one binding.
        const second = writer && writers.has(writer) && base.node !== writer.sums?.node;
        if (!free || at % 64 !== 0 || base.replicated !== out.replicated || !writer || second || reads.some((v) => members.has(v))) return;
        writers.add(writer);
        this.packed.set(base, { buffer: home.buffer, offset: at });
      });
    }
  }

  unit(u: Unit, variableOf: ReadonlyMap<string, Value>): void {
    if (u.kernel && isPack(u.kernel.node)) this.fillPack(u.kernel.node);
    else if (u.kernel) this.kernelUnit(u, u.kernel, variableOf);
    else this.pointwiseUnit(u, variableOf);
  }

  private fillPack(node: INode): void {
    const home = this.places.get(node.outputs[0]!)!;
    node.inputs.forEach((part, i) => {
      const source = this.place(part);
      const at = { buffer: home.buffer, offset: (node.attrs['offsets'] as readonly number[])[i]! };
      if (source.buffer !== at.buffer || source.offset !== at.offset) this.copy(source, at, elements(part), nameOf(node));
    });
  }

  copy(from: Place, to: Place, n: number, name: string): void {
    const { dtype } = from.buffer;
    this.pointwise(
      { inputs: [{ dtype, mode: 'full' }], body: [], outputs: [{ value: 0, dtype }] },
      n,
      n,
      [from, to],
      to.buffer.replicated,
      [name],
    );
  }

  private pointwise(
    program: Program,
    n: number,
    cols: number,
    args: readonly Place[],
    replicated: boolean,
    writes: readonly string[],
  ): void {
    const byFours = ({ offset, buffer }: Place, i: number): boolean =>
      ['col', 'scalar'].includes(program.inputs[i]?.mode ?? 'full') || (offset % 4 === 0 && (buffer.size % 4 === 0 || !buffer.replicated));
    const vec4 = n % 4 === 0 && cols % 4 === 0 && args.every(byFours);
    this.steps.push({
      kernel: anyKernel(pointwise),
      options: { program: encodeProgram(program), vec4 },
      dims: { n, cols },
      args,
      replicated,
      writes,
    });
  }

  private pointwiseUnit(u: Unit, variableOf: ReadonlyMap<string, Value>): void {
    const { inputs, program } = buildProgram(u.members, u.outputs, undefined);
    const loads = inputs.map((v) => this.place(v));
    const outs = u.outputs.map((v) => this.target(v, variableOf));
    const isFull = (i: number): boolean => program.inputs[i]!.mode === 'full';
    const outputs = program.outputs.map((o, k) => {
      const at = loads.findIndex((p, i) => isFull(i) && keyOf(p) === keyOf(outs[k]!));
      return at < 0 ? o : { ...o, inPlace: at };
    });
    const fresh = outs.filter((_, k) => outputs[k]!.inPlace === undefined);
    const { n, cols } = programSpace(u.outputs[0]!.shape, program);
    this.pointwise(
      { ...program, outputs },
      n,
      cols,
      [...loads, ...fresh],
      u.outputs[0]!.replicated,
      u.outputs.map((v) => nameOf(v.node)),
    );
  }

  private kernelUnit(u: Unit, { node, emissions, host }: NonNullable<Unit['kernel']>, variableOf: ReadonlyMap<string, Value>): void {
    const operands = new Map<number, Place>();
    const replicated = node.outputs[0]!.replicated;
    node.inputs.forEach((v, i) => operands.set(i, this.place(v)));
    node.outputs.forEach((v, o) => {
      const pair = inPlaceOf(node).find(([, out]) => out === o);
      const at = node.inputs.length + o;
      if (v === host) return;
      operands.set(at, this.target(v, variableOf));
      if (!pair) return;
      const [from, to] = [operands.get(pair[0])!, operands.get(at)!];
      if (keyOf(from) !== keyOf(to)) this.copy(from, to, elements(v), nameOf(node));
      operands.set(pair[0], to);
    });
    const fused = u.outputs.filter((v) => v.node !== node && v.node !== u.sums?.node);
    const inputs = host ? buildProgram(u.members, fused, host) : undefined;
    emissions.forEach((e, i) => {
      const last = i === emissions.length - 1 && inputs && e.host;
      const fusedOut = last ? this.target(fused[0]!, variableOf) : undefined;
      const args = e.args.map((_, k): Place => (last && k === e.host!.epilogue ? fusedOut! : this.operand(operands, e, k, replicated)));
      const options = last ? { ...e.options, epilogue: encodeProgram(inputs.program) } : e.options;
      const extra = last ? inputs.inputs.map((v) => this.place(v)) : [];
      const writes = last ? u.outputs.map((v) => nameOf(v.node)) : [nameOf(node)];
      this.steps.push({
        kernel: e.kernel,
        options,
        dims: e.dims,
        args: [...args, ...extra],
        replicated: replicated || (fusedOut?.buffer.replicated ?? false),
        writes,
      });
    });
    if (u.sums) this.columnSums(u.sums, emissions.at(-1)!.host!.epilogue, variableOf);
  }

  /** The last step stores the sums too if they lie behind its own result; else they are a step of their own. */
  private columnSums({ node, emissions }: NonNullable<Unit['sums']>, binding: number, variableOf: ReadonlyMap<string, Value>): void {
    const step = this.steps.at(-1)!;
    const own = step.args[binding]!;
    const at = this.packed.get(node.outputs[0]!);
    if (!at || at.buffer !== own.buffer || at.offset < own.offset) {
      this.kernelUnit({ kernel: { node, emissions }, members: [], outputs: node.outputs }, { node, emissions }, variableOf);
      return;
    }
    this.target(node.outputs[0]!, variableOf);
    this.steps[this.steps.length - 1] = {
      ...step,
      options: { ...step.options, columnSums: true },
      dims: { ...step.dims, sumsAt: at.offset - own.offset },
      writes: [...step.writes, nameOf(node)],
    };
  }

  private operand(operands: Map<number, Place>, e: Emission, k: number, replicated: boolean): Place {
    const { operand, shape, dtype } = e.args[k]!;
    let place = operands.get(operand);
    if (!place) operands.set(operand, (place = this.buffer(sizeOf(shape), dtype, replicated)));
    return place;
  }
}

export const stepBytes = (s: Step): number => bindingBytes(s.kernel.bindings(s.options), s.dims);
