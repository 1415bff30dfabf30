/**
 * Sharpness: the curvature of a loss along its steepest direction, by power iteration v ← Hv/‖Hv‖. Hv is forward over reverse, so no Hessian is
 * stored. What is given is the Rayleigh quotient vᵀHv of the last v, never above λmax, and the residual ‖Hv − λv‖/|λ|: some eigenvalue of H lies
 * within λ·(1 ± residual).
 */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import { inputVariable, unpack, type Model } from '../models/index';
import { squaredNorm, variable } from '../ops/index';
import { plan, type Plan } from '../plan/index';
import { metric, type Executor, type HostArray } from '../runtime/executor';
import { powerIterations } from '../runtime/sharpness';
import { targetVariable, type Objective, type TrainerData } from '../runtime/trainer';

export interface Curvature {
  /** vᵀHv: at most λmax. */ readonly value: number;
  /** ‖Hv − λv‖/|λ|. */ readonly residual: number;
}
export interface CurvatureOptions {
  /** Models whose vectors lie in `theta` one after another. Default 1. */ readonly replicas?: number;
  /** Default 30. */ readonly iterations?: number;
  /** Of the first v. Default 0. */ readonly seed?: number;
}

const iteration = (model: Model, loss: Objective, data: TrainerData, replicas: number, maxBindings: number): Plan => {
  const [theta, v] = [variable('theta', [model.layout.total]), variable('v', [model.layout.total])];
  const params = unpack(model.layout, theta);
  const value = loss(
    model.apply(params, inputVariable('x', model, data.n, data.xPerReplica ?? false)),
    targetVariable('y', data, data.yPerReplica ?? false),
  );
  const { eigenvalue, product, next } = powerIterations(value, model.layout, params, v, 1);
  return plan({
    name: 'curvature',
    replicas,
    maxBindings,
    updates: [[v, next]],
    metrics: { rayleigh: eigenvalue, square: squaredNorm(product) },
  });
};

/** A direction of each replica, zero between parameters, the same for all. */
const start = (model: Model, replicas: number, seed: number): Float32Array => {
  const v = new Float32Array(model.layout.total);
  const { normal } = stream(seed, USE.probe);
  for (const p of model.layout.parameters) for (let i = p.offset; i < p.offset + p.size; i++) v[i] = normal(i);
  return Float32Array.from({ length: replicas * v.length }, (_, i) => v[i % v.length]!);
};

/**
 * Of the loss on the whole set (mean or sum as `loss` is), for each model in `theta`. Throws ConfigError for fewer than one iteration, NoRuleError
 * where an op has no second derivative, MemoryError where it does not fit.
 */
export const dominantCurvature = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  o: CurvatureOptions = {},
): Promise<readonly Curvature[]> => {
  const { replicas = 1, iterations = 30, seed = 0 } = o;
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new ConfigError(`dominantCurvature: ${iterations} iterations; at least 1 is needed`);
  using session = await executor.open({ step: iteration(model, loss, data, replicas, executor.maxBindings) });
  for (const [name, values] of Object.entries({ theta, x: data.x, y: data.y, v: start(model, replicas, seed) }))
    if (name in session.plans['step']!.variables) session.write(name, values);
  let last: readonly Curvature[] = [];
  for await (const b of session.train({ step: 'step', steps: iterations })) {
    const row = b.steps.length - 1;
    last = Array.from({ length: replicas }, (_, r) => {
      const value = metric(b, row, 'rayleigh', r);
      return { value, residual: Math.sqrt(Math.max(0, metric(b, row, 'square', r) - value * value)) / Math.abs(value) };
    });
  }
  return last;
};
