/**
 * gather: y[i, …] = x[index[i], …] for x [V, …] and u32 index [n]. scatterAdd is its transpose: z[v, …] = Σ_{i: index[i]=v} x[i, …], in the
 * order of i, without atomics. Each is the other's vjp.
 *
 * An index out of range gives a row of NaN (f32) or 2³²−1 (u32); scatterAdd passes over it, and so the cotangent there is 0.
 */
import { gather as gatherKernel } from '../../shaders/gather';
import { scatterAdd as scatterKernel } from '../../shaders/scatterAdd';
import { ShapeError } from '../core/errors';
import { showShape, sizeOf } from '../core/shape';
import { defineOp, type Op } from '../graph/op';
import { apply, type Tensor, type TensorType } from '../graph/tensor';
import { reshape } from './reshape';

const checkIndex = (op: string, index: TensorType): number => {
  if (index.dtype !== 'u32' || index.shape.length !== 1)
    throw new ShapeError(op, `the index is ${index.dtype} ${showShape(index.shape)}; it must be u32 with one axis`);
  return index.shape[0]!;
};

export const gatherOp: Op = defineOp<{ readonly missing: 'nan' | 'zero' }>({
  name: 'gather',
  infer: ([x, index]) => {
    const n = checkIndex('gather', index!);
    if (x!.shape.length === 0) throw new ShapeError('gather', 'the source is a scalar; it needs a first axis to index');
    return { shape: [n, ...x!.shape.slice(1)], dtype: x!.dtype };
  },
  lower: ({ inputs: [x, index], outputs: [y], attrs: { missing } }, { emit }) => {
    const D = sizeOf(x!.shape.slice(1));
    emit(gatherKernel, { dtype: x!.dtype, missing, vec4: D % 4 === 0 }, { n: index!.shape[0]!, D, V: x!.shape[0]! }, [x!, index!, y!]);
  },
  vjp: ({ inputs: [x, index] }, [dy]) => [dy && x!.dtype === 'f32' ? scatterAdd(dy, index!, x!.shape[0]!) : null, null],
  perExample: ({ inputs: [x, index] }, input) => (input === 0 && x!.shape.length === 2 ? { kind: 'lookup', index: index! } : null),
  jvp: ({ inputs: [, index], attrs }, [dx]) => [dx ? apply(gatherOp, [dx, index!], attrs) : null],
});
export const gather = (x: Tensor, index: Tensor): Tensor => apply(gatherOp, [x, index], { missing: 'nan' });
/** Rows of a table [V, d] by u32 tokens of any shape: [n, T] gives [n, T, d]. A token beyond the table gives NaN. */
export const embedding = (table: Tensor, tokens: Tensor): Tensor =>
  reshape(gather(table, reshape(tokens, [sizeOf(tokens.shape)])), [...tokens.shape, ...table.shape.slice(1)]);

export const scatterAddOp = defineOp<{ readonly rows: number }>({
  name: 'scatterAdd',
  infer: ([x, index], { rows }) => {
    const n = checkIndex('scatterAdd', index!);
    if (x!.shape[0] !== n || x!.dtype !== 'f32')
      throw new ShapeError(
        'scatterAdd',
        `the source is ${x!.dtype} ${showShape(x!.shape)}, the index ${showShape(index!.shape)}: the first axes must agree`,
      );
    return { shape: [rows, ...x!.shape.slice(1)], dtype: 'f32' };
  },
  lower: ({ inputs: [x, index], outputs: [y] }, { emit }) => {
    const D = sizeOf(x!.shape.slice(1));
    emit(scatterKernel, { vec4: D % 4 === 0 }, { n: index!.shape[0]!, D, V: y!.shape[0]! }, [index!, x!, y!]);
  },
  vjp: ({ inputs: [, index] }, [dy]) => [dy ? apply(gatherOp, [dy, index!], { missing: 'zero' }) : null, null],
  jvp: ({ inputs: [, index], attrs: { rows } }, [dx]) => [dx ? scatterAdd(dx, index!, rows) : null],
});
/** Sums rows of x into `rows` rows by index. */
export const scatterAdd = (x: Tensor, index: Tensor, rows: number): Tensor => apply(scatterAddOp, [x, index], { rows });
