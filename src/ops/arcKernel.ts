/**
 * One layer of the infinite-width recursion (shaders/arcKernel.ts): Σˡ and Θˡ between two sets of inputs from Σˡ⁻¹ and Θˡ⁻¹, and the values Σˡ(x, x).
 * A measurement, not part of a model: no derivatives.
 */
import {
  arcKernel as kernel,
  arcKernelDiagonal as diagonalKernel,
  type ArcDiagonalOptions,
  type ArcOptions,
} from '../../shaders/arcKernel';
import { ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, applyAll, type Tensor, type TensorType } from '../graph/tensor';

const requireF32 = (op: string, tensors: readonly TensorType[]): void =>
  tensors.forEach(({ dtype }, i) => {
    if (dtype !== 'f32') throw new ShapeError(op, `argument ${i} is ${dtype}, must be f32`);
  });
const requireHyper = (op: string, { shape }: TensorType): void => {
  if (!sameShape(shape, [2])) throw new ShapeError(op, `hyper is ${showShape(shape)}; it must be [2]: the variances of weights and biases`);
};

export const arcKernelOp = defineOp<ArcOptions>({
  name: 'arcKernel',
  infer: (inputs, { self }) => {
    requireF32('arcKernel', inputs);
    const [k, theta, qa, qb] = inputs.map((t) => t.shape);
    requireHyper('arcKernel', inputs[4]!);
    const [n = 0, m = 0] = k!;
    const fits = k!.length === 2 && sameShape(theta!, k!) && sameShape(qa!, [n]) && sameShape(qb!, [m]);
    const given = [k!, theta!, qa!, qb!].map(showShape);
    if (!fits)
      throw new ShapeError(
        'arcKernel',
        `kernels are ${given[0]} and ${given[1]}, diagonals ${given[2]} and ${given[3]}; they must be [n,m] twice, [n] and [m]`,
      );
    if (self && n !== m) throw new ShapeError('arcKernel', `the kernel is ${showShape(k!)}; of one set with itself it must be square`);
    const out = { shape: k!, dtype: 'f32' } as const;
    return [out, out];
  },
  lower: ({ inputs, outputs, attrs }, { emit }) => {
    const [n, m] = inputs[0]!.shape as [number, number];
    emit(kernel, attrs, { n, m }, [...inputs, ...outputs]);
  },
});
export interface ArcPair {
  readonly nngp: Tensor;
  readonly ntk: Tensor;
}
/** `k`, `theta` [n,m]; `qa` [n], `qb` [m]: Σˡ⁻¹ of each input with itself; `hyper` [2]: σw², σb². `self`: both sets are one. */
export const arcKernel = (k: Tensor, theta: Tensor, qa: Tensor, qb: Tensor, hyper: Tensor, options: ArcOptions): ArcPair => {
  const [nngp, ntk] = applyAll(arcKernelOp, [k, theta, qa, qb, hyper], options);
  return { nngp: nngp!, ntk: ntk! };
};

export const arcKernelDiagonalOp = defineOp<ArcDiagonalOptions>({
  name: 'arcKernelDiagonal',
  infer: ([q, hyper]) => {
    requireF32('arcKernelDiagonal', [q!, hyper!]);
    requireHyper('arcKernelDiagonal', hyper!);
    if (q!.shape.length !== 1) throw new ShapeError('arcKernelDiagonal', `q is ${showShape(q!.shape)}; it must have one axis`);
    return { shape: q!.shape, dtype: 'f32' };
  },
  lower: ({ inputs: [q, hyper], outputs: [y], attrs }, { emit }) => emit(diagonalKernel, attrs, { n: q!.shape[0]! }, [q!, hyper!, y!]),
});
/** Σˡ(x, x) of every input from Σˡ⁻¹(x, x): `q` [n], `hyper` [2]. */
export const arcKernelDiagonal = (q: Tensor, hyper: Tensor, options: ArcDiagonalOptions): Tensor =>
  apply(arcKernelDiagonalOp, [q, hyper], options);
