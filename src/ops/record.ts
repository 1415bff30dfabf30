/** record: appends scalars to a ring, in place. The planner adds it for a plan's metrics; graphs do not call it. */
import { record as kernel } from '../../shaders/record';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { ALIGN, pack } from './pack';

export const recordOp = defineOp<{ readonly k: number; readonly slots: number }>({
  name: 'record',
  infer: ([, , ring]) => ring!,
  lower: ({ inputs: [counter, values, ring], attrs: { k, slots } }, { emit }) => emit(kernel, {}, { k, stride: ALIGN, slots }, [counter!, values!, ring!]),
  inPlace: [[2, 0]],
});
/** The ring [slots·k] with row `counter` mod slots replaced by the k scalars. */
export const record = (counter: Tensor, scalars: readonly Tensor[], ring: Tensor, slots: number): Tensor => {
  const values = pack(scalars.map((tensor, i) => ({ tensor, offset: i * ALIGN })), scalars.length * ALIGN);
  return apply(recordOp, [counter, values, ring], { k: scalars.length, slots });
};
