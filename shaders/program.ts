/**
 * Pointwise programs: straight-line code over the functions of functions.ts, as plain data. A program runs on its own as the
 * kernel pointwise.ts, or as the epilogue of another kernel, on that kernel's result before it is stored.
 */
import type { Binding, DType, Oracled } from './kernel';
import { LARGEST32, TINY32, U32 } from './kernel';
import { fn } from './functions';

/**
 * Where an input's element comes from, for element i of an output whose last axis has `cols` elements:
 * full: i. row: i mod cols. col: ⌊i / cols⌋. scalar: 0.
 */
export type Mode = 'full' | 'row' | 'col' | 'scalar';
export interface ProgramInput {
  readonly dtype: DType;
  readonly mode: Mode;
}
/** Value numbers: the inputs first, then one per instruction. A constant is ['const', value] (f32) or ['constInt', value] (u32). */
export type Instruction = readonly [fn: string, ...args: number[]];
export interface ProgramOutput {
  readonly value: number;
  readonly dtype: DType;
  /** Input whose storage it overwrites. */ readonly inPlace?: number;
}
export interface Program {
  readonly inputs: readonly ProgramInput[];
  readonly body: readonly Instruction[];
  readonly outputs: readonly ProgramOutput[];
}

/** A line of a program written with names: [name of the result, function, names of arguments], or [name, 'const' | 'constInt', value]. */
export type Line = readonly [name: string, fn: string, ...args: (string | number)[]];
/** A program of f32 values from lines with names; a later line may reuse a name. Throws RangeError for a name not yet defined. */
export const namedProgram = (inputs: readonly string[], lines: readonly Line[], outputs: readonly string[]): Program => {
  const at = new Map(inputs.map((name, i) => [name, i]));
  const find = (name: string): number => {
    const found = at.get(name);
    if (found === undefined) throw new RangeError(`no value '${name}' here; there are ${[...at.keys()].join(', ')}`);
    return found;
  };
  const body = lines.map(([name, fnName, ...args], i): Instruction => {
    const numbers = args.map((a) => (typeof a === 'number' ? a : find(a)));
    at.set(name, inputs.length + i);
    return [fnName, ...numbers];
  });
  return {
    inputs: inputs.map(() => ({ dtype: 'f32', mode: 'full' })),
    body,
    outputs: outputs.map((name) => ({ value: find(name), dtype: 'f32' })),
  };
};

/** As an option: options are scalars, so that they can key a pipeline. */
export const encodeProgram = (p: Program): string => JSON.stringify(p);
export const decodeProgram = (text: string): Program => JSON.parse(text) as Program;
/** The program that stores its input: no epilogue. */
export const IDENTITY = encodeProgram({ inputs: [{ dtype: 'f32', mode: 'full' }], body: [], outputs: [{ value: 0, dtype: 'f32' }] });

const isConstant = (name: string): boolean => name === 'const' || name === 'constInt';
export const programFlops = (p: Program): number => p.body.reduce((sum, [name]) => sum + (isConstant(name) ? 0 : fn(name).flops), 0);

/** A WGSL literal that denotes exactly the f32 nearest to x. */
const literal = (x: number): string => {
  const text = Math.fround(x).toString();
  return /[.e]/.test(text) ? text : `${text}.0`;
};
const typeOf = (dtype: DType, vec4: boolean): string => (vec4 ? `vec4<${dtype}>` : dtype);

/** WGSL of the functions that a program calls, for scalar or vec4 values. */
export const programPrelude = (p: Program, vec4: boolean): string => {
  const texts = new Set<string>();
  for (const [name] of p.body) if (!isConstant(name)) texts.add(fn(name).prelude?.(typeOf('f32', vec4), vec4 ? '_v' : '_s') ?? '');
  return [...texts].join('\n');
};

/**
 * WGSL statements that evaluate a program, and the expression of each output.
 * `loads[i]` is an expression of input i's value, already of the vector type.
 */
export const programCode = (
  p: Program,
  loads: readonly string[],
  vec4: boolean,
): { readonly code: string; readonly results: readonly string[] } => {
  const dtypes: DType[] = p.inputs.map((i) => i.dtype);
  const lines = loads.map((load, i) => `let v${i} = ${load};`);
  for (const [name, ...args] of p.body) {
    const at = dtypes.length;
    if (name === 'const') {
      dtypes.push('f32');
      lines.push(`let v${at} = ${typeOf('f32', vec4)}(${literal(args[0]!)});`);
    } else if (name === 'constInt') {
      dtypes.push('u32');
      lines.push(`let v${at} = ${typeOf('u32', vec4)}(${args[0]!}u);`);
    } else {
      const { result, wgsl, args: types } = fn(name);
      dtypes.push(result);
      lines.push(
        `let v${at} = ${wgsl(
          args.map((a) => `v${a}`),
          typeOf(types[0]!, vec4),
        )};`,
      );
    }
  }
  return { code: lines.join('\n'), results: p.outputs.map((o) => `v${o.value}`) };
};

/** Elements of an input for an output of n elements whose last axis is `cols`. */
export const modeSize = (mode: Mode, n: number, cols: number): number =>
  mode === 'full' ? n : mode === 'row' ? cols : mode === 'col' ? Math.ceil(n / cols) : 1;
export const modeIndex = (mode: Mode, i: number, cols: number): number =>
  mode === 'full' ? i : mode === 'row' ? i % cols : mode === 'col' ? Math.floor(i / cols) : 0;

/** Extra bindings of an epilogue: the inputs but the first, which is the host kernel's result, and one that it is stored over. */
export const epilogueBindings = <D extends string>(
  program: string,
  n: (d: Readonly<Record<D, number>>) => number,
  cols: (d: Readonly<Record<D, number>>) => number,
  vec4: boolean,
): readonly Binding<D>[] => {
  const {
    inputs,
    outputs: [out],
  } = decodeProgram(program);
  return inputs.flatMap((input, i): Binding<D>[] =>
    i === 0 || i === out?.inPlace
      ? []
      : [
          {
            name: `e${i}`,
            dtype: input.dtype,
            access: 'read',
            size: (d) => modeSize(input.mode, n(d), cols(d)),
            vec4: vec4 && (input.mode === 'full' || input.mode === 'row'),
          },
        ],
  );
};
/** The input that an epilogue's result is stored over; undefined where it has a place of its own. */
export const overwritten = (program: string): number | undefined => decodeProgram(program).outputs[0]?.inPlace;

/** WGSL expression that loads input `name` for element `index` (a u32 expression; of a vec4's first element if vec4). */
export const loadCode = (input: ProgramInput, name: string, replica: string, index: string, cols: string, vec4: boolean): string => {
  const base = `${replica} * dims.rs_${name}`;
  const at =
    input.mode === 'full'
      ? `${base} + ${index}`
      : input.mode === 'row'
        ? `${base} + (${index}) % ${cols}`
        : input.mode === 'col'
          ? `${base} + (${index}) / ${cols}`
          : base;
  if (!vec4) return `${name}[${at}]`;
  return input.mode === 'full' || input.mode === 'row' ? `${name}[(${at}) / 4u]` : `vec4<${input.dtype}>(${name}[${at}])`;
};

export interface Measured {
  readonly value: number;
  readonly bound: number;
}
/** A value within a bound. What is not finite is so exactly, unless `open`: then it is some such number. */
export const measured = (value: number, bound: number, open = false): Measured => ({
  value,
  bound: Number.isFinite(value) ? bound : open ? Infinity : 0,
});
type Numbers = readonly number[];
/** f at the corners of the box x ± e; enough for functions monotone in each argument. */
const corners = (f: (...x: number[]) => number, x: Numbers, e: Numbers): Numbers =>
  Array.from({ length: 1 << x.length }, (_, corner) => f(...x.map((v, i) => v + ((corner >> i) & 1 ? e[i]! : -e[i]!))));
const distance = (a: number, b: number): number => {
  const moved = Math.abs(a - b);
  return Number.isNaN(moved) ? Infinity : moved;
};
/** Errors are worked out for finite arguments: that at an infinite one is the limit of them. */
const finite = (x: number): number => Math.min(Math.max(x, -LARGEST32), LARGEST32);
const step = (name: string, args: readonly Measured[]): Measured => {
  const { f64, ulps, absolute, spread } = fn(name);
  const x = args.map((a) => a.value);
  const e = args.map((a) => a.bound);
  const value = f64(...x);
  const known = e.every((v) => v === 0);
  if (!Number.isFinite(value)) return measured(value, 0, !known && corners(f64, x, e).some((y) => !Object.is(y, value)));
  const inherited = known ? 0 : (spread?.(x, e) ?? Math.max(...corners(f64, x, e).map((y) => distance(y, value))));
  const relative = typeof ulps === 'number' ? ulps : ulps(x.map(finite), value);
  const own = relative * U32 * (Math.abs(value) + inherited) + (absolute?.(x, value) ?? 0) + (relative > 0 ? TINY32 : 0);
  return { value, bound: inherited + own };
};

/** Float64 value and error bound of one element of every output. Running error analysis: Higham (2002), §3.3. */
export const evalProgram = (p: Program, inputs: readonly Measured[]): readonly Measured[] => {
  const values: Measured[] = [...inputs];
  for (const [name, ...args] of p.body) {
    if (name === 'const') values.push({ value: Math.fround(args[0]!), bound: 0 });
    else if (name === 'constInt') values.push({ value: args[0]!, bound: 0 });
    else
      values.push(
        step(
          name,
          args.map((a) => values[a]!),
        ),
      );
  }
  return p.outputs.map((o) => values[o.value]!);
};

/** Runs an epilogue on a host kernel's oracle result. `extra`: one array per epilogue binding. */
export const applyEpilogue = (program: string, host: Oracled, extra: readonly Float64Array[], cols: number): Oracled => {
  if (program === IDENTITY) return host;
  const p = decodeProgram(program);
  const value = new Float64Array(host.value.length);
  const bound = new Float64Array(host.value.length);
  for (let i = 0; i < value.length; i++) {
    const loaded = p.inputs.slice(1).map((input, k) => ({ value: extra[k]![modeIndex(input.mode, i, cols)]!, bound: 0 }));
    const out = evalProgram(p, [measured(host.value[i]!, host.bound[i]!), ...loaded])[0]!;
    value[i] = out.value;
    bound[i] = out.bound;
  }
  return { value, bound };
};
