/**
 * Leaves of a graph.
 *
 * variable   a named tensor that outlives the plan: parameters, optimiser state, data, hyperparameters, the step counter.
 *            `perReplica`: each replica has its own; otherwise all share one.
 * constant   a scalar literal, f32 or u32; becomes a literal in the kernels that use it.
 */
import type { DType } from '../../shaders/kernel';
import type { Shape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';

export type VariableAttrs = { readonly name: string; readonly shape: Shape; readonly dtype: DType; readonly perReplica: boolean };
export const variableOp = defineOp<VariableAttrs>({
  name: 'variable',
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  vjp: () => [],
  jvp: () => [null],
});
/** A named tensor. Two variables of one name in one graph are the same tensor and must agree in shape and dtype. */
export const variable = (name: string, shape: Shape, o: { readonly dtype?: DType; readonly perReplica?: boolean } = {}): Tensor =>
  apply(variableOp, [], { name, shape, dtype: o.dtype ?? 'f32', perReplica: o.perReplica ?? true });

export type ConstantAttrs = { readonly value: number; readonly dtype: DType };
export const constantOp = defineOp<ConstantAttrs>({
  name: 'constant',
  infer: (_, { dtype }) => ({ shape: [], dtype }),
  vjp: () => [],
  jvp: () => [null],
});
/** A scalar. f32 values are rounded to the nearest f32. */
export const constant = (value: number, dtype: DType = 'f32'): Tensor =>
  apply(constantOp, [], { value: dtype === 'f32' ? Math.fround(value) : value >>> 0, dtype });
