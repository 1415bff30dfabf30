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

/** P(|Z| ≤ z) of a standard normal: √(2/π)·e^(−z²/2)·Σ z^(2k+1)/(1·3·…·(2k+1)), whose terms are all positive. */
export function normalCentral(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > Number.EPSILON * 0.25 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return Math.min(1, Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) * sum);
}
/**
 * The z with P(|Z| ≤ z) = confidence for a standard normal. Newton from 0: the probability is concave in z, so each step comes closer
 * from below. Throws ConfigError unless 0 ≤ confidence < 1.
 */
export function normalQuantile(confidence: number): number {
  if (!(confidence >= 0 && confidence < 1)) throw new ConfigError(`confidence is ${confidence}; it must be in [0, 1)`);
  let z = 0;
  for (;;) {
    const next = z + (confidence - normalCentral(z)) / (Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2));
    // The last step is one of rounding alone.
    if (!(next - z > 1e-15 * z)) return z;
    z = next;
  }
}

/** P(K ≤ k) for K successes in n trials of probability 0 < p < 1; a sum of k + 1 terms. */
export function binomialCdf(k: number, n: number, p: number): number {
  let log = n * Math.log1p(-p);
  let sum = k < 0 ? 0 : Math.exp(log);
  for (let i = 1; i <= Math.min(k, n); i++) {
    log += Math.log(((n - i + 1) / i) * (p / (1 - p)));
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}
/** The least k with P(K > k) ≤ `tail`: more successes than that are not put down to chance. */
export function binomialBound(n: number, p: number, tail: number): number {
  let k = 0;
  while (1 - binomialCdf(k, n, p) > tail) k++;
  return k;
}

/** Least squares through at least two points of different x. Throws ConfigError where there are none. */
export function leastSquares(x: ArrayLike<number>, y: ArrayLike<number>): { readonly slope: number; readonly intercept: number } {
  atLeast('leastSquares', x, 2);
  const [mx, my] = [mean(x), mean(y)];
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! - mx) ** 2;
    xy += (x[i]! - mx) * (y[i]! - my);
  }
  if (!(xx > 0)) throw new ConfigError('leastSquares needs two different x');
  return { slope: xy / xx, intercept: my - (xy / xx) * mx };
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
