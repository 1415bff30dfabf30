/**
 * reduce: out[o, i] = epilogue(op over k of x[o, k, i]); op is a sum (not a mean), a maximum, or the index of the maximum.
 * choice   the index of the maximum too, but MISSING.u32 (gather.ts) where an element is NaN: what a network chooses, if anything.
 *
 * Shapes   x [outer, K, inner] f32, out [outer, inner]: f32, or u32 of an index. K ≥ 1. A long sum over few outputs is best run in two
 *          dispatches, [outer, K, inner] read as [outer·c, K/c, inner] first.
 * Epilogue a pointwise program on each element of an f32 result; its inputs see [outer·inner] with rows of `cols`. A mean is the
 *          sum with an epilogue that multiplies by 1/K. None for an index.
 * Numerics sum: f32, fixed order: |ŝ − s| ≤ γ(K − 1)·Σ|x|. max and argmax: exact; of equal elements the lowest index wins. A NaN
 *          makes a sum or a maximum NaN, and argmax is the index of the first one.
 * Variants thread: one thread per output, no barriers. workgroup: 64 threads per output and a tree in workgroup memory, for few
 *          outputs and long K on a GPU. vec 'inner': four outputs side by side, inner (and, with an epilogue, cols) a multiple of
 *          4; 'K': four k a load, inner = 1 and K a multiple of 4.
 * Source   Higham (2002), Accuracy and Stability of Numerical Algorithms, §4.2.
 * Oracle   reduce.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { MISSING } from './gather';
import { isNan, keepNan } from './nan';
import { decodeProgram, encodeProgram, epilogueBindings, IDENTITY, loadCode, programCode, programFlops, programPrelude } from './program';

export type ReduceDims = 'outer' | 'K' | 'inner' | 'cols';
export type ReduceOptions = {
  op: 'sum' | 'max' | 'argmax' | 'choice';
  variant: 'thread' | 'workgroup';
  vec: 'none' | 'inner' | 'K';
  epilogue: string;
};

/** Whether the result is an index, u32. */
export const isIndex = (op: ReduceOptions['op']): boolean => op === 'argmax' || op === 'choice';

const DIMS: readonly ReduceDims[] = ['outer', 'K', 'inner', 'cols'];
const GROUP = 64;

const bindings = ({ op, vec, epilogue }: ReduceOptions): readonly Binding<ReduceDims>[] => [
  { name: 'x', dtype: 'f32', access: 'read', size: ({ outer, K, inner }) => outer * K * inner, vec4: vec !== 'none' },
  {
    name: 'out',
    dtype: isIndex(op) ? 'u32' : 'f32',
    access: 'write',
    size: ({ outer, inner }) => outer * inner,
    vec4: vec === 'inner',
  },
  ...epilogueBindings<ReduceDims>(
    epilogue,
    ({ outer, inner }) => outer * inner,
    ({ cols }) => cols,
    vec === 'inner',
  ),
];

/** An element of the reduction: f32, or four of them. */
const typesOf = ({ vec }: ReduceOptions): { readonly T: string; readonly I: string } =>
  vec === 'none' ? { T: 'f32', I: 'u32' } : { T: 'vec4<f32>', I: 'vec4<u32>' };

/** Functions on partial results: what one is, how to extend it by an element, how to join two. */
const partials = (o: ReduceOptions): string => {
  const { T, I } = typesOf(o);
  if (!isIndex(o.op)) {
    const join = o.op === 'sum' ? 'a + b' : keepNan(T, keepNan(T, 'max(a, b)', 'a'), 'b');
    return `alias Part = ${T};
fn first(v: ${T}) -> Part { return ${o.op === 'sum' ? `${T}()` : 'v'}; }
fn join(a: Part, b: Part) -> Part { return ${join}; }
fn element(v: ${T}, k: u32) -> Part { return v; }`;
  }
  // Of two equal maxima the lower index stays, in whatever order they meet; a NaN is above all, and equal to another.
  return `struct Part { best: ${T}, at: ${I} }
fn first(v: ${T}) -> Part { return element(v, 0u); }
fn join(a: Part, b: Part) -> Part {
  let nan_a = ${isNan(T, 'a.best')};
  let nan_b = ${isNan(T, 'b.best')};
  let before = b.at < a.at;
  let better = select((b.best > a.best) | ((b.best == a.best) & before), nan_b & (before | !nan_a), nan_a | nan_b);
  return Part(select(a.best, b.best, better), select(a.at, b.at, better));
}
fn element(v: ${T}, k: u32) -> Part { return Part(v, ${o.vec === 'K' ? 'vec4u(k, k + 1u, k + 2u, k + 3u)' : `${I}(k)`}); }`;
};

/** The four partials of vec 'K' joined into a scalar of each part; otherwise the partial as it is. */
const finish = (o: ReduceOptions): string => {
  const { op, vec } = o;
  if (op === 'sum') return vec === 'K' ? 'let result = (part.x + part.y) + (part.z + part.w);' : 'let result = part;';
  if (op === 'max') {
    const top = ['part.x', 'part.y', 'part.z', 'part.w'].reduce(
      (value, x) => keepNan('f32', value, x),
      'max(max(part.x, part.y), max(part.z, part.w))',
    );
    return `let result = ${vec === 'K' ? top : 'part'};`;
  }
  const one =
    vec === 'K'
      ? 'let two = join(part, Part(part.best.zwxy, part.at.zwxy));\n  let one = join(two, Part(two.best.yxwz, two.at.yxwz));'
      : 'let one = part;';
  const [T, lane] = vec === 'K' ? ['f32', '.x'] : [typesOf(o).T, ''];
  const missing = vec === 'inner' ? `vec4u(${MISSING.u32}u)` : `${MISSING.u32}u`;
  const result = op === 'argmax' ? `one.at${lane}` : `select(one.at${lane}, ${missing}, ${isNan(T, `one.best${lane}`)})`;
  return `${one}\n  let result = ${result};`;
};

const store = (o: ReduceOptions): string => {
  const vec4 = o.vec === 'inner';
  const program = decodeProgram(o.epilogue);
  const loads = program.inputs.map((input, k) => (k === 0 ? 'result' : loadCode(input, `e${k}`, 'replica', 'at', 'dims.cols', vec4)));
  const { code, results } = isIndex(o.op) ? { code: '', results: ['result'] } : programCode(program, loads, vec4);
  return `${code}
    out[${vec4 ? '(replica * dims.rs_out + at) / 4u' : 'replica * dims.rs_out + at'}] = ${results[0]!};`;
};

/** `load(k)` in WGSL; k counts elements and, with vec 'K', is a multiple of 4. */
const load = ({ vec }: ReduceOptions, k: string): string =>
  vec === 'none' ? `x[base + ${k} * dims.inner]` : `x[(base + ${k} * dims.inner) / 4u]`;

const threadBody = (o: ReduceOptions): string => {
  const width = o.vec === 'K' ? 4 : 1;
  const part = (u: number): string => `element(${load(o, `(k + ${u * width}u)`)}, k + ${u * width}u)`;
  return `
  let flat = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let at = flat * ${o.vec === 'inner' ? 4 : 1}u;
  if (at >= dims.outer * dims.inner) { return; }
  let base = replica * dims.rs_x + (at / dims.inner) * dims.K * dims.inner + at % dims.inner;
  var part = first(${load(o, '0u')});
  var k = 0u;
  // Four steps to one write of the partial.
  for (; k + ${4 * width}u <= dims.K; k += ${4 * width}u) {
    part = join(part, join(join(${part(0)}, ${part(1)}), join(${part(2)}, ${part(3)})));
  }
  for (; k < dims.K; k += ${width}u) { part = join(part, ${part(0)}); }
  ${finish(o)}
  ${store(o)}`;
};

const workgroupBody = (o: ReduceOptions): string => {
  const width = o.vec === 'K' ? 4 : 1;
  const lanes = o.vec === 'inner' ? 4 : 1;
  return `
  // Workgroups past the end repeat the last output and do not store it, so that all reach the barriers.
  let wanted = ${FLAT_GROUP} * ${lanes}u;
  let at = min(wanted, dims.outer * dims.inner - ${lanes}u);
  let base = replica * dims.rs_x + (at / dims.inner) * dims.K * dims.inner + at % dims.inner;
  var own = first(${load(o, '0u')});
  for (var k = local.x * ${width}u; k < dims.K; k += ${GROUP * width}u) { own = join(own, element(${load(o, 'k')}, k)); }
  shared_parts[local.x] = own;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half >>= 1u) {
    if (local.x < half) { shared_parts[local.x] = join(shared_parts[local.x], shared_parts[local.x + half]); }
    workgroupBarrier();
  }
  if (local.x == 0u && wanted == at) {
    let part = shared_parts[0];
    ${finish(o)}
    ${store(o)}
  }`;
};

const code = (o: ReduceOptions): string => wgsl`${prologue(DIMS, bindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vec === 'inner')}
${partials(o)}
#if ${o.variant === 'workgroup'}
var<workgroup> shared_parts: array<Part, ${GROUP}>;
#endif

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let replica = group.z;
  ${o.variant === 'thread' ? threadBody(o) : workgroupBody(o)}
}`;

/** acc/4 + row[col] − all[i]: exact on small integers. */
const SCALED = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'row' },
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'col' },
  ],
  body: [
    ['const', 0.25],
    ['mul', 0, 4],
    ['add', 5, 1],
    ['sub', 6, 2],
    ['add', 7, 3],
  ],
  outputs: [{ value: 8, dtype: 'f32' }],
});

export const reduce: Kernel<ReduceDims, ReduceOptions> = {
  name: 'reduce',
  dims: DIMS,
  options: {
    op: ['sum', 'max', 'argmax', 'choice'],
    variant: ['thread', 'workgroup'],
    vec: ['none', 'inner', 'K'],
    epilogue: [IDENTITY, SCALED],
  },
  bindings,
  valid: ({ K, inner, cols }, { op, vec, epilogue }) =>
    (!isIndex(op) || epilogue === IDENTITY) &&
    (vec !== 'inner' || (inner % 4 === 0 && (epilogue === IDENTITY || cols % 4 === 0))) &&
    (vec !== 'K' || (inner === 1 && K % 4 === 0)),
  workgroups: ({ outer, inner }, { variant, vec }, R) => {
    const outputs = (outer * inner) / (vec === 'inner' ? 4 : 1);
    return flatGrid(variant === 'thread' ? ceilDiv(outputs, GROUP) : outputs, R);
  },
  flops: ({ outer, K, inner }, { epilogue }) => outer * inner * (K + programFlops(decodeProgram(epilogue))),
  code,
};
