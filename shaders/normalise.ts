/**
 * normalise: LayerNorm or RMSNorm of rows, with its scale and bias, in one dispatch:
 *
 *   layer  x̂ = (x − μ)·r, r = 1/√(σ² + ε), μ and σ² mean and (biased) variance of the row     rms  x̂ = x·r, r = 1/√(mean of x² + ε)
 *   out = x̂ ⊙ scale + bias, by `affine`
 *
 * Shapes   x, out [rows,C], scale, bias [C], f32. With `save` also r [rows] and, unless out is x̂ itself, x̂ [rows,C]: what derivatives need.
 * Numerics f32, mean and variance in two passes over the row: no difference of large squares. inverseSqrt errs by 2 ULP; the bound carries the
 *          errors of mean and centred values through the sum of squares. Where that overflows, it is taken once more, of the row times 2⁻⁸⁰, next to
 *          whose squares ε counts as 0. Squares that underflow are lost: needs ε > 0. NaN or ∞ in a row: as the formulas say, as in PyTorch.
 * Tiles    a thread for each row, three passes over it through the cache. vec: four columns a load; C a multiple of 4.
 * Source   Ba, Kiros & Hinton 2016, arXiv:1607.06450; Zhang & Sennrich 2019, arXiv:1910.07467.
 * Oracle   normalise.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { isNotFinite } from './nan';

export type NormDims = 'rows' | 'C';
export type NormKind = 'layer' | 'rms';
export type Affine = 'none' | 'scale' | 'both';
export type NormaliseOptions = { kind: NormKind; affine: Affine; save: boolean; eps: number; vec: boolean };

const DIMS: readonly NormDims[] = ['rows', 'C'];
const GROUP = 64;
const whole = (name: string, access: Binding['access'], vec4: boolean): Binding<NormDims> => ({
  name,
  dtype: 'f32',
  access,
  size: ({ rows, C }) => rows * C,
  vec4,
});
const column = (name: string, vec4: boolean): Binding<NormDims> => ({ name, dtype: 'f32', access: 'read', size: ({ C }) => C, vec4 });
const perRow = (name: string, access: Binding['access']): Binding<NormDims> => ({ name, dtype: 'f32', access, size: ({ rows }) => rows });

const bindings = ({ affine, save, vec }: NormaliseOptions): readonly Binding<NormDims>[] => [
  whole('x', 'read', vec),
  ...(affine === 'none' ? [] : [column('scale', vec)]),
  ...(affine === 'both' ? [column('bias', vec)] : []),
  whole('out', 'write', vec),
  ...(save ? [perRow('r', 'write'), ...(affine === 'none' ? [] : [whole('normal', 'write', vec)])] : []),
];

/** WGSL: a thread for each row, with its number and its width in loads. */
const rowThread = (lanes: number): string => `
  let row = ${FLAT_GROUP} * ${GROUP}u + local.x;
  if (row >= dims.rows) { return; }
  let replica = group.z;
  let width = dims.C / ${lanes}u;`;
const baseOf = (name: string, lanes: number): string => `let base_${name} = replica * dims.rs_${name} / ${lanes}u + row * width;`;
/** WGSL: the four lanes of a sum added up. */
const total = (vec: boolean, sum: string): string => (vec ? `(${sum}.x + ${sum}.y) + (${sum}.z + ${sum}.w)` : sum);

/** WGSL: sums over c < `count` that leave mean (of kind layer) and r of the row times `scale` in `mean`, `inverse`, the sum of squares in `squared`; with a suffix. */
const statistics = ({ kind, eps, vec }: NormaliseOptions, count: string, scale: string, suffix: string): string => {
  const zero = vec ? 'vec4f()' : '0.0';
  const own = `x[base_x + c]${scale && ` * ${scale}`}`;
  const mean = `
  var sum${suffix} = ${zero};
  for (var c = 0u; c < ${count}; c++) { sum${suffix} += ${own}; }
  let mean${suffix} = (${total(vec, `sum${suffix}`)}) / f32(dims.C);`;
  return `${kind === 'layer' ? mean : ''}
  var squares${suffix} = ${zero};
  for (var c = 0u; c < ${count}; c++) {
    let y = ${kind === 'layer' ? `(${own} - mean${suffix})` : own};
    squares${suffix} += y * y;
  }
  let squared${suffix} = ${total(vec, `squares${suffix}`)};
  let inverse${suffix} = inverseSqrt(squared${suffix} / f32(dims.C) + ${eps}${scale && ` * ${scale} * ${scale}`});`;
};

const code = (o: NormaliseOptions): string => {
  const lanes = o.vec ? 4 : 1;
  const param = (name: string): string => `${name}[replica * dims.rs_${name} / ${lanes}u + c]`;
  const result = o.affine === 'none' ? 'z' : o.affine === 'scale' ? `z * ${param('scale')}` : `z * ${param('scale')} + ${param('bias')}`;
  const saved = o.save && o.affine !== 'none';
  return wgsl`${prologue(DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  ${rowThread(lanes)}
  ${baseOf('x', lanes)}
  ${baseOf('out', lanes)}
  ${saved ? baseOf('normal', lanes) : ''}
  ${statistics(o, 'width', '', '_once')}
  // Loops of no steps where all went well.
  let over = ${isNotFinite('f32', 'squared_once')};
  let size = select(1.0, 0x1p-80, over);
  ${statistics(o, 'select(0u, width, over)', 'size', '_again')}
  let inverse = select(inverse_once, inverse_again, over);
#if ${o.kind === 'layer'}
  let mean = select(mean_once, mean_again, over);
#endif
  for (var c = 0u; c < width; c++) {
    let z = ${o.kind === 'layer' ? '(x[base_x + c] * size - mean)' : 'x[base_x + c] * size'} * inverse;
    out[base_out + c] = ${result};
    ${saved ? 'normal[base_normal + c] = z;' : ''}
  }
  ${o.save ? 'r[replica * dims.rs_r + row] = inverse * size;' : ''}
}`;
};

/** What epsilon is where the matrix of tests needs one. */
const EPS = 1e-5;
export const normalise: Kernel<NormDims, NormaliseOptions> = {
  name: 'normalise',
  dims: DIMS,
  options: { kind: ['layer', 'rms'], affine: ['none', 'scale', 'both'], save: [false, true], eps: [EPS], vec: [false, true] },
  bindings,
  valid: ({ C }, { vec }) => !vec || C % 4 === 0,
  workgroups: ({ rows }, _, R) => flatGrid(ceilDiv(rows, GROUP), R),
  flops: ({ rows, C }, { kind, affine }) => rows * (C * ((kind === 'layer' ? 5 : 3) + { none: 0, scale: 1, both: 2 }[affine]) + 4),
  code,
};

export type NormaliseGradOptions = { kind: NormKind; scaled: boolean; vec: boolean };
const gradBindings = ({ scaled, vec }: NormaliseGradOptions): readonly Binding<NormDims>[] => [
  whole('normal', 'read', vec),
  perRow('r', 'read'),
  whole('g', 'read', vec),
  ...(scaled ? [column('scale', vec)] : []),
  whole('out', 'write', vec),
];

const gradCode = (o: NormaliseGradOptions): string => {
  const lanes = o.vec ? 4 : 1;
  const zero = o.vec ? 'vec4f()' : '0.0';
  const slope = `g[base_g + c]${o.scaled ? ` * scale[replica * dims.rs_scale / ${lanes}u + c]` : ''}`;
  return wgsl`${prologue(DIMS, gradBindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  ${rowThread(lanes)}
  ${['normal', 'g', 'out'].map((name) => baseOf(name, lanes)).join('\n  ')}
  var sum = ${zero};
  var along = ${zero};
  for (var c = 0u; c < width; c++) {
    let d = ${slope};
    sum += d;
    along += d * normal[base_normal + c];
  }
  let mean = ${o.kind === 'layer' ? `(${total(o.vec, 'sum')}) / f32(dims.C)` : '0.0'};
  let share = (${total(o.vec, 'along')}) / f32(dims.C);
  let inverse = r[replica * dims.rs_r + row];
  for (var c = 0u; c < width; c++) { out[base_out + c] = inverse * ((${slope}${o.kind === 'layer' ? ' - mean' : ''}) - normal[base_normal + c] * share); }
}`;
};

/**
 * normaliseGrad: the derivative of normalise, from what it saved. With d = g ⊙ scale: out = r·(d − [layer] mean(d) − x̂·mean(d ⊙ x̂)), means over the row.
 * The Jacobian of x̂ is symmetric, so that this serves both modes of differentiation.
 *
 * Shapes   normal = x̂, g, out [rows,C], r [rows], scale [C]; f32.      Oracle   normalise.ref.ts
 */
export const normaliseGrad: Kernel<NormDims, NormaliseGradOptions> = {
  name: 'normaliseGrad',
  dims: DIMS,
  options: { kind: ['layer', 'rms'], scaled: [false, true], vec: [false, true] },
  bindings: gradBindings,
  valid: ({ C }, { vec }) => !vec || C % 4 === 0,
  workgroups: ({ rows }, _, R) => flatGrid(ceilDiv(rows, GROUP), R),
  flops: ({ rows, C }, { kind, scaled }) => rows * C * ((kind === 'layer' ? 7 : 5) + (scaled ? 2 : 0)),
  code: gradCode,
};
