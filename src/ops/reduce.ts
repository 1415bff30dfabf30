/**
 * Reductions over any axes, in a fixed order, of which the derivative is more than a repetition: mean, max, argmax, choice. A NaN makes a maximum NaN. The
 * reduced axes vanish unless `keepDims`.
 *
 * vjp   max: δ where x equals the maximum, shared equally among ties.
 * Throws ShapeError for an axis out of range.
 */
import { isIndex } from '../../shaders/reduce';
import { sizeOf } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { div, greater, mul, sub } from './pointwise';
import { keptShape, lowerReduction, reduceAxes, reducedType, type ReduceAttrs, type ReduceOptions } from './reduction';
import { reshape } from './reshape';
import { broadcastTo, sum, sumOp } from './sum';

export const maxOp: Op = defineOp<ReduceAttrs<'max' | 'argmax' | 'choice'>>({
  name: 'max',
  infer: ([x], attrs) => reducedType(x!, attrs),
  lower: lowerReduction,
  vjp: ({ inputs: [x], outputs: [y], attrs }, [dy]) => {
    if (!dy || isIndex(attrs.kind)) return [null];
    const kept = keptShape(x!.shape, attrs);
    const repeat = (t: Tensor): Tensor => broadcastTo(reshape(broadcastTo(t, y!.shape), kept), x!.shape);
    const hit = sub(1, greater(repeat(y!), x!));
    return [mul(hit, repeat(div(dy, apply(sumOp, [hit], { ...attrs, kind: 'sum' }))))];
  },
  jvp: ({ inputs: [x], outputs: [y], attrs }, [dx]) => {
    if (!dx || isIndex(attrs.kind)) return [null];
    const total = (t: Tensor): Tensor => apply(sumOp, [t], { ...attrs, kind: 'sum' });
    const hit = sub(1, greater(broadcastTo(reshape(y!, keptShape(x!.shape, attrs)), x!.shape), x!));
    return [div(total(mul(hit, dx)), total(hit))];
  },
});

/** Mean over `axes`, by default all. */
export const mean = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor => {
  const y = sum(x, axes, o);
  return mul(y, sizeOf(y.shape) / sizeOf(x.shape));
};
/** Maximum over `axes`, by default all. */
export const max = (x: Tensor, axes?: readonly number[], o: ReduceOptions = {}): Tensor =>
  reduceAxes(maxOp, 'max', x, axes, o.keepDims ?? false);
/** Index (u32) of the maximum along one axis; the lowest wins ties. Of a row with NaN the first one's, as in PyTorch. */
export const argmax = (x: Tensor, axis = -1): Tensor => reduceAxes(maxOp, 'argmax', x, [axis], false);
/** argmax, but 2³² − 1, an index of nothing, of a row with NaN. */
export const choice = (x: Tensor, axis = -1): Tensor => reduceAxes(maxOp, 'choice', x, [axis], false);
