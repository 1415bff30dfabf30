/** What a model is: a layout of parameters and a function on symbolic tensors. */
import type { Tensor } from '../graph/tensor';
import { erf, relu, sigmoid, tanh } from '../ops/pointwise';
import type { Layout, Parameters } from './layout';

export interface Model {
  readonly name: string;
  readonly layout: Layout;
  /** Shape of one example. */
  readonly input: readonly number[];
  /** Outputs per example. */
  readonly outputs: number;
  /** [n, …input] → [n, outputs]. */
  readonly apply: (params: Parameters, x: Tensor) => Tensor;
}

export type Activation = 'relu' | 'tanh' | 'sigmoid' | 'erf' | 'identity';
export const activate = (kind: Activation, x: Tensor): Tensor => {
  switch (kind) {
    case 'relu': return relu(x);
    case 'tanh': return tanh(x);
    case 'sigmoid': return sigmoid(x);
    case 'erf': return erf(x);
    case 'identity': return x;
  }
};
