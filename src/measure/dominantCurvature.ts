/**
 * Sharpness: the curvature of a loss along its steepest direction, by power iteration v ← Hv/‖Hv‖. Hv is forward over reverse, so no Hessian is
 * stored. What is given is the Rayleigh quotient vᵀHv of the last v, never above λmax, and the residual ‖Hv − λv‖/|λ|: some eigenvalue of H lies
 * within λ·(1 ± residual).
 */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';
import { inputVariable, unpack, type Model } from '../models/index';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/index';
import { plan, type Plan } from '../plan/index';
import { writeUsed } from '../runtime/host';
import { metric, type Executor, type HostArray } from '../runtime/executor';
import { powerIterations } from '../runtime/sharpness';
import { targetVariable, type Objective, type TrainerData } from '../runtime/trainer';
import { checkValues } from '../runtime/trainerChecks';

export interface Curvature {
  /** vᵀHv: at most λmax. */ readonly value: number;
  /** ‖Hv − λv‖/|λ|. */ readonly residual: number;
}
export interface CurvatureOptions {
  /** Models whose vectors lie in `theta` one after another. Default 1. */ readonly replicas?: number;
  /** Default 30. */ readonly iterations?: number;
  /** Of the first v. Default 0. */ readonly seed?: number;
  /** 0 or 1 for each element of the layout, or of every replica's: the Hessian of the parameters kept. Default: of all. */ readonly mask?: HostArray;
}

const iteration = (
  model: Model,
  loss: Objective,
  data: TrainerData,
  { replicas = 1, mask }: CurvatureOptions,
  maxBindings: number,
): Plan => {
  const flat = (name: string): Tensor => variable(name, [model.layout.total]);
  const [theta, v] = [flat('theta'), flat('v')];
  const params = unpack(model.layout, theta);
  const value = loss(
    model.apply(params, inputVariable('set.x', model, data.n, data.xPerReplica ?? false)),
    targetVariable('set.y', data, data.yPerReplica ?? false),
  );
  checkValues('dominantCurvature: data', 'set', data, model, [value]);
  const { eigenvalue, squaredResidual, next } = powerIterations(value, v, {
    params,
    layout: model.layout,
    iterations: 1,
    mask: mask && flat('mask'),
  });
  return plan({
    name: 'curvature',
    replicas,
    maxBindings,
    updates: [[v, next]],
    metrics: { rayleigh: eigenvalue, square: squaredResidual },
  });
};

/** A direction of each replica, zero between parameters and where the mask is, else the same for all. */
const start = (model: Model, replicas: number, seed: number, mask: HostArray = Float32Array.of(1)): Float32Array => {
  const v = new Float32Array(model.layout.total);
  const { normal } = stream(seed, USE.probe);
  for (const p of model.layout.parameters) for (let i = p.offset; i < p.offset + p.size; i++) v[i] = normal(i);
  return Float32Array.from({ length: replicas * v.length }, (_, i) => v[i % v.length]! * mask[i % mask.length]!);
};

/**
 * Of the loss on the whole set (mean or sum as `loss` is), for each model in `theta`. Throws ConfigError for fewer than one iteration and for data outside what the loss takes, NoRuleError
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
  const { replicas = 1, iterations = 30, seed = 0, mask } = o;
  if (!Number.isInteger(iterations) || iterations < 1)
    throw new ConfigError(`dominantCurvature: ${iterations} iterations; at least 1 is needed`);
  using session = await executor.open({ step: iteration(model, loss, data, o, executor.maxBindings) });
  writeUsed(session, { theta, 'set.x': data.x, 'set.y': data.y, v: start(model, replicas, seed, mask), ...(mask ? { mask } : {}) });
  let last: readonly Curvature[] = [];
  for await (const b of session.train({ step: 'step', steps: iterations })) {
    const row = b.steps.length - 1;
    last = Array.from({ length: replicas }, (_, r) => {
      const value = metric(b, row, 'rayleigh', r);
      return { value, residual: Math.sqrt(metric(b, row, 'square', r)) / Math.abs(value) };
    });
  }
  return last;
};
