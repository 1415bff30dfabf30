/**
 * reshape: the same elements in row-major order under another shape. A view: costs nothing.
 * Throws ShapeError if the sizes differ.
 */
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf, type Shape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

export const reshapeOp = defineOp<{ readonly shape: Shape }>({
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (sizeOf(x!.shape) !== sizeOf(shape))
      throw new ShapeError('reshape', `${showShape(x!.shape)} has ${sizeOf(x!.shape)} elements, ${showShape(shape)} has ${sizeOf(shape)}`);
    return { shape, dtype: x!.dtype };
  },
  vjp: ({ inputs: [x] }, [dy]) => [dy ? reshape(dy, x!.shape) : null],
  jvp: ({ attrs: { shape } }, [dx]) => [dx ? reshape(dx, shape) : null],
});
export const reshape = (x: Tensor, shape: Shape): Tensor => (sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape }));
