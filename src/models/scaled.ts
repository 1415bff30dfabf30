/** Models around a model: another scale, another origin, its tangent. */
import { tangents } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/leaf';
import { add, mul, sub } from '../ops/pointwise';
import { unpack, type Parameters } from './layout';
import type { Model } from './model';

/**
 * The variable that holds the parameters a model is anchored at, [layout.total], one for each replica. Write it before training. Models of different
 * layouts in one session need anchors of different names.
 */
export const ANCHOR = 'theta0';
const anchorOf = (model: Model, name: string): Parameters => unpack(model.layout, variable(name, [model.layout.total]));

/**
 * α·f: large α makes training lazy (Chizat & Bach 2019, arXiv:1812.07956). Its loss is to be divided by α². A scalar variable in place of a number lets
 * replicas differ in α; write it before training.
 */
export const scaled = (model: Model, alpha: number | Tensor): Model => ({
  ...model,
  name: `${typeof alpha === 'number' ? alpha : 'α'} × ${model.name}`,
  apply: (params, x) => mul(model.apply(params, x), alpha),
});

/** f(θ) − f(θ0): zero where training starts. */
export const centred = (model: Model, at = ANCHOR): Model => ({
  ...model,
  name: `${model.name}, centred`,
  apply: (params, x) => sub(model.apply(params, x), model.apply(anchorOf(model, at), x)),
});

/** J(θ0)(θ − θ0): the tangent of f at its anchor, zero where training starts. No Jacobian is stored. */
export const tangent = (model: Model, at = ANCHOR): Model => ({
  ...model,
  name: `${model.name}, tangent`,
  apply: (params, x) => {
    const anchor = anchorOf(model, at);
    const names = Object.keys(anchor);
    return tangents(
      [model.apply(anchor, x)],
      names.map((n) => anchor[n]!),
      names.map((n) => sub(params[n]!, anchor[n]!)),
    )[0]!;
  },
});

/** f(θ0) + J(θ0)(θ − θ0), linear in θ, trained by the same optimisers. */
export const linearize = (model: Model, at = ANCHOR): Model => ({
  ...model,
  name: `${model.name}, linearised`,
  apply: (params, x) => add(model.apply(anchorOf(model, at), x), tangent(model, at).apply(params, x)),
});
