/** The float64 reference: runs the same Plan on the kernels' oracles. Slow, and what the GPU is held against. */
import { oracleOf } from '../../shaders/index';
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Plan, PlanDispatch, PlanTensor } from '../plan/plan';
import {
  probesDue,
  wakeUp,
  type Executor,
  type HostArray,
  type HostTensor,
  type MetricBatch,
  type Session,
  type TrainOptions,
  type WriteCheck,
} from './executor';
import { checkTrain, findPlan, findVariable, fromCheckpoint, spread, toCheckpoint } from './host';
import { collectVariables } from './program';
import { stepPlans } from './train';

/** Slots as float64 arrays; u32 values are exact in them. */
type Memory = readonly Float64Array[];

const runDispatch = (d: PlanDispatch, memory: Memory): void => {
  const { kernel, eval: evaluate } = oracleOf(d.kernel);
  const bindings = kernel.bindings(d.options);
  for (let r = 0; r < d.replicas; r++) {
    const io = d.args.map(({ slot, offset, stride }, i) =>
      memory[slot]!.subarray(offset + r * stride, offset + r * stride + bindings[i]!.size(d.dims)),
    );
    const results = evaluate(io, d.dims, d.options);
    let k = 0;
    bindings.forEach((b, i) => {
      if (b.access === 'read') return;
      const { value } = results[k++]!;
      if (r === 0 || !b.once || d.args[i]!.stride > 0) io[i]!.set(value);
    });
  }
};

class ReferenceSession implements Session {
  readonly improved = Promise.resolve();
  stepsDone = 0;
  private disposed = false;
  private readonly tensors: ReadonlyMap<string, PlanTensor>;
  private readonly values = new Map<string, Float64Array>();
  private readonly memories = new Map<string, Memory>();

  constructor(
    readonly plans: Readonly<Record<string, Plan>>,
    private readonly check?: WriteCheck,
  ) {
    this.tensors = collectVariables(Object.values(plans));
    for (const [key, p] of Object.entries(plans))
      this.memories.set(
        key,
        p.slots.map((s) => {
          if (s.variable === undefined) return new Float64Array(s.size * s.replicas);
          let v = this.values.get(s.variable);
          if (!v) this.values.set(s.variable, (v = new Float64Array(s.size * s.replicas)));
          return v;
        }),
      );
  }

  get bytes(): number {
    return [...this.values.values()].reduce((sum, v) => sum + v.byteLength, 0);
  }

  /** Values are rounded to f32 as they would be on their way to the GPU. */
  write(variable: string, data: HostArray): void {
    this.alive();
    const tensor = findVariable(this.tensors, variable);
    const values = spread(variable, tensor, data, Float32Array);
    this.check?.(variable, data);
    this.values.get(variable)!.set(values);
  }
  async read(variable: string): Promise<HostTensor> {
    this.alive();
    const t = findVariable(this.tensors, variable);
    return this.tensor(t, this.values.get(variable)!);
  }
  private tensor(t: PlanTensor, from: Float64Array): HostTensor {
    const size = sizeOf(t.shape);
    const data = t.dtype === 'u32' ? new Uint32Array(size * t.replicas) : new Float64Array(size * t.replicas);
    for (let r = 0; r < t.replicas; r++) data.set(from.subarray(t.offset + r * t.stride, t.offset + r * t.stride + size), r * size);
    return { dtype: t.dtype, data, replicas: t.replicas, size };
  }

  private execute(plan: string): void {
    for (const d of findPlan(this.plans, plan).dispatches) runDispatch(d, this.memories.get(plan)!);
  }

  async run(plan: string): Promise<Readonly<Record<string, HostTensor>>> {
    this.alive();
    this.execute(plan);
    const outputs = Object.entries(this.plans[plan]!.outputs).map(
      ([name, t]) => [name, this.tensor(t, this.memories.get(plan)![t.slot]!)] as const,
    );
    return Object.fromEntries(outputs);
  }

  private batch(plan: string, step: number): MetricBatch {
    const { metrics, replicas } = this.plans[plan]!;
    const { ring, counter, names, slots } = metrics!;
    const row = (this.values.get(counter)![0]! - 1 + slots) % slots;
    const data = new Float64Array(replicas * names.length);
    for (let r = 0; r < replicas; r++)
      data.set(this.values.get(ring)!.subarray((r * slots + row) * names.length, (r * slots + row + 1) * names.length), r * names.length);
    return { plan, names, replicas, steps: [step], data };
  }

  train(o: TrainOptions): AsyncIterable<MetricBatch> {
    this.alive();
    checkTrain(o, this.plans);
    return this.steps(o);
  }
  /** The batches of plans run once each, where `step` steps are done or, of a step, being done. */
  private once(plans: readonly string[], step: number): readonly MetricBatch[] {
    return plans.flatMap((plan) => {
      this.execute(plan);
      return this.plans[plan]!.metrics ? [this.batch(plan, step)] : [];
    });
  }
  private async *steps(o: TrainOptions): AsyncGenerator<MetricBatch> {
    const end = this.stepsDone + o.steps;
    while (this.stepsDone < end && !o.signal?.aborted) {
      this.alive();
      if (o.control?.paused && !o.control.takeSingleStep()) {
        await o.onIdle?.(true);
        await wakeUp(o);
        continue;
      }
      if (o.control?.takeRest()) await o.onIdle?.(true);
      const step = this.stepsDone;
      const before = step === 0 ? this.once(probesDue(o.probes ?? [], 0), 0) : [];
      // All of a step is done before any of it is handed out: the consumer may stop listening at any batch.
      const batches = [...before, ...this.once(stepPlans(o), step), ...this.once(probesDue(o.probes ?? [], step + 1), step + 1)];
      this.stepsDone++;
      yield* batches;
    }
  }

  async checkpoint(config?: unknown): Promise<Uint8Array> {
    this.alive();
    const values = new Map([...this.tensors].map(([name, t]) => [name, this.tensor(t, this.values.get(name)!)] as const));
    return toCheckpoint({ step: this.stepsDone, values }, this.plans, config);
  }
  restore(checkpoint: Uint8Array): void {
    this.alive();
    const { step, values } = fromCheckpoint(checkpoint, this.tensors);
    for (const [name, { data }] of values) this.values.get(name)!.set(data);
    this.stepsDone = step;
  }
  private alive(): void {
    if (this.disposed) throw new ConfigError('this session was disposed of');
  }
  dispose(): void {
    this.disposed = true;
    this.values.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Runs plans in float64 on the CPU. */
export const openReference = (): Executor => ({
  name: 'float64 reference',
  software: true,
  maxBindings: 8,
  open: (plans, o) => {
    if (Object.keys(plans).length === 0) throw new ConfigError('a session needs at least one plan');
    return Promise.resolve(new ReferenceSession(plans, o?.check));
  },
  dispose: () => undefined,
});
