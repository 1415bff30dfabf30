/** Float64 oracle and error bound for fold.ts, on the shapes of unfold.ts. */
import { fold, type FoldOptions } from './fold';
import { sumBound, type Oracle } from './kernel';
import { applyEpilogue } from './program';
import { sequenceSize, type WindowDims } from './unfold';
import { eachInside, windowCases } from './unfold.ref';

export const foldRef: Oracle<WindowDims, FoldOptions> = {
  kernel: fold,
  cases: windowCases,
  exactOnIntegers: true,
  eval: ([y, , ...extra], d, { epilogue }) => {
    const size = sequenceSize(d);
    const [value, mag, terms] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
    eachInside(d, (from, to) => {
      value[to]! += y![from]!;
      mag[to]! += Math.abs(y![from]!);
      terms[to]! += 1;
    });
    return [applyEpilogue(epilogue, { value, bound: mag.map((m, i) => sumBound(terms[i]!, m)) }, extra, d.C)];
  },
};
