/** Float64 oracle of multiplyAdd.ts. */
import { sumBound, TINY32, U32, type Oracle } from './kernel';
import { LANES, multiplyAdd, UNROLL, type MultiplyAddDims } from './multiplyAdd';

/** End and error bound of the chain from `start`. */
const chain = (start: number, a: number, x: number, steps: number): readonly [end: number, error: number] => {
  let [v, e] = [start, 0];
  for (let s = 0; s < steps; s++) {
    const product = Math.abs(v * a);
    v = v * a + x;
    e = Math.abs(a) * e * (1 + 2 * U32) + U32 * (2 * product + Math.abs(x)) + 2 * TINY32;
  }
  return [v, e];
};

export const multiplyAddRef: Oracle<MultiplyAddDims, Record<never, never>> = {
  kernel: multiplyAdd,
  cases: [
    { n: 1, rounds: 1 },
    { n: 64, rounds: 2 },
    { n: 67, rounds: 5 },
    { n: 3, rounds: 40 },
    { n: 5, rounds: 0 },
  ],
  // a of magnitude above 1 would leave the whole numbers that f32 holds within one round.
  exactOnIntegers: false,
  input: (binding, size, _, random) => (binding === 'a' ? Float64Array.from({ length: size }, random) : undefined),
  eval: ([a, x], { n, rounds }) => {
    const [value, bound] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) {
      let [mag, inherited] = [0, 0];
      for (let lane = 0; lane < LANES; lane++) {
        const [end, error] = chain(lane, a![0]!, x![i]!, UNROLL * rounds);
        value[i]! += end;
        mag += Math.abs(end) + error;
        inherited += error;
      }
      bound[i] = inherited + sumBound(LANES, mag);
    }
    return [{ value, bound }];
  },
};
