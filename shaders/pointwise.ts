/**
 * pointwise: runs a Program on every element of n, in one pass; several outputs, some of them in place.
 *
 * Shapes   inputs by mode (program.ts): full [n], row [cols], col [n/cols], scalar [1]; outputs [n]. f32 or u32.
 * Numerics each function rounds as its line in functions.ts says; the bound is a running error analysis.
 * Memory   4 consecutive elements a thread: one vec4 where n and cols are multiples of 4, else a scalar loop.
 * Oracle   pointwise.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { decodeProgram, encodeProgram, loadCode, modeSize, programCode, programFlops, programPrelude, type Program } from './program';

const WORKGROUP = 64;
export type PointwiseOptions = { program: string; vec4: boolean };
type D = 'n' | 'cols';

const bindings = ({ program, vec4 }: PointwiseOptions): readonly Binding<D>[] => {
  const p = decodeProgram(program);
  const updated = new Set(p.outputs.map((o) => o.inPlace));
  const ins = p.inputs.map(({ dtype, mode }, i): Binding<D> => ({
    name: `in${i}`,
    dtype,
    access: updated.has(i) ? 'readwrite' : 'read',
    size: ({ n, cols }) => modeSize(mode, n, cols),
    ...(vec4 && (mode === 'full' || mode === 'row') ? { vec4: true } : {}),
  }));
  const outs = p.outputs.flatMap(({ dtype, inPlace }, i): Binding<D>[] =>
    inPlace === undefined ? [{ name: `out${i}`, dtype, access: 'write', size: ({ n }) => n, ...(vec4 ? { vec4: true } : {}) }] : [],
  );
  return [...ins, ...outs];
};

const code = (o: PointwiseOptions): string => {
  const p = decodeProgram(o.program);
  const loads = p.inputs.map((input, i) => loadCode(input, `in${i}`, 'group.z', 'i', 'dims.cols', o.vec4));
  const { code: body, results } = programCode(p, loads, o.vec4);
  const stores = p.outputs.map(({ inPlace }, i) => {
    const name = inPlace === undefined ? `out${i}` : `in${inPlace}`;
    const at = `group.z * dims.rs_${name} + i`;
    return `${name}[${o.vec4 ? `(${at}) / 4u` : at}] = ${results[i]!};`;
  });
  return wgsl`${prologue(['n', 'cols'], bindings(o))}
${programPrelude(p, o.vec4)}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
#if ${o.vec4}
  let i = (${FLAT_GROUP} * ${WORKGROUP}u + local.x) * 4u;
  if (i < dims.n) {
    ${body}
    ${stores.join('\n')}
  }
#else
  // Strided, so that neighbouring threads touch neighbouring elements.
  let first = ${FLAT_GROUP} * ${4 * WORKGROUP}u + local.x;
  for (var u = 0u; u < 4u; u++) {
    let i = first + u * ${WORKGROUP}u;
    if (i < dims.n) {
      ${body}
      ${stores.join('\n')}
    }
  }
#endif
}`;
};

/** The program that applies one function to full inputs. */
export const singleProgram = (fnName: string, dtypes: readonly ('f32' | 'u32')[], result: 'f32' | 'u32'): string =>
  encodeProgram({
    inputs: dtypes.map((dtype) => ({ dtype, mode: 'full' })),
    body: [[fnName, ...dtypes.keys()]],
    outputs: [{ value: dtypes.length, dtype: result }],
  });

/** Broadcasts of every kind, two outputs, one of them in place. */
const BROADCAST: Program = {
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'row' },
    { dtype: 'f32', mode: 'col' },
    { dtype: 'f32', mode: 'scalar' },
  ],
  body: [
    ['mul', 0, 1],
    ['add', 4, 2],
    ['const', 0.5],
    ['mul', 5, 6],
    ['sub', 7, 3],
  ],
  outputs: [
    { value: 8, dtype: 'f32' },
    { value: 4, dtype: 'f32', inPlace: 0 },
  ],
};

export const pointwise: Kernel<D, PointwiseOptions> = {
  name: 'pointwise',
  dims: ['n', 'cols'],
  options: { program: [singleProgram('add', ['f32', 'f32'], 'f32'), encodeProgram(BROADCAST)], vec4: [false, true] },
  bindings,
  valid: ({ n, cols }, { vec4 }) => !vec4 || (n % 4 === 0 && cols % 4 === 0),
  workgroups: ({ n }, _, R) => flatGrid(ceilDiv(n, 4 * WORKGROUP), R),
  flops: ({ n }, { program }) => n * programFlops(decodeProgram(program)),
  code,
};
