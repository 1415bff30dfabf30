/**
 * stridedCopy: out[i0,i1,i2,i3] = x[base + Σ iⱼ·sⱼ]: transposes, repeats (stride 0) and slices.
 *
 * Shapes   out [n0,n1,n2,n3] row-major, f32 or u32 by `dtype`; x as far as the strides reach.
 * Numerics exact: words are copied as bits.
 * Tiles    a thread copies four consecutive elements of out; reads are as scattered as the strides.
 * Oracle   stridedCopy.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type DType, type Kernel } from './kernel';

export type StridedDims = 'n0' | 'n1' | 'n2' | 'n3' | 's0' | 's1' | 's2' | 's3' | 'base';
export type StridedOptions = { dtype: DType };

const DIMS: readonly StridedDims[] = ['n0', 'n1', 'n2', 'n3', 's0', 's1', 's2', 's3', 'base'];
const GROUP = 64;
const PER_THREAD = 4;

const bindings = ({ dtype }: StridedOptions): readonly Binding<StridedDims>[] => [
  {
    name: 'x',
    dtype,
    access: 'read',
    size: (d) => d.base + (d.n0 - 1) * d.s0 + (d.n1 - 1) * d.s1 + (d.n2 - 1) * d.s2 + (d.n3 - 1) * d.s3 + 1,
  },
  { name: 'out', dtype, access: 'write', size: ({ n0, n1, n2, n3 }) => n0 * n1 * n2 * n3 },
];

export const stridedCopy: Kernel<StridedDims, StridedOptions> = {
  name: 'stridedCopy',
  dims: DIMS,
  options: { dtype: ['f32', 'u32'] },
  bindings,
  workgroups: ({ n0, n1, n2, n3 }, _, R) => flatGrid(ceilDiv(n0 * n1 * n2 * n3, GROUP * PER_THREAD), R),
  flops: () => 0,
  // Declared as u32 in either case: a copy through f32 may flush subnormals.
  code: () => wgsl`${prologue(DIMS, bindings({ dtype: 'u32' }))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let total = dims.n0 * dims.n1 * dims.n2 * dims.n3;
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  for (var i = first; i < min(first + ${PER_THREAD}u, total); i++) {
    let i3 = i % dims.n3;
    let r3 = i / dims.n3;
    let i2 = r3 % dims.n2;
    let r2 = r3 / dims.n2;
    let source = dims.base + (r2 / dims.n1) * dims.s0 + (r2 % dims.n1) * dims.s1 + i2 * dims.s2 + i3 * dims.s3;
    out[group.z * dims.rs_out + i] = x[group.z * dims.rs_x + source];
  }
}`,
};
