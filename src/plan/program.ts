/** A fused group of pointwise nodes → the Program that shaders/program.ts runs. */
import type { Instruction, Program, ProgramInput } from '../../shaders/program';
import { lastAxis, sizeOf, type Shape } from '../core/shape';
import { pointwiseOp } from '../ops/pointwise';
import { literalOf, modeOf, sourceOf, type INode, type Value } from './ir';

/** Equal for values that a kernel over `out` reads from the same elements. */
const storageKey = (v: Value, out: Shape): string => {
  const { base, offset } = sourceOf(v);
  return `${base.node.id}.${base.index}@${offset} ${modeOf(v.shape, out)!}`;
};

/**
 * `host`: the value that an epilogue's host kernel computes; it becomes input 0 and is not among the returned inputs.
 * Returns the program and the values of its (other) inputs in order.
 */
export const buildProgram = (
  members: readonly INode[],
  outputs: readonly Value[],
  host: Value | undefined,
): { readonly program: Program; readonly inputs: readonly Value[] } => {
  const inside = new Set(members.map((m) => m.outputs[0]!));
  const out = members[0]!.outputs[0]!.shape;
  const at = new Map<Value, number>(host ? [[host, 0]] : []);
  const inputs: Value[] = host ? [host] : [];
  // Views of one storage that are read alike are one input: bound twice, it could not be overwritten.
  const byStorage = new Map<string, number>();
  for (const v of members.flatMap((m) => m.inputs)) {
    if (inside.has(v) || v === host || literalOf(v)) continue;
    const key = storageKey(v, out);
    if (!byStorage.has(key)) byStorage.set(key, inputs.push(v) - 1);
    at.set(v, byStorage.get(key)!);
  }
  const body: Instruction[] = [];
  const literals = new Map<string, number>();
  const push = (i: Instruction): number => inputs.length + body.push(i) - 1;
  const indexOf = (v: Value): number => {
    const known = at.get(v);
    if (known !== undefined) return known;
    const { value, dtype } = literalOf(v)!;
    const key = `${dtype}${value}`;
    if (!literals.has(key)) literals.set(key, push([dtype === 'f32' ? 'const' : 'constInt', value]));
    return literals.get(key)!;
  };
  for (const m of members) {
    const args = m.inputs.map(indexOf);
    // broadcastTo costs nothing here: its result is its input, read by another mode.
    at.set(m.outputs[0]!, m.op === pointwiseOp ? push([String(m.attrs['fn']), ...args]) : args[0]!);
  }
  const program: Program = {
    inputs: inputs.map((v): ProgramInput => ({ dtype: v.dtype, mode: modeOf(v.shape, out)! })),
    body,
    outputs: outputs.map((v) => ({ value: indexOf(v), dtype: v.dtype })),
  };
  return { program, inputs: host ? inputs.slice(1) : inputs };
};

/** The size of the space a program runs over, with the longest rows its inputs allow: longer rows vectorise where short ones do not. */
export const programSpace = (shape: Shape, program: Program): { readonly n: number; readonly cols: number } => {
  const n = sizeOf(shape);
  return { n, cols: program.inputs.some((i) => i.mode === 'row' || i.mode === 'col') ? lastAxis(shape) : n };
};
