/**
 * scatterAdd: out[v, :] = Σ over i with index[i] = v of dy[i, :], the transpose of gather. A sum, not a mean; rows that no index
 * picks are 0; an index ≥ V adds to no row.
 *
 * Shapes   index [n] u32, dy [n, D], out [V, D]; f32, row-major. out is overwritten.
 * Numerics terms are added in the order of i, without atomics: |ô − o| ≤ γ(m − 1)·Σ|dy| over the m terms.
 * Cost     every thread owns a few columns of one row and scans all n indices: n·V·⌈D/4⌉ index reads (n·V·⌈D/16⌉ with vec4),
 *          against n·D reads of dy. Meant for embeddings of small vocabularies, V up to a few hundred. The product with a
 *          one-hot matrix would take n·V·D multiply-adds.
 * Tiles    scalar: 4 columns a thread; vec4 (D a multiple of 4): up to 16 columns in four named accumulators.
 * Oracle   scatterAdd.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';

export type ScatterAddDims = 'n' | 'D' | 'V';
export type ScatterAddOptions = { vec4: boolean };

const DIMS: readonly ScatterAddDims[] = ['n', 'D', 'V'];
const GROUP = 64;
/** Units (an element, or four with vec4) of one row that a thread sums. */
const UNITS = 4;

const bindings = ({ vec4 }: ScatterAddOptions): readonly Binding<ScatterAddDims>[] => [
  { name: 'index', dtype: 'u32', access: 'read', size: ({ n }) => n },
  { name: 'dy', dtype: 'f32', access: 'read', size: ({ n, D }) => n * D, vec4 },
  { name: 'out', dtype: 'f32', access: 'write', size: ({ V, D }) => V * D, vec4 },
];

const units = (line: (u: number) => string): string => Array.from({ length: UNITS }, (_, u) => line(u)).join('\n  ');

const code = (o: ScatterAddOptions): string => {
  const lanes = o.vec4 ? 4 : 1;
  return wgsl`${prologue(DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let thread = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let width = dims.D / ${lanes}u;
  let perRow = (width + ${UNITS - 1}u) / ${UNITS}u;
  let row = thread / perRow;
  if (row >= dims.V) { return; }
  let replica = group.z;
  let baseIndex = replica * dims.rs_index;
  let baseDy = replica * dims.rs_dy / ${lanes}u;
  let baseOut = replica * dims.rs_out / ${lanes}u + row * width;
  ${units((u) => `let col${u} = (thread % perRow) * ${UNITS}u + ${u}u;`)}
  // Past the row's end the last unit is summed again and not stored.
  ${units((u) => `let at${u} = baseDy + min(col${u}, width - 1u);`)}
  ${units((u) => `var sum${u} = ${o.vec4 ? 'vec4f' : 'f32'}();`)}
  // Loops skip to the next match, four indices at a time: a CPU rasteriser runs the body of an "if" whether or not it holds.
  var i = 0u;
  loop {
    while (i + 4u <= dims.n) {
      let at = baseIndex + i;
      if ((index[at] == row) | (index[at + 1u] == row) | (index[at + 2u] == row) | (index[at + 3u] == row)) { break; }
      i += 4u;
    }
    while (i < dims.n && index[baseIndex + i] != row) { i++; }
    if (i >= dims.n) { break; }
    ${units((u) => `sum${u} += dy[at${u} + i * width];`)}
    i++;
  }
  ${units((u) => `if (col${u} < width) { out[baseOut + col${u}] = sum${u}; }`)}
}`;
};

export const scatterAdd: Kernel<ScatterAddDims, ScatterAddOptions> = {
  name: 'scatterAdd',
  dims: DIMS,
  options: { vec4: [false, true] },
  bindings,
  valid: ({ D }, { vec4 }) => !vec4 || D % 4 === 0,
  workgroups: ({ V, D }, { vec4 }, R) => flatGrid(ceilDiv(V * ceilDiv(D, UNITS * (vec4 ? 4 : 1)), GROUP), R),
  flops: ({ n, D }) => n * D,
  code,
};
