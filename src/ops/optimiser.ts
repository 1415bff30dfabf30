/**
 * The optimisers' updates, in place on flat parameter vectors, and the scalars they need at each step. One dispatch updates all
 * parameters. Not differentiable. Where an adapter binds too few buffers for an update with its step counter, the counter is updated by itself.
 *
 * schedule   step counter and hyperparameters → learning rate of this step, bias corrections, …, on the GPU.
 * sgd, adam  PyTorch's definitions; docstrings of the kernels.
 */
import { adam as adamKernel } from '../../shaders/adam';
import { schedule as scheduleKernel } from '../../shaders/schedule';
import { sgd as sgdKernel } from '../../shaders/sgd';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf } from '../core/shape';
import { defineOp, type Attrs, type Op, type Pairs } from '../graph/op';
import { apply, applyAll, type Tensor, type TensorType } from '../graph/tensor';
import { constant } from './leaf';
import { addInt } from './pointwise';

/** Positions in a `hyper` vector, one per replica. */
export const HYPER = [
  'lr',
  'beta1',
  'beta2',
  'eps',
  'weightDecay',
  'warmupSteps',
  'totalSteps',
  'finalFraction',
  'stepSize',
  'stepGamma',
  'warmupLag',
  'stepStart',
] as const;
export type HyperName = (typeof HYPER)[number];
export type ScheduleKind = 'constant' | 'linear' | 'cosine' | 'step';

export const scheduleOp = defineOp<{ readonly kind: ScheduleKind }>({
  name: 'schedule',
  infer: ([step, hyper]) => {
    if (step!.dtype !== 'u32' || sizeOf(step!.shape) !== 1 || !sameShape(hyper!.shape, [HYPER.length]))
      throw new ShapeError(
        'schedule',
        `step is ${step!.dtype} ${showShape(step!.shape)}, hyper ${showShape(hyper!.shape)}; they must be u32 [1] and f32 [${HYPER.length}]`,
      );
    return { shape: [8], dtype: 'f32' };
  },
  lower: ({ inputs: [step, hyper], outputs: [y], attrs: { kind } }, { emit }) => emit(scheduleKernel, { kind }, {}, [step!, hyper!, y!]),
});
/** [8]: learning rate of this step, β1 (momentum), β2, ε, weight decay, 1−β1ᵗ, 1−β2ᵗ, 0, with t = step + 1. */
export const schedule = (step: Tensor, hyper: Tensor, kind: ScheduleKind): Tensor => apply(scheduleOp, [step, hyper], { kind });

/** Vectors that scale or mask the update element by element; `step`: a counter that the update shall grow by one. */
export interface Extras {
  readonly lrScale?: Tensor;
  readonly decayScale?: Tensor;
  readonly mask?: Tensor;
  readonly step?: Tensor;
}
const extraInputs = ({ lrScale, decayScale, mask, step }: Extras): readonly Tensor[] => [
  ...(lrScale && decayScale ? [lrScale, decayScale] : []),
  ...(mask ? [mask] : []),
  ...(step ? [step] : []),
];
const flagsOf = (e: Extras): { groups: boolean; mask: boolean; count: boolean } => ({
  groups: e.lrScale !== undefined && e.decayScale !== undefined,
  mask: e.mask !== undefined,
  count: e.step !== undefined,
});
/** `count`: the last input is a step counter, the last output the same grown by one. */
const inferFlat =
  (op: string, state: number, count: boolean) =>
  (inputs: readonly TensorType[]): readonly TensorType[] => {
    const p = inputs[0]!.shape;
    const step = count ? inputs.length - 1 : -1;
    if (count && (inputs[step]!.dtype !== 'u32' || sizeOf(inputs[step]!.shape) !== 1))
      throw new ShapeError(op, `the step counter is ${inputs[step]!.dtype} ${showShape(inputs[step]!.shape)}; it must be u32 [1]`);
    const wrong = inputs.findIndex((t, i) => i !== state + 1 && i !== step && !sameShape(t.shape, p));
    if (p.length !== 1 || p[0]! % 64 !== 0)
      throw new ShapeError(op, `parameters must be one flat vector of a multiple of 64 elements, not ${showShape(p)}`);
    if (wrong >= 0) throw new ShapeError(op, `input ${wrong} is ${showShape(inputs[wrong]!.shape)}, the parameters are ${showShape(p)}`);
    return [...inputs.slice(0, state), ...(count ? [inputs[step]!] : [])].map((t) => ({ shape: t.shape, dtype: t.dtype }));
  };
/** State vectors are updated in place, and so is the counter. */
const pairs = (state: number, { count }: Attrs, inputs: number): Pairs => [
  ...Array.from({ length: state }, (_, i) => [i, i] as const),
  ...(count === true ? [[inputs - 1, state] as const] : []),
];
const counted = (state: number, attrs: Attrs, inputs: number): Pairs => pairs(state, attrs, inputs).slice(state);

/** The update without its counter, and the counter by itself. */
const uncounted = <A extends { readonly count: boolean }>(
  op: Op,
  { inputs, attrs }: { readonly inputs: readonly Tensor[]; readonly attrs: A },
): readonly Tensor[] | null =>
  attrs.count ? [...applyAll(op, inputs.slice(0, -1), { ...attrs, count: false }), addInt(inputs.at(-1)!, constant(1, 'u32'))] : null;

type SgdAttrs = {
  readonly nesterov: boolean;
  readonly momentum: boolean;
  readonly groups: boolean;
  readonly mask: boolean;
  readonly count: boolean;
};
const sgdState = ({ momentum }: Attrs): number => (momentum === true ? 2 : 1);
export const sgdOp: Op = defineOp<SgdAttrs>({
  name: 'sgd',
  infer: (inputs, attrs) => inferFlat('sgd', sgdState(attrs), attrs.count)(inputs),
  lower: ({ inputs, attrs }, { emit }) => emit(sgdKernel, attrs, { n: sizeOf(inputs[0]!.shape) }, inputs),
  inPlace: (attrs, inputs) => pairs(sgdState(attrs), attrs, inputs),
  alone: (attrs, inputs) => counted(sgdState(attrs), attrs, inputs),
  split: (site) => uncounted(sgdOp, site),
});
/** New [parameters, momentum buffer]; without `v` plain SGD and parameters alone. With `step`, last, the counter grown by one. */
export const sgd = (
  p: Tensor,
  v: Tensor | undefined,
  g: Tensor,
  sched: Tensor,
  o: Extras & { readonly nesterov?: boolean } = {},
): readonly Tensor[] =>
  applyAll(sgdOp, [p, ...(v ? [v] : []), g, sched, ...extraInputs(o)], {
    nesterov: o.nesterov ?? false,
    momentum: v !== undefined,
    ...flagsOf(o),
  });

type AdamAttrs = { readonly decoupled: boolean; readonly groups: boolean; readonly mask: boolean; readonly count: boolean };
export const adamOp: Op = defineOp<AdamAttrs>({
  name: 'adam',
  infer: (inputs, { count }) => inferFlat('adam', 3, count)(inputs),
  lower: ({ inputs, attrs }, { emit }) => emit(adamKernel, attrs, { n: sizeOf(inputs[0]!.shape) }, inputs),
  inPlace: (attrs, inputs) => pairs(3, attrs, inputs),
  alone: (attrs, inputs) => counted(3, attrs, inputs),
  split: (site) => uncounted(adamOp, site),
});
/** New [parameters, first moment, second moment]. `decoupled`: AdamW. With `step`, last, the counter grown by one. */
export const adam = (
  p: Tensor,
  m: Tensor,
  v: Tensor,
  g: Tensor,
  sched: Tensor,
  o: Extras & { readonly decoupled?: boolean } = {},
): readonly Tensor[] => applyAll(adamOp, [p, m, v, g, sched, ...extraInputs(o)], { decoupled: o.decoupled ?? true, ...flagsOf(o) });
