/**
 * Random tensors, counter-based: a draw depends on (seed, use, step, element) alone, so replicas, restarts and the host agree bit for bit.
 * `key` is u32 [2]: seed and step; `use` tells streams of one seed apart (USE in core/random.ts). Not differentiable.
 */
import { normal as normalKernel } from '../../shaders/normal';
import { batchIndicesKernel } from '../../shaders/permutation';
import { uniform as uniformKernel } from '../../shaders/uniform';
import { ShapeError } from '../core/errors';
import { sameShape, showShape, sizeOf, type Shape } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

type DrawAttrs = { readonly shape: Shape; readonly use: number };
const drawOp = (name: string, kernel: typeof uniformKernel): Op =>
  defineOp<DrawAttrs>({
    name,
    infer: ([key], { shape }) => {
      if (key!.dtype !== 'u32' || !sameShape(key!.shape, [2]))
        throw new ShapeError(name, `the key is ${key!.dtype} ${showShape(key!.shape)}; it must be u32 [2]: seed and step`);
      return { shape, dtype: 'f32' };
    },
    lower: ({ inputs: [key], outputs: [y], attrs: { shape, use } }, { emit }) =>
      emit(kernel, {}, { n: sizeOf(shape), useId: use }, [key!, y!]),
    vjp: () => [null],
    jvp: () => [null],
  });
export const uniformOp = drawOp('uniform', uniformKernel);
export const normalOp = drawOp('normal', normalKernel);
/** Uniform on [0, 1), multiples of 2⁻²⁴. */
export const uniform = (key: Tensor, shape: Shape, use: number): Tensor => apply(uniformOp, [key], { shape, use });
/** Standard normal. */
export const normal = (key: Tensor, shape: Shape, use: number): Tensor => apply(normalOp, [key], { shape, use });

export const batchIndicesOp = defineOp<{ readonly n: number; readonly batch: number }>({
  name: 'batchIndices',
  infer: ([step, seed], { n, batch }) => {
    for (const t of [step!, seed!])
      if (t.dtype !== 'u32' || sizeOf(t.shape) !== 1)
        throw new ShapeError('batchIndices', `step and seed must be u32 scalars, got ${t.dtype} ${showShape(t.shape)}`);
    if (!(batch >= 1 && batch <= n)) throw new ShapeError('batchIndices', `a batch of ${batch} from ${n} examples`);
    return { shape: [batch], dtype: 'u32' };
  },
  lower: ({ inputs: [step, seed], outputs: [y], attrs: { n, batch } }, { emit }) =>
    emit(batchIndicesKernel, {}, { n, B: batch }, [step!, seed!, y!]),
  vjp: () => [null, null],
  jvp: () => [null],
});
/** u32 [batch]: the examples of minibatch number `step`, without replacement within an epoch of ⌊n/batch⌋ batches. */
export const batchIndices = (step: Tensor, seed: Tensor, n: number, batch: number): Tensor =>
  apply(batchIndicesOp, [step, seed], { n, batch });
