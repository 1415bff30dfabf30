/**
 * position: one position of every sequence taken out, out[i,:] = x[i,t,:], or put back among zeros, out[i,s,:] = x[i,:] where s = t, else 0.
 *
 * Shapes   take: x [n,T,D], out [n,D]; place: x [n,D], out [n,T,D]; f32, row-major; t < T.
 * Numerics exact: words are copied as bits.
 * Tiles    a thread copies four consecutive units of out, a unit being one element, or four with vec4 (D a multiple of 4).
 * Oracle   position.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type DType, type Dims, type Kernel } from './kernel';

export type PositionDims = 'n' | 'T' | 'D' | 't';
export type PositionOptions = { place: boolean; vec4: boolean };

const DIMS: readonly PositionDims[] = ['n', 'T', 'D', 't'];
const GROUP = 64;
const PER_THREAD = 4;
const one = ({ n, D }: Dims<PositionDims>): number => n * D;
const all = ({ n, T, D }: Dims<PositionDims>): number => n * T * D;

const bindings = ({ place, vec4 }: PositionOptions, dtype: DType = 'f32'): readonly Binding<PositionDims>[] => [
  { name: 'x', dtype, access: 'read', size: place ? one : all, vec4 },
  { name: 'out', dtype, access: 'write', size: place ? all : one, vec4 },
];

const code = (o: PositionOptions): string => {
  const lanes = o.vec4 ? 4 : 1;
  // Declared as u32: a copy through f32 may flush subnormals.
  return wgsl`${prologue(DIMS, bindings(o, 'u32'))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let width = dims.D / ${lanes}u;
  let total = dims.n * width${o.place ? ' * dims.T' : ''};
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  let base_x = group.z * dims.rs_x / ${lanes}u;
  let base_out = group.z * dims.rs_out / ${lanes}u;
  for (var at = first; at < min(first + ${PER_THREAD}u, total); at++) {
    let row = at / width;
    let col = at % width;
#if ${o.place}
    out[base_out + at] = select(${o.vec4 ? 'vec4u()' : '0u'}, x[base_x + row / dims.T * width + col], row % dims.T == dims.t);
#else
    out[base_out + at] = x[base_x + (row * dims.T + dims.t) * width + col];
#endif
  }
}`;
};

export const position: Kernel<PositionDims, PositionOptions> = {
  name: 'position',
  dims: DIMS,
  options: { place: [false, true], vec4: [false, true] },
  bindings: (o) => bindings(o),
  valid: ({ D, T, t }, { vec4 }) => t < T && (!vec4 || D % 4 === 0),
  workgroups: (d, { place, vec4 }, R) => flatGrid(ceilDiv((place ? all : one)(d) / (vec4 ? 4 : 1), GROUP * PER_THREAD), R),
  flops: () => 0,
  code,
};
