/** Exact oracle and test shapes for position.ts. */
import type { Oracle } from './kernel';
import { position, type PositionDims, type PositionOptions } from './position';

export const positionRef: Oracle<PositionDims, PositionOptions> = {
  kernel: position,
  // Smallest, first and last position, ragged, more than a workgroup.
  cases: [
    { n: 1, T: 1, D: 1, t: 0 },
    { n: 5, T: 3, D: 8, t: 0 },
    { n: 4, T: 3, D: 12, t: 2 },
    { n: 7, T: 5, D: 3, t: 1 },
    { n: 40, T: 4, D: 68, t: 3 },
  ],
  exactOnIntegers: true,
  eval: ([x], { n, T, D, t }, { place }) => {
    const value = new Float64Array(place ? n * T * D : n * D);
    for (let i = 0; i < n; i++) {
      const [one, all] = [i * D, (i * T + t) * D];
      const [from, to] = place ? [one, all] : [all, one];
      value.set(x!.subarray(from, from + D), to);
    }
    return [{ value, bound: new Float64Array(value.length) }];
  },
};
