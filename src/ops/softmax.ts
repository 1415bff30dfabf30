/**
 * softmax and log-softmax over the last axis.
 *
 * vjp   softmax: p⊙(δ − Σδ⊙p). log: δ − p·Σδ.      jvp   the same with the tangent: both Jacobians are symmetric up to p.
 */
import { softmax as kernel } from '../../shaders/softmax';
import { ShapeError } from '../core/errors';
import { sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { mul, sub } from './pointwise';
import { sum } from './sum';

const total = (t: Tensor): Tensor => sum(t, [-1], { keepDims: true });

export const softmaxOp = defineOp<{ readonly log: boolean }>({
  name: 'softmax',
  infer: ([x]) => {
    if (x!.shape.length === 0) throw new ShapeError('softmax', 'the input is a scalar; it needs a last axis to normalise over');
    return { shape: x!.shape, dtype: 'f32' };
  },
  lower: ({ inputs: [x], outputs: [y], attrs }, { emit }) => {
    const C = x!.shape.at(-1)!;
    emit(kernel, attrs, { rows: sizeOf(x!.shape) / C, C }, [x!, y!]);
  },
  vjp: ({ inputs: [x], outputs: [y], attrs: { log } }, [dy]) => {
    if (!dy) return [null];
    return [log ? sub(dy, mul(softmax(x!), total(dy))) : mul(y!, sub(dy, total(mul(dy, y!))))];
  },
  jvp: ({ inputs: [x], outputs: [y], attrs: { log } }, [dx]) => {
    if (!dx) return [null];
    const p = log ? softmax(x!) : y!;
    const centred = sub(dx, total(mul(dx, p)));
    return [log ? centred : mul(p, centred)];
  },
});
export const softmax = (x: Tensor): Tensor => apply(softmaxOp, [x], { log: false });
/** Natural logarithm of softmax. */
export const logSoftmax = (x: Tensor): Tensor => apply(softmaxOp, [x], { log: true });
