/**
 * multiplyAdd: many independent chains v ← v·a + x in registers, and the sum of where they end. What the arithmetic of an adapter does without
 * waiting for memory: the roof for kernels that compute much.
 *
 * Shapes   a [1], x [n], out [n] f32. Element i is one thread: LANES chains that start from 0, 1, …, LANES − 1 and each take `rounds`·UNROLL steps
 *          with the same a and x[i]; out[i] is the sum of their ends.
 * Numerics two roundings a step, fused or not: e ← |a|·e + u·(2|v·a| + |x|), then a sum of LANES terms.
 * Tiles    LANES/4 named vec4 values; a step of all of them after another leaves LANES/4 instructions between two of one chain. One write of
 *          each variable per UNROLL steps: writes to variables are dear on a CPU rasteriser and free elsewhere.
 * Source   Williams, Waterman & Patterson (2009), Roofline: an insightful visual performance model. Errors: Higham (2002), §3.3.
 * Oracle   multiplyAdd.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';

export type MultiplyAddDims = 'n' | 'rounds';
export const LANES = 32;
export const UNROLL = 16;

const DIMS: readonly MultiplyAddDims[] = ['n', 'rounds'];
const GROUP = 64;
const range = (n: number): readonly number[] => [...Array(n).keys()];
const CHAINS = range(LANES / 4);

const bindings: readonly Binding<MultiplyAddDims>[] = [
  { name: 'a', dtype: 'f32', access: 'read', size: () => 1 },
  { name: 'x', dtype: 'f32', access: 'read', size: ({ n }) => n },
  { name: 'out', dtype: 'f32', access: 'write', size: ({ n }) => n },
];

export const multiplyAdd: Kernel<MultiplyAddDims, Record<never, never>> = {
  name: 'multiplyAdd',
  dims: DIMS,
  options: {},
  bindings: () => bindings,
  workgroups: ({ n }, _, R) => flatGrid(ceilDiv(n, GROUP), R),
  flops: ({ n, rounds }) => n * LANES * (2 * UNROLL * rounds + 1),
  code: () => wgsl`${prologue(DIMS, bindings)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let i = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let a = vec4f(a[group.z * dims.rs_a]);
  let x = vec4f(x[group.z * dims.rs_x + min(i, dims.n - 1u)]);
  ${CHAINS.map(
    (c) =>
      `var v${c} = vec4f(${range(4)
        .map((k) => `${4 * c + k}.0`)
        .join(', ')});`,
  ).join('\n  ')}
  for (var round = 0u; round < dims.rounds; round++) {
    ${CHAINS.map((c) => `let v${c}_0 = v${c};`).join(' ')}
    ${range(UNROLL)
      .map((s) => CHAINS.map((c) => `let v${c}_${s + 1} = v${c}_${s} * a + x;`).join(' '))
      .join('\n    ')}
    ${CHAINS.map((c) => `v${c} = v${c}_${UNROLL};`).join(' ')}
  }
  if (i < dims.n) { out[group.z * dims.rs_out + i] = dot(${CHAINS.map((c) => `v${c}`).join(' + ')}, vec4f(1.0)); }
}`,
};
