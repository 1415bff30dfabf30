/**
 * gather: out[i, :] = x[index[i], :].
 *
 * Shapes   x [V, D], index [n] u32, out [n, D]; row-major. x and out are f32 or u32 by `dtype`.
 * Numerics exact: words are copied as bits. An index ≥ V gives a row of quiet NaN (f32) or 0xffffffff (u32), or with `missing` 'zero' a row of zeros.
 * Tiles    a thread copies four consecutive units of out, a unit being one element, or four with vec4 (D a multiple of 4).
 * Oracle   gather.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type DType, type Kernel } from './kernel';
import { NAN_BITS } from './nan';

export type GatherDims = 'n' | 'D' | 'V';
export type GatherOptions = { dtype: DType; missing: 'nan' | 'zero'; vec4: boolean };

const DIMS: readonly GatherDims[] = ['n', 'D', 'V'];
const GROUP = 64;
const PER_THREAD = 4;
/** Bits that a row of an index out of range is filled with. */
export const MISSING = { f32: NAN_BITS, u32: 0xffffffff } as const;
const fillOf = ({ dtype, missing }: GatherOptions): number => (missing === 'zero' ? 0 : MISSING[dtype]);

const bindings = ({ dtype, vec4 }: GatherOptions): readonly Binding<GatherDims>[] => [
  { name: 'x', dtype, access: 'read', size: ({ V, D }) => V * D, vec4 },
  { name: 'index', dtype: 'u32', access: 'read', size: ({ n }) => n },
  { name: 'out', dtype, access: 'write', size: ({ n, D }) => n * D, vec4 },
];

const code = (o: GatherOptions): string => {
  const lanes = o.vec4 ? 4 : 1;
  // Declared as u32 in either case: a copy through f32 may flush subnormals, and WGSL has no NaN constant.
  return wgsl`${prologue(DIMS, bindings({ ...o, dtype: 'u32' }))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  let width = dims.D / ${lanes}u;
  let total = dims.n * width;
  if (first >= total) { return; }
  let replica = group.z;
  let baseX = replica * dims.rs_x / ${lanes}u;
  let baseIndex = replica * dims.rs_index;
  let baseOut = replica * dims.rs_out / ${lanes}u;
  var row = first / width;
  var col = first % width;
  var source = index[baseIndex + row];
  for (var at = first; at < min(first + ${PER_THREAD}u, total); at++) {
    if (col == width) {
      col = 0u;
      row += 1u;
      source = index[baseIndex + row];
    }
    if (source < dims.V) {
      out[baseOut + at] = x[baseX + source * width + col];
    } else {
      out[baseOut + at] = ${o.vec4 ? `vec4u(${fillOf(o)}u)` : `${fillOf(o)}u`};
    }
    col += 1u;
  }
}`;
};

export const gather: Kernel<GatherDims, GatherOptions> = {
  name: 'gather',
  dims: DIMS,
  options: { dtype: ['f32', 'u32'], missing: ['nan', 'zero'], vec4: [false, true] },
  bindings,
  valid: ({ D }, { vec4 }) => !vec4 || D % 4 === 0,
  workgroups: ({ n, D }, { vec4 }, R) => flatGrid(ceilDiv((n * D) / (vec4 ? 4 : 1), GROUP * PER_THREAD), R),
  flops: () => 0,
  code,
};
