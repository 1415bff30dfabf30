/** What a model is: a layout of parameters and a function on symbolic tensors. */
import type { DType } from '../../shaders/kernel';
import type { Tensor } from '../graph/tensor';
import { gelu } from '../ops/gelu';
import { variable } from '../ops/leaf';
import { relu, sigmoid, tanh, erf } from '../ops/pointwise';
import type { Layout, Parameters } from './layout';

export interface Model {
  readonly name: string;
  readonly layout: Layout;
  /** Shape of one example. */
  readonly input: readonly number[];
  /** u32 where examples are tokens. Default f32. */
  readonly inputType?: DType;
  /** Outputs per example; of a model that reads out at every position, per position. */
  readonly outputs: number;
  /** [n, …input] → [n, outputs], or [n, positions, outputs]. */
  readonly apply: (params: Parameters, x: Tensor) => Tensor;
}

/** gelu is the tanh form, jax.nn.gelu's default; geluErf the exact one, torch.nn.GELU's default. relu has the derivative 0 at 0, as in both. */
export type Activation = 'relu' | 'tanh' | 'sigmoid' | 'gelu' | 'geluErf' | 'erf' | 'identity';
/** The variable `name` that holds n of a model's inputs, [n, …input]. */
export const inputVariable = (name: string, model: Pick<Model, 'input' | 'inputType'>, n: number, perReplica = true): Tensor =>
  variable(name, [n, ...model.input], { dtype: model.inputType ?? 'f32', perReplica });

export const activate = (kind: Activation, x: Tensor): Tensor => {
  switch (kind) {
    case 'relu':
      return relu(x);
    case 'tanh':
      return tanh(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'gelu':
      return gelu(x);
    case 'geluErf':
      return gelu(x, { approximate: 'none' });
    case 'erf':
      return erf(x);
    case 'identity':
      return x;
  }
};
