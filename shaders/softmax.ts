/**
 * softmax: p[r, j] = e^(z[r, j]) / Σ_k e^(z[r, k]), or its natural logarithm with `log`.
 *
 * Shapes   x [rows, C] f32, out [rows, C]. C ≥ 1.
 * Numerics with m = z_a the maximum and s = Σ_{k≠a} e^(z_k − m): p_j = e^(z_j − m)/(1 + s), and ln p_j = (z_j − m) − ln(1 + s) through
 *          log1p, since WGSL's log errs by 2⁻²¹ near 1. So ln p keeps its relative accuracy where one class has nearly all the
 *          mass; no term can overflow. A row with NaN or ∞ is NaN, and one of −∞ alone; else −∞ has no
 *          share, ln 0 = −∞: as in PyTorch. The bound sums the errors of exp (3 + 2|x| ULP), of the sum and of the division (2.5 ULP).
 * Tiles    one thread per row, three passes over C.
 * Source   Blanchard, Higham & Higham (2021), Accurately computing the log-sum-exp and softmax functions.
 * Oracle   softmax.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { isNan, isNotFinite, keepNan, nanWhere } from './nan';

export type SoftmaxDims = 'rows' | 'C';
export type SoftmaxOptions = { log: boolean };

const DIMS: readonly SoftmaxDims[] = ['rows', 'C'];
const GROUP = 64;

const bindings: readonly Binding<SoftmaxDims>[] = [
  { name: 'x', dtype: 'f32', access: 'read', size: ({ rows, C }) => rows * C },
  { name: 'out', dtype: 'f32', access: 'write', size: ({ rows, C }) => rows * C },
];

/** 1/3, 1/5, …, 1/17. */
const ODD_RECIPROCALS = Array.from({ length: 8 }, (_, k) => 1 / (2 * k + 3));
/**
 * ln(1 + s) for s ≥ 0, within LOG1P_ULPS: 2·artanh(s/(2 + s)) as its series up to s = 1.5, and log beyond, where it is good to 3 ULP; NaN of NaN.
 */
export const LOG1P_WGSL = `
fn log1p_accurate(s: f32) -> f32 {
  let q = s / (2.0 + s);
  let z = q * q;
  let small = 2.0 * q * (1.0 + z * ${ODD_RECIPROCALS.reduceRight((inner, c) => (inner ? `(${c} + z * ${inner})` : `${c}`), '')});
  return ${keepNan('f32', 'select(log(1.0 + s), small, s < 1.5)', 's')};
}`;
/**
 * Error of log1p_accurate in units of 2⁻²³·|y|. Series: q errs by 3.5 (a sum, a division), so z = q² ≤ 0.184 by 8 and the tail by 9 more
 * after its product; a Horner step adds 2 and passes on at most z of that, so the bracket, of which at most 6.5 % is tail, errs by 1.9; product 1;
 * truncation q¹⁸/19/(1 − z) < 0.13: 6.6 in all. Logarithm: 3, and the rounding of 1 + s, 1/ln 2.5: 4.1.
 */
export const LOG1P_ULPS = 7;

/**
 * WGSL that finds the maximum `top` of the row of C logits at `base` in the array `name`, and its first place `at`; and begins the sum `others` of all
 * weights but that one's, NaN where the maximum is infinite or a logit NaN, which is then the maximum.
 */
export const rowMaximum = (name: string): string => `
  var top = ${name}[base];
  var at = 0u;
  for (var j = 1u; j < dims.C; j++) {
    let z = ${name}[base + j];
    if ((z > top) | ${isNan('f32', 'z')}) {
      top = z;
      at = j;
    }
  }
  var others = ${nanWhere('f32', '0.0', isNotFinite('f32', 'top'))};`;

const code = ({ log }: SoftmaxOptions): string => wgsl`${prologue(DIMS, bindings)}
${LOG1P_WGSL}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = ${FLAT_GROUP} * ${GROUP}u + local.x;
  if (row >= dims.rows) { return; }
  let base = group.z * dims.rs_x + row * dims.C;
  let target_base = group.z * dims.rs_out + row * dims.C;
  ${rowMaximum('x')}
  for (var j = 0u; j < dims.C; j++) { others += select(exp(x[base + j] - top), 0.0, j == at); }
  let total = 1.0 + others;
  let log_total = log1p_accurate(others);
  for (var j = 0u; j < dims.C; j++) {
    let shifted = x[base + j] - top;
#if ${log}
    out[target_base + j] = shifted - log_total;
#else
    out[target_base + j] = exp(shifted) / total;
#endif
  }
}`;

export const softmax: Kernel<SoftmaxDims, SoftmaxOptions> = {
  name: 'softmax',
  dims: DIMS,
  options: { log: [false, true] },
  bindings: () => bindings,
  workgroups: ({ rows }, _, R) => flatGrid(ceilDiv(rows, GROUP), R),
  flops: ({ rows, C }, { log }) => rows * C * (log ? 5 : 7),
  code,
};
