/**
 * arcKernel: one layer of the infinite-width recursion, on every pair (i, j) of two sets of inputs:
 *   nngp = σw²·T(k) + σb²,   ntk = nngp + σw²·Ṫ(k)·Θ,   k = K[i, j], q = qa[i], q′ = qb[j].
 * arcKernelDiagonal: the same for an input with itself, out = σw²·T(q) + σb², which the next layer takes as q.
 *
 * Shapes   K, Theta, nngp, ntk [n, m] f32; qa [n], qb [m] ≥ 0; hyper [2]: σw², σb². Diagonal: q, out [n].
 *          `self`: both sets are one, n = m; k = qa[i] where i = j, whatever K says there. One output; not summed over anything.
 * Formulas s = √(qq′), r = √(qq′ − k²).   ReLU: φ = π − θ = polar(−k, r), T = (r + φk)/2π, Ṫ = φ/2π.
 *          erf: D = (1 + 2q)(1 + 2q′) − 4k² = 1 + 2(q + q′) + 4r², T = (2/π)·polar(√D, 2k), Ṫ = (4/π)/√D.
 * Numerics r² = (s − k)(s + k): squares would cancel. |k| ≤ s holds exactly but not after rounding, so k is clamped to [−s, s]; where q = q′
 *          to the bit s is q itself, and else errs by 5 ULP. The sums of T and D have terms of one sign but for ReLU's T at k < 0, whose error is
 *          relative to s.
 *          Condition: ∂T/∂k = Ṫ ≤ ½ and ∂T/∂s = r/(2πs) for ReLU, so T is safe. But ∂θ/∂k = −1/r and ∂θ/∂s = k/(rs): a relative error ε of s
 *          or k moves θ by ε·s/r, and by up to √(2ε) where r/s is below that, so Ṫ, and Θ, of nearly parallel inputs carry half the digits.
 *          `self` keeps the diagonal out of this. At s = 0, of an input of zeros, θ is 0.
 *          arctangents are an own polynomial: WGSL's atan2 and acos err by 2⁻¹² and more. Where qq′ leaves f32's range, or nearly, q, q′ and k are
 *          scaled by one power of 2, to which ReLU's T is proportional: so the result keeps its digits wherever it fits.
 * Domain   K, q and q′ finite, in magnitude 0 or at least 2⁻¹²⁶; else the results are NaN, or smaller ones taken as 0.
 * Source   Cho & Saul (2009), Kernel methods for deep learning; Williams (1997), Computing with infinite networks; Jacot et al. (2018).
 * Oracle   arcKernel.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { isNotFinite, nanWhere } from './nan';

export type ArcDims = 'n' | 'm';
export type ArcActivation = 'relu' | 'erf';
export type ArcOptions = { activation: ArcActivation; self: boolean };
export type ArcDiagonalOptions = { activation: ArcActivation };

const GROUP = 64;
const DIMS: readonly ArcDims[] = ['n', 'm'];
const pairs = ({ n, m }: Readonly<Record<ArcDims, number>>): number => n * m;
const HYPER = { name: 'hyper', dtype: 'f32', access: 'read', size: () => 2 } as const;

const bindings: readonly Binding<ArcDims>[] = [
  { name: 'K', dtype: 'f32', access: 'read', size: pairs },
  { name: 'Theta', dtype: 'f32', access: 'read', size: pairs },
  { name: 'qa', dtype: 'f32', access: 'read', size: ({ n }) => n },
  { name: 'qb', dtype: 'f32', access: 'read', size: ({ m }) => m },
  HYPER,
  { name: 'nngp', dtype: 'f32', access: 'write', size: pairs },
  { name: 'ntk', dtype: 'f32', access: 'write', size: pairs },
];
const diagonalBindings: readonly Binding<'n'>[] = [
  { name: 'q', dtype: 'f32', access: 'read', size: ({ n }) => n },
  HYPER,
  { name: 'out', dtype: 'f32', access: 'write', size: ({ n }) => n },
];

/**
 * Angle of the point (x, y), y ≥ 0, in [0, π]; π at the origin. Within ANGLE_ULPS for finite points whose larger coordinate is normal.
 * arctan t on [0, √2 − 1] is a polynomial, and π/4 + arctan((t − 1)/(t + 1)) above. Source: Moshier, Cephes 2.2, atanf.c.
 */
const POLAR_WGSL = `
fn polar(x: f32, y: f32) -> f32 {
  let a = abs(x);
  let low = min(a, y);
  let high = max(a, y);
  let far = low > 0.41421357 * high;
  let base = select(high, low + high, far);
  let t = select(low, low - high, far) / select(base, 1.0, base == 0.0);
  let z = t * t;
  let series = t + t * z * (((0.0805374449538 * z - 0.138776856032) * z + 0.199777106478) * z - 0.333329491539);
  let octant = select(series, 0.7853981633974483 + series, far);
  let quarter = select(octant, 1.5707963267948966 - octant, y > a);
  return select(quarter, 3.141592653589793 - quarter, x <= 0.0);
}`;
/**
 * Error of polar in units of 2⁻²³·angle. Series: its tail is at most 6 % of the result and errs by 7 (z 1, Horner 4, products 2), the last sum by 1,
 * truncation 0.2: 1.7. With t within 2.5 (a division) 4.2; with t = (low − high)/(low + high) within 4.5 instead, of |t| < 0.415, and π/4
 * added, 4.5·0.415 + 1.7·0.393 + 0.2 = 2.7 absolute and 1 relative, of at least π/8: 7.9. So the octant errs by 7.9·π/4 = 6.2 absolute; taken from
 * π/2, whose f32 errs by 0.4, by 6.6 and 1 relative, of at least π/4: 9.4 relative, 8.2 absolute at most; taken from π, whose f32 errs by 0.8, by
 * 9 and 1 relative, of at least π/2: 6.7.
 */
export const ANGLE_ULPS = 10;

/**
 * In a scope that has q, q2 and given: the scale and its inverse, s, the clamped k and r², scaled. `up` is 1 wherever 2⁻⁹⁰ ≤ qq′ ≤ 2¹²⁰. Beyond, the
 * scaled product lies in [2⁻¹⁰⁰, 2¹²⁴], and neither q nor q′ leaves f32's range: the other one is at most 2¹²⁸ or at least 2⁻¹²⁶.
 */
const INSIDE = `
  let product = q * q2;
  let small = (product < 0x1p-90) & (max(q, q2) < 0x1p40);
  let large = product > 0x1p120;
  let up = select(select(1.0, 0x1p76, small), 0x1p-66, large);
  let down = select(select(1.0, 0x1p-76, small), 0x1p66, large);
  let s = select(sqrt((up * q) * (up * q2)), up * q, q == q2);
  let k = clamp(up * given, -s, s);
  let square = max((s - k) * (s + k), 0.0);`;
/** T and Ṫ, NaN outside the domain. */
const results = (T: string, dT: string): string => {
  const odd = ['q', 'q2', 'given'].map((x) => isNotFinite('f32', x)).join(' | ');
  return `vec2f(${nanWhere('f32', T, odd)}, ${nanWhere('f32', dT, odd)})`;
};
/** fn dual(q, q2, k) -> (T, Ṫ). */
const DUAL_WGSL: Readonly<Record<ArcActivation, string>> = {
  relu: `${POLAR_WGSL}
fn dual(q: f32, q2: f32, given: f32) -> vec2f {${INSIDE}
  let r = sqrt(square);
  let slope = polar(-k, r) * 0.15915494309189535;
  return ${results('(r * 0.15915494309189535 + slope * k) * down', 'slope')};
}`,
  // √D of values scaled down only: next to 1, small ones need no scale.
  erf: `${POLAR_WGSL}
fn dual(q: f32, q2: f32, given: f32) -> vec2f {${INSIDE}
  let unit = min(up, 1.0);
  let back = min(down, 1.0);
  let root = sqrt(unit * unit + 2.0 * (q * unit + q2 * unit) * unit + 4.0 * (square * back * back));
  let angle = sign(k) * polar(root, 2.0 * abs(k * back));
  return ${results('angle * 0.6366197723675814', '1.2732395447351628 / root * unit')};
}`,
};

const head = (activation: ArcActivation): string => `${DUAL_WGSL[activation]}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let at = ${FLAT_GROUP} * ${GROUP}u + local.x;`;

const code = ({ activation, self }: ArcOptions): string => wgsl`${prologue(DIMS, bindings)}
${head(activation)}
  if (at >= dims.n * dims.m) { return; }
  let i = at / dims.m;
  let j = at % dims.m;
  let q = qa[group.z * dims.rs_qa + i];
  let q2 = qb[group.z * dims.rs_qb + j];
#if ${self}
  let k = select(K[group.z * dims.rs_K + at], q, i == j);
#else
  let k = K[group.z * dims.rs_K + at];
#endif
  let weight = hyper[group.z * dims.rs_hyper];
  let both = dual(q, q2, k);
  let value = weight * both.x + hyper[group.z * dims.rs_hyper + 1u];
  nngp[group.z * dims.rs_nngp + at] = value;
  ntk[group.z * dims.rs_ntk + at] = value + weight * both.y * Theta[group.z * dims.rs_Theta + at];
}`;

const diagonalCode = ({ activation }: ArcDiagonalOptions): string => wgsl`${prologue(['n'], diagonalBindings)}
${head(activation)}
  if (at >= dims.n) { return; }
  let own = q[group.z * dims.rs_q + at];
  out[group.z * dims.rs_out + at] = hyper[group.z * dims.rs_hyper] * dual(own, own, own).x + hyper[group.z * dims.rs_hyper + 1u];
}`;

/** Of one pair: about 18 for r², its scale and its root, 20 for the angle, 8 for the rest. */
const FLOPS = 46;

export const arcKernel: Kernel<ArcDims, ArcOptions> = {
  name: 'arcKernel',
  dims: DIMS,
  options: { activation: ['relu', 'erf'], self: [false, true] },
  bindings: () => bindings,
  valid: ({ n, m }, { self }) => !self || n === m,
  workgroups: (d, _, R) => flatGrid(ceilDiv(pairs(d), GROUP), R),
  flops: (d) => FLOPS * pairs(d),
  code,
};

export const arcKernelDiagonal: Kernel<'n', ArcDiagonalOptions> = {
  name: 'arcKernelDiagonal',
  dims: ['n'],
  options: { activation: ['relu', 'erf'] },
  bindings: () => diagonalBindings,
  workgroups: ({ n }, _, R) => flatGrid(ceilDiv(n, GROUP), R),
  flops: ({ n }) => FLOPS * n,
  code: diagonalCode,
};
