/**
 * pack and slice: several tensors in one flat buffer, and views of its parts. A model's parameters lie in one such buffer, so that
 * the optimiser, the norms and the checkpoint see one tensor; their gradients are written straight into another.
 *
 * slice   elements [offset, offset + size) of x read in row-major order, under a shape.    vjp: pack.
 * pack    [total] with each part at its offset, 0 elsewhere.                              vjp: slices.
 *
 * Offsets that are multiples of ALIGN elements make slices views and let the producers of parts write in place; others are copied.
 */
import { stridedCopy } from '../../shaders/stridedCopy';
import { ShapeError } from '../core/errors';
import { showShape, sizeOf, type Shape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

/** 256 bytes: WebGPU's storage-buffer offset alignment, in elements. */
export const ALIGN = 64;
export const alignUp = (n: number): number => Math.ceil(n / ALIGN) * ALIGN;

export const sliceOp = defineOp<{ readonly offset: number; readonly shape: Shape }>({
  name: 'slice',
  infer: ([x], { offset, shape }) => {
    const total = sizeOf(x!.shape);
    if (!(offset >= 0 && offset + sizeOf(shape) <= total))
      throw new ShapeError('slice', `elements ${offset}…${offset + sizeOf(shape)} of ${showShape(x!.shape)}, which has ${total}`);
    return { shape, dtype: x!.dtype };
  },
  // Only where the offset is unaligned; otherwise the planner makes a view.
  lower: ({ inputs: [x], outputs: [y], attrs: { offset, shape } }, { emit }) =>
    emit(stridedCopy, { dtype: x!.dtype }, { n0: 1, n1: 1, n2: 1, n3: sizeOf(shape), s0: 0, s1: 0, s2: 0, s3: 1, base: offset }, [x!, y!]),
  vjp: ({ inputs: [x], attrs: { offset } }, [dy]) => [dy ? unflatten(pack([{ tensor: dy, offset }], sizeOf(x!.shape)), x!.shape) : null],
  jvp: ({ attrs: { offset, shape } }, [dx]) => [dx ? slice(dx, offset, shape) : null],
});
export const slice = (x: Tensor, offset: number, shape: Shape): Tensor => apply(sliceOp, [x], { offset, shape });
/** A reshape written as a slice, so that this file stands on its own. */
const unflatten = (x: Tensor, shape: Shape): Tensor => (shape.length === 1 ? x : slice(x, 0, shape));

export interface Part {
  readonly tensor: Tensor;
  readonly offset: number;
}
export const packOp = defineOp<{ readonly offsets: readonly number[]; readonly total: number }>({
  name: 'pack',
  infer: (parts, { offsets, total }) => {
    let end = 0;
    parts.forEach((p, i) => {
      if (p.dtype !== parts[0]!.dtype) throw new ShapeError('pack', `part ${i} is ${p.dtype}, part 0 is ${parts[0]!.dtype}`);
      if (offsets[i]! < end)
        throw new ShapeError(
          'pack',
          `part ${i} ${showShape(p.shape)} starts at ${offsets[i]!}, before the end ${end} of the part before it`,
        );
      end = offsets[i]! + sizeOf(p.shape);
    });
    if (end > total) throw new ShapeError('pack', `the parts end at ${end}, beyond the total of ${total}`);
    return { shape: [total], dtype: parts[0]!.dtype };
  },
  vjp: ({ inputs, attrs: { offsets } }, [dy]) => inputs.map((x, i) => (dy ? slice(dy, offsets[i]!, x.shape) : null)),
  jvp: ({ attrs: { offsets, total } }, tangents) => {
    const parts = tangents.flatMap((t, i) => (t ? [{ tensor: t, offset: offsets[i]! }] : []));
    return [parts.length > 0 ? pack(parts, total) : null];
  },
});
/** Parts may come in any order; they must not overlap. */
export const pack = (parts: readonly Part[], total: number): Tensor => {
  const sorted = parts.toSorted((a, b) => a.offset - b.offset);
  return apply(
    packOp,
    sorted.map((p) => p.tensor),
    { offsets: sorted.map((p) => p.offset), total },
  );
};

const partsOf = ({ node }: Tensor): readonly Part[] =>
  node.inputs.map((tensor, i) => ({ tensor, offset: (node.attrs['offsets'] as readonly number[])[i]! }));
/** The sum of two tensors where both are packs of disjoint parts: one pack, no arithmetic. Otherwise undefined. */
export const mergePacks = (a: Tensor, b: Tensor): Tensor | undefined => {
  if (a.node.op !== packOp || b.node.op !== packOp || a.shape[0] !== b.shape[0]) return undefined;
  const parts = [...partsOf(a), ...partsOf(b)].toSorted((x, y) => x.offset - y.offset);
  const disjoint = parts.every((p, i) => i === 0 || parts[i - 1]!.offset + sizeOf(parts[i - 1]!.tensor.shape) <= p.offset);
  return disjoint ? pack(parts, a.shape[0]!) : undefined;
};
