/**
 * erf(x) = 2/√π ∫₀ˣ e^{−t²}dt in WGSL, which has none, in float64, which JavaScript has not either, and what separates the two.
 *
 * |x| < 7/8   x·Σ_{k≤8} s_k x^{2k}, the Taylor series: s_k = 2/√π·(−1)^k/(k!(2k+1)). It alternates and its terms fall, so that what is left out is
 *             below the next term, 2/√π·|x|¹⁹/(9!·19).
 * else        1 − e^{r(t)}, t = min(|x|, 4): r, of degree 7, is fitted to ln erfc on [7/8, 4] in the sense that 1 − eʳ errs evenly, by less than
 *             FIT of erf there (erf.test.ts). Errors of r and of exp count only as erfc/erf, at most 0.28. Beyond 4, erfc < 2⁻²⁵.9.
 */
import { keepNan } from './nan';

export const SPLIT = 7 / 8;
const END = 4;
const SERIES = [1, -3, 10, -42, 216, -1320, 9360, -75_600, 685_440].map((d) => 2 / Math.sqrt(Math.PI) / d);
/** Least maximum of the error of 1 − eʳ relative to erf, then rounded to f32. */
const LOG_ERFC = [0.00016202463, -1.1294532, -0.63347346, -0.10813903, 0.025027141, -0.0041356445, 0.0004270829, -2.0451353e-5].map(
  Math.fround,
);
/** Error of the fit relative to erf: a fiftieth of an ulp. */
export const FIT = 2 ** -23 / 50;

const horner = (c: readonly number[], at: string): string =>
  c.slice(0, -1).reduceRight((inner, v) => `${Math.fround(v)} + ${at} * (${inner})`, String(Math.fround(c.at(-1)!)));

export const ERF = (T: string, s: string): string => `
fn erf${s}(x: ${T}) -> ${T} {
  let z = x * x;
  let t = min(abs(x), ${T}(${END}.0));
  return ${keepNan(T, `select(sign(x) * (1.0 - exp(${horner(LOG_ERFC, 't')})), x * (${horner(SERIES, 'z')}), abs(x) < ${T}(${SPLIT}))`, 'x')};
}`;

/**
 * erf(x) = 2/√π·e^{−x²}·Σ_k 2^k x^{2k+1}/(2k+1)!!, whose terms are all positive (Abramowitz & Stegun 7.1.6), so every one rounds by a few 2⁻⁵² of the
 * sum. From |x| = 6 on it is ±1: erfc(6) < 2⁻⁵⁵.
 */
export const erf64 = (x: number): number => {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let k = 1, before = NaN; sum !== before; k++) {
    before = sum;
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};

/** ln erfc by the fit, in float64, for 7/8 ≤ t ≤ 4. */
export const logErfc = (t: number): number => LOG_ERFC.reduceRight((sum, c) => sum * t + c, 0);

/**
 * Rounding of Σ c_k v^k by Horner's rule, in ulps of 1: each step's product and sum pass through all further ones, so term k collects at most
 * 2k + 1 roundings, one more for each factor v where v itself was rounded, and one for its coefficient.
 */
const hornerUlps = (c: readonly number[], v: number, rounded: number): number =>
  c.reduce((sum, a, k) => sum + ((2 + rounded) * k + 2) * Math.abs(a) * v ** k, 0);

/** Relative error of ERF in units of 2⁻²³, y = erf(x): roundings by operation, truncation or fit. Beyond 4 see erfBeyond. */
export const erfUlps = (x: number, y: number): number => {
  const a = Math.abs(x);
  if (a === 0) return 0;
  if (a < SPLIT)
    return 1 + (a / Math.abs(y)) * (hornerUlps(SERIES, a * a, 1) + ((2 / Math.sqrt(Math.PI)) * a ** 18 * 2 ** 23) / (362_880 * 19));
  const t = Math.min(a, END);
  const r = logErfc(t);
  // 1 − eʳ, exp itself, and eʳ times the error of r, for which (1 + 2⁻¹⁰) leaves the second order.
  return 1 + FIT * 2 ** 23 + (Math.exp(r) / Math.abs(y)) * (3 + 2 * Math.abs(r) + (1 + 2 ** -10) * hornerUlps(LOG_ERFC, t, 0));
};
/** What erf still grows beyond the last point of the fit. */
export const erfBeyond = (x: number): number => (Math.abs(x) > END ? 2 ** -25 : 0);
