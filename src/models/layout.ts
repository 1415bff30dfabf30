/** Where a model's parameters lie in one flat vector, and how they start. */
import { USE } from '../core/random';
import { sizeOf, type Shape } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { broadcastTo } from '../ops/sum';
import { constant } from '../ops/leaf';
import { alignUp, pack, slice } from '../ops/pack';
import { mul, sub } from '../ops/pointwise';
import { normal, uniform } from '../ops/random';

/** normal: mean 0, the given standard deviation. uniform: on ±bound. */
export type Init =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number };
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly init: Init;
  /** Biases and normalisation scales: optimisers can leave them undecayed. */
  readonly bias: boolean;
}
export interface Parameter extends ParameterSpec {
  readonly offset: number;
  readonly size: number;
}
/** `total` is a multiple of 64; what lies between parameters is zero and stays so. */
export interface Layout {
  readonly parameters: readonly Parameter[];
  readonly total: number;
  /** Without the padding. */ readonly count: number;
}

export const layoutOf = (specs: readonly ParameterSpec[]): Layout => {
  let offset = 0;
  const parameters = specs.map((spec): Parameter => {
    const size = sizeOf(spec.shape);
    const placed = { ...spec, offset, size };
    offset = alignUp(offset + size);
    return placed;
  });
  return { parameters, total: Math.max(offset, 64), count: parameters.reduce((n, p) => n + p.size, 0) };
};

export type Parameters = Readonly<Record<string, Tensor>>;
/** Views of the parameters in the flat vector `theta` [total]. */
export const unpack = (layout: Layout, theta: Tensor): Parameters =>
  Object.fromEntries(layout.parameters.map((p) => [p.name, slice(theta, p.offset, p.shape)]));
/** The flat vector of a tree of tensors like the parameters; zero between them. */
export const repack = (layout: Layout, values: Parameters): Tensor =>
  pack(
    layout.parameters.map((p) => ({ tensor: values[p.name]!, offset: p.offset })),
    layout.total,
  );

/** Streams of different parameters: the use in the low byte, the parameter's number above it. */
const useOf = (index: number): number => USE.init + 256 * index;
const draw = (key: Tensor, { shape, init }: ParameterSpec, index: number): Tensor => {
  if (init.kind === 'normal') return mul(normal(key, shape, useOf(index)), init.std);
  if (init.kind === 'uniform') return mul(sub(uniform(key, shape, useOf(index)), 0.5), 2 * init.bound);
  return broadcastTo(constant(init.kind === 'constant' ? init.value : 0), shape);
};
/** Initial flat vector from key [2] (seed, 0), times the scalar `scale`. */
export const initialise = (layout: Layout, key: Tensor, scale: Tensor): Tensor =>
  repack(layout, Object.fromEntries(layout.parameters.map((p, i) => [p.name, mul(draw(key, p, i), scale)])));
