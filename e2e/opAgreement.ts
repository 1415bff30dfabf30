/** An op on the GPU, with its derivatives, against the oracles. */
import { sizeOf } from '../src/core/shape';
import type { Executor } from '../src/runtime/executor';
import { derivativeOutputs } from './derivatives';
import { planOf, type Values } from './evaluate';
import { draw, variablesOf, type OpCase } from './opCases';
import { stepwise, type Agreement } from './stepwise';

/** `shared`: bit i set where all replicas share input i. */
export const opAgreement = async (gpu: Executor, c: OpCase, seed: number, R: number, shared: number): Promise<Agreement> => {
  const xs = variablesOf(c, shared);
  const plan = planOf(derivativeOutputs(xs, c.apply(xs)), R);
  const values: Values = Object.fromEntries(
    Object.entries(plan.variables).map(([name, t], k) => {
      const spec = name.startsWith('x') ? c.inputs[Number(name.slice(1))]! : { shape: [sizeOf(t.shape)], domain: 'real' as const };
      const all = Array.from({ length: t.replicas }, (_, r) => Array.from(draw(spec, seed + 100 * r + k, false))).flat();
      return [name, t.dtype === 'u32' ? Uint32Array.from(all) : Float64Array.from(all)];
    }),
  );
  return stepwise(gpu, plan, values);
};
