/** Float64 oracle, error bound and test shapes for softmax.ts; the row analysis that softmaxCrossEntropy.ref.ts shares. */
import { sumBound, TINY32, U32, type Dims, type Oracle } from './kernel';
import { addM, divM, exact, expDifferenceM, subM } from './measured';
import { measured, type Measured } from './program';
import { LOG1P_ULPS, softmax, type SoftmaxDims, type SoftmaxOptions } from './softmax';

/** Sum of non-negative terms, one after another. */
export const sumM = (terms: readonly Measured[]): Measured => {
  const value = terms.reduce((sum, t) => sum + t.value, 0);
  const inherited = terms.reduce((sum, t) => sum + t.bound, 0);
  return measured(value, inherited + sumBound(terms.length, value + inherited));
};
/** log1p_accurate of s ≥ 0. The slope of log1p is at most 1/(1 + s − e). */
export const log1pM = ({ value: s, bound: e }: Measured): Measured => {
  const value = Math.log1p(s);
  const inherited = e / (1 + Math.max(s - e, 0));
  return measured(value, inherited + LOG1P_ULPS * U32 * (value + inherited) + TINY32);
};

export interface Row {
  readonly logits: Float64Array;
  readonly top: number;
  /** e^(z_j − top). */
  readonly weights: readonly Measured[];
  /** Their sum without the first largest; NaN where that is infinite or NaN. */
  readonly others: Measured;
}
export const analyseRow = (logits: Float64Array): Row => {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const at = logits.indexOf(top);
  const weights = Array.from(logits, (z) => expDifferenceM(exact(z), exact(top)));
  const others = Number.isFinite(top) ? sumM(weights.filter((_, j) => j !== at)) : exact(NaN);
  return { logits, top, weights, others };
};

/** Rows from nearly uniform to one class with all the mass: row r is scaled by 2^(r mod 8). */
export const randomLogits = (size: number, C: number, random: () => number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => random() * 2 ** (Math.floor(i / C) % 8));

/** Smallest, two classes, ragged, one workgroup, past one workgroup, long rows. */
export const rowCases: readonly Dims<SoftmaxDims>[] = [
  { rows: 1, C: 1 },
  { rows: 9, C: 2 },
  { rows: 13, C: 7 },
  { rows: 64, C: 10 },
  { rows: 67, C: 33 },
  { rows: 3, C: 1000 },
];

export const softmaxRef: Oracle<SoftmaxDims, SoftmaxOptions> = {
  kernel: softmax,
  cases: rowCases,
  exactOnIntegers: false,
  eval: ([x], { rows, C }, { log }) => {
    const value = new Float64Array(rows * C);
    const bound = new Float64Array(rows * C);
    for (let r = 0; r < rows; r++) {
      const row = analyseRow(x!.subarray(r * C, (r + 1) * C));
      const total = addM(exact(1), row.others);
      const logTotal = log1pM(row.others);
      for (let j = 0; j < C; j++) {
        const out = log ? subM(subM(exact(row.logits[j]!), exact(row.top)), logTotal) : divM(row.weights[j]!, total);
        value[r * C + j] = out.value;
        bound[r * C + j] = out.bound;
      }
    }
    return [{ value, bound }];
  },
  input: (binding, size, { C }, random) => (binding === 'x' ? randomLogits(size, C, random) : undefined),
};
