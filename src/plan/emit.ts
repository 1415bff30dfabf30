/** Records what an op's `lower` emits, so that the planner can look at it before deciding. */
import { anyKernel, type Dims, type Kernel, type Options } from '../../shaders/kernel';
import type { Attrs, Emitter, Host, Lowering, Op, Operand } from '../graph/op';
import type { TensorType } from '../graph/tensor';
import { NoRuleError } from '../core/errors';

export interface Emission {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  /** Operand numbers: inputs, then outputs, then scratch tensors. */
  readonly args: readonly Operand[];
  readonly host?: Host;
}

/** What is lowered: a node of the graph, or of the planner's form of it. */
interface Lowered {
  readonly op: Op;
  readonly attrs: Attrs;
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}
const operand = ({ shape, dtype }: TensorType, i: number): Operand => ({ shape, dtype, operand: i });

/** `used`: false for an output that nothing reads; default all are. Throws NoRuleError. */
export const emissionsOf = (
  { op, attrs, inputs, outputs }: Lowered,
  used: readonly boolean[] = outputs.map(() => true),
): readonly Emission[] => {
  const site: Lowering = { inputs: inputs.map(operand), outputs: outputs.map((t, i) => operand(t, inputs.length + i)), attrs, used };
  if (!op.lower) throw new NoRuleError(op.name, 'lower');
  const emissions: Emission[] = [];
  let next = site.inputs.length + site.outputs.length;
  const emitter: Emitter = {
    emit: (kernel, options, dims, args, host) => {
      emissions.push({ kernel: anyKernel(kernel), options, dims, args, ...(host ? { host } : {}) });
    },
    scratch: (type: TensorType) => ({ ...type, operand: next++ }),
  };
  op.lower(site, emitter);
  return emissions;
};
