/** What each example's gradient says: norms and inner products, for a model, its parameters and a set of examples. */
import type { NamedLayer } from '../autodiff/index';
import { MemoryError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { unpack, type Model } from '../models/index';
import { gram, mul, sqrt, variable } from '../ops/index';
import { plan } from '../plan/index';
import type { Executor, HostArray, HostTensor, Session } from '../runtime/executor';
import type { Objective, TrainerData } from '../runtime/trainer';
import { layersOfMean, squaredExampleNorms } from './gradientNoise';
import type { Kernel } from './ntk';

/** Largest Gram matrix, in bytes. */
const GIB = 2 ** 30;

/** Tensors of the layers of a mean loss over n examples. */
export type ExampleMeasure<K extends string> = (layers: readonly NamedLayer[], n: number) => Readonly<Record<K, Tensor>>;
/** ‖g_i‖, [n]. */
export const exampleNormsOf = (layers: readonly NamedLayer[], n: number): Tensor => sqrt(squaredExampleNorms(layers, n));
/** ⟨g_i, g_j⟩, [n, n]. */
export const exampleGramOf = (layers: readonly NamedLayer[], n: number): Tensor =>
  mul(layers.reduce<Tensor | undefined>((total, l) => gram(l, l, total), undefined)!, n * n);

export interface ExampleProbeOptions {
  readonly model: Model;
  /** A mean over examples. */
  readonly loss: Objective;
  readonly data: TrainerData;
  /** Parameter vectors that are measured together. Default 1. */
  readonly replicas?: number;
}

/** Measures of single examples' gradients on one set, for R parameter vectors at once: planned once, asked as often as training goes on. */
export class ExampleProbe<K extends string> {
  private constructor(private readonly session: Session) {}

  /** Throws NoRuleError where the model applies a parameter by an op without a per-example rule, MemoryError where it does not fit. */
  static async open<K extends string>(executor: Executor, { model, loss, data, replicas = 1 }: ExampleProbeOptions, measure: ExampleMeasure<K>): Promise<ExampleProbe<K>> {
    const params = unpack(model.layout, variable('theta', [model.layout.total]));
    const x = variable('x', [data.n, ...model.input], { perReplica: data.xPerReplica ?? false });
    const y = variable('y', [data.n, ...data.target], { dtype: data.target.length === 0 ? 'u32' : 'f32', perReplica: data.yPerReplica ?? false });
    const outputs = measure(layersOfMean(loss(model.apply(params, x), y), params, data.n), data.n);
    const planned = plan({ name: 'per example', outputs, replicas, maxBindings: executor.maxBindings });
    const session = await executor.open({ run: planned });
    for (const [name, v] of Object.entries({ x: data.x, y: data.y })) if (name in planned.variables) session.write(name, v);
    return new ExampleProbe<K>(session);
  }

  /** `theta`: the R models' flat vectors, one after another; what Session.read('theta') of their trainer gives. */
  async at(theta: HostArray): Promise<Readonly<Record<K, HostTensor>>> {
    if ('theta' in this.session.plans['run']!.variables) this.session.write('theta', theta);
    return (await this.session.run('run')) as Readonly<Record<K, HostTensor>>;
  }
  dispose(): void { this.session.dispose(); }
  [Symbol.dispose](): void { this.dispose(); }
}

/** Evaluates a function of the loss's layers on the whole set, once. */
const evaluate = async (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData, f: ExampleMeasure<'out'>): Promise<HostArray> => {
  using probe = await ExampleProbe.open(executor, { model, loss, data }, f);
  return (await probe.at(theta)).out.data;
};

/**
 * ‖g_i‖, [n], g_i the gradient of example i's own loss over all parameters. `theta`: the model's flat vector. `loss`: a mean over examples, such as
 * crossEntropy. Throws NoRuleError where the model applies a parameter by an op without a per-example rule, MemoryError where it does not fit.
 */
export const perExampleNorms = (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData): Promise<HostArray> =>
  evaluate(executor, model, theta, loss, data, (layers, n) => ({ out: exampleNormsOf(layers, n) }));

/** ⟨g_i, g_j⟩, n × n, a sum over all parameters; as perExampleNorms. */
export const perExampleGram = async (executor: Executor, model: Model, theta: HostArray, loss: Objective, data: TrainerData): Promise<Kernel> => {
  const { n } = data;
  if (4 * n * n > GIB) throw new MemoryError(4 * n * n, GIB, `perExampleGram: ${n} examples give a matrix of ${4 * n * n} bytes, ${GIB} are allowed: take at most ${Math.floor(Math.sqrt(GIB / 4))}. Nothing was allocated`);
  const out = await evaluate(executor, model, theta, loss, data, (layers, m) => ({ out: exampleGramOf(layers, m) }));
  return { rows: n, cols: n, data: out as Kernel['data'] };
};
