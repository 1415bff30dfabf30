/** Measures of single examples' gradients of many models at once, on one set, again and again while they train. */
import type { NamedLayer } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { inputVariable, unpack, type Model } from '../models/index';
import { gram, mul, sqrt, variable } from '../ops/index';
import { plan } from '../plan/index';
import type { Executor, HostArray, HostTensor, Session } from '../runtime/executor';
import { writeUsed } from '../runtime/host';
import { targetVariable, type Objective, type TrainerData } from '../runtime/trainer';
import { checkValues } from '../runtime/trainerChecks';
import { layersOfMean, squaredExampleNorms } from './gradientNoise';

/** Tensors of the layers of a mean loss over n examples. */
export type ExampleMeasure<K extends string> = (layers: readonly NamedLayer[], n: number) => Readonly<Record<K, Tensor>>;
/** ‖g_i‖, [n]. */
export const exampleNormsOf = (layers: readonly NamedLayer[], n: number): Tensor => sqrt(squaredExampleNorms(layers, n));
/** ⟨g_i, g_j⟩, [n, n]. */
export const exampleGramOf = (layers: readonly NamedLayer[], n: number): Tensor =>
  mul(
    layers.reduce<Tensor | undefined>((total, l) => gram(l, l, total), undefined)!,
    n * n,
  );

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

  /** Throws ConfigError for data outside what the loss takes, NoRuleError where the model applies a parameter by an op without a per-example rule, MemoryError where it does not fit. */
  static async open<K extends string>(
    executor: Executor,
    { model, loss, data, replicas = 1 }: ExampleProbeOptions,
    measure: ExampleMeasure<K>,
  ): Promise<ExampleProbe<K>> {
    const params = unpack(model.layout, variable('theta', [model.layout.total]));
    const x = inputVariable('set.x', model, data.n, data.xPerReplica ?? false);
    const value = loss(model.apply(params, x), targetVariable('set.y', data, data.yPerReplica ?? false));
    checkValues('ExampleProbe: data', 'set', data, model, [value]);
    const outputs = measure(layersOfMean(value, params, data.n), data.n);
    const planned = plan({ name: 'per example', outputs, replicas, maxBindings: executor.maxBindings });
    const session = await executor.open({ run: planned });
    writeUsed(session, { 'set.x': data.x, 'set.y': data.y });
    return new ExampleProbe<K>(session);
  }

  /** `theta`: the R models' flat vectors, one after another; what Session.read('theta') of their trainer gives. */
  async at(theta: HostArray): Promise<Readonly<Record<K, HostTensor>>> {
    writeUsed(this.session, { theta });
    return (await this.session.run('run')) as Readonly<Record<K, HostTensor>>;
  }
  dispose(): void {
    this.session.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
