/** Sample statistics in float64. Every function that needs at least one or two values throws ConfigError when it has fewer. */
import { ConfigError } from './errors';

function atLeast(name: string, values: ArrayLike<number>, least: number): void {
  if (values.length < least) throw new ConfigError(`${name} needs at least ${least} values; it has ${values.length}`);
}

/** Arithmetic mean of at least one value; compensated (Neumaier), so its rounding does not grow with the count. */
export function mean(values: ArrayLike<number>): number {
  atLeast('mean', values, 1);
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  const total = sum + lost;
  // An infinite value makes `lost` NaN; the plain sum is then the answer.
  return (Number.isNaN(total) ? sum : total) / values.length;
}

/** Unbiased variance Σ(x − x̄)²/(n − 1) of at least two values, in two passes. */
export function variance(values: ArrayLike<number>): number {
  atLeast('variance', values, 2);
  const centre = mean(values);
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - centre) ** 2;
  return square / (values.length - 1);
}

/** Standard error of the mean, √(variance/n), of at least two independent values. */
export const standardError = (values: ArrayLike<number>): number => Math.sqrt(variance(values) / values.length);

/** Middle value of at least one, or the mean of the middle two. NaN if any value is. */
export function median(values: ArrayLike<number>): number {
  atLeast('median', values, 1);
  const sorted = Float64Array.from(values).toSorted(); // a typed array sorts numerically, NaN last
  if (Number.isNaN(sorted.at(-1))) return NaN;
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * P(|T| ≤ √ν·tan θ) for Student's t with ν degrees of freedom and 0 ≤ θ ≤ π/2: the finite trigonometric sums of Abramowitz &
 * Stegun 26.7.3–4, whose terms are all positive. They are cut off once the rest cannot change the last bit.
 */
function studentCentral(theta: number, nu: number): number {
  const cosine = Math.cos(theta);
  const c2 = cosine * cosine;
  const odd = nu % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = nu === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < nu; k += 2) {
    term *= (c2 * (k - 1)) / k;
    sum += term;
    if (term * c2 < Number.EPSILON * 0.25 * sum * (1 - c2)) break; // terms fall at least as fast as c2ᵏ
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/**
 * The t with P(|T| ≤ t) = confidence for Student's t with `degrees` degrees of freedom: the half-width of a two-sided interval
 * in standard errors. Bisection in θ = atan(t/√ν) down to neighbouring floats; O(ν) a step in the worst case.
 * Throws ConfigError unless `degrees` is an integer ≥ 1 and 0 ≤ confidence < 1.
 */
export function studentQuantile(confidence: number, degrees: number): number {
  const whole = Number.isSafeInteger(degrees) && degrees >= 1;
  if (!whole) throw new ConfigError(`degrees of freedom are ${degrees}; they must be an integer ≥ 1`);
  if (!(confidence >= 0 && confidence < 1)) throw new ConfigError(`confidence is ${confidence}; it must be in [0, 1)`);
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return Math.sqrt(degrees) * Math.tan(low);
    if (studentCentral(middle, degrees) <= confidence) low = middle;
    else high = middle;
  }
}

/** A mean with its two-sided confidence interval [low, high]. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Of the mean. */
  readonly standardError: number;
  readonly count: number;
}

/**
 * Student-t interval for the mean of at least two independent values; exact if they are normal, close to it by the central limit
 * theorem if their variance is finite. `confidence` in [0, 1), .95 unless given.
 */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): MeanInterval {
  const centre = mean(values);
  const error = standardError(values);
  const half = studentQuantile(confidence, values.length - 1) * error;
  return { mean: centre, low: centre - half, high: centre + half, standardError: error, count: values.length };
}

/** `count` ≥ 2 numbers from `first` > 0 to `last` > 0, both exact, with equal ratios. Throws ConfigError otherwise. */
export function logspace(first: number, last: number, count: number): Float64Array {
  const valid = [first, last].every((end) => end > 0 && Number.isFinite(end)) && Number.isSafeInteger(count) && count >= 2;
  if (!valid) throw new ConfigError(`logspace(${first}, ${last}, ${count}): ends must be finite and > 0, the count an integer ≥ 2`);
  const step = Math.log(last / first) / (count - 1);
  const grid = Float64Array.from({ length: count }, (_, i) => first * Math.exp(step * i));
  grid[0] = first;
  grid[count - 1] = last;
  return grid;
}

/** logspace rounded to integers, without duplicates, so at most `count`. Throws ConfigError unless the ends are integers ≥ 1. */
export function integerLogspace(first: number, last: number, count: number): number[] {
  const whole = Number.isSafeInteger(first) && Number.isSafeInteger(last);
  if (!whole) throw new ConfigError(`integerLogspace(${first}, ${last}): both ends must be integers ≥ 1`);
  return [...new Set(Array.from(logspace(first, last, count), Math.round))];
}
