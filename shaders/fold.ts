/**
 * fold: out[e, i, c] = epilogue(Σ over the windows (e, t) that show position i, of y[(e, t), (j, c)], i = t·stride + j − pad): the transpose
 * of unfold. A sum, not a mean; a position that no window shows is 0, and what windows hold outside the sequence is passed over.
 *
 * Shapes   y [n·T, k·C] f32, out [n·L, C]; see unfold.ts.
 * Epilogue a pointwise program on each element of out (the mask of an activation's derivative, say); its inputs see [n·L·C] with rows of C.
 * Numerics terms are added in the order of t, without atomics: |ô − o| ≤ γ(m − 1)·Σ|y| over the m ≤ ⌈k/stride⌉ terms, then the epilogue's error.
 * Tiles    a thread sums four units of out, a unit being one element, or four with vec4 (C a multiple of 4); neighbours hold neighbouring units.
 * Oracle   fold.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { decodeProgram, encodeProgram, epilogueBindings, IDENTITY, loadCode, programCode, programFlops, programPrelude } from './program';
import { sequenceSize, WINDOW_DIMS, windowsSize, type WindowDims } from './unfold';

export type FoldOptions = { vec4: boolean; epilogue: string };

const GROUP = 64;
const PER_THREAD = 4;

const bindings = ({ vec4, epilogue }: FoldOptions): readonly Binding<WindowDims>[] => [
  { name: 'y', dtype: 'f32', access: 'read', size: windowsSize, vec4 },
  { name: 'out', dtype: 'f32', access: 'write', size: sequenceSize, vec4 },
  ...epilogueBindings<WindowDims>(epilogue, sequenceSize, ({ C }) => C, vec4),
];

const code = (o: FoldOptions): string => {
  const lanes = o.vec4 ? 4 : 1;
  const program = decodeProgram(o.epilogue);
  const loads = program.inputs.map((input, i) => (i === 0 ? 'sum' : loadCode(input, `e${i}`, 'group.z', 'i', 'dims.C', o.vec4)));
  const { code: body, results } = programCode(program, loads, o.vec4);
  return wgsl`${prologue(WINDOW_DIMS, bindings(o))}
${programPrelude(program, o.vec4)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let channels = dims.C / ${lanes}u;
  let baseY = group.z * dims.rs_y / ${lanes}u;
  let first = ${FLAT_GROUP} * ${PER_THREAD * GROUP}u + local.x;
  for (var u = 0u; u < ${PER_THREAD}u; u++) {
    let at = first + u * ${GROUP}u;
    if (at < dims.n * dims.L * channels) {
      let c = at % channels;
      let sequence = at / channels / dims.L;
      let position = (at / channels) % dims.L + dims.pad;
      // Windows t with t·stride ≤ position < t·stride + k.
      let last = min(position / dims.stride, dims.T - 1u);
      var sum = ${o.vec4 ? 'vec4f' : 'f32'}();
      for (var t = select(0u, (position - dims.k) / dims.stride + 1u, position >= dims.k); t <= last; t++) {
        sum += y[baseY + ((sequence * dims.T + t) * dims.k + position - t * dims.stride) * channels + c];
      }
      let i = at * ${lanes}u;
      ${body}
      out[(group.z * dims.rs_out + i) / ${lanes}u] = ${results[0]!};
    }
  }
}`;
};

/** (acc + bias[channel])·mask[i] − rate[position]: every mode but scalar. */
const ALL_MODES = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'row' },
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'col' },
  ],
  body: [
    ['add', 0, 1],
    ['mul', 4, 2],
    ['sub', 5, 3],
  ],
  outputs: [{ value: 6, dtype: 'f32' }],
});

export const fold: Kernel<WindowDims, FoldOptions> = {
  name: 'fold',
  dims: WINDOW_DIMS,
  options: { vec4: [false, true], epilogue: [IDENTITY, ALL_MODES] },
  bindings,
  valid: ({ C }, { vec4 }) => !vec4 || C % 4 === 0,
  workgroups: (d, { vec4 }, R) => flatGrid(ceilDiv(sequenceSize(d) / (vec4 ? 4 : 1), GROUP * PER_THREAD), R),
  flops: (d, { epilogue }) => windowsSize(d) + sequenceSize(d) * programFlops(decodeProgram(epilogue)),
  code,
};
