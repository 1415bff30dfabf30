/**
 * takePosition: one position of every sequence, y[i, …] = x[i, t, …]. placePosition: back among zeros. Each is the other's vjp.
 * Throws ShapeError for a position that does not exist.
 */
import { position as kernel } from '../../shaders/position';
import { ShapeError } from '../core/errors';
import { showShape, sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

export const takePositionOp = defineOp<{ readonly t: number }>({
  name: 'takePosition',
  infer: ([x], { t }) => {
    const { shape } = x!;
    if (shape.length < 2 || !(Number.isInteger(t) && t >= 0 && t < shape[1]!))
      throw new ShapeError('takePosition', `position ${t} of ${showShape(shape)}`);
    return { shape: [shape[0]!, ...shape.slice(2)], dtype: 'f32' };
  },
  lower: ({ inputs: [x], outputs: [y], attrs: { t } }, { emit }) => {
    const [n, T] = x!.shape as [number, number];
    const D = sizeOf(x!.shape.slice(2));
    emit(kernel, { place: false, vec4: D % 4 === 0 }, { n, T, D, t }, [x!, y!]);
  },
  vjp: ({ inputs: [x], attrs: { t } }, [dy]) => [dy ? placePosition(dy, t, x!.shape[1]!) : null],
  jvp: ({ attrs: { t } }, [dx]) => [dx ? takePosition(dx, t) : null],
});
/** x [n, T, …] → [n, …]. */
export const takePosition = (x: Tensor, t: number): Tensor => apply(takePositionOp, [x], { t });

export const placePositionOp = defineOp<{ readonly t: number; readonly T: number }>({
  name: 'placePosition',
  infer: ([x], { t, T }) => {
    if (x!.shape.length < 1 || !(Number.isInteger(t) && t >= 0 && t < T))
      throw new ShapeError('placePosition', `position ${t} of ${T}, of ${showShape(x!.shape)}`);
    return { shape: [x!.shape[0]!, T, ...x!.shape.slice(1)], dtype: 'f32' };
  },
  lower: ({ inputs: [x], outputs: [y], attrs: { t, T } }, { emit }) => {
    const D = sizeOf(x!.shape.slice(1));
    emit(kernel, { place: true, vec4: D % 4 === 0 }, { n: x!.shape[0]!, T, D, t }, [x!, y!]);
  },
  vjp: ({ attrs: { t } }, [dy]) => [dy ? takePosition(dy, t) : null],
  jvp: ({ attrs: { t, T } }, [dx]) => [dx ? placePosition(dx, t, T) : null],
});
/** x [n, …] → [n, T, …], 0 but at position t. */
export const placePosition = (x: Tensor, t: number, T: number): Tensor => apply(placePositionOp, [x], { t, T });
