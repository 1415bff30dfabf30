/**
 * record: appends k scalars to a ring: ring[(counter mod slots)·k + j] = values[j·stride], in place.
 *
 * Shapes   counter [1] u32, values [(k−1)·stride + 1] f32, ring [slots·k] f32. The other rows of the ring stay as they are.
 * Numerics exact.
 * Oracle   record.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Binding, type Kernel } from './kernel';

export type RecordDims = 'k' | 'stride' | 'slots';
const DIMS: readonly RecordDims[] = ['k', 'stride', 'slots'];
const GROUP = 4;

const bindings: readonly Binding<RecordDims>[] = [
  { name: 'counter', dtype: 'u32', access: 'read', size: () => 1 },
  { name: 'values', dtype: 'f32', access: 'read', size: ({ k, stride }) => (k - 1) * stride + 1 },
  { name: 'ring', dtype: 'f32', access: 'readwrite', size: ({ k, slots }) => k * slots },
];

export const record: Kernel<RecordDims, Record<never, never>> = {
  name: 'record',
  dims: DIMS,
  options: {},
  bindings: () => bindings,
  workgroups: ({ k }, _, R) => [ceilDiv(k, GROUP), 1, R],
  flops: () => 0,
  code: () => wgsl`${prologue(DIMS, bindings)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.k) { return; }
  let row = counter[id.z * dims.rs_counter] % dims.slots;
  ring[id.z * dims.rs_ring + row * dims.k + id.x] = values[id.z * dims.rs_values + id.x * dims.stride];
}`,
};
