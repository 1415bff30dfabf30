/**
 * gelu: x·Φ(x) in its tanh form, ½x(1 + tanh(√(2/π)(x + 0.044715x³))), written as x·sigmoid(2√(2/π)(x + 0.044715x³)), which is the same function and loses
 * no digits where it is small. Made of pointwise ops, which the planner fuses; so it differentiates as they do.
 *
 * Source   Hendrycks & Gimpel 2016, arXiv:1606.08415.
 */
import type { Tensor } from '../graph/tensor';
import { add, mul, sigmoid, square } from './pointwise';

export const gelu = (x: Tensor): Tensor => mul(x, sigmoid(mul(mul(x, add(1, mul(0.044715, square(x)))), 2 * Math.sqrt(2 / Math.PI))));
