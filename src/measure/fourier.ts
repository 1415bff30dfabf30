/**
 * The Fourier circuit of a network that learns an operation on Z_p, p odd, whose result is a sum or a difference: what of an embedding, of single
 * units and of the logits lies at which frequency. Any model: the functions take its embedding matrix and its logits for all p² pairs.
 *
 * The logits L[a,b,q] are projected on u_k = (c_k⊗c_k − s_k⊗s_k)/√2 and v_k = (s_k⊗c_k + c_k⊗s_k)/√2, which are (√2/p)·cos and
 * (√2/p)·sin of 2πk(a + b)/p. So the sums of L over the pairs of each result r = a + b hold all of it: R[r,q], of p² numbers, not p³. For
 * a − b the directions are those of the difference, and r is again the result.
 * Source: Nanda et al. 2023, arXiv:2301.05217.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { gather, scatterAdd, sub } from '../ops/index';
import { above, relativeRounding, type Rounding } from './rounding';
import { dense, fourierBasis, frequencyCount, multiply, svd, transpose, type Dense } from '../theory/index';

/** Logits [p·p,p] and each pair's result u32 [p·p] → R [p,p], sums over the pairs of one result. */
export const sumsByResult = (logits: Tensor, result: Tensor): Tensor => scatterAdd(logits, result, logits.shape[1]!);
/** Logits [n,p] less row `result` of a table [p,p]: without the component that the table is. */
export const withoutComponent = (logits: Tensor, result: Tensor, table: Tensor): Tensor => sub(logits, gather(table, result));

/** Squared norm by frequency: `power[k − 1]` at k = 1…(p − 1)/2. */
export interface Spectrum {
  readonly constant: number;
  readonly power: Float64Array;
  readonly total: number;
}
const squares = (values: Float64Array): number => values.reduce((sum, v) => sum + v * v, 0);
const rowOf = ({ data, cols }: Dense, i: number): Float64Array => data.subarray(i * cols, (i + 1) * cols);

/** Of a matrix with one row a symbol, [p,d]: a sum over its columns. Throws ConfigError unless p is odd and at least 3. */
export const spectrumOf = (matrix: Dense): Spectrum => {
  const F = multiply(fourierBasis(matrix.rows), matrix);
  const power = Float64Array.from(
    { length: frequencyCount(matrix.rows) },
    (_, i) => squares(rowOf(F, 2 * i + 1)) + squares(rowOf(F, 2 * i + 2)),
  );
  return { constant: squares(rowOf(F, 0)), power, total: squares(matrix.data) };
};

/** For each unit the frequency that explains most of the variance of its weights over the symbols, and that share. */
export interface UnitFrequencies {
  /** 1…(p − 1)/2; 0 for a unit whose weights do not vary. */
  readonly frequency: Uint32Array;
  readonly explained: Float64Array;
  /** [units,(p − 1)/2]: share of a unit's variance at each frequency. */
  readonly shares: Dense;
}
/** `parts`: weights from the symbols of each position, [p,units] each; variances are summed over them. */
export const unitFrequencies = (parts: readonly Dense[]): UnitFrequencies => {
  const { rows: p, cols: units } = parts[0]!;
  const [count, basis] = [frequencyCount(p), fourierBasis(p)];
  const transformed = parts.map((part) => multiply(basis, part).data);
  const shares = dense(new Float64Array(units * count), units, count);
  const [frequency, explained] = [new Uint32Array(units), new Float64Array(units)];
  for (let unit = 0; unit < units; unit++) {
    const row = rowOf(shares, unit);
    for (let k = 1; k <= count; k++)
      for (const F of transformed) row[k - 1]! += F[(2 * k - 1) * units + unit]! ** 2 + F[2 * k * units + unit]! ** 2;
    const total = row.reduce((x, y) => x + y, 0);
    if (!(total > 0)) continue;
    row.forEach((v, i) => {
      row[i] = v / total;
    });
    explained[unit] = row.reduce((x, y) => Math.max(x, y));
    frequency[unit] = row.indexOf(explained[unit]!) + 1;
  }
  return { frequency, explained, shares };
};

/** exp of the entropy of σ_i/Σσ, the σ the singular values: 1 for rank one, r for r equal ones (Roy & Vetterli 2007). NaN for a zero matrix. */
export const effectiveRank = (matrix: Dense): number => {
  const { s } = svd(matrix);
  const total = s.reduce((a, b) => a + b, 0);
  return total > 0 ? Math.exp(-s.reduce((sum, v) => (v > 0 ? sum + (v / total) * Math.log(v / total) : sum), 0)) : NaN;
};

/** What the sums by result say of the logits of all p² pairs. */
export interface LogitSpectrum {
  /** Mean over pairs of each output, [p]. */
  readonly mean: Float64Array;
  /** By frequency, k = 1…(p − 1)/2: share of the logits' variance over pairs, summed over outputs. NaN where the variance is 0. */
  readonly shares: Float64Array;
  /** Σ over pairs and outputs of (L − mean)²; 0 where it is below the rounding of the sums. */
  readonly variance: number;
}
/**
 * `sums`: R [p,p]; `sumSquares`: Σ L² over all pairs and outputs. `rounding`: of both. By default float32's, of sums over the pairs of each output and then
 * over outputs, which is how a GPU adds p³ squares.
 */
export const logitSpectrum = (sums: Dense, sumSquares: number, rounding: Rounding = {}): LogitSpectrum => {
  const p = sums.rows;
  if (sums.cols !== p)
    throw new ConfigError(`sums by result are [${sums.rows},${sums.cols}]; results and outputs must be the same symbols`);
  const F = multiply(fourierBasis(p), sums);
  // Row 0 of F is Σ_r R/√p, and each of the p² pairs is in one sum.
  const mean = rowOf(F, 0).map((v) => v / p ** 1.5);
  const error = 3 * relativeRounding({ terms: p * p + p, ...rounding }) * sumSquares; // of Σ L², and twice of the means, which are squared
  const variance = above(sumSquares - p * p * squares(mean), error);
  // ⟨L, u_k⟩ = (√2/p)·Σ_r R cos(2πkr/p) = F/√p.
  const shares = Float64Array.from({ length: frequencyCount(p) }, (_, i) =>
    variance > 0 ? (squares(rowOf(F, 2 * i + 1)) + squares(rowOf(F, 2 * i + 2))) / (p * variance) : NaN,
  );
  return { mean, shares, variance };
};

/** The component of the logits at some frequencies, as a table [p,p] of result and output: Σ_k ⟨L, u_k⟩u_k + ⟨L, v_k⟩v_k. */
export const logitComponent = (sums: Dense, frequencies: readonly number[]): Dense => {
  const p = sums.rows;
  const basis = fourierBasis(p);
  const rows = frequencies.flatMap((k) => [2 * k - 1, 2 * k]);
  if (rows.length === 0) return dense(new Float64Array(p * p), p, p);
  const kept = dense(Float64Array.from(rows.flatMap((i) => [...rowOf(basis, i)])), rows.length, p);
  const table = multiply(transpose(kept), multiply(kept, sums));
  return { ...table, data: table.data.map((v) => v / p) };
};
/** Those frequencies alone, and the mean logits: what restricted loss is the loss of. */
export const restrictedLogits = (sums: Dense, { mean }: LogitSpectrum, frequencies: readonly number[]): Dense => {
  const table = logitComponent(sums, frequencies);
  return { ...table, data: table.data.map((v, i) => v + mean[i % sums.rows]!) };
};

/** squared: mean over outputs of (f − one-hot)². crossEntropy: −ln softmax at the right one, in nats. */
export type LossKind = 'squared' | 'crossEntropy';
const rowLoss = (f: Float64Array, right: number, kind: LossKind): number => {
  if (kind === 'squared') return f.reduce((sum, v, q) => sum + (v - Number(q === right)) ** 2, 0) / f.length;
  const top = f.reduce((a, b) => Math.max(a, b));
  return Math.log(f.reduce((sum, v) => sum + Math.exp(v - top), 0)) + top - f[right]!;
};
/** Mean over all pairs of the loss of logits that depend on the result alone, row r of the table; each result has as many pairs. */
export const lossByResult = (table: Dense, kind: LossKind): number =>
  Array.from({ length: table.rows }, (_, r) => rowLoss(rowOf(table, r), r, kind)).reduce((a, b) => a + b) / table.rows;

/** The fewest frequencies that carry at least `part` of what all of them do, strongest first. */
export const keyFrequencies = (shares: Float64Array, part: number): readonly number[] => {
  const order = [...shares.keys()].toSorted((i, j) => shares[j]! - shares[i]!);
  const total = shares.reduce((a, b) => a + b, 0);
  let carried = 0;
  let count = 0;
  while (count < order.length && carried < part * total) carried += shares[order[count++]!]!;
  return order.slice(0, count).map((i) => i + 1);
};
