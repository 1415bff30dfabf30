/**
 * unfold and fold: sequences [n·L, C] ↔ the rows [n·T, size·C] of their windows; see shaders/unfold.ts. T = ⌊(L + 2·padding − size)/stride⌋ + 1.
 * Each is the other's transpose, and so its vjp. Sequences lie position after position in rows, as the product with weights wants them.
 *
 * Throws ShapeError where the rows are no whole number of sequences, or not one window fits.
 */
import { fold as foldKernel } from '../../shaders/fold';
import { IDENTITY } from '../../shaders/program';
import { unfold as unfoldKernel, type WindowDims } from '../../shaders/unfold';
import type { Dims } from '../../shaders/kernel';
import { ShapeError } from '../core/errors';
import { showShape } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor, type TensorType } from '../graph/tensor';
import { reshape } from './reshape';

export interface Windows {
  /** Positions of a window. */
  readonly size: number;
  /** Positions from the start of one to the next. Default 1. */
  readonly stride?: number;
  /** Zeros before the first position and after the last. Default 0. */
  readonly padding?: number;
}
/** `length`: positions of a sequence. */
type WindowAttrs = Required<Windows> & { readonly length: number };

/** Windows of a sequence of `length`; 0 or less where none fits. */
export const windowCount = (length: number, { size, stride = 1, padding = 0 }: Windows): number =>
  Math.floor((length + 2 * padding - size) / stride) + 1;

const whole = (low: number, ...xs: readonly number[]): boolean => xs.every((x) => Number.isInteger(x) && x >= low);
/** Kernel dims from [rows, columns] of either side. */
const measure = (op: string, { shape, dtype }: TensorType, attrs: WindowAttrs, folded: boolean): Dims<WindowDims> => {
  const { length: L, size: k, stride, padding: pad } = attrs;
  if (!whole(1, L, k, stride) || !whole(0, pad))
    throw new ShapeError(
      op,
      `windows of ${k} with stride ${stride} and padding ${pad} over ${L} positions: these must be positive integers, the padding may be 0`,
    );
  const T = windowCount(L, attrs);
  if (T < 1) throw new ShapeError(op, `a window of ${k} positions does not fit into ${L} with ${pad} zeros on both sides`);
  const [rows = 0, columns = 0] = shape;
  const [perSequence, perRow] = folded ? [T, k] : [L, 1];
  if (dtype !== 'f32' || shape.length !== 2 || rows % perSequence !== 0 || columns % perRow !== 0)
    throw new ShapeError(
      op,
      `the source is ${dtype} ${showShape(shape)}; it must be f32 [sequences·${perSequence}, channels${folded ? `·${k}` : ''}]`,
    );
  return { n: rows / perSequence, L, C: columns / perRow, T, k, stride, pad };
};

export const unfoldOp: Op = defineOp<WindowAttrs>({
  name: 'unfold',
  infer: ([x], attrs) => {
    const { n, T, k, C } = measure('unfold', x!, attrs, false);
    return { shape: [n * T, k * C], dtype: 'f32' };
  },
  lower: ({ inputs: [x], outputs: [y], attrs }, { emit }) => {
    const dims = measure('unfold', x!, attrs, false);
    emit(unfoldKernel, { vec4: dims.C % 4 === 0 }, dims, [x!, y!]);
  },
  vjp: ({ attrs }, [dy]) => [dy ? apply(foldOp, [dy], attrs) : null],
  jvp: ({ attrs }, [dx]) => [dx ? apply(unfoldOp, [dx], attrs) : null],
});

export const foldOp: Op = defineOp<WindowAttrs>({
  name: 'fold',
  infer: ([y], attrs) => {
    const { n, L, C } = measure('fold', y!, attrs, true);
    return { shape: [n * L, C], dtype: 'f32' };
  },
  lower: ({ inputs: [y], outputs: [x], attrs }, { emit }) => {
    const dims = measure('fold', y!, attrs, true);
    emit(foldKernel, { vec4: dims.C % 4 === 0, epilogue: IDENTITY }, dims, [y!, x!], { epilogue: 1 });
  },
  vjp: ({ attrs }, [dx]) => [dx ? apply(unfoldOp, [dx], attrs) : null],
  jvp: ({ attrs }, [dy]) => [dy ? apply(foldOp, [dy], attrs) : null],
});

const attrsOf = (length: number, { size, stride = 1, padding = 0 }: Windows): WindowAttrs => ({ length, size, stride, padding });
/** The windows of sequences of `length`: [n·length, C] → [n·T, size·C], columns by position, then channel. A view where they tile the sequence. */
export const unfold = (x: Tensor, length: number, windows: Windows): Tensor => {
  const { size, stride = 1, padding = 0 } = windows;
  if (x.shape.length === 2 && size === stride && padding === 0 && length % size === 0 && x.shape[0]! % size === 0)
    return reshape(x, [x.shape[0]! / size, size * x.shape[1]!]);
  return apply(unfoldOp, [x], attrsOf(length, windows));
};
/** Sums windows back into sequences of `length`: [n·T, size·C] → [n·length, C]. */
export const fold = (y: Tensor, length: number, windows: Windows): Tensor => apply(foldOp, [y], attrsOf(length, windows));
