/**
 * Sums over examples of functions of a layer's gradients, column by column: graph → graph. Neither needs the examples' gradients themselves where an
 * example has one position; where it has several, squares take explicit rows, a window of columns at a time.
 */
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { slice } from '../ops/pack';
import { jacobianRows, layerColumns } from '../ops/perExample';
import { scatterAdd } from '../ops/gather';
import { matmul } from '../ops/matmul';
import { add, mul, square } from '../ops/pointwise';
import { sum } from '../ops/sum';
import { reshape } from '../ops/reshape';
import { transpose } from '../ops/transpose';
import type { NamedLayer } from './perExample';

/** Columns of a layer's gradient from `first` on, as one vector. */
export interface Columns {
  readonly first: number;
  readonly values: Tensor;
}

const vector = (t: Tensor): Tensor => reshape(t, [sizeOf(t.shape)]);
/** Σ over all rows of the layer's values: its gradient, a sum over examples. */
export const gradientColumns = ({ form, left, delta, bias, table }: NamedLayer): readonly Columns[] => {
  switch (form) {
    case 'outer': {
      const weight = vector(matmul(left!, delta, { transA: true }));
      return [{ first: 0, values: weight }, ...(bias ? [{ first: weight.shape[0]!, values: sum(delta, [0]) }] : [])];
    }
    case 'sum':
      return [{ first: 0, values: sum(delta, [0]) }];
    case 'scale':
      return [{ first: 0, values: sum(mul(left!, delta), [0]) }];
    case 'lookup':
      return [{ first: 0, values: vector(scatterAdd(delta, left!, table!)) }];
  }
};
/** Columns of explicit rows that are squared at a time. */
const WINDOW = 4096;
/** Σ_i g_i² of one layer: of the squares of its values, where each example has one position; else from explicit rows. */
export const squares = (layer: NamedLayer): readonly Columns[] => {
  const { form, left, delta, positions } = layer;
  if (positions === 1)
    return gradientColumns({ ...layer, delta: square(delta), ...(left && form !== 'lookup' ? { left: square(left) } : {}) });
  const columns = layerColumns(layer);
  return Array.from({ length: Math.ceil(columns / WINDOW) }, (_, w) => ({
    first: w * WINDOW,
    values: sum(square(jacobianRows(layer, w * WINDOW, Math.min(WINDOW, columns - w * WINDOW))), [0]),
  }));
};

/** A weight and its bias as layers of their own. */
const apart = (layer: NamedLayer): readonly NamedLayer[] => {
  const { names, delta, positions } = layer;
  const [weight, bias] = names;
  return bias === undefined
    ? [layer]
    : [
        { ...layer, names: [weight!], bias: false },
        { form: 'sum', names: [bias], delta, positions, bias: false, transposed: false },
      ];
};
/**
 * Σ_i ‖m ⊙ g_i‖² of one layer, a sum over examples and parameters. `masks`: 0 or 1 for each element, by parameter, in the parameter's own shape.
 */
export const maskedSquares = (layer: NamedLayer, masks: Readonly<Record<string, Tensor>>): Tensor =>
  apart(layer)
    .flatMap((part) => {
      const mask = masks[part.names[0]!]!;
      const q = part.delta.shape[1]!;
      const inOrder = vector(part.transposed ? transpose(reshape(mask, [q, sizeOf(mask.shape) / q])) : mask);
      return squares(part).map(({ first, values }) => sum(mul(values, slice(inOrder, first, values.shape))));
    })
    .reduce((total, t) => add(total, t));
