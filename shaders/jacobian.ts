/**
 * jacobian: the per-example gradients of one layer themselves, a window of their columns: J[i, c] = g_i[first + c] for c < width. A sum over
 * the layer's positions; neither sum nor mean over examples. What gram.ts avoids: for tests, and for eigenvectors in parameter
 * space. The window keeps memory bounded, n·width elements at a time.
 *
 * Columns  by form (see gram.ts), T positions summed: outer k·q + l → Σ_t a_it[k]·δ_it[l], then with `bias` p·q + l → Σ_t δ_it[l];
 *          sum l → Σ_t δ_it[l]; scale l → Σ_t a_it[l]·δ_it[l]; lookup k·q + l → Σ over index_it = k of δ_it[l].
 * Shapes   a [n·T, p] or index [n·T] u32, d = δ [n·T, q], out [n, width]. first + width ≤ columns. `shared`: T may pass 1.
 * Numerics f32, positions in order: a dot product of T terms, or (bias, sum, lookup) a sum of as many as are not 0. With T = 1 one rounding.
 * Tiles    a thread computes four consecutive columns of a row. vec: one load and one store for the four; q, first and width multiples of 4.
 * Oracle   jacobian.ref.ts
 */
import { FORMS, layerBindings, layerValid, type Form, type LayerDims } from './gram';
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Dims, type Kernel } from './kernel';

export type JacobianDims = LayerDims | 'n' | 'first' | 'width';
export type JacobianOptions = { vec: boolean; bias: boolean; form: Form; shared: boolean };

const DIMS: readonly JacobianDims[] = ['n', 'T', 'p', 'q', 'first', 'width'];
const GROUP = 64;
/** Columns that a thread computes. */
const PER_THREAD = 4;

/** Columns of the whole Jacobian: the layer's parameters, its bias among them. */
export const parameterCount = ({ p, q }: Dims<LayerDims>, { form, bias }: Pick<JacobianOptions, 'form' | 'bias'>): number =>
  form === 'sum' || form === 'scale' ? q : p * q + (bias ? q : 0);

const bindings = (o: JacobianOptions): readonly Binding<JacobianDims>[] => [
  // Of a row of a, four columns of W share one element.
  ...layerBindings<JacobianDims>(o, '', ({ n }) => n).map((b) =>
    b.name === 'a' && o.form === 'outer' ? Object.assign({}, b, { vec4: false }) : b,
  ),
  { name: 'out', dtype: 'f32', access: 'write', size: ({ n, width }) => n * width, vec4: o.vec },
];

/** Expression of what position `t` adds to unit u: a column, or four side by side. */
const term = ({ form, bias, vec }: JacobianOptions, u: number): string => {
  const zero = vec ? 'vec4f()' : '0.0';
  const unit = vec ? ' / 4u' : '';
  const cotangent = `d[(baseD + t * dims.q + l${u})${unit}]`;
  if (form === 'sum') return cotangent;
  if (form === 'scale') return `a[(baseA + t * dims.p + l${u})${unit}] * ${cotangent}`;
  if (form === 'lookup') return `select(${zero}, ${cotangent}, index[baseIndex + t] == k${u})`;
  const factor = `a[baseA + t * dims.p + ${bias ? `min(k${u}, dims.p - 1u)` : `k${u}`}]`;
  return `${bias ? `select(${factor}, 1.0, k${u} == dims.p)` : factor} * ${cotangent}`;
};

const code = (o: JacobianOptions): string => {
  const lanes = o.vec ? 4 : 1;
  const units = (line: (u: number) => string): string => Array.from({ length: PER_THREAD / lanes }, (_, u) => line(u)).join('\n  ');
  const base =
    o.form === 'lookup'
      ? 'let baseIndex = replica * dims.rs_index + i * dims.T;'
      : o.form === 'sum'
        ? ''
        : 'let baseA = replica * dims.rs_a + i * dims.T * dims.p;';
  return wgsl`${prologue(DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let thread = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let perRow = (dims.width + ${PER_THREAD - 1}u) / ${PER_THREAD}u;
  let i = thread / perRow;
  if (i >= dims.n) { return; }
  let replica = group.z;
  ${base}
  let baseD = replica * dims.rs_d + i * dims.T * dims.q;
  let baseOut = replica * dims.rs_out + i * dims.width;
  ${units((u) => `let col${u} = (thread % perRow) * ${PER_THREAD}u + ${u}u;`)}
  // Past the window's end its last column is computed again and not stored.
  ${units((u) => `let c${u} = dims.first + min(col${u}, dims.width - ${lanes}u);`)}
  ${units((u) => `let k${u} = c${u} / dims.q;\n  let l${u} = c${u} % dims.q;`)}
  ${units((u) => `var x${u} = ${o.vec ? 'vec4f' : 'f32'}();`)}
#if ${o.shared}
  for (var t = 0u; t < dims.T; t++) {
    ${units((u) => `x${u} += ${term(o, u)};`)}
  }
#else
  const t = 0u;
  ${units((u) => `x${u} = ${term(o, u)};`)}
#endif
  ${units((u) => `if (col${u} < dims.width) { out[(baseOut + col${u})${o.vec ? ' / 4u' : ''}] = x${u}; }`)}
}`;
};

/** Operations for one position of one column; a bias, a sum and a lookup only add. */
const perColumn = (form: Form): number => (form === 'outer' || form === 'scale' ? 2 : 1);

export const jacobian: Kernel<JacobianDims, JacobianOptions> = {
  name: 'jacobian',
  dims: DIMS,
  options: { vec: [false, true], bias: [false, true], form: FORMS, shared: [false, true] },
  bindings,
  valid: (d, o) =>
    layerValid(d, { ...o, vec: false }) &&
    d.first + d.width <= parameterCount(d, o) &&
    (!o.vec || (d.q % 4 === 0 && d.first % 4 === 0 && d.width % 4 === 0)),
  workgroups: ({ n, width }, _, R) => flatGrid(ceilDiv(n * ceilDiv(width, PER_THREAD), GROUP), R),
  flops: ({ n, T, width }, { form }) => n * width * T * perColumn(form),
  code,
};
