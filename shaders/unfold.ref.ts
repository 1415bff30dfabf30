/** Exact oracle and test shapes for unfold.ts; the walk over windows that fold.ref.ts shares. */
import type { Dims, Oracle } from './kernel';
import { unfold, windowsSize, type UnfoldOptions, type WindowDims } from './unfold';

/** Calls `visit` for every element of the windows that lies inside its sequence, with its index there and that of what it shows. */
export const eachInside = (
  { n, L, C, T, k, stride, pad }: Dims<WindowDims>,
  visit: (inWindows: number, inSequence: number) => void,
): void => {
  for (let e = 0; e < n; e++)
    for (let t = 0; t < T; t++)
      for (let j = 0; j < k; j++) {
        const position = t * stride + j - pad;
        if (position < 0 || position >= L) continue;
        for (let c = 0; c < C; c++) visit(((e * T + t) * k + j) * C + c, (e * L + position) * C + c);
      }
};

export const windowCases: readonly Dims<WindowDims>[] = [
  { n: 1, L: 1, C: 1, T: 1, k: 1, stride: 1, pad: 0 }, // smallest
  { n: 2, L: 7, C: 4, T: 7, k: 3, stride: 1, pad: 1 }, // as long as before
  { n: 3, L: 40, C: 1, T: 19, k: 5, stride: 2, pad: 1 }, // the last position is in no window
  { n: 5, L: 10, C: 25, T: 5, k: 3, stride: 2, pad: 1 }, // several workgroups, ragged
  { n: 2, L: 9, C: 8, T: 3, k: 2, stride: 3, pad: 0 }, // gaps between windows
  { n: 2, L: 3, C: 3, T: 4, k: 6, stride: 1, pad: 3 }, // windows longer than the sequence
  { n: 1, L: 3, C: 12, T: 6, k: 2, stride: 2, pad: 4 }, // windows of nothing but padding
  { n: 1, L: 60, C: 4, T: 21, k: 40, stride: 1, pad: 0 }, // many windows over a position
];

export const unfoldRef: Oracle<WindowDims, UnfoldOptions> = {
  kernel: unfold,
  cases: windowCases,
  exactOnIntegers: true,
  eval: ([x], d) => {
    const value = new Float64Array(windowsSize(d));
    eachInside(d, (to, from) => {
      value[to] = x![from]!;
    });
    return [{ value, bound: new Float64Array(value.length) }];
  },
};
