/**
 * copy: out[i] = x[i]. What the memory of an adapter moves: the roof for kernels that compute little.
 *
 * Shapes   x, out [n] u32, words of any type; n a multiple of 4.
 * Numerics exact: words are copied as bits.
 * Tiles    four vec4 a thread, or one; a workgroup's threads read and write next to each other each time.
 * Oracle   copy.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';

/** vec4 that a thread copies. */
export type CopyOptions = { perThread: 1 | 4 };
const GROUP = 256;

const bindings: readonly Binding<'n'>[] = [
  { name: 'x', dtype: 'u32', access: 'read', size: ({ n }) => n, vec4: true },
  { name: 'out', dtype: 'u32', access: 'write', size: ({ n }) => n, vec4: true },
];

export const copy: Kernel<'n', CopyOptions> = {
  name: 'copy',
  dims: ['n'],
  options: { perThread: [1, 4] },
  bindings: () => bindings,
  valid: ({ n }) => n % 4 === 0,
  workgroups: ({ n }, { perThread }, R) => flatGrid(ceilDiv(n, 4 * GROUP * perThread), R),
  flops: () => 0,
  code: ({ perThread }) => wgsl`${prologue(['n'], bindings)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = ${FLAT_GROUP} * ${GROUP * perThread}u + local.x;
  let from_x = group.z * dims.rs_x / 4u;
  let to_out = group.z * dims.rs_out / 4u;
  ${Array.from({ length: perThread }, (_, i) => `if (first + ${i * GROUP}u < dims.n / 4u) { out[to_out + first + ${i * GROUP}u] = x[from_x + first + ${i * GROUP}u]; }`).join('\n  ')}
}`,
};
