/** Named tensors of a graph, evaluated on an executor for given values of its variables: planned once, run as often as wanted. */
import type { Tensor } from '../src/graph/tensor';
import { plan, type Plan } from '../src/plan/index';
import type { Executor, HostTensor, Session } from '../src/runtime/executor';
import type { Values } from '../src/runtime/stepwise';

export type { Values } from '../src/runtime/stepwise';
export type Results = Readonly<Record<string, HostTensor>>;

/** Storage bindings a dispatch: what every adapter offers, so that all executors run the very same plan. */
const BINDINGS = 8;
/** The plan that keeps `outputs`. */
export const planOf = (outputs: Readonly<Record<string, Tensor>>, replicas = 1): Plan =>
  plan({ name: 'evaluate', outputs, replicas, maxBindings: BINDINGS });

export class Evaluator implements Disposable {
  private constructor(
    readonly plan: Plan,
    private readonly session: Session,
  ) {}

  static async open(executor: Executor, outputs: Readonly<Record<string, Tensor>>, replicas = 1): Promise<Evaluator> {
    const planned = planOf(outputs, replicas);
    return new Evaluator(planned, await executor.open({ evaluate: planned }));
  }
  /** `values`: replicas × elements of each variable, or `elements` for all replicas alike. Names that the graph does not use are passed over. */
  run(values: Values): Promise<Results> {
    for (const [name, data] of Object.entries(values)) if (name in this.plan.variables) this.session.write(name, data);
    return this.session.run('evaluate');
  }
  [Symbol.dispose](): void {
    this.session.dispose();
  }
}

/** One replica's elements of a result; a result that all replicas share serves each of them. */
export const replicaOf = ({ data, replicas, size }: HostTensor, r: number): Float64Array =>
  Float64Array.from(replicas === 1 ? data : data.subarray(r * size, (r + 1) * size));

/** `outputs` evaluated once, for one replica. */
export const evaluate = async (
  executor: Executor,
  outputs: Readonly<Record<string, Tensor>>,
  values: Values,
): Promise<Readonly<Record<string, Float64Array>>> => {
  using evaluator = await Evaluator.open(executor, outputs);
  return Object.fromEntries(Object.entries(await evaluator.run(values)).map(([name, t]) => [name, replicaOf(t, 0)]));
};
