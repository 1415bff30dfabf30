/**
 * sum and broadcastTo: each is the other's transpose, so each one's derivative is the other.
 *
 * sum          over any axes, in a fixed order; they vanish unless `keepDims`. vjp: broadcastTo.
 * broadcastTo  repeats x along new or unit axes until it has the given shape (NumPy's rule). The planner reads through it where
 *              a pointwise kernel follows; what that cannot express (a repeat in the middle) is a strided copy of at most four axes.
 *              vjp: sumTo, the sum over the axes that were repeated.
 * Throws ShapeError for an axis out of range, and for shapes that do not fit.
 */
import { stridedCopy } from '../../shaders/stridedCopy';
import { ShapeError } from '../core/errors';
import { broadcastShapes, sameShape, showShape, stridesOf, type Shape } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { keptShape, lowerReduction, reduceAxes, reducedType, type ReduceAttrs, type ReduceOptions } from './reduction';
import { reshape } from './reshape';

export const sumOp: Op = defineOp<ReduceAttrs<'sum'>>({
  name: 'sum',
  infer: ([x], attrs) => reducedType(x!, attrs),
  lower: lowerReduction,
  vjp: ({ inputs: [x], outputs: [y], attrs }, [dy]) => [
    dy ? broadcastTo(reshape(broadcastTo(dy, y!.shape), keptShape(x!.shape, attrs)), x!.shape) : null,
  ],
  jvp: ({ inputs: [x], attrs }, [dx]) => [dx ? apply(sumOp, [broadcastTo(dx, x!.shape)], attrs) : null],
});
/** Sum over `axes`, by default all. */
export const sum = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor =>
  reduceAxes(sumOp, 'sum', x, axes, o.keepDims ?? false);

export const broadcastToOp = defineOp<{ readonly shape: Shape }>({
  name: 'broadcastTo',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('broadcastTo', x!.shape, shape), shape))
      throw new ShapeError('broadcastTo', `${showShape(x!.shape)} does not fit into ${showShape(shape)}`);
    return { shape, dtype: x!.dtype };
  },
  lower: ({ inputs: [x], outputs: [y], attrs: { shape } }, { emit }) => {
    if (shape.length > 4) throw new ShapeError('broadcastTo', `${showShape(shape)} has rank ${shape.length}; at most 4`);
    const strides = stridesOf(x!.shape);
    const n = (i: number): number => shape[i - 4 + shape.length] ?? 1;
    const s = (i: number): number => {
      const at = i - 4 + x!.shape.length;
      return (x!.shape[at] ?? 1) === 1 ? 0 : strides[at]!;
    };
    emit(stridedCopy, { dtype: x!.dtype }, { n0: n(0), n1: n(1), n2: n(2), n3: n(3), s0: s(0), s1: s(1), s2: s(2), s3: s(3), base: 0 }, [
      x!,
      y!,
    ]);
  },
  vjp: ({ inputs: [x] }, [dy]) => [dy ? sumTo(dy, x!.shape) : null],
  jvp: ({ attrs: { shape } }, [dx]) => [dx ? broadcastTo(dx, shape) : null],
});
export const broadcastTo = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(broadcastToOp, [x], { shape }));

/** The transpose of broadcastTo: sums x over the axes that `shape` lacks or has as 1. */
export const sumTo = (x: Tensor, shape: Shape): Tensor => {
  if (sameShape(x.shape, shape)) return x;
  // A constant of smaller shape stands for itself repeated.
  const full = sameShape(broadcastShapes('sumTo', x.shape, shape), x.shape) ? x : broadcastTo(x, broadcastShapes('sumTo', x.shape, shape));
  const lead = full.shape.length - shape.length;
  const axes = full.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  return reshape(axes.length > 0 ? sum(full, axes) : full, shape);
};
