/** Float64 oracle, error bound and test shapes for softmaxCrossEntropy.ts. */
import type { Oracle, Oracled } from './kernel';
import { addM, divM, exact, subM } from './measured';
import { applyEpilogue, type Measured } from './program';
import type { SoftmaxDims } from './softmax';
import { analyseRow, log1pM, randomLogits, rowCases, sumM } from './softmax.ref';
import { softmaxCrossEntropy, type CrossEntropyOptions } from './softmaxCrossEntropy';

const empty = (n: number): Oracled => ({ value: new Float64Array(n), bound: new Float64Array(n) });
const put = ({ value, bound }: Oracled, i: number, m: Measured): void => {
  value[i] = m.value;
  bound[i] = m.bound;
};

/** Every class; in rows 11, 24, 37, … one beyond the last. */
const randomLabels = (size: number, C: number, random: () => number): Float64Array =>
  Float64Array.from({ length: size }, (_, r) => (r % 13 === 11 ? C : Math.floor(Math.abs(random()) * 2 ** 20) % C));

export const softmaxCrossEntropyRef: Oracle<SoftmaxDims, CrossEntropyOptions> = {
  kernel: softmaxCrossEntropy,
  cases: rowCases,
  exactOnIntegers: false,
  eval: ([logits, labels, , ...rest], { rows, C }, { grad, epilogue }) => {
    const loss = empty(rows);
    const host = empty(rows * C);
    for (let r = 0; r < rows; r++) {
      const row = analyseRow(logits!.subarray(r * C, (r + 1) * C));
      const label = Math.min(labels![r]!, C - 1);
      put(loss, r, addM(subM(exact(row.top), exact(row.logits[label]!)), log1pM(row.others)));
      const wrong = sumM(row.weights.filter((_, j) => j !== label));
      const total = addM(exact(1), row.others);
      row.weights.forEach((w, j) => put(host, r * C + j, divM(j === label ? { value: -wrong.value, bound: wrong.bound } : w, total)));
    }
    const residual = grad ? applyEpilogue(epilogue, host, rest.slice(1), C) : host;
    for (let r = 0; r < rows; r++) {
      if (labels![r]! < C) continue;
      loss.value[r] = Number.NaN;
      residual.value.fill(Number.NaN, r * C, (r + 1) * C);
    }
    return grad ? [loss, residual] : [loss];
  },
  input: (binding, size, { C }, random) =>
    binding === 'logits' ? randomLogits(size, C, random) : binding === 'labels' ? randomLabels(size, C, random) : undefined,
};
