/**
 * unfold: the windows of sequences as rows of a matrix, out[(e, t), (j, c)] = x[e, t·stride + j − pad, c], 0 where that lies outside the
 * sequence. A convolution is this matrix times its weights ("im2col").
 *
 * Shapes   x [n·L, C] f32, n sequences of L positions and C channels; out [n·T, k·C]: T windows of k positions each. Row-major.
 *          Needs (T − 1)·stride + k ≤ L + 2·pad.
 * Numerics exact: words are copied as bits.
 * Tiles    a thread copies four consecutive units of out, a unit being one element, or four with vec4 (C a multiple of 4).
 * Source   Chellapilla, Puri & Simard (2006), High performance convolutional neural networks for document processing.
 * Oracle   unfold.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Dims, type DType, type Kernel } from './kernel';

/** Sequences, their positions and channels; windows, positions of each, distance from one to the next, zeros before the first position. */
export type WindowDims = 'n' | 'L' | 'C' | 'T' | 'k' | 'stride' | 'pad';
export type UnfoldOptions = { vec4: boolean };

export const WINDOW_DIMS: readonly WindowDims[] = ['n', 'L', 'C', 'T', 'k', 'stride', 'pad'];
const GROUP = 64;
const PER_THREAD = 4;

/** Elements of the sequences, and of their windows. */
export const sequenceSize = ({ n, L, C }: Dims<WindowDims>): number => n * L * C;
export const windowsSize = ({ n, T, k, C }: Dims<WindowDims>): number => n * T * k * C;

const bindings = ({ vec4 }: UnfoldOptions, dtype: DType = 'f32'): readonly Binding<WindowDims>[] => [
  { name: 'x', dtype, access: 'read', size: sequenceSize, vec4 },
  { name: 'out', dtype, access: 'write', size: windowsSize, vec4 },
];

const code = (o: UnfoldOptions): string => {
  const lanes = o.vec4 ? 4 : 1;
  // Declared as u32: a copy through f32 may flush subnormals.
  return wgsl`${prologue(WINDOW_DIMS, bindings(o, 'u32'))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  let channels = dims.C / ${lanes}u;
  let width = dims.k * channels;
  let total = dims.n * dims.T * width;
  if (first >= total) { return; }
  let baseX = group.z * dims.rs_x / ${lanes}u;
  let baseOut = group.z * dims.rs_out / ${lanes}u;
  var window = (first / width) % dims.T;
  var sequence = first / width / dims.T;
  var j = (first % width) / channels;
  var c = first % channels;
  for (var at = first; at < min(first + ${PER_THREAD}u, total); at++) {
    let position = window * dims.stride + j; // counted from the first zero of the padding
    let inside = (position >= dims.pad) & (position < dims.pad + dims.L);
    let source = clamp(position, dims.pad, dims.pad + dims.L - 1u) - dims.pad;
    out[baseOut + at] = select(${o.vec4 ? 'vec4u()' : '0u'}, x[baseX + (sequence * dims.L + source) * channels + c], inside);
    c += 1u;
    if (c == channels) {
      c = 0u;
      j += 1u;
    }
    if (j == dims.k) {
      j = 0u;
      window += 1u;
    }
    if (window == dims.T) {
      window = 0u;
      sequence += 1u;
    }
  }
}`;
};

export const unfold: Kernel<WindowDims, UnfoldOptions> = {
  name: 'unfold',
  dims: WINDOW_DIMS,
  options: { vec4: [false, true] },
  bindings: (o) => bindings(o),
  valid: ({ C }, { vec4 }) => !vec4 || C % 4 === 0,
  workgroups: (d, { vec4 }, R) => flatGrid(ceilDiv(windowsSize(d) / (vec4 ? 4 : 1), GROUP * PER_THREAD), R),
  flops: () => 0,
  code,
};
