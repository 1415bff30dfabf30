/**
 * transpose: permutes the axes, materialised by a strided copy. `matmul` takes transposed operands as they are: use its flags there.
 */
import { stridedCopy } from '../../shaders/stridedCopy';
import { ShapeError } from '../core/errors';
import { showShape, stridesOf } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

/** stridedCopy walks four axes. */
const MAX_RANK = 4;

export const transposeOp = defineOp<{ readonly axes: readonly number[] }>({
  name: 'transpose',
  infer: ([x], { axes }) => {
    const { shape, dtype } = x!;
    if (shape.length > MAX_RANK) throw new ShapeError('transpose', `${showShape(shape)} has rank ${shape.length}; at most ${MAX_RANK}`);
    if (axes.length !== shape.length || new Set(axes).size !== axes.length || axes.some((a) => !(a in shape)))
      throw new ShapeError('transpose', `axes ${showShape(axes)} are no permutation of the axes of ${showShape(shape)}`);
    return { shape: axes.map((a) => shape[a]!), dtype };
  },
  lower: ({ inputs: [x], outputs: [y], attrs: { axes } }, { emit }) => {
    const strides = stridesOf(x!.shape);
    const pad = MAX_RANK - axes.length;
    const n = (i: number): number => (i < pad ? 1 : y!.shape[i - pad]!);
    const s = (i: number): number => (i < pad ? 0 : strides[axes[i - pad]!]!);
    emit(stridedCopy, { dtype: x!.dtype }, { n0: n(0), n1: n(1), n2: n(2), n3: n(3), s0: s(0), s1: s(1), s2: s(2), s3: s(3), base: 0 }, [
      x!,
      y!,
    ]);
  },
  vjp: ({ attrs: { axes } }, [dy]) => [
    dy
      ? transpose(
          dy,
          axes.map((_, i) => axes.indexOf(i)),
        )
      : null,
  ],
  jvp: ({ attrs: { axes } }, [dx]) => [dx ? transpose(dx, axes) : null],
});
/** y[i_axes[0], i_axes[1], …] = x[i₀, i₁, …]; by default the axes in reverse, as in NumPy. */
export const transpose = (x: Tensor, axes: readonly number[] = x.shape.map((_, i) => x.shape.length - 1 - i)): Tensor =>
  apply(transposeOp, [x], { axes });
