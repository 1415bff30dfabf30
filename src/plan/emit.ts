/** Records what an op's `lower` emits, so that the planner can look at it before deciding. */
import { anyKernel, type Dims, type Kernel, type Options } from '../../shaders/kernel';
import type { Emitter, Host, Lowering, Operand } from '../graph/op';
import type { TensorType } from '../graph/tensor';
import { NoRuleError } from '../core/errors';
import type { INode } from './ir';

export interface Emission {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  /** Operand numbers: inputs, then outputs, then scratch tensors. */
  readonly args: readonly Operand[];
  readonly host?: Host;
}

export const record = (node: INode, site: Lowering): readonly Emission[] => {
  if (!node.op.lower) throw new NoRuleError(node.op.name, 'lower');
  const emissions: Emission[] = [];
  let next = site.inputs.length + site.outputs.length;
  const emitter: Emitter = {
    emit: (kernel, options, dims, args, host) => {
      emissions.push({ kernel: anyKernel(kernel), options, dims, args, ...(host ? { host } : {}) });
    },
    scratch: (type: TensorType) => ({ ...type, operand: next++ }),
  };
  node.op.lower(site, emitter);
  return emissions;
};
