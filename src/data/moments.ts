/** Mean and deviation of the columns of a table, and standardising by them. */

/** Of each of d columns. */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Unit roundoff of float64. */
const U = 2 ** -53;

/** The power of two at or just beside 1/v, so that multiplying by it is exact; 1 for v = 0. NaN for NaN and infinity. */
const reciprocalPower = (v: number): number => {
  if (v === 0) return 1;
  return Number.isFinite(v) ? 2 ** -Math.max(-1022, Math.floor(Math.log2(v))) : NaN;
};

/** Of each column, the sum over the n rows of `term(value · scale, column)`, by Neumaier's compensated summation. */
const columnSums = (
  values: ArrayLike<number>,
  d: number,
  scale: Float64Array,
  term: (value: number, column: number) => number,
): Float64Array => {
  const [sums, lost] = [new Float64Array(d), new Float64Array(d)];
  for (let i = 0, j = 0; i < values.length; i++, j = j + 1 === d ? 0 : j + 1) {
    const value = term(values[i]! * scale[j]!, j);
    const sum = sums[j]!;
    const next = sum + value;
    lost[j]! += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sums[j] = next;
  }
  return sums.map((sum, j) => sum + lost[j]!);
};

/**
 * Population mean and deviation, √(Σ(v − mean)²/n), of each column of [n, d], n ≥ 1. Every column is scaled by a power of two first, so
 * that no sum or square overflows or vanishes. A column with a NaN or an infinity has NaN for both.
 *
 * A column whose spread is rounding counts as constant. Its deviation is given as 1, so that standardising only centres it. The bound is
 * (4u + n²u²)·max|v|, u = 2⁻⁵³: the rounding of the values themselves (u), and the error of the mean, 2u + n²u² from the sum
 * (see `compensatedSum`) and u from the division.
 */
export const moments = (values: ArrayLike<number>, n: number, d: number): Moments => {
  const peak = new Float64Array(d);
  for (let i = 0, j = 0; i < values.length; i++, j = j + 1 === d ? 0 : j + 1) peak[j] = Math.max(peak[j]!, Math.abs(values[i]!));
  const scale = peak.map(reciprocalPower);
  const mean = columnSums(values, d, scale, (v) => v).map((sum) => sum / n);
  const square = columnSums(values, d, scale, (v, j) => (v - mean[j]!) ** 2);
  const deviation = square.map((sum, j) => {
    const spread = Math.sqrt(sum / n);
    return spread <= (4 * U + (n * U) ** 2) * peak[j]! * scale[j]! ? 1 : spread / scale[j]!;
  });
  return { mean: mean.map((m, j) => m / scale[j]!), deviation };
};

/** (v − mean)/deviation for each value of [n, d], row-major. */
export const standardised = (values: Float64Array, { mean, deviation }: Moments): Float64Array => {
  const d = mean.length;
  return values.map((v, i) => (v - mean[i % d]!) / deviation[i % d]!);
};
