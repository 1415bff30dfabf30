/** Means of values that are far from normal: the studentised bootstrap, and the log-normal law. */
import { ConfigError } from './errors';
import { USE } from './random';
import { sampler } from './sampler';
import { quantile } from './spread';
import { mean, standardError, studentQuantile, variance, type MeanInterval } from './stats';

export interface ResampleOptions {
  /** Default 999. */
  readonly resamples?: number;
  /** Values in a resample; as many as there are unless given. */
  readonly size?: number;
  /** u32, default 0. */
  readonly seed?: number;
}

/**
 * (mean* − mean)/standard error* of each resample of at least 3 finite values. Resamples without spread are left out, so of equal values
 * none is left. Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, §12.5.
 */
export function studentisedResamples(values: ArrayLike<number>, { resamples = 999, size, seed = 0 }: ResampleOptions = {}): Float64Array {
  const held = values.length;
  if (held < 3) throw new ConfigError(`a bootstrap needs at least 3 values; it has ${held}`);
  const n = size ?? held;
  const { below } = sampler(seed, USE.bootstrap);
  const centre = mean(values);
  const out: number[] = [];
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const d = values[below(held)]! - centre;
      sum += d;
      squares += d * d;
    }
    const spread = (squares - (sum * sum) / n) / (n - 1);
    // Where all draws were one value, rounding leaves no more than this.
    if (spread > 4 * n * Number.EPSILON * squares) out.push(sum / n / Math.sqrt(spread / n));
  }
  return Float64Array.from(out);
}

/**
 * Interval of the mean by the studentised bootstrap. Simulated coverage of a 95 % interval: 94 % for 50 values of 1/χ²₉, where Student's
 * has 93 %; with 10 values 92 % and 89 %.
 */
export function bootstrapInterval(values: ArrayLike<number>, confidence = 0.95, options: ResampleOptions = {}): MeanInterval {
  const centre = mean(values);
  const error = standardError(values);
  const t = studentisedResamples(values, options);
  if (t.length === 0) return { mean: centre, low: centre, high: centre, standardError: error, count: values.length };
  const tail = (1 - confidence) / 2;
  return {
    mean: centre,
    low: centre - quantile(t, 1 - tail) * error,
    high: centre - quantile(t, tail) * error,
    standardError: error,
    count: values.length,
  };
}

/** The logarithm of a log-normal law's mean, m + s²/2, and its standard error, √(s²/n + s⁴/(2(n − 1))); m and s² are those of ln values. */
export function logMean(values: ArrayLike<number>): { readonly log: number; readonly standardError: number } {
  const logs = Float64Array.from(values, Math.log);
  const s2 = variance(logs);
  return { log: mean(logs) + s2 / 2, standardError: Math.sqrt(s2 / logs.length + (s2 * s2) / (2 * (logs.length - 1))) };
}
/**
 * Interval of the mean of positive values whose logarithms are normal. Source: Olsson 2005, J. Statistics Education 13(1), Cox's method
 * with Student's quantile. Simulated coverage of a 95 % interval: 93 to 96 % for 10 to 50 values, deviations of ln up to 1.
 */
export function logNormalInterval(values: ArrayLike<number>, confidence = 0.95): MeanInterval {
  const { log, standardError } = logMean(values);
  const half = studentQuantile(confidence, values.length - 1) * standardError;
  const [centre, low, high] = [log, log - half, log + half].map(Math.exp) as [number, number, number];
  return { mean: centre, low, high, standardError: centre * standardError, count: values.length };
}
