/** Draws one after another from a stream, for simulations whose number of draws is not known beforehand: laws that reject, resampling. */
import { stream } from './random';

export interface Sampler {
  /** [0, 1). */
  readonly uniform: () => number;
  /** N(0, 1). */
  readonly normal: () => number;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
  /** χ² with k > 0 degrees of freedom. */
  readonly chiSquare: (k: number) => number;
  /** Student's t with `degrees` > 0 degrees of freedom. */
  readonly student: (degrees: number) => number;
}

const BLOCK = 128;
/** The values of a stream in order, a block at a time: half the cost of single ones. */
const inOrder = (fill: (out: Float64Array, first: number) => Float64Array): (() => number) => {
  const block = new Float64Array(BLOCK);
  let next = 0;
  return () => {
    if (next % BLOCK === 0) fill(block, next);
    return block[next++ % BLOCK]!;
  };
};

/** Gamma of shape a ≥ 1 and scale 1. Source: Marsaglia & Tsang 2000, ACM Trans. Math. Softw. 26(3). */
const gamma = (a: number, normal: () => number, uniform: () => number): number => {
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    // 1 − u is never 0.
    if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
};

/** Same arguments, same draws. Normals and uniforms come from streams of their own. Throws ConfigError unless all three are u32. */
export const sampler = (seed: number, use: number, step = 0): Sampler => {
  const uniforms = stream(seed, use, step);
  const normals = stream(uniforms.bits(2 ** 33 - 1), use, step);
  const uniform = inOrder(uniforms.fillUniform);
  const normal = inOrder(normals.fillNormal);
  // A shape below 1 is one above it times u^(1/a).
  const chiSquare = (k: number): number =>
    k >= 2 ? 2 * gamma(k / 2, normal, uniform) : 2 * gamma(k / 2 + 1, normal, uniform) * (1 - uniform()) ** (2 / k);
  return {
    uniform,
    normal,
    chiSquare,
    below: (n) => Math.floor(n * uniform()),
    student: (degrees) => normal() / Math.sqrt(chiSquare(degrees) / degrees),
  };
};
