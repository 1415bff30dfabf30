/**
 * Products of the tangent kernel with a vector, without the kernel: Θ(a, b)v = J_a(J_bᵀv), reverse mode over b and forward mode over a. Time and memory
 * grow with the number of examples, not with its square. Sums over all parameters, examples of b and outputs.
 */
import { cotangents, tangents } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import { inputVariable, unpack, type Model } from '../models/index';
import { add, mul, variable } from '../ops/index';
import { plan } from '../plan/index';
import type { Executor, HostArray } from '../runtime/executor';
import { writeUsed } from '../runtime/host';
import { requireCount, requireVariables, rowsAt, type Extra } from './blocks';
import type { Examples } from './ntkBlocks';

export interface NtkVectorOptions {
  /** Examples at a time. Default 256. */
  readonly block?: number;
  /** Values of the other variables that the model depends on, by name. */
  readonly variables?: Extra;
}

/** Plans of one block: `back` adds J_bᵀv of the examples that count to u [layout.total], which stays on the device; `forward` gives J_a u [block, outputs]. */
const plansOf = (model: Model, block: number, maxBindings: number) => {
  const theta = variable('theta', [model.layout.total]);
  const output = model.apply(unpack(model.layout, theta), inputVariable('x', model, block));
  const v = mul(variable('v', [block, model.outputs]), variable('live', [block, 1]));
  const u = variable('u', [model.layout.total]);
  const [pulled] = cotangents([output], [v], [theta]);
  const [moved] = tangents([output], [theta], [u]);
  return {
    back: plan({ name: 'ntk back', updates: [[u, add(u, pulled!)]], maxBindings }),
    forward: plan({ name: 'ntk forward', outputs: { out: moved! }, maxBindings }),
  };
};

/**
 * Θ(a, b)v, [a.n, outputs] row-major, for v [b.n, outputs]. `theta`: the model's flat vector. Needs no per-example rules. Throws ConfigError for sizes that do
 * not fit and variables without values, MemoryError where a block does not fit the adapter.
 */
export const ntkVector = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  a: Examples,
  b: Examples,
  v: HostArray,
  options: NtkVectorOptions = {},
): Promise<Float64Array> => {
  const { block = Math.min(256, Math.max(a.n, b.n)), variables = {} } = options;
  const [d, k] = [sizeOf(model.input), model.outputs];
  requireCount('ntkVector', 'block', block);
  for (const [name, data, count] of [
    ['the first set', a.x, a.n * d],
    ['the second set', b.x, b.n * d],
    ['v', v, b.n * k],
    ['theta', theta, model.layout.total],
  ] as const)
    if (data.length !== count || count < 1) throw new ConfigError(`ntkVector: ${name} has ${data.length} values, must have ${count}`);
  const plans = plansOf(model, block, executor.maxBindings);
  for (const p of Object.values(plans)) requireVariables('ntkVector', p, ['theta', 'x', 'v', 'live', 'u', ...Object.keys(variables)]);
  using session = await executor.open(plans);
  writeUsed(session, { ...variables, theta, u: new Float32Array(model.layout.total) });
  for (let first = 0; first < b.n; first += block) {
    const live = Float32Array.from({ length: block }, (_, i) => Number(first + i < b.n));
    writeUsed(session, { x: rowsAt(b.x, b.n, d, first, block), v: rowsAt(v, b.n, k, first, block), live });
    await session.run('back');
  }
  const out = new Float64Array(a.n * k);
  for (let first = 0; first < a.n; first += block) {
    writeUsed(session, { x: rowsAt(a.x, a.n, d, first, block) });
    out.set((await session.run('forward'))['out']!.data.subarray(0, (a.n - first) * k), first * k);
  }
  return out;
};
