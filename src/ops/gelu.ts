/**
 * gelu: x·Φ(x), Φ the normal distribution function. Made of pointwise ops, which the planner fuses; so it differentiates as they do.
 *
 * tanh     ½x(1 + tanh(√(2/π)(x + 0.044715x³))), written as x·sigmoid(2√(2/π)(x + 0.044715x³)), which is the same function and loses no digits where it
 *          is small. It differs from x·Φ(x) by up to 5e-4.
 * none     ½x(1 + erf(x/√2)). Where x is far below 0 its error is absolute, 2⁻²⁴|x|, as the sum cancels.
 * Source   Hendrycks & Gimpel 2016, arXiv:1606.08415.
 */
import type { Tensor } from '../graph/tensor';
import { add, erf, mul, sigmoid, square } from './pointwise';

export interface GeluOptions {
  /** tanh: the approximation, jax.nn.gelu's default. none: by erf, torch.nn.GELU's default. Default tanh. */
  readonly approximate?: 'tanh' | 'none';
}
/** x·Φ(x), elementwise; by default in its tanh form, as jax.nn.gelu. torch.nn.GELU's default is `approximate: 'none'`. */
export const gelu = (x: Tensor, { approximate = 'tanh' }: GeluOptions = {}): Tensor =>
  approximate === 'none'
    ? mul(mul(x, 0.5), add(1, erf(mul(x, Math.SQRT1_2))))
    : mul(x, sigmoid(mul(mul(x, add(1, mul(0.044715, square(x)))), 2 * Math.sqrt(2 / Math.PI))));
