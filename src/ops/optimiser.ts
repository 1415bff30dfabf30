/**
 * The optimisers' updates, in place on flat parameter vectors, and the scalars they need at each step. One dispatch updates all
 * parameters. Not differentiable.
 *
 * schedule   step counter and hyperparameters → learning rate of this step, bias corrections, …, on the GPU.
 * sgd, adam  PyTorch's definitions; docstrings of the kernels.
 */
import { adam as adamKernel } from '../../shaders/adam';
import { schedule as scheduleKernel } from '../../shaders/schedule';
import { sgd as sgdKernel } from '../../shaders/sgd';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, applyAll, type Tensor, type TensorType } from '../graph/tensor';

/** Positions in a `hyper` vector, one per replica. */
export const HYPER = ['lr', 'beta1', 'beta2', 'eps', 'weightDecay', 'warmupSteps', 'totalSteps', 'finalFraction', 'stepSize', 'stepGamma', 'spare1', 'spare2'] as const;
export type ScheduleKind = 'constant' | 'linear' | 'cosine' | 'step';

export const scheduleOp = defineOp<{ readonly kind: ScheduleKind }>({
  name: 'schedule',
  infer: ([step, hyper]) => {
    if (step!.dtype !== 'u32' || sizeOf(step!.shape) !== 1 || !sameShape(hyper!.shape, [HYPER.length]))
      throw new ShapeError('schedule', `step is ${step!.dtype} ${showShape(step!.shape)}, hyper ${showShape(hyper!.shape)}; they must be u32 [1] and f32 [${HYPER.length}]`);
    return { shape: [8], dtype: 'f32' };
  },
  lower: ({ inputs: [step, hyper], outputs: [y], attrs: { kind } }, { emit }) => emit(scheduleKernel, { kind }, {}, [step!, hyper!, y!]),
});
/** [8]: learning rate of this step, β1 (momentum), β2, ε, weight decay, 1−β1ᵗ, 1−β2ᵗ, 0, with t = step + 1. */
export const schedule = (step: Tensor, hyper: Tensor, kind: ScheduleKind): Tensor => apply(scheduleOp, [step, hyper], { kind });

/** Vectors that scale or mask the update element by element. */
export interface Extras { readonly lrScale?: Tensor; readonly decayScale?: Tensor; readonly mask?: Tensor }
const extraInputs = ({ lrScale, decayScale, mask }: Extras): readonly Tensor[] => [...(lrScale && decayScale ? [lrScale, decayScale] : []), ...(mask ? [mask] : [])];
const flagsOf = (e: Extras): { groups: boolean; mask: boolean } => ({ groups: e.lrScale !== undefined && e.decayScale !== undefined, mask: e.mask !== undefined });
const inferFlat = (op: string, state: number) => (inputs: readonly TensorType[]): readonly TensorType[] => {
  const p = inputs[0]!.shape;
  const wrong = inputs.findIndex((t, i) => i !== state + 1 && !sameShape(t.shape, p));
  if (p.length !== 1 || p[0]! % 64 !== 0) throw new ShapeError(op, `parameters must be one flat vector of a multiple of 64 elements, not ${showShape(p)}`);
  if (wrong >= 0) throw new ShapeError(op, `input ${wrong} is ${showShape(inputs[wrong]!.shape)}, the parameters are ${showShape(p)}`);
  return inputs.slice(0, state).map((t) => ({ shape: t.shape, dtype: t.dtype }));
};

type SgdAttrs = { readonly nesterov: boolean; readonly momentum: boolean; readonly groups: boolean; readonly mask: boolean };
export const sgdOp = defineOp<SgdAttrs>({
  name: 'sgd',
  infer: (inputs, { momentum }) => inferFlat('sgd', momentum ? 2 : 1)(inputs),
  lower: ({ inputs, attrs }, { emit }) => emit(sgdKernel, attrs, { n: sizeOf(inputs[0]!.shape) }, inputs),
  inPlace: [[0, 0], [1, 1]],
});
/** New [parameters, momentum buffer]; without `v` plain SGD and parameters alone. */
export const sgd = (p: Tensor, v: Tensor | undefined, g: Tensor, sched: Tensor, o: Extras & { readonly nesterov?: boolean } = {}): readonly Tensor[] =>
  applyAll(sgdOp, [p, ...(v ? [v] : []), g, sched, ...extraInputs(o)], { nesterov: o.nesterov ?? false, momentum: v !== undefined, ...flagsOf(o) });

type AdamAttrs = { readonly decoupled: boolean; readonly groups: boolean; readonly mask: boolean };
export const adamOp = defineOp<AdamAttrs>({
  name: 'adam',
  infer: (inputs) => inferFlat('adam', 3)(inputs),
  lower: ({ inputs, attrs }, { emit }) => emit(adamKernel, attrs, { n: sizeOf(inputs[0]!.shape) }, inputs),
  inPlace: [[0, 0], [1, 1], [2, 2]],
});
/** New [parameters, first moment, second moment]. `decoupled`: AdamW. */
export const adam = (p: Tensor, m: Tensor, v: Tensor, g: Tensor, sched: Tensor, o: Extras & { readonly decoupled?: boolean } = {}): readonly Tensor[] =>
  applyAll(adamOp, [p, m, v, g, sched, ...extraInputs(o)], { decoupled: o.decoupled ?? true, ...flagsOf(o) });
