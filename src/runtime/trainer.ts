/**
 * A model, a loss, an optimiser and data → plans and a session on an executor. R models train side by side; each has its own seed, and
 * may have its own learning rate, decay, momentum, initialisation scale, mask, labels and inputs.
 */
import { ConfigError } from '../core/errors';
import { sizeOf, type Shape } from '../core/shape';
import { gradients } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { initialise, repack, unpack, type Layout, type Model } from '../models/index';
import { batchIndices, broadcastTo, constant, gather, mul, addInt, sqrt, squaredNorm, variable } from '../ops/index';
import { groupScales, type Optimiser, type PerReplica } from '../optim/index';
import { plan, type Plan, type PlanOptions } from '../plan/index';
import type { Executor, HostArray, MetricBatch, Session, TrainOptions } from './executor';

/** Examples and targets. `target`: shape of one target: [] for u32 class labels, [k] for f32 vectors. */
export interface TrainerData {
  readonly x: HostArray;
  readonly y: HostArray;
  readonly n: number;
  readonly target: Shape;
  /** Each replica has its own x or y: R times the values. */
  readonly xPerReplica?: boolean;
  readonly yPerReplica?: boolean;
}
/** A scalar of the model's output [n, outputs] and the targets [n, …target]. Say in its name whether it is a sum or a mean. */
export type Objective = (output: Tensor, target: Tensor) => Tensor;
export type StepMetric = 'loss' | 'gradientNorm' | 'weightNorm';

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
}

interface Source { readonly x: Tensor; readonly y: Tensor }
const sourceOf = (prefix: string, d: TrainerData, model: Model): Source => ({
  x: variable(`${prefix}.x`, [d.n, ...model.input], { perReplica: d.xPerReplica ?? false }),
  y: variable(`${prefix}.y`, [d.n, ...d.target], { dtype: d.target.length === 0 ? 'u32' : 'f32', perReplica: d.yPerReplica ?? false }),
});

/** The plans of a trainer: 'init', 'step' and, with `evaluate`, 'eval'. */
export const trainerPlans = (o: TrainerOptions, maxBindings: number): Readonly<Record<string, Plan>> => {
  const { model, optimiser } = o;
  const replicas = o.seeds?.length ?? 1;
  const common = { replicas, maxBindings } satisfies Partial<PlanOptions>;
  const theta = variable('theta', [model.layout.total]);
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const key = variable('key', [2], { dtype: 'u32' });
  const mask = o.mask ? variable('mask', [model.layout.total]) : undefined;
  const train = sourceOf('train', o.data, model);
  const zeros = broadcastTo(constant(0), theta.shape);
  const start = initialise(model.layout, key, variable('initScale', []));
  const init = plan({
    ...common, name: 'init',
    updates: [[theta, mask ? mul(start, mask) : start], ...optimiser.state.map((s) => [variable(s, theta.shape), zeros] as const), [step, constant(0, 'u32')]],
  });
  const batch = minibatch(o, train, step);
  const params = unpack(model.layout, theta);
  const loss = o.loss(model.apply(params, batch.x), batch.y);
  const names = Object.keys(params);
  const g = repack(model.layout, Object.fromEntries(gradients(loss, Object.values(params)).map((t, i) => [names[i]!, t])));
  const scales = optimiser.groups ? { lrScale: shared('lrScale', theta), decayScale: shared('decayScale', theta) } : {};
  const updates = [...optimiser.update(theta, g, step, { ...scales, ...(mask ? { mask } : {}) }), [step, addInt(step, constant(1, 'u32'))] as const];
  const metric: Record<StepMetric, () => Tensor> = { loss: () => loss, gradientNorm: () => sqrt(squaredNorm(g)), weightNorm: () => sqrt(squaredNorm(theta)) };
  const metrics = Object.fromEntries((o.metrics ?? ['loss']).map((name) => [name, metric[name]()]));
  return { init, step: plan({ ...common, name: 'step', updates, metrics, counter: step }), ...evalPlan(o, params, train, common) };
};
const shared = (name: string, theta: Tensor): Tensor => variable(name, theta.shape, { perReplica: false });

const minibatch = ({ batch, data, batchSeeds }: TrainerOptions, { x, y }: Source, step: Tensor): Source => {
  if (batch === undefined) return { x, y };
  const index = batchIndices(step, variable('batchSeed', [], { dtype: 'u32', perReplica: typeof batchSeeds !== 'number' }), data.n, batch);
  return { x: gather(x, index), y: gather(y, index) };
};

const evalPlan = (o: TrainerOptions, params: ReturnType<typeof unpack>, train: Source, common: Partial<PlanOptions>): Readonly<Record<string, Plan>> => {
  const sets = { train, ...(o.test ? { test: sourceOf('test', o.test, o.model) } : {}) };
  const metrics = Object.entries(sets).flatMap(([set, { x, y }]) => {
    const output = o.model.apply(params, x);
    return Object.entries(o.evaluate ?? {}).map(([name, f]) => [`${set}.${name}`, f(output, y)] as const);
  });
  return metrics.length > 0 ? { eval: plan({ ...common, name: 'eval', metrics: Object.fromEntries(metrics) }) } : {};
};

export class Trainer {
  private constructor(readonly session: Session, readonly layout: Layout, readonly replicas: number) {}

  /** Plans, allocates, uploads and initialises. Throws ShapeError, ConfigError and MemoryError before anything runs. */
  static async open(executor: Executor, o: TrainerOptions): Promise<Trainer> {
    const seeds = o.seeds ?? [0];
    const R = seeds.length;
    checkData('data', o.data, o.model, R);
    if (o.test) checkData('test', o.test, o.model, R);
    const session = await executor.open(trainerPlans(o, executor.maxBindings));
    const each = (v: PerReplica): readonly number[] => (typeof v === 'number' ? seeds.map(() => v) : v);
    session.write('key', Uint32Array.from(seeds.flatMap((s) => [s, 0])));
    session.write('initScale', Float32Array.from(each(o.initScale ?? 1)));
    session.write('hyper', o.optimiser.hyper(R));
    if (o.batch !== undefined) session.write('batchSeed', typeof o.batchSeeds === 'number' ? Uint32Array.of(o.batchSeeds) : Uint32Array.from(o.batchSeeds ?? seeds));
    if (o.mask) session.write('mask', o.mask);
    const scales = groupScales(o.model.layout, o.optimiser.groups);
    if (scales) for (const [name, v] of Object.entries(scales)) session.write(name, v);
    session.write('train.x', o.data.x);
    session.write('train.y', o.data.y);
    if (o.test && o.evaluate) { session.write('test.x', o.test.x); session.write('test.y', o.test.y); }
    await session.run('init');
    return new Trainer(session, o.model.layout, R);
  }

  /** Metrics as they come; probes name the plan 'eval'. */
  train(o: Omit<TrainOptions, 'step'>): AsyncIterable<MetricBatch> { return this.session.train({ ...o, step: 'step' }); }

  /** The parameters of one replica by name, row-major. */
  async parameters(replica = 0): Promise<Readonly<Record<string, HostArray>>> {
    const { data, size } = await this.session.read('theta');
    return Object.fromEntries(this.layout.parameters.map((p) => [p.name, data.slice(replica * size + p.offset, replica * size + p.offset + p.size)]));
  }
  dispose(): void { this.session.dispose(); }
  [Symbol.dispose](): void { this.dispose(); }
}

const checkData = (what: string, d: TrainerData, model: Model, R: number): void => {
  const x = d.n * sizeOf(model.input) * (d.xPerReplica ? R : 1);
  const y = d.n * sizeOf(d.target) * (d.yPerReplica ? R : 1);
  if (d.x.length !== x) throw new ConfigError(`${what}.x has ${d.x.length} values; ${d.n} examples of [${model.input.join(',')}]${d.xPerReplica ? ` for ${R} replicas` : ''} take ${x}`);
  if (d.y.length !== y) throw new ConfigError(`${what}.y has ${d.y.length} values; ${d.n} targets of [${d.target.join(',')}]${d.yPerReplica ? ` for ${R} replicas` : ''} take ${y}`);
  if (d.target.length === 0 && !(d.y instanceof Uint32Array)) throw new ConfigError(`${what}.y: class labels are a Uint32Array`);
};
