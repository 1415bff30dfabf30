/**
 * The pointwise functions: WGSL, float64 value and rounding error, in one table. shaders/pointwise.ts strings them into programs;
 * the derivative of each is in src/ops/pointwise.ts. Adding one takes a line in each table.
 *
 * `ulps(x, y)` bounds the error of the WGSL expression at exact inputs, in units of 2⁻²³·|y| plus an absolute part; the error
 * inherited from the inputs is worked out in program.ts. A NaN gives NaN, comparisons and selections included (nan.ts). Accuracies: WGSL specification, "Floating Point Accuracy".
 */
import { ERF, erf64, erfBeyond, erfUlps } from './erf';
import { TINY32, type DType } from './kernel';
import { keepNan, LOG, LOG_SUBNORMAL, OR_NAN, orNan, suffixOf } from './nan';

export interface PointwiseFn {
  readonly args: readonly DType[];
  readonly result: DType;
  /** WGSL for arguments that are names; `T` is the type they have: f32 | u32 or a vec4 of it. */
  readonly wgsl: (a: readonly string[], T: string) => string;
  readonly f64: (...x: number[]) => number;
  /** Rounding of the expression itself: relative, in units of 2⁻²³. */
  readonly ulps: number | ((x: readonly number[], y: number) => number);
  /** Rounding of the expression itself: absolute part. */
  readonly absolute?: (x: readonly number[], y: number) => number;
  /** Largest change of the value while each input stays within ±e, where the corners do not show it. */
  readonly spread?: (x: readonly number[], e: readonly number[]) => number;
  /** Functions the expression calls, written for the type T. */
  readonly prelude?: (T: string, suffix: string) => string;
  readonly flops: number;
}

const f: readonly DType[] = ['f32'];
const ff: readonly DType[] = ['f32', 'f32'];
const uu: readonly DType[] = ['u32', 'u32'];
const bool = (T: string, cond: string): string => `select(${T}(0.0), ${T}(1.0), ${cond})`;
const vecF = (T: string): string => (T.startsWith('vec4') ? 'vec4<f32>' : 'f32');

/** sin(2πt) for any t: reduction to a quarter turn is exact in f32, then an odd polynomial. WGSL's own sin errs by 2⁻¹¹. */
const SIN_TURN = (T: string, s: string): string => `
fn sin_turn${s}(t: ${T}) -> ${T} {
  let r = t - round(t);
  let q = select(r, sign(r) * 0.5 - r, abs(r) > ${T}(0.25)) * 6.283185307179586;
  let z = q * q;
  return q * (1.0 + z * (-0.16666666666 + z * (0.008333332 + z * (-0.00019841233 + z * (2.755586e-6 + z * -2.4804e-8)))));
}`;
/**
 * tanh through e^{−2|x|}; an odd Taylor polynomial below ½, where 1 − e^{−2|x|} would cancel. WGSL's tanh errs by 1e-5.
 * Truncation at ½: the x¹⁵ term, 929569/638512875·½¹⁵ < 4.5e-8.
 */
const TANH = (T: string, s: string): string => `
fn tanh_accurate${s}(x: ${T}) -> ${T} {
  let t = exp(-2.0 * abs(x));
  let z = x * x;
  let small = x * (1.0 + z * (-0.33333334 + z * (0.13333334 + z * (-0.053968254 + z * (0.021869488 + z * (-0.008863235 + z * 0.003592128))))));
  return ${keepNan(T, `select(sign(x) * (1.0 - t) / (1.0 + t), small, abs(x) < ${T}(0.5))`, 'x')};
}`;
const greater = (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? NaN : a > b ? 1 : 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** ULPs of WGSL exp at x. */
const expUlps = (x: number): number => 3 + 2 * Math.abs(x);

export const FUNCTIONS = {
  add: { args: ff, result: 'f32', wgsl: ([a, b]) => `${a} + ${b}`, f64: (a, b) => a + b, ulps: 1, flops: 1 },
  sub: { args: ff, result: 'f32', wgsl: ([a, b]) => `${a} - ${b}`, f64: (a, b) => a - b, ulps: 1, flops: 1 },
  mul: { args: ff, result: 'f32', wgsl: ([a, b]) => `${a} * ${b}`, f64: (a, b) => a * b, ulps: 1, flops: 1 },
  div: { args: ff, result: 'f32', wgsl: ([a, b]) => `${a} / ${b}`, f64: (a, b) => a / b, ulps: 2.5, flops: 1 },
  max: {
    args: ff,
    result: 'f32',
    wgsl: ([a, b], T) => orNan(T, `max(${a}, ${b})`, a!, b!),
    f64: Math.max,
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  min: {
    args: ff,
    result: 'f32',
    wgsl: ([a, b], T) => orNan(T, `min(${a}, ${b})`, a!, b!),
    f64: Math.min,
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  neg: { args: f, result: 'f32', wgsl: ([a]) => `-${a}`, f64: (a) => -a, ulps: 0, flops: 1 },
  abs: { args: f, result: 'f32', wgsl: ([a]) => `abs(${a})`, f64: Math.abs, ulps: 0, flops: 1 },
  sign: { args: f, result: 'f32', wgsl: ([a], T) => orNan(T, `sign(${a})`, a!), f64: Math.sign, prelude: OR_NAN, ulps: 0, flops: 1 },
  relu: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => orNan(T, `max(${a}, ${T}(0.0))`, a!),
    f64: (a) => Math.max(a, 0),
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  /** 1 where x > 0, else 0: the derivative of relu, 0 at 0 as in PyTorch and JAX. NaN of NaN. */
  step: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => orNan(T, bool(T, `${a} > ${T}(0.0)`), a!),
    f64: (a) => greater(a, 0),
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  /** 1 where a > b, else 0; NaN where one of them is. */
  greater: {
    args: ff,
    result: 'f32',
    wgsl: ([a, b], T) => orNan(T, bool(T, `${a} > ${b}`), a!, b!),
    f64: greater,
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  /** b where a ≠ 0, else c; NaN where a is. */
  where: {
    args: ['f32', 'f32', 'f32'],
    result: 'f32',
    wgsl: ([a, b, c], T) => orNan(T, `select(${c}, ${b}, ${a} != ${T}(0.0))`, a!),
    f64: (a, b, c) => (Number.isNaN(a) ? a : a !== 0 ? b : c),
    prelude: OR_NAN,
    ulps: 0,
    flops: 1,
  },
  square: {
    args: f,
    result: 'f32',
    wgsl: ([a]) => `${a} * ${a}`,
    f64: (a) => a * a,
    ulps: 1,
    flops: 1,
    spread: ([x = 0], [e = 0]) => 2 * Math.abs(x) * e + e * e,
  },
  /** Correctly defined at 0 where WGSL's sqrt inherits from inverseSqrt. */
  sqrt: {
    args: f,
    result: 'f32',
    wgsl: ([a]) => `sqrt(${a})`,
    f64: Math.sqrt,
    ulps: 4.5,
    flops: 1,
    // Arguments are ≥ 0, so only the part of the interval there counts.
    spread: ([x = 0], [e = 0]) => Math.max(Math.sqrt(x + e) - Math.sqrt(x), Math.sqrt(x) - Math.sqrt(Math.max(x - e, 0))),
  },
  exp: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => orNan(T, `exp(${a})`, a!),
    f64: Math.exp,
    prelude: OR_NAN,
    ulps: ([x = 0]) => expUlps(x),
    flops: 1,
  },
  log: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => `log_edge${suffixOf(T)}(${a})`,
    f64: Math.log,
    prelude: LOG,
    ulps: 3,
    flops: 1,
    absolute: ([x = 0]) => (x >= 0.5 && x <= 2 ? 2 ** -21 : Math.abs(x) < TINY32 ? LOG_SUBNORMAL : 0),
  },
  tanh: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => `tanh_accurate${suffixOf(T)}(${a})`,
    f64: Math.tanh,
    prelude: TANH,
    flops: 10,
    // Small: at most 14 roundings of terms under 2|x| plus the truncation. Large: t's relative error enters as 2t/(1+t)² of it.
    ulps: ([x = 0]) => 8 + 2 * Math.exp(-2 * Math.abs(x)) * expUlps(2 * x),
    absolute: ([x = 0]) => (Math.abs(x) < 0.5 ? 4.5e-8 * (2 * Math.abs(x)) ** 15 : 0),
  },
  sigmoid: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => orNan(T, `${T}(1.0) / (${T}(1.0) + exp(-${a}))`, a!),
    f64: sigmoid,
    prelude: OR_NAN,
    flops: 4,
    ulps: ([x = 0], y) => 4 + (1 - y) * expUlps(x),
    absolute: ([x = 0]) => (x < -80 ? 2 ** -100 : 0),
  },
  erf: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => `erf${suffixOf(T)}(${a})`,
    f64: erf64,
    prelude: ERF,
    flops: 36,
    ulps: ([x = 0], y) => erfUlps(x, y),
    absolute: ([x = 0]) => erfBeyond(x),
  },
  /** sin(2πx), x in turns. */
  sinTurn: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => `sin_turn${suffixOf(T)}(${a})`,
    f64: (x) => Math.sin(2 * Math.PI * x),
    prelude: SIN_TURN,
    ulps: 0,
    absolute: ([x = 0]) => 12 * 2 ** -23 * Math.min(1, 2 * Math.PI * Math.abs(x)) + 2e-8,
    flops: 14,
    spread: (_, [e = 0]) => Math.min(2, 2 * Math.PI * e),
  },
  /** cos(2πx), x in turns. x + ¼ rounds, hence the term in |x|. */
  cosTurn: {
    args: f,
    result: 'f32',
    wgsl: ([a], T) => `sin_turn${suffixOf(T)}(${a} + 0.25)`,
    f64: (x) => Math.cos(2 * Math.PI * x),
    prelude: SIN_TURN,
    ulps: 0,
    absolute: ([x = 0]) => (12 + 2 * Math.PI * (Math.abs(x) + 0.25)) * 2 ** -23 + 2e-8,
    flops: 15,
    spread: (_, [e = 0]) => Math.min(2, 2 * Math.PI * e),
  },
  /** 1 where a = b, else 0. */
  equal: {
    args: uu,
    result: 'f32',
    wgsl: ([a, b], T) => `select(${vecF(T)}(0.0), ${vecF(T)}(1.0), ${a} == ${b})`,
    f64: (a, b) => (a === b ? 1 : 0),
    ulps: 0,
    flops: 1,
  },
  /** Exact below 2²⁴. */
  toFloat: { args: ['u32'], result: 'f32', wgsl: ([a], T) => `${vecF(T)}(${a})`, f64: (a) => a, ulps: 1, flops: 1 },
  /** Modulo 2³². */
  addInt: { args: uu, result: 'u32', wgsl: ([a, b]) => `${a} + ${b}`, f64: (a, b) => (a + b) >>> 0, ulps: 0, flops: 1 },
} as const satisfies Record<string, PointwiseFn>;

export type FnName = keyof typeof FUNCTIONS;
export const fn = (name: string): PointwiseFn => {
  const found = (FUNCTIONS as Readonly<Record<string, PointwiseFn>>)[name];
  if (!found) throw new RangeError(`no pointwise function '${name}'; there are ${Object.keys(FUNCTIONS).join(', ')}`);
  return found;
};
