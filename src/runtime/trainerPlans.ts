/** The plans of a trainer: initialisation, step, evaluation, sharpness and what it is asked to look at. */
import { ConfigError } from '../core/errors';
import { gradients, layersOf, maskedSquares, parameterUses, type NamedLayer } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { initialise, repack, unpack, type Model, inputVariable } from '../models/index';
import {
  addInt,
  batchIndices,
  broadcastTo,
  constant,
  exampleNorm,
  gather,
  mul,
  slice,
  sqrt,
  squaredNorm,
  sub,
  sum,
  variable,
  add,
} from '../ops/index';
import { plan, type Plan, type PlanOptions } from '../plan/index';
import { OUTPUTS } from './divergence';
import { indexLimits, type IndexLimit } from './indexLimits';
import { firstDirection, powerIterations, type SharpnessOptions } from './sharpness';
import { targetVariable, type Objective, type StepMetric, type TrainerData, type TrainerOptions } from './trainerOptions';

interface Source {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weight: Tensor | undefined;
}
/** Names of a trainer's variables and plans; data may be shared by several trainers. */
export interface Names {
  readonly prefix: string;
  readonly train: string;
  readonly test: string;
}
const sourceOf = (name: string, d: TrainerData, model: Model): Source => ({
  x: inputVariable(`${name}.x`, model, d.n, d.xPerReplica ?? false),
  y: targetVariable(`${name}.y`, d, d.yPerReplica ?? false),
  weight: d.weight && variable(`${name}.weight`, [d.n], { perReplica: d.weightPerReplica ?? false }),
});
/** Throws ConfigError where there are weights that it would leave out. */
const valueOf = (objective: Objective, output: Tensor, { y, weight }: Source): Tensor => {
  if (weight && objective.length < 3)
    throw new ConfigError('the data have weights, and an objective does not take them: its third argument');
  return objective(output, y, weight);
};

type Views = ReturnType<typeof unpack>;
type Metrics = readonly (readonly [string, Tensor])[];
/** A trainer's plans by key, and what the values of their u32 variables must lie below. */
export interface TrainerPlans {
  readonly plans: Readonly<Record<string, Plan>>;
  readonly limits: ReadonlyMap<string, IndexLimit>;
}

/** 'init', 'step', where asked for 'eval' and 'sharpness', and those of `inspect`, their keys prefixed. */
export const plansOf = (o: TrainerOptions, maxBindings: number, { prefix, train: trainName, test: testName }: Names): TrainerPlans => {
  const { model, optimiser } = o;
  const common = { replicas: o.seeds?.length ?? 1, maxBindings } satisfies Partial<PlanOptions>;
  const theta = variable(`${prefix}theta`, [model.layout.total]);
  const step = variable(`${prefix}step`, [], { dtype: 'u32', perReplica: false });
  const key = variable(`${prefix}key`, [2], { dtype: 'u32' });
  const mask = o.mask ? variable(`${prefix}mask`, [model.layout.total]) : undefined;
  const train = sourceOf(trainName, o.data, model);
  const start = initialise(model.layout, key, variable(`${prefix}initScale`, []));
  const zeros = broadcastTo(constant(0), theta.shape);
  const init = plan({
    ...common,
    name: `${prefix}init`,
    updates: [
      [theta, kept(start, mask)],
      ...optimiser.state.map((s) => [variable(`${prefix}${s}`, theta.shape), zeros] as const),
      ...(o.sharpness ? [[directionOf(model, prefix), kept(firstDirection(model.layout, key), mask)] as const] : []),
      [step, constant(0, 'u32')],
    ],
  });
  const batch = minibatch(o, train, step, prefix);
  const params = unpack(model.layout, theta);
  const loss = valueOf(o.loss, model.apply(params, batch.x), batch);
  const names = Object.keys(params);
  const gradient = Object.fromEntries(gradients(loss, Object.values(params)).map((t, i) => [names[i]!, t]));
  const g = repack(model.layout, gradient);
  const shared = (name: string): Tensor => variable(`${prefix}${name}`, theta.shape, { perReplica: false });
  const scales = optimiser.groups ? { lrScale: shared('lrScale'), decayScale: shared('decayScale') } : {};
  const moved = optimiser.update(theta, g, step, { prefix, count: true, ...scales, ...(mask ? { mask } : {}) });
  const updates = moved.some(([v]) => v === step) ? moved : [...moved, [step, addInt(step, constant(1, 'u32'))] as const];
  const metrics = stepMetrics(o, {
    loss,
    theta,
    params,
    gradient,
    mask,
    // A masked parameter is none of the network: its gradient is 0.
    g: kept(g, mask),
    updated: updates[0]![1],
    n: batch.x.shape[0]!,
  });
  const evaluated = evalMetrics(o, params, {
    ...(o.evaluateOn === 'test' ? {} : { train }),
    ...(o.test && o.evaluateOn !== 'train' ? { test: sourceOf(testName, o.test, model) } : {}),
  });
  const plans = {
    [`${prefix}init`]: init,
    [`${prefix}step`]: plan({ ...common, name: `${prefix}step`, updates, metrics: Object.fromEntries(metrics), counter: step }),
    ...(evaluated.length > 0
      ? { [`${prefix}eval`]: plan({ ...common, name: `${prefix}eval`, metrics: Object.fromEntries(evaluated) }) }
      : {}),
    ...(o.sharpness ? { [`${prefix}sharpness`]: sharpnessPlan(o, o.sharpness, { params, mask }, train, prefix, common) } : {}),
    ...Object.fromEntries(
      Object.entries(o.inspect ?? {}).map(([name, f]) => [
        `${prefix}${name}`,
        plan({ ...common, name: `${prefix}${name}`, outputs: f(params) }),
      ]),
    ),
  };
  return { plans, limits: indexLimits([loss, ...evaluated.map(([, t]) => t)]) };
};
/** The plans that a lone trainer runs: 'init', 'step', where asked for 'eval' and 'sharpness', and those of `inspect`. */
export const trainerPlans = (o: TrainerOptions, maxBindings: number): Readonly<Record<string, Plan>> =>
  plansOf(o, maxBindings, { prefix: '', train: 'train', test: 'test' }).plans;

/** Without the parameters that a mask takes away. */
const kept = (t: Tensor, mask: Tensor | undefined): Tensor => (mask ? mul(t, mask) : t);

/** What the metrics of a step are made of. */
interface StepTensors {
  readonly loss: Tensor;
  readonly theta: Tensor;
  readonly params: Views;
  readonly gradient: Readonly<Record<string, Tensor>>;
  readonly mask: Tensor | undefined;
  /** The whole gradient, 0 where the mask is. */
  readonly g: Tensor;
  /** The parameters after the step. */
  readonly updated: Tensor;
  /** Examples of the batch. */
  readonly n: number;
}
/** Euclidean norm of all parts, by squares as they are: `norm` would take three times as many dispatches in every step. */
const rootOfSquares = (...parts: readonly Tensor[]): Tensor =>
  sqrt(parts.map((x) => squaredNorm(x)).reduce((total, part) => add(total, part)));
const stepMetrics = (o: TrainerOptions, t: StepTensors): Metrics => {
  const { loss, theta, params, g } = t;
  const metric: Record<Exclude<StepMetric, 'layerNoise' | 'parameterNorms'>, () => Tensor> = {
    loss: () => loss,
    gradientNorm: () => rootOfSquares(g),
    weightNorm: () => rootOfSquares(theta),
    updateNorm: () => rootOfSquares(sub(t.updated, theta)),
    exampleNorms: () => exampleNorms(o, t),
  };
  return (o.metrics ?? ['loss']).flatMap((name): Metrics => {
    if (name === 'layerNoise') return layerNoise(o, t);
    if (name === 'parameterNorms') return Object.entries(params).map(([p, w]) => [`weightNorm.${p}`, rootOfSquares(w)] as const);
    return [[name, metric[name]()]];
  });
};

/** Throws NoRuleError. */
const layersIn = ({ loss, params, n }: StepTensors): readonly NamedLayer[] =>
  layersOf(parameterUses([loss], [constant(1)], params, n), params);
const masksOf = ({ model }: TrainerOptions, { mask }: StepTensors): Views | undefined => mask && unpack(model.layout, mask);
/** Σ_i ‖g_i‖²: gradients of a mean over n examples are n⁻¹ of the examples' own. */
const exampleNorms = (o: TrainerOptions, t: StepTensors): Tensor => {
  const masks = masksOf(o, t);
  const layers = layersIn(t);
  const total = masks
    ? layers.map((layer) => maskedSquares(layer, masks)).reduce((a, b) => add(a, b), constant(0))
    : sum(layers.reduce<Tensor | undefined>((so, layer) => exampleNorm(layer, so), undefined) ?? constant(0));
  return mul(total, t.n * t.n);
};

const directionOf = (model: Model, prefix: string): Tensor => variable(`${prefix}sharpnessVector`, [model.layout.total]);
const sharpnessPlan = (
  { model, loss, data }: TrainerOptions,
  { examples = data.n, iterations = 4 }: SharpnessOptions,
  { params, mask }: { readonly params: Views; readonly mask: Tensor | undefined },
  { x, y, weight }: Source,
  prefix: string,
  common: Partial<PlanOptions>,
): Plan => {
  if (!(Number.isInteger(examples) && examples >= 1 && examples <= data.n))
    throw new ConfigError(`the sharpness on ${examples} examples; there are ${data.n}`);
  if (!(Number.isInteger(iterations) && iterations >= 1))
    throw new ConfigError(`${iterations} iterations for the sharpness; at least one, a whole number`);
  const first = (t: Tensor): Tensor => (examples === data.n ? t : slice(t, 0, [examples, ...t.shape.slice(1)]));
  const v = directionOf(model, prefix);
  const value = loss(model.apply(params, first(x)), first(y), weight && first(weight));
  const { eigenvalue, next } = powerIterations(value, v, { params, layout: model.layout, iterations, mask });
  return plan({ ...common, name: `${prefix}sharpness`, metrics: { sharpness: eigenvalue }, updates: [[v, next]] });
};

/** Of each layer, Euclidean norm of its part of the gradient and Σ_i ‖g_i‖² over its parameters. */
const layerNoise = (o: TrainerOptions, t: StepTensors): Metrics => {
  const masks = masksOf(o, t);
  return layersIn(t).flatMap((layer) => {
    const parts = layer.names.map((name) => kept(t.gradient[name]!, masks?.[name]));
    const norms = masks ? maskedSquares(layer, masks) : sum(exampleNorm(layer));
    return [
      [`gradientNorm.${layer.names[0]}`, rootOfSquares(...parts)],
      [`exampleNorms.${layer.names[0]}`, mul(norms, t.n * t.n)],
    ] as const;
  });
};

const minibatch = ({ batch, data, batchSeeds }: TrainerOptions, source: Source, step: Tensor, prefix: string): Source => {
  if (batch === undefined) return source;
  const index = batchIndices(
    step,
    variable(`${prefix}batchSeed`, [], { dtype: 'u32', perReplica: typeof batchSeeds !== 'number' }),
    data.n,
    batch,
  );
  const { x, y, weight } = source;
  return { x: gather(x, index), y: gather(y, index), weight: weight && gather(weight, index) };
};

/** Of each set its objectives, and the square of its outputs, by which a network that is lost is known; see divergence.ts. */
const evalMetrics = (o: TrainerOptions, params: Views, sets: Readonly<Record<string, Source>>): Metrics => {
  const objectives = Object.entries(o.evaluate ?? {});
  if (objectives.length === 0) return [];
  return Object.entries(sets).flatMap(([set, source]): Metrics => {
    const output = o.model.apply(params, source.x);
    const values: Metrics = objectives.map(([name, f]) => [`${set}.${name}`, valueOf(f, output, source)]);
    return values.concat([[`${set}.${OUTPUTS}`, squaredNorm(output)]]);
  });
};
