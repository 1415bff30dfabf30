/** Functions on typed arrays from functions on symbolic tensors: trace once, plan once, run often. */
import { ConfigError } from '../core/errors';
import type { DType } from '../../shaders/kernel';
import type { Shape } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/leaf';
import { plan, type Plan } from '../plan/index';
import type { Executor, HostArray } from './executor';

/** A shape, of f32; or with its element type. */
export type InputSpec = Shape | { readonly shape: Shape; readonly dtype: DType };
const isShape = (s: InputSpec): s is Shape => Array.isArray(s);

export interface Compiled<I extends string, O extends string> {
  /** Row-major values in, row-major values out. Throws ConfigError for a missing input or a wrong length. */
  (inputs: Readonly<Record<I, HostArray>>): Promise<Readonly<Record<O, HostArray>>>;
  readonly plan: Plan;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Plans `f` for inputs of fixed shapes. `f` gets symbolic tensors by name and returns named tensors; use `grad`, `jvp` and `hvp` inside.
 * Throws ShapeError where shapes do not fit, MemoryError where the adapter cannot hold it.
 */
export const compile = async <I extends string, O extends string>(
  executor: Executor,
  inputs: Readonly<Record<I, InputSpec>>,
  f: (x: Readonly<Record<I, Tensor>>) => Readonly<Record<O, Tensor>>,
): Promise<Compiled<I, O>> => {
  const entries = Object.entries(inputs) as [I, InputSpec][];
  const symbols = Object.fromEntries(
    entries.map(([name, s]) => [name, isShape(s) ? variable(name, s) : variable(name, s.shape, { dtype: s.dtype })]),
  ) as Record<I, Tensor>;
  const planned = plan({ name: 'compiled', outputs: f(symbols), maxBindings: executor.maxBindings });
  const session = await executor.open({ compiled: planned });
  const call = async (values: Readonly<Record<I, HostArray>>): Promise<Readonly<Record<O, HostArray>>> => {
    for (const [name] of entries) {
      const data = values[name] as HostArray | undefined;
      if (!data) throw new ConfigError(`the input '${name}' is missing; the function takes ${entries.map(([n]) => n).join(', ')}`);
      if (name in planned.variables) session.write(name, data);
    }
    const results = await session.run('compiled');
    return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data])) as Record<O, HostArray>;
  };
  const dispose = (): void => session.dispose();
  return Object.assign(call, { plan: planned, dispose, [Symbol.dispose]: dispose });
};
