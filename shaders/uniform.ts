/**
 * uniform: out[i] = (word i of the stream (seed, use, step) >> 8)·2⁻²⁴, in [0, 1), never 1.
 *
 * Shapes   key [2] u32: seed, step. out [n]. Replicas differ by the seeds in their keys.
 *          `useId` is the convention's `use`, a reserved word in WGSL.
 * Numerics exact: 24 random bits fill the significand, and the scale is a power of two. Same bits on every adapter.
 * Source   shaders/threefry.ts
 * Oracle   uniform.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { THREEFRY_WGSL } from './threefry';

export type DrawDims = 'n' | 'useId';
export const DRAW_DIMS: readonly DrawDims[] = ['n', 'useId'];
/** Elements a thread draws: two pairs. */
const PER_THREAD = 4;
const GROUP = 64;

export const drawBindings: readonly Binding<DrawDims>[] = [
  { name: 'key', dtype: 'u32', access: 'read', size: () => 2 },
  { name: 'out', dtype: 'f32', access: 'write', size: ({ n }) => n },
];
export const drawGrid = ({ n }: { readonly n: number }, R: number): readonly [number, number, number] =>
  flatGrid(ceilDiv(n, GROUP * PER_THREAD), R);

/** A u32 word → [0, 1). */
export const toUniform = (word: number): number => (word >>> 8) * 2 ** -24;

export const UNIFORM_WGSL = `
fn uniformPair(words: vec2u) -> vec2f { return vec2f(words >> vec2u(8u)) * 0x1p-24; }`;

/** The kernel around `draw`, a WGSL function of a pair of words that gives a pair of f32. */
export const drawKernel = (draw: string, functions: string): string => wgsl`${prologue(DRAW_DIMS, drawBindings)}
${THREEFRY_WGSL}
${functions}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  let seed = key[group.z * dims.rs_key];
  let step = key[group.z * dims.rs_key + 1u];
  let base = group.z * dims.rs_out;
  for (var i = first; i < min(first + ${PER_THREAD}u, dims.n); i += 2u) {
    let pair = ${draw}(threefry2x32(vec2u(seed, dims.useId), vec2u(i >> 1u, step)));
    out[base + i] = pair.x;
    if (i + 1u < dims.n) { out[base + i + 1u] = pair.y; }
  }
}`;

export const uniform: Kernel<DrawDims, Record<never, never>> = {
  name: 'uniform',
  dims: DRAW_DIMS,
  options: {},
  bindings: () => drawBindings,
  workgroups: (d, _, R) => drawGrid(d, R),
  flops: ({ n }) => n,
  code: () => drawKernel('uniformPair', UNIFORM_WGSL),
};
