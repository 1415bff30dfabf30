/**
 * normal: out[i] ~ N(0, 1) from the stream (seed, use, step), by Box–Muller in fixed point.
 *
 * Shapes   key [2] u32: seed, step. out [n]. Elements 2j and 2j + 1 are the cosine and sine branch of pair j.
 * Draw     words w0, w1 → u = (w0 | 1)·2⁻³², never 0 or 1; θ = 2π·(w1 + ½)·2⁻³²; z = √(−2 ln u)·(cos θ, sin θ).
 *          |z| ≤ √(64 ln 2) < 6.661; the normal's mass beyond that is 2.7e-11.
 * Bits     WGSL leaves open the accuracy of log, sin, cos and division, the rounding direction, and contraction to fma. So all
 *          arithmetic is on u32, whose results the specification fixes; sqrt only guesses a root that integers then correct, and
 *          the last conversion is of 24 significant bits, exact. Same bits on every adapter.
 * Numerics |z − z₆₄| ≤ 2⁻²⁴·(1.5 + |z|) against Box–Muller of the same words in exact arithmetic; see NORMAL_ERROR.
 * Source   Box & Muller (1958), A note on the generation of random normal deviates.
 * Oracle   normal.ref.ts
 */
import type { Kernel } from './kernel';
import { DRAW_DIMS, drawBindings, drawGrid, drawKernel, type DrawDims } from './uniform';

/** −ln(1 − v)/v on [0, 1 − √½], in Q31. Minimax with the v⁷ term held at 0, so that no coefficient is negative; error 1.9e-10. */
const LOG = [0x80000000, 0x4000006a, 0x2aaa94ce, 0x20018111, 0x1991f0fa, 0x151ac7f4, 0x15bdcd5e, 0, 0x2c9e467a] as const;
/** sin(πx/2)/x in y = x² on [0, 1], in Q31, signs alternating. Chebyshev interpolation; error 8e-11. */
const SIN = [0xc90fdaa2, 0x52aef394, 0x0a335e03, 0x00996897, 0x00054050, 0x00001cca] as const;
/** ⌊√½·2³²⌋ = ⌊√2·2³¹⌋. */
const SQRT_HALF = 0xb504f333;
/** ½·ln 2 in Q33. */
const HALF_LN2 = 0xb17217f8;

/**
 * Bound on |z − z₆₄|: NORMAL_ERROR·(1.5 + |z|). In units of 2⁻²⁷, with mulHigh short by less than 3 of its last places:
 *   sine    Horner 15 + y's own error 1.1 + coefficients 0.2 + last product 3 < 20 of Q31: 1.25·r after scaling by r
 *   radius  −ln u: 5 where u ≤ √½ (product 3, its constant 0.25, shift 1, polynomial and √½ 0.7), hence 5/r; root and its shift 1.
 *           Where u > √½ the logarithm is scaled by its leading zeros first, and its relative error 2⁻²⁷ leaves less than that.
 *   product 1.5
 * 5/r + 1.25·r + 2.5 is convex in r, so it is below its value at an end of [√ln 2, 6.661]: 12 = 1.5·2⁻²⁴/2⁻²⁷. Rounding to
 * 24 bits adds 2⁻²⁴·|z|.
 */
export const NORMAL_ERROR = 2 ** -24;

/** ⌊a·b·2⁻³²⌋ less 0, 1 or 2: the product of the low halves is dropped. */
const mulHigh = (a: number, b: number): number => {
  const a1 = a >>> 16;
  const b1 = b >>> 16;
  return (Math.imul(a1, b1) + (Math.imul(a1, b & 0xffff) >>> 16) + (Math.imul(a & 0xffff, b1) >>> 16)) >>> 0;
};

/** √(−2 ln u) in Q29, u = (word | 1)·2⁻³². */
const radius = (word: number): number => {
  const u = (word | 1) >>> 0;
  const lz = Math.clz32(u);
  const m = (u << lz) >>> 0; // [½, 1)
  const low = m <= SQRT_HALF;
  const v = (low ? -(mulHigh(m, SQRT_HALF) << 1) : -m) >>> 0; // 1 − m or 1 − √2·m, in (0, 0.293)
  const halfOctaves = 2 * lz + (low ? 1 : 0);
  let p: number = LOG[8];
  for (let k = 7; k >= 0; k--) p = (LOG[k]! + mulHigh(v, p)) >>> 0;
  // −ln u = M·2⁻ᵉ, e odd. Near u = 1 it is tiny, and v is scaled up first to keep its relative accuracy.
  const j = Math.clz32(v) & ~1;
  const [M, e] =
    halfOctaves === 0 ? [mulHigh(v << j, p), 31 + j] : [(mulHigh(halfOctaves << 26, HALF_LN2) + (mulHigh(v, p) >>> 4)) >>> 0, 27];
  const s = Math.clz32(M) & ~1;
  const x = (M << s) >>> 0; // ≥ 2³⁰
  const root = Math.floor(Math.sqrt(x));
  // √x·2¹⁵ = root·2¹⁵ + (x − root²)·2¹⁴/root, short of the second-order term, which is below one last place.
  const fine = ((root << 15) + Math.floor(((x - root * root) * 2 ** 14) / root)) >>> 0;
  return (fine << 1) >>> ((e + s - 27) >> 1);
};

/** sin(π/2·x) in Q31; x in Q32. */
const quarterSin = (x: number): number => {
  const y = mulHigh(x, x);
  let p: number = SIN[5];
  for (let k = 4; k >= 0; k--) p = (SIN[k]! - mulHigh(y, p)) >>> 0;
  return mulHigh(x, p);
};

/** ±q·2⁻²⁸, q rounded to 24 significant bits, halves up. */
const toFloat = (q: number, negative: boolean): number => {
  const drop = Math.max(8 - Math.clz32(q), 0);
  const rounded = ((q + ((1 << drop) >> 1)) >> drop) << drop;
  return (negative ? -rounded | 0 : rounded) * 2 ** -28;
};

/** Two u32 words → two independent normals, each exactly an f32. */
export const normalPair = (w0: number, w1: number): readonly [number, number] => {
  const r = radius(w0);
  const quarter = w1 >>> 30;
  const x = ((w1 << 2) | 2) >>> 0; // place within the quarter turn; −x is 1 − x
  const along = mulHigh(r, quarterSin(-x >>> 0));
  const across = mulHigh(r, quarterSin(x));
  const odd = (quarter & 1) === 1;
  return [toFloat(odd ? across : along, quarter === 1 || quarter === 2), toFloat(odd ? along : across, quarter >= 2)];
};

const horner = (c: readonly number[], op: '+' | '-', x: string): string =>
  c.slice(0, -1).reduceRight((inner, ck) => `(${ck}u ${op} mulHigh(${x}, ${inner}))`, `${c.at(-1)!}u`);

/** WGSL twin: fn normalPair(words: vec2u) -> vec2f. */
export const NORMAL_WGSL = `
fn mulHigh(a: u32, b: u32) -> u32 {
  let a1 = a >> 16u; let b1 = b >> 16u;
  return a1 * b1 + ((a1 * (b & 0xffffu)) >> 16u) + (((a & 0xffffu) * b1) >> 16u);
}
fn normalRadius(word: u32) -> u32 {
  let u = word | 1u;
  let lz = countLeadingZeros(u);
  let m = u << lz;
  let low = m <= ${SQRT_HALF}u;
  let v = 0u - select(m, mulHigh(m, ${SQRT_HALF}u) << 1u, low);
  let halfOctaves = 2u * lz + select(0u, 1u, low);
  let p = ${horner(LOG, '+', 'v')};
  let j = countLeadingZeros(v) & ~1u;
  let far = mulHigh(halfOctaves << 26u, ${HALF_LN2}u) + (mulHigh(v, p) >> 4u);
  let M = select(far, mulHigh(v << j, p), halfOctaves == 0u);
  let e = select(27u, 31u + j, halfOctaves == 0u);
  let s = countLeadingZeros(M) & ~1u;
  let x = M << s;
  // WGSL's sqrt errs by a few ULP, less than 0.1 here, so the whole part is off by at most one.
  var root = min(u32(sqrt(f32(x))), 65535u);
  if (root * root > x) { root -= 1u; }
  if (x - root * root > 2u * root) { root += 1u; }
  let fine = (root << 15u) + ((x - root * root) << 14u) / root;
  return (fine << 1u) >> ((e + s - 27u) >> 1u);
}
fn quarterSin(x: u32) -> u32 {
  let y = mulHigh(x, x);
  return mulHigh(x, ${horner(SIN, '-', 'y')});
}
fn fixedToFloat(q: u32, negative: bool) -> f32 {
  let drop = 8u - min(countLeadingZeros(q), 8u);
  let rounded = i32(((q + ((1u << drop) >> 1u)) >> drop) << drop);
  return f32(select(rounded, -rounded, negative)) * 0x1p-28;
}
fn normalPair(words: vec2u) -> vec2f {
  let r = normalRadius(words.x);
  let quarter = words.y >> 30u;
  let x = (words.y << 2u) | 2u;
  let along = mulHigh(r, quarterSin(0u - x));
  let across = mulHigh(r, quarterSin(x));
  let odd = (quarter & 1u) == 1u;
  return vec2f(
    fixedToFloat(select(along, across, odd), quarter == 1u || quarter == 2u),
    fixedToFloat(select(across, along, odd), quarter >= 2u));
}`;

export const normal: Kernel<DrawDims, Record<never, never>> = {
  name: 'normal',
  dims: DRAW_DIMS,
  options: {},
  bindings: () => drawBindings,
  workgroups: (d, _, R) => drawGrid(d, R),
  flops: ({ n }) => n,
  code: () => drawKernel('normalPair', NORMAL_WGSL),
};
