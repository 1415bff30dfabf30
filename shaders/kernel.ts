/**
 * The contract between a WGSL kernel, its float64 oracle and everything that runs them.
 *
 * A kernel is written for one model ("replica") and runs R of them in one dispatch: the z axis of the grid is the replica, and
 * each binding has a replica stride in elements, 0 where all replicas share the data. `prologue` declares it all in WGSL:
 *
 *   struct Dims { <dims...>: u32, R: u32, rs_<binding>...: u32 }
 *   @group(0) @binding(0) var<uniform> dims: Dims;      @group(0) @binding(1 + i): the bindings, in order
 *
 * The oracle sees one replica at a time; whoever calls it slices.
 */
import { wgsl as raw } from 'wgsl-preprocessor/wgsl-preprocessor.js';

export type Dims<D extends string = string> = Readonly<Record<D, number>>;
/** boolean | number | string: template choices, part of the pipeline's key. */
export type Options = Readonly<Record<string, boolean | number | string>>;
/** Element types in storage. Every one takes 4 bytes. */
export type DType = 'f32' | 'u32';

export interface Binding<D extends string = string> {
  readonly name: string;
  readonly dtype: DType;
  /** `write`: fully overwritten. `readwrite`: updated in place. */
  readonly access: 'read' | 'write' | 'readwrite';
  /** Elements for one replica. */
  readonly size: (d: Dims<D>) => number;
  /** Declared as array<vec4<dtype>> in WGSL; sizes and replica strides must be multiples of 4. */
  readonly vec4?: boolean;
  /** Written by one replica where all share it. */
  readonly once?: boolean;
}

export interface Kernel<D extends string = string, O extends Options = Options> {
  readonly name: string;
  readonly dims: readonly D[];
  /** The option values that the test matrix enumerates. */
  readonly options: { readonly [K in keyof O]: readonly O[K][] };
  readonly bindings: (o: O) => readonly Binding<D>[];
  /** False where these options cannot serve these dims (a vec4 variant of a ragged shape, say); absent: always true. */
  readonly valid?: (d: Dims<D>, o: O) => boolean;
  /** The whole grid; z counts the R replicas (times a batch where the kernel has one). */
  readonly workgroups: (d: Dims<D>, o: O, R: number) => readonly [number, number, number];
  /** Floating-point operations for one replica. */
  readonly flops: (d: Dims<D>, o: O) => number;
  readonly code: (o: O) => string;
  /** WebGPU features without which it does not compile. Absent: none. */
  readonly needs?: readonly 'subgroups'[];
}

/** What an oracle returns for one output binding: exact value and bound on |computed − value|, per element. */
export interface Oracled {
  readonly value: Float64Array;
  /** Of no meaning where the value is not finite, but for Infinity; see `allowed`. */
  readonly bound: Float64Array;
}

export interface Oracle<D extends string = string, O extends Options = Options> {
  readonly kernel: Kernel<D, O>;
  /** Shapes to test: smallest, exactly one tile, ragged, long reduction. */
  readonly cases: readonly Dims<D>[];
  /**
   * `io`: one array per binding, for one replica, in binding order (a `write` binding's array has arbitrary content).
   * Returns one result per `write` or `readwrite` binding, in binding order. Must not modify `io`.
   */
  readonly eval: (io: readonly Float64Array[], d: Dims<D>, o: O) => readonly Oracled[];
  /** Test inputs for binding `i` where plain random reals or small integers would be meaningless (indices, variances, keys). */
  readonly input?: (binding: string, size: number, d: Dims<D>, random: () => number) => Float64Array | undefined;
  /** True where small-integer inputs give exactly representable results, so that they are tested with zero tolerance. */
  readonly exactOnIntegers: boolean | ((o: O) => boolean);
  /** f32 inputs that no infinity may be in, as the kernel's domain says; NaN may. Absent: none. */
  readonly finite?: readonly string[];
}

/**
 * Whether a kernel's number is what its oracle allows: within a finite bound of a finite value, the same infinity, NaN for NaN. A bound of Infinity on a
 * value that is not finite leaves open which such one it is.
 */
export const allowed = (got: number, value: number, bound: number): boolean => {
  if (Number.isFinite(value)) return Math.abs(got - value) <= bound && bound < Infinity;
  return bound === Infinity ? !Number.isFinite(got) : Object.is(got, value);
};

/** Erases the type parameters, for lists of kernels of different dims and options. */
export const anyKernel = <D extends string, O extends Options>(k: Kernel<D, O>): Kernel => k as unknown as Kernel;
export const anyOracle = <D extends string, O extends Options>(o: Oracle<D, O>): Oracle => o as unknown as Oracle;

/** wgsl-preprocessor's tag, narrowed: a value is a number, a condition, or WGSL text. */
export const wgsl: (s: TemplateStringsArray, ...v: readonly (number | boolean | string)[]) => string = raw;

export const ceilDiv = (n: number, d: number): number => Math.ceil(n / d);

/** WGSL's guaranteed grid limit for one dimension. */
const GRID = 65535;
/** A grid of `groups` workgroups folded into x and y, the replicas in z; see FLAT_GROUP. */
export const flatGrid = (groups: number, R: number): readonly [number, number, number] =>
  groups <= GRID ? [groups, 1, R] : [GRID, ceilDiv(groups, GRID), R];
/** WGSL expression of the flat workgroup index in a flatGrid, for a parameter `group` = workgroup_id. */
export const FLAT_GROUP = `(group.y * ${GRID}u + group.x)`;

/** Names of a dispatch's uniform words in order: the dims, R, then each binding's replica stride. */
export const uniformFields = (dims: readonly string[], bindings: readonly { readonly name: string }[]): readonly string[] => [
  ...dims,
  'R',
  ...bindings.map((b) => `rs_${b.name}`),
];

/** The WGSL declarations of the uniform struct and the bindings. `rs_x` of a vec4 binding stays in scalar elements. */
export const prologue = <D extends string>(dims: readonly D[], bindings: readonly Binding<D>[]): string => {
  const decl = bindings.map(
    (b, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${b.access === 'read' ? 'read' : 'read_write'}> ${b.name}: array<${b.vec4 ? `vec4<${b.dtype}>` : b.dtype}>;`,
  );
  return `struct Dims { ${uniformFields(dims, bindings)
    .map((f) => `${f}: u32`)
    .join(', ')} }
@group(0) @binding(0) var<uniform> dims: Dims;
${decl.join('\n')}
`;
};

/** Bytes that a dispatch must move at least: each binding once (readwrite twice), for one replica. */
export const bindingBytes = (bindings: readonly Binding[], d: Dims): number =>
  bindings.reduce((sum, b) => sum + 4 * b.size(d) * (b.access === 'readwrite' ? 2 : 1), 0);

/** Unit roundoff of WGSL f32: 2⁻²³, not 2⁻²⁴, because WGSL leaves the rounding direction open. */
export const U32 = 2 ** -23;
/** Smallest normal f32; results below it may flush to zero. */
export const TINY32 = 2 ** -126;
/** Largest finite f32. */
export const LARGEST32 = (2 - 2 ** -23) * 2 ** 127;
/** γ(n) = n·u/(1 − n·u). Source: Higham (2002), §3.1. */
export const gamma = (n: number): number => (n * U32) / (1 - n * U32);
/** |computed − exact| for a K-term f32 dot product in any order; `mag` = Σ|aₖbₖ|. Second term: flushed subnormals. */
export const dotBound = (K: number, mag: number): number => gamma(K) * mag + K * TINY32;
/** |computed − exact| for a K-term f32 sum in any order; `mag` = Σ|xₖ|. */
export const sumBound = (K: number, mag: number): number => gamma(Math.max(K - 1, 0)) * mag + K * TINY32;
