/**
 * WGSL that keeps NaN where a comparison, a selection, min, max or clamp would lose it, or exp, which some adapters hold to a range. Tests are by bits and so are selections: WGSL compilers may
 * assume that floats are neither NaN nor infinite, and a constant that is one of them does not compile.
 */
import { U32 } from './kernel';

/** Bits of a quiet NaN, of +∞, and of all but the sign. */
export const NAN_BITS = 0x7fc00000;
const INFINITY_BITS = 0x7f800000;
const MAGNITUDE = 0x7fffffff;

/** Suffix of a function's name by the type that it is written for. */
export const suffixOf = (T: string): string => (T.startsWith('vec4') ? '_v' : '_s');
const wordsOf = (T: string): string => (T.startsWith('vec4') ? 'vec4<u32>' : 'u32');
const magnitude = (T: string, x: string): string => `(bitcast<${wordsOf(T)}>(${x}) & ${wordsOf(T)}(${MAGNITUDE}u))`;

/** `value` where `condition` does not hold, else the f32 of `bits`; all three of type T but for the element type. */
export const selectBits = (T: string, value: string, bits: string, condition: string): string =>
  `bitcast<${T}>(select(bitcast<${wordsOf(T)}>(${value}), ${bits}, ${condition}))`;
export const isNan = (T: string, x: string): string => `(${magnitude(T, x)} > ${wordsOf(T)}(${INFINITY_BITS}u))`;
/** NaN or infinite. */
export const isNotFinite = (T: string, x: string): string => `(${magnitude(T, x)} >= ${wordsOf(T)}(${INFINITY_BITS}u))`;
/** NaN of type T where the condition holds, else `value`. */
export const nanWhere = (T: string, value: string, condition: string): string =>
  selectBits(T, value, `${wordsOf(T)}(${NAN_BITS}u)`, condition);

/** x where x is NaN, else `value`. */
export const keepNan = (T: string, value: string, x: string): string => selectBits(T, value, `bitcast<${wordsOf(T)}>(${x})`, isNan(T, x));

/** fn or_nan(value, x): keepNan as a function. */
export const OR_NAN = (T: string, s: string): string => `
fn or_nan${s}(value: ${T}, x: ${T}) -> ${T} { return ${keepNan(T, 'value', 'x')}; }`;
/** A call of OR_NAN for each of the arguments. */
export const orNan = (T: string, value: string, ...xs: readonly string[]): string =>
  xs.reduce((inner, x) => `or_nan${suffixOf(T)}(${inner}, ${x})`, value);

/**
 * fn log_edge(x): log, with float64's values where WGSL leaves them open: −∞ at ±0, NaN below, ∞ at ∞, NaN at NaN, and ln m − 149·ln 2 for a subnormal
 * m·2⁻¹⁴⁹, which an adapter may take for 0.
 */
export const LOG = (T: string, s: string): string => {
  const U = wordsOf(T);
  return `
fn log_edge${s}(x: ${T}) -> ${T} {
  let bits = bitcast<${U}>(x);
  let tiny = bits < ${U}(0x800000u);
  let y = log(select(x, ${T}(max(bits, ${U}(1u))), tiny));
  let zero = (bits & ${U}(${MAGNITUDE}u)) == ${U}(0u);
  let edge = select(select(${U}(${NAN_BITS}u), bits, bits == ${U}(${INFINITY_BITS}u)), ${U}(0xff800000u), zero);
  return ${selectBits(T, `select(y, y - ${149 * Math.LN2}, tiny)`, 'edge', `zero | (bits >= ${U}(${INFINITY_BITS}u))`)};
}`;
};
/** Absolute error of LOG at a subnormal: of log itself 3 ULP of at most 16, or 2⁻²¹; of the constant and the difference an ULP each of at most 104. */
export const LOG_SUBNORMAL = (3 * 16 + 2 * 104) * U32 + 2 ** -21;
