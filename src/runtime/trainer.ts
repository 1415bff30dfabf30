/**
 * A model, a loss, an optimiser and data → plans and a session on an executor. R models train side by side; each has its own seed, and
 * may have its own learning rate, decay, momentum, initialisation scale, mask, labels and inputs.
 */
import { ConfigError } from '../core/errors';
import { sizeOf, type Shape } from '../core/shape';
import { gradients, layersOf, parameterUses } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { initialise, repack, unpack, type Model, inputVariable, type Parameters } from '../models/index';
import { addInt, batchIndices, broadcastTo, constant, exampleNorm, gather, mul, slice, norm, sub, sum, variable } from '../ops/index';
import { groupScales, type Optimiser, type PerReplica } from '../optim/index';
import { plan, type Plan, type PlanOptions } from '../plan/index';
import type { Executor, HostArray, MetricBatch, Session, TrainOptions } from './executor';
import { firstDirection, powerIterations, type SharpnessOptions } from './sharpness';

/**
 * Examples and targets; x is a Uint32Array where the model takes tokens. `target`: shape of one target: [] for a class label, [k] for an f32 vector, or for k labels,
 * one a position, where y is a Uint32Array.
 */
export interface TrainerData {
  readonly x: HostArray;
  readonly y: HostArray;
  readonly n: number;
  readonly target: Shape;
  /** Each replica has its own x or y: R times the values. */
  readonly xPerReplica?: boolean;
  readonly yPerReplica?: boolean;
  /**
   * A weight for each example, f32 [n], handed to objectives: replicas with fewer examples than others have rows of weight 0. Weights of
   * mean 1 leave a mean a mean over the examples that count.
   */
  readonly weight?: HostArray;
  readonly weightPerReplica?: boolean;
}
/**
 * A scalar of the model's output [n, outputs] ([n, positions, outputs] where it reads out at every position), the targets [n, …target] and, where the data have them, the examples' weights [n]. Say in
 * its name whether it is a sum or a mean.
 */
export type Objective = (output: Tensor, target: Tensor, weight?: Tensor) => Tensor;
/** Named tensors of a model's parameters; variables they use are the caller's to write. */
export type Inspection = (parameters: Parameters) => Readonly<Record<string, Tensor>>;
/**
 * `updateNorm`: of what the optimiser adds to the parameters, decay included. `exampleNorms`: Σ_i ‖g_i‖² over the batch, g_i the gradient of the
 * example's own loss, which must be averaged over examples: what gradient noise follows from, beside `gradientNorm`. `layerNoise`: both of them layer by
 * layer, a weight with its bias, as `gradientNorm.<weight>` and `exampleNorms.<weight>`; the squares add up to the whole. `parameterNorms`: of each parameter, as
 * `weightNorm.<name>`.
 */
export type StepMetric = 'loss' | 'gradientNorm' | 'weightNorm' | 'updateNorm' | 'exampleNorms' | 'layerNoise' | 'parameterNorms';

export interface TrainerOptions {
  readonly model: Model;
  readonly loss: Objective;
  readonly optimiser: Optimiser;
  readonly data: TrainerData;
  readonly test?: TrainerData;
  /** Examples per step, drawn without replacement within an epoch. Default: all of them, in order. */
  readonly batch?: number;
  /** One per model. Default [0]. */
  readonly seeds?: readonly number[];
  /** Seeds of the minibatch order; a single number: all replicas see the same batches. Default: the seeds. */
  readonly batchSeeds?: PerReplica;
  /** Multiplies the initial parameters. Default 1. */
  readonly initScale?: PerReplica;
  /** 0 or 1 for each element of the layout (or R times as many): masked parameters are 0 and stay so. */
  readonly mask?: Float32Array;
  /** Recorded at every step, of the batch and the parameters before the update; norms are Euclidean. Default loss. */
  readonly metrics?: readonly StepMetric[];
  /** Recorded by the plan 'eval', on the whole training and test set, as `train.<name>` and `test.<name>`. */
  readonly evaluate?: Readonly<Record<string, Objective>>;
  /** Adds the plan 'sharpness', whose metric `sharpness` is the largest eigenvalue of the loss's Hessian; see sharpness.ts. */
  readonly sharpness?: SharpnessOptions;
  /** The set that `evaluate` is kept to. Default: both, where there are both. */
  readonly evaluateOn?: 'train' | 'test';
  /** Further plans, by key, whose outputs `session.run` reads: what is looked at inside a model while it is being trained. */
  readonly inspect?: Readonly<Record<string, Inspection>>;
}

interface Source {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weight: Tensor | undefined;
}
/** Names of a trainer's variables and plans; data may be shared by several trainers. */
interface Names {
  readonly prefix: string;
  readonly train: string;
  readonly test: string;
}
/** Targets are u32 where they are class labels: one an example, or a Uint32Array of them. */
export const targetVariable = (name: string, { n, target, y }: TrainerData, perReplica = true): Tensor =>
  variable(name, [n, ...target], { dtype: target.length === 0 || y instanceof Uint32Array ? 'u32' : 'f32', perReplica });
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

/** The plans of a trainer: 'init', 'step', where asked for 'eval' and 'sharpness', and those of `inspect`, their keys prefixed. */
const plansOf = (
  o: TrainerOptions,
  maxBindings: number,
  { prefix, train: trainName, test: testName }: Names,
): Readonly<Record<string, Plan>> => {
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
      [theta, mask ? mul(start, mask) : start],
      ...optimiser.state.map((s) => [variable(`${prefix}${s}`, theta.shape), zeros] as const),
      ...(o.sharpness ? [[directionOf(model, prefix), firstDirection(model.layout, key)] as const] : []),
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
  const n = batch.x.shape[0]!;
  const metric: Record<Exclude<StepMetric, 'layerNoise' | 'parameterNorms'>, () => Tensor> = {
    loss: () => loss,
    gradientNorm: () => norm(g),
    weightNorm: () => norm(theta),
    updateNorm: () => norm(sub(updates[0]![1], theta)),
    exampleNorms: () => exampleNorms(loss, params, n),
  };
  const metrics = Object.fromEntries(
    (o.metrics ?? ['loss']).flatMap((name): readonly (readonly [string, Tensor])[] => {
      if (name === 'layerNoise') return layerNoise(loss, params, gradient, n);
      if (name === 'parameterNorms') return names.map((p) => [`weightNorm.${p}`, norm(params[p]!)] as const);
      return [[name, metric[name]()]];
    }),
  );
  return {
    [`${prefix}init`]: init,
    [`${prefix}step`]: plan({ ...common, name: `${prefix}step`, updates, metrics, counter: step }),
    ...evalPlan(
      o,
      params,
      {
        ...(o.evaluateOn === 'test' ? {} : { train }),
        ...(o.test && o.evaluateOn !== 'train' ? { test: sourceOf(testName, o.test, model) } : {}),
      },
      { ...common, name: `${prefix}eval` },
    ),
    ...(o.sharpness ? { [`${prefix}sharpness`]: sharpnessPlan(o, o.sharpness, params, train, prefix, common) } : {}),
    ...Object.fromEntries(
      Object.entries(o.inspect ?? {}).map(([name, f]) => [
        `${prefix}${name}`,
        plan({ ...common, name: `${prefix}${name}`, outputs: f(params) }),
      ]),
    ),
  };
};
/** The plans that a lone trainer runs: 'init', 'step', where asked for 'eval' and 'sharpness', and those of `inspect`. */
export const trainerPlans = (o: TrainerOptions, maxBindings: number): Readonly<Record<string, Plan>> =>
  plansOf(o, maxBindings, { prefix: '', train: 'train', test: 'test' });

/** Σ_i ‖g_i‖²: gradients of a mean over n examples are n⁻¹ of the examples' own. Throws NoRuleError. */
const exampleNorms = (loss: Tensor, params: ReturnType<typeof unpack>, n: number): Tensor => {
  const layers = layersOf(parameterUses([loss], [constant(1)], params, n), params);
  return mul(sum(layers.reduce<Tensor | undefined>((total, layer) => exampleNorm(layer, total), undefined) ?? constant(0)), n * n);
};

const directionOf = (model: Model, prefix: string): Tensor => variable(`${prefix}sharpnessVector`, [model.layout.total]);
const sharpnessPlan = (
  { model, loss, data }: TrainerOptions,
  { examples = data.n, iterations = 4 }: SharpnessOptions,
  params: ReturnType<typeof unpack>,
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
  const { eigenvalue, next } = powerIterations(
    loss(model.apply(params, first(x)), first(y), weight && first(weight)),
    model.layout,
    params,
    v,
    iterations,
  );
  return plan({ ...common, name: `${prefix}sharpness`, metrics: { sharpness: eigenvalue }, updates: [[v, next]] });
};

/** Of each layer, Euclidean norm of its part of the gradient and Σ_i ‖g_i‖² over its parameters. Throws NoRuleError. */
const layerNoise = (
  loss: Tensor,
  params: ReturnType<typeof unpack>,
  gradient: Readonly<Record<string, Tensor>>,
  n: number,
): readonly (readonly [string, Tensor])[] =>
  layersOf(parameterUses([loss], [constant(1)], params, n), params).flatMap((layer) => {
    return [
      [`gradientNorm.${layer.names[0]}`, norm(...layer.names.map((name) => gradient[name]!))],
      [`exampleNorms.${layer.names[0]}`, mul(sum(exampleNorm(layer)), n * n)],
    ] as const;
  });

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

const evalPlan = (
  o: TrainerOptions,
  params: ReturnType<typeof unpack>,
  sets: Readonly<Record<string, Source>>,
  common: Partial<PlanOptions> & { readonly name: string },
): Readonly<Record<string, Plan>> => {
  const metrics = Object.entries(sets).flatMap(([set, source]) => {
    const output = o.model.apply(params, source.x);
    return Object.entries(o.evaluate ?? {}).map(([name, f]) => [`${set}.${name}`, valueOf(f, output, source)] as const);
  });
  return metrics.length > 0 ? { [common.name]: plan({ ...common, metrics: Object.fromEntries(metrics) }) } : {};
};

/** Values of a trainer's own variables, data aside. */
const upload = (session: Session, o: TrainerOptions, prefix: string): void => {
  const seeds = o.seeds ?? [0];
  const each = (v: PerReplica): readonly number[] => (typeof v === 'number' ? seeds.map(() => v) : v);
  session.write(`${prefix}key`, Uint32Array.from(seeds.flatMap((s) => [s, 0])));
  session.write(`${prefix}initScale`, Float32Array.from(each(o.initScale ?? 1)));
  session.write(`${prefix}hyper`, o.optimiser.hyper(seeds.length));
  if (o.batch !== undefined)
    session.write(
      `${prefix}batchSeed`,
      typeof o.batchSeeds === 'number' ? Uint32Array.of(o.batchSeeds) : Uint32Array.from(o.batchSeeds ?? seeds),
    );
  if (o.mask) session.write(`${prefix}mask`, o.mask);
  const scales = groupScales(o.model.layout, o.optimiser.groups);
  if (scales) for (const [name, v] of Object.entries(scales)) session.write(`${prefix}${name}`, v);
};

type Values = Readonly<Record<string, HostArray>>;
const isList = (v: Values | readonly Values[]): v is readonly Values[] => Array.isArray(v);

/**
 * Several models of different shapes in one session, stepping together: their dispatches share submissions. Data given as the same
 * object is uploaded once.
 */
export class TrainerGroup<K extends string = string> {
  private constructor(
    readonly session: Session,
    private readonly options: ReadonlyMap<K, TrainerOptions>,
  ) {}

  /** Plans, allocates, uploads and initialises. Throws ShapeError, ConfigError and MemoryError before anything runs. */
  static async open<K extends string>(executor: Executor, members: Readonly<Record<K, TrainerOptions>>): Promise<TrainerGroup<K>> {
    const entries = Object.entries(members) as [K, TrainerOptions][];
    const prefixOf = (name: K): string => (entries.length === 1 ? '' : `${name}.`);
    const data = new Map<TrainerData, string>();
    const nameData = (d: TrainerData, wanted: string): string => {
      if (!data.has(d)) data.set(d, wanted);
      return data.get(d)!;
    };
    const plans: Record<string, Plan> = {};
    for (const [name, o] of entries) {
      const R = o.seeds?.length ?? 1;
      checkData('data', o.data, o.model, R);
      if (o.test) checkData('test', o.test, o.model, R);
      const prefix = prefixOf(name);
      Object.assign(
        plans,
        plansOf(o, executor.maxBindings, {
          prefix,
          train: nameData(o.data, `${prefix}train`),
          test: o.test && o.evaluateOn !== 'train' && Object.keys(o.evaluate ?? {}).length > 0 ? nameData(o.test, `${prefix}test`) : '',
        }),
      );
    }
    const session = await executor.open(plans, { together: entries.map(([name]) => (entries.length === 1 ? 'step' : `${name}.step`)) });
    for (const [name, o] of entries) upload(session, o, prefixOf(name));
    for (const [d, name] of data) {
      session.write(`${name}.x`, d.x);
      session.write(`${name}.y`, d.y);
      if (d.weight) session.write(`${name}.weight`, d.weight);
    }
    const group = new TrainerGroup<K>(session, new Map(entries));
    for (const name of group.options.keys()) await session.run(group.plan(name, 'init'));
    return group;
  }

  /** The key of a member's plan in the session: init, step, eval, sharpness or one of its `inspect`. */
  plan(name: K, kind: string): string {
    return this.options.size === 1 ? kind : `${name}.${kind}`;
  }
  /** All members step together; batches name the plan they come from. */
  train(o: Omit<TrainOptions, 'step'>): AsyncIterable<MetricBatch> {
    return this.session.train({ ...o, step: [...this.options.keys()].map((k) => this.plan(k, 'step')) });
  }

  /**
   * From the next step on: learning rate, decay, momentum and the other hyperparameters of `optimiser`. Its kind, state and groups stay
   * those the member was opened with. Throws ConfigError where they differ.
   */
  setHyper(name: K, optimiser: Optimiser): void {
    const o = this.options.get(name)!;
    if (optimiser.name !== o.optimiser.name)
      throw new ConfigError(`the trainer runs ${o.optimiser.name}; ${optimiser.name} takes another one`);
    this.session.write(`${this.options.size === 1 ? '' : `${name}.`}hyper`, optimiser.hyper(o.seeds?.length ?? 1));
  }
  /** Parameters by name, row-major: of all replicas alike, or a list of one for each. Throws ConfigError for a missing name, a wrong length, a wrong count. */
  setParameters(name: K, values: Values | readonly Values[]): void {
    const o = this.options.get(name)!;
    const { total, parameters } = o.model.layout;
    const R = o.seeds?.length ?? 1;
    const each = isList(values) ? values : Array.from({ length: R }, () => values);
    if (each.length !== R) throw new ConfigError(`parameters for ${each.length} replicas; there are ${R}`);
    const theta = new Float32Array(R * total);
    each.forEach((v, r) =>
      parameters.forEach((p) => {
        if (v[p.name]?.length !== p.size) throw new ConfigError(`'${p.name}' takes ${p.size} values, got ${v[p.name]?.length ?? 'none'}`);
        theta.set(v[p.name]!, r * total + p.offset);
      }),
    );
    this.session.write(this.options.size === 1 ? 'theta' : `${name}.theta`, theta);
  }
  /** The parameters of one replica by name, row-major. */
  async parameters(name: K, replica = 0): Promise<Readonly<Record<string, HostArray>>> {
    const { data, size } = await this.session.read(this.options.size === 1 ? 'theta' : `${name}.theta`);
    return Object.fromEntries(
      this.options
        .get(name)!
        .model.layout.parameters.map((p) => [p.name, data.slice(replica * size + p.offset, replica * size + p.offset + p.size)]),
    );
  }
  dispose(): void {
    this.session.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** One model, R replicas. */
export class Trainer {
  private constructor(
    private readonly group: TrainerGroup<'model'>,
    readonly replicas: number,
  ) {}

  /** Throws ShapeError, ConfigError and MemoryError before anything runs. */
  static async open(executor: Executor, o: TrainerOptions): Promise<Trainer> {
    return new Trainer(await TrainerGroup.open(executor, { model: o }), o.seeds?.length ?? 1);
  }
  get session(): Session {
    return this.group.session;
  }
  /** Metrics as they come; probes name the plans 'eval' and 'sharpness'. */
  train(o: Omit<TrainOptions, 'step'>): AsyncIterable<MetricBatch> {
    return this.group.train(o);
  }
  /** Hyperparameters from the next step on; see TrainerGroup. */
  setHyper(optimiser: Optimiser): void {
    this.group.setHyper('model', optimiser);
  }
  /** Parameters of all replicas alike, or one set each; see TrainerGroup. */
  setParameters(values: Values | readonly Values[]): void {
    this.group.setParameters('model', values);
  }
  /** The parameters of one replica by name, row-major. */
  parameters(replica = 0): Promise<Readonly<Record<string, HostArray>>> {
    return this.group.parameters('model', replica);
  }
  dispose(): void {
    this.group.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const checkData = (what: string, d: TrainerData, model: Model, R: number): void => {
  const x = d.n * sizeOf(model.input) * (d.xPerReplica ? R : 1);
  const y = d.n * sizeOf(d.target) * (d.yPerReplica ? R : 1);
  if (d.x.length !== x)
    throw new ConfigError(
      `${what}.x has ${d.x.length} values; ${d.n} examples of [${model.input.join(',')}]${d.xPerReplica ? ` for ${R} replicas` : ''} take ${x}`,
    );
  if (d.y.length !== y)
    throw new ConfigError(
      `${what}.y has ${d.y.length} values; ${d.n} targets of [${d.target.join(',')}]${d.yPerReplica ? ` for ${R} replicas` : ''} take ${y}`,
    );
  if (d.weight && d.weight.length !== d.n * (d.weightPerReplica ? R : 1))
    throw new ConfigError(
      `${what}.weight has ${d.weight.length} values; ${d.n} examples${d.weightPerReplica ? ` for ${R} replicas` : ''} take ${d.n * (d.weightPerReplica ? R : 1)}`,
    );
  if (model.inputType === 'u32' && !(d.x instanceof Uint32Array)) throw new ConfigError(`${what}.x: tokens are a Uint32Array`);
  if (d.target.length === 0 && !(d.y instanceof Uint32Array)) throw new ConfigError(`${what}.y: class labels are a Uint32Array`);
};
