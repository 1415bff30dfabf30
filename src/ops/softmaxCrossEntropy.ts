/**
 * softmaxCrossEntropy: −ln softmax(z)[label] per example, in nats: neither sum nor mean. Its second output is the residual
 * softmax(z) − onehot(label), which is the derivative; both come from one dispatch.
 *
 * vjp   dz = δ_loss·residual + J_softmax δ_residual.   jvp   likewise.
 */
import { IDENTITY } from '../../shaders/program';
import { softmaxCrossEntropy as kernel } from '../../shaders/softmaxCrossEntropy';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { applyAll, type Tensor } from '../graph/tensor';
import { add, mul, sub } from './pointwise';
import { broadcastTo, sum } from './sum';
import { reshape } from './reshape';
import { softmax } from './softmax';

/** p ⊙ (t − Σ t ⊙ p): the Jacobian of softmax, which is symmetric, times t. */
const jacobian = (z: Tensor, t: Tensor): Tensor => {
  const p = softmax(z);
  return mul(p, sub(t, sum(mul(t, p), [-1], { keepDims: true })));
};
const column = (t: Tensor, z: Tensor): Tensor => reshape(t, [...z.shape.slice(0, -1), 1]);

export const softmaxCrossEntropyOp = defineOp({
  name: 'softmaxCrossEntropy',
  infer: ([z, labels]) => {
    if (labels!.dtype !== 'u32' || z!.shape.length < 1 || !sameShape(z!.shape.slice(0, -1), labels!.shape))
      throw new ShapeError(
        'softmaxCrossEntropy',
        `logits are ${showShape(z!.shape)}, labels ${labels!.dtype} ${showShape(labels!.shape)}; labels must be u32, one per row of logits`,
      );
    return [
      { shape: labels!.shape, dtype: 'f32' },
      { shape: z!.shape, dtype: 'f32' },
    ];
  },
  lower: ({ inputs: [z, labels], outputs: [loss, residual], used }, { emit }) => {
    const C = z!.shape.at(-1)!;
    const dims = { rows: sizeOf(z!.shape) / C, C };
    if (used[1]) emit(kernel, { grad: true, epilogue: IDENTITY }, dims, [z!, labels!, loss!, residual!], { epilogue: 3 });
    else emit(kernel, { grad: false, epilogue: IDENTITY }, dims, [z!, labels!, loss!]);
  },
  vjp: ({ inputs: [z], outputs: [loss, residual] }, [dLoss, dResidual]) => {
    const first = dLoss ? mul(residual!, column(broadcastTo(dLoss, loss!.shape), z!)) : null;
    const second = dResidual ? jacobian(z!, dResidual) : null;
    return [first && second ? add(first, second) : (first ?? second), null];
  },
  jvp: ({ inputs: [z], outputs: [, residual] }, [dz]) => (dz ? [sum(mul(dz, residual!), [-1]), jacobian(z!, dz)] : [null, null]),
});

/** Loss per example, [n] for logits [n, C] and u32 labels [n]; reduce it by sum or mean. A label out of range gives NaN. */
export const softmaxCrossEntropy = (logits: Tensor, labels: Tensor): Tensor => applyAll(softmaxCrossEntropyOp, [logits, labels])[0]!;
