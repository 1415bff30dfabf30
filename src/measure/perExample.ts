/** What each example's gradient says: norms and inner products, for a model, its parameters and a set of examples. */
import { MemoryError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { unpack, type Model } from '../models/index';
import { gram, mul, sqrt, variable } from '../ops/index';
import { plan } from '../plan/index';
import type { Executor, HostArray } from '../runtime/executor';
import type { Objective, TrainerData } from '../runtime/trainer';
import { layersOfMean, squaredExampleNorms } from './gradientNoise';
import type { Kernel } from './ntk';

/** Largest Gram matrix, in bytes. */
const GIB = 2 ** 30;

/** Evaluates a function of the loss's layers on the whole set. `loss`: a mean over examples. */
const evaluate = async (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData, f: (layers: ReturnType<typeof layersOfMean>) => Tensor): Promise<HostArray> => {
  const params = unpack(model.layout, variable('theta', [model.layout.total]));
  const y = variable('y', [data.n, ...data.target], { dtype: data.target.length === 0 ? 'u32' : 'f32' });
  const value = loss(model.apply(params, variable('x', [data.n, ...model.input])), y);
  const planned = plan({ name: 'per example', outputs: { out: f(layersOfMean(value, params, data.n)) }, maxBindings: executor.maxBindings });
  using session = await executor.open({ run: planned });
  for (const [name, v] of Object.entries({ theta, x: data.x, y: data.y })) if (name in planned.variables) session.write(name, v);
  return (await session.run('run'))['out']!.data;
};

/**
 * ‖g_i‖, [n], g_i the gradient of example i's own loss over all parameters. `theta`: the model's flat vector. `loss`: a mean over examples, such as
 * crossEntropy. Throws NoRuleError where the model applies a parameter by an op without a per-example rule, MemoryError where it does not fit.
 */
export const perExampleNorms = (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData): Promise<HostArray> =>
  evaluate(executor, model, theta, loss, data, (layers) => sqrt(squaredExampleNorms(layers, data.n)));

/** ⟨g_i, g_j⟩, n × n, a sum over all parameters; as perExampleNorms. */
export const perExampleGram = async (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData): Promise<Kernel> => {
  const { n } = data;
  if (4 * n * n > GIB) throw new MemoryError(4 * n * n, GIB, `perExampleGram: ${n} examples give a matrix of ${4 * n * n} bytes, ${GIB} are allowed: take at most ${Math.floor(Math.sqrt(GIB / 4))}. Nothing was allocated`);
  const out = await evaluate(executor, model, theta, loss, data, (layers) => mul(layers.reduce<Tensor | undefined>((total, l) => gram(l, l, total), undefined)!, n * n));
  return { rows: n, cols: n, data: out as Kernel['data'] };
};
