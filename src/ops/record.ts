/** record: appends scalars to a ring, in place. The planner adds it for a plan's metrics; graphs do not call it. */
import { record as kernel } from '../../shaders/record';
import { encodeTerms, recordSums as sumsKernel, type Term } from '../../shaders/recordSums';
import { sizeOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { constantOp } from './leaf';
import { ALIGN, pack } from './pack';
import { pointwiseOp } from './pointwise';
import { sumOp } from './sum';

export const recordOp = defineOp<{ readonly k: number; readonly slots: number }>({
  name: 'record',
  infer: ([, , ring]) => ring!,
  lower: ({ inputs: [counter, values, ring], attrs: { k, slots } }, { emit }) =>
    emit(kernel, {}, { k, stride: ALIGN, slots }, [counter!, values!, ring!]),
  inPlace: [[2, 0]],
});

/** Sources x_j of `terms`: inputs counter, ring, x_0, x_1, … */
export const recordSumsOp = defineOp<{ readonly slots: number; readonly terms: string }>({
  name: 'recordSums',
  infer: ([, ring]) => ring!,
  lower: ({ inputs, attrs: { slots, terms } }, { emit }) => emit(sumsKernel, { terms }, { slots }, inputs),
  inPlace: [[1, 0]],
});

/** Longer sums are better spread over more threads than the one that records them. */
const LONGEST = 1024;
/** Counter, ring and as many sources fit the bindings that every adapter offers. */
const MOST = 6;

interface Source extends Term {
  readonly x: Tensor;
}
const constantOf = (t: Tensor): number | undefined => (t.node.op === constantOp ? (t.node.attrs['value'] as number) : undefined);
/** A scalar as a scaled sum of a short vector: itself where it is no such thing. */
const sourceOf = (t: Tensor): Source => {
  const [a, b] = t.node.inputs;
  if (t.node.op === pointwiseOp && t.node.attrs['fn'] === 'mul') {
    const scale = constantOf(a!) ?? constantOf(b!);
    const rest = constantOf(a!) === undefined ? a! : b!;
    if (scale !== undefined && rest.node.op === sumOp) {
      const inner = sourceOf(rest);
      if (inner.n > 1) return { ...inner, scale };
    }
  }
  if (t.node.op === sumOp && a!.dtype === 'f32' && sizeOf(a!.shape) <= LONGEST) return { x: a!, n: sizeOf(a!.shape), scale: 1 };
  return { x: t, n: 1, scale: 1 };
};

/** The ring [slots·k] with row `counter` mod slots replaced by the k scalars. */
export const record = (counter: Tensor, scalars: readonly Tensor[], ring: Tensor, slots: number): Tensor => {
  if (scalars.length <= MOST) {
    const sources = scalars.map(sourceOf);
    return apply(recordSumsOp, [counter, ring, ...sources.map(({ x }) => x)], { slots, terms: encodeTerms(sources) });
  }
  const values = pack(
    scalars.map((tensor, i) => ({ tensor, offset: i * ALIGN })),
    scalars.length * ALIGN,
  );
  return apply(recordOp, [counter, values, ring], { k: scalars.length, slots });
};
