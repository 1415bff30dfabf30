/** Transformations of functions on symbolic tensors, named and shaped as in JAX. */
import type { Tensor } from '../graph/tensor';
import { jvp as forward } from './forward';
import { gradients, vjp as reverse } from './reverse';

export { gradients } from './reverse';
export { jvp as tangents } from './forward';
export { vjp as cotangents } from './reverse';

/** Tensors in a structure: one, a list, or named. */
export type Tree = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;
const isTensor = (t: Tree): t is Tensor => 'node' in t && 'dtype' in t;
const leaves = (t: Tree): readonly Tensor[] => (isTensor(t) ? [t] : Object.values(t));
/** The same structure with other leaves. */
const like = <T extends Tree>(t: T, values: readonly Tensor[]): T => {
  if (isTensor(t)) return values[0] as Tensor as T;
  if (Array.isArray(t)) return values as readonly Tensor[] as T;
  return Object.fromEntries(Object.keys(t).map((k, i) => [k, values[i]!])) as T;
};

/** f's value and its gradient with respect to the first argument; f must return a scalar. Throws ShapeError otherwise. */
export const valueAndGrad =
  <T extends Tree, A extends readonly unknown[]>(f: (x: T, ...rest: A) => Tensor) =>
  (x: T, ...rest: A): readonly [value: Tensor, gradient: T] => {
    const value = f(x, ...rest);
    return [value, like(x, gradients(value, leaves(x)))];
  };
/** The gradient of a scalar function with respect to its first argument, in that argument's structure. */
export const grad =
  <T extends Tree, A extends readonly unknown[]>(f: (x: T, ...rest: A) => Tensor) =>
  (x: T, ...rest: A): T =>
    valueAndGrad(f)(x, ...rest)[1];

/** f(x) and its directional derivative along `tangent`. */
export const jvp = <T extends Tree>(f: (x: T) => Tensor, x: T, tangent: T): readonly [value: Tensor, tangent: Tensor] => {
  const y = f(x);
  return [y, forward([y], leaves(x), leaves(tangent))[0]!];
};
/** f(x) and the function that takes a cotangent of f(x) to the cotangent of x. */
export const vjp = <T extends Tree>(f: (x: T) => Tensor, x: T): readonly [value: Tensor, pullback: (dy: Tensor) => T] => {
  const y = f(x);
  return [y, (dy) => like(x, reverse([y], [dy], leaves(x)))];
};
/** Hessian of the scalar f at x times `v`: forward over reverse, so it costs a few gradients and stores no Hessian. */
export const hvp = <T extends Tree>(f: (x: T) => Tensor, x: T, v: T): T => {
  const gradient = gradients(f(x), leaves(x));
  return like(x, forward(gradient, leaves(x), leaves(v)));
};
export { layersOf, parameterUses, type NamedLayer, type ParameterUse } from './perExample';
export { gradientColumns, maskedSquares, squares, type Columns } from './columns';
