/** A Session on the GPU: variables, programs and their recovery when the device is lost. */
import { comesAgain, ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Plan, PlanDispatch, PlanTensor } from '../plan/plan';
import type { HostArray, HostTensor, MetricBatch, Session, TrainEvent, TrainOptions, WriteCheck } from './executor';
import { improvedPlan } from '../plan/specialise';
import { checkTrain, findPlan, findVariable, fromCheckpoint, spread, toCheckpoint } from './host';
import { compareForms, Forms, type FormTimes, type Place } from './forms';
import { History, type Leg } from './history';
import { lossOf } from './loss';
import { MetricReader } from './metrics';
import { improve, prepare, type Program, type Ready } from './program';
import type { MemoryLimits } from './memoryCheck';
import type { PipelineCache } from './pipelines';
import { Depth, type Leap, type Scheduler } from './scheduler';
import { repeatLeg, trainOn, type Trainable } from './train';
import type { Tuner } from './tuner';

/** What a session needs of a device; all of it is replaced when the device is lost. */
export interface Backend {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  readonly scheduler: Scheduler;
  readonly limits: MemoryLimits;
}

/** What a session asks of its executor when its device is lost. */
export interface Around {
  /** Another device. Throws DeviceLostError. */
  readonly renew: (lost: Backend, loss: GPUDeviceLostInfo) => Promise<Backend>;
  /** An answer or a checkpoint was had: losses are counted anew. */
  readonly progressed: () => void;
  /** Tells whom it concerns, and gives what was told. `step`: from which training goes on. */
  readonly recovered: (step: number, loss: GPUDeviceLostInfo) => TrainEvent;
}

/** With what a session becomes faster. `tuner`: finds the faster form of its steps, of `plans`, which are without the tuner's choices. */
export interface Tuning {
  readonly successor: (d: PlanDispatch) => PlanDispatch | undefined;
  readonly tuner?: Tuner | undefined;
  readonly plans: Readonly<Record<string, Plan>>;
  /** See SessionOptions. */
  readonly together: readonly string[];
  readonly check?: WriteCheck | undefined;
}

export class GpuSession implements Session, Trainable {
  stepsDone = 0;
  private program!: Program;
  private backend!: Backend;
  readonly readers = new Map<string, MetricReader>();
  private readonly history = new History();
  /** While another device is brought to where the lost one was. */
  private recovering: Promise<void> | undefined;
  private readonly updated: ReadonlySet<string>;
  private disposed = false;

  private forms: Forms | undefined;
  /** Found once for all of a session's training. */
  readonly depth = new Depth();
  private readonly woven = new Map<string, readonly Ready[]>();
  improved: Promise<void> = Promise.resolve();

  private constructor(
    readonly plans: Readonly<Record<string, Plan>>,
    private readonly around: Around,
    private readonly tuning: Tuning,
  ) {
    this.updated = new Set(Object.values(plans).flatMap((p) => p.updated));
  }

  static async open(plans: Readonly<Record<string, Plan>>, backend: Backend, around: Around, tuning: Tuning): Promise<GpuSession> {
    const session = new GpuSession(plans, around, tuning);
    await session.build(backend);
    return session;
  }

  private async build(backend: Backend): Promise<void> {
    this.backend = backend;
    this.forms?.destroy();
    this.forms = undefined;
    this.program = await prepare(backend.device, backend.pipelines, this.plans, backend.limits, this.tuning.together);
    if (this.disposed) this.program.destroy();
    this.alive();
    this.woven.clear();
    backend.scheduler.check();
    const {
      program,
      tuning: { tuner, plans, successor },
    } = this;
    if (tuner) this.forms = new Forms(plans, { ...this.place, tuner });
    this.improved = improve(
      backend.pipelines,
      this.plans,
      program,
      successor,
      () => this.disposed || this.program !== program || backend.scheduler.lost !== undefined,
    );
    for (const r of this.readers.values()) r.destroy();
    this.readers.clear();
    for (const [key, p] of Object.entries(this.plans))
      if (p.metrics) this.readers.set(key, new MetricReader(key, p, this.program.variables.get(p.metrics.ring)!.buffer, backend.device));
  }

  private get place(): Place {
    const { device, scheduler, limits } = this.backend;
    return { device, scheduler, program: this.program, spare: limits.budget - this.program.bytes, alive: () => this.alive() };
  }
  /** How long a plan's steps take in each form, on the state it is in, which comes back; undefined where it has one only. Not while it is trained. */
  compareForms(plan: string, repeats: number): Promise<readonly FormTimes[] | undefined> {
    this.alive();
    return compareForms(this.place, this.planned(plan), plan, repeats);
  }

  get scheduler(): Scheduler {
    return this.backend.scheduler;
  }
  /** Whether these plans share no buffer for intermediate values: others must run one after another. */
  apart(plans: readonly string[]): boolean {
    return plans.every((p) => this.tuning.together.includes(p));
  }
  /** The dispatches of one step of several independent plans that are apart, in turns. */
  weave(plans: readonly string[]): readonly Ready[] {
    const key = plans.join('\n');
    const known = this.woven.get(key);
    if (known) return known;
    const lists = plans.map((p) => this.ready(p));
    const longest = Math.max(...lists.map((l) => l.length));
    const woven = Array.from({ length: longest }, (_, i) => lists.flatMap((l) => l.slice(i, i + 1))).flat();
    this.woven.set(key, woven);
    return woven;
  }
  ready(plan: string): readonly Ready[] {
    findPlan(this.plans, plan);
    return this.program.ready.get(plan)!;
  }
  /** Bytes of all buffers. */
  get bytes(): number {
    return this.program.bytes + (this.forms?.bytes ?? 0);
  }
  /** A plan as it suits the adapter, without the tuner's choices. Throws ConfigError for an unknown name. */
  planned(plan: string): Plan {
    findPlan(this.plans, plan);
    return this.tuning.plans[plan]!;
  }
  /** A plan as it runs once all is improved. */
  running(plan: string): Plan {
    return improvedPlan(findPlan(this.plans, plan), this.tuning.successor);
  }
  /** Starts to look for faster forms of plans that are to be trained. */
  async wantForms(plans: readonly string[]): Promise<void> {
    await this.forms?.want(plans);
  }
  /** Whether a form waits to be judged, for which nothing may be in flight. */
  get formsWait(): boolean {
    return this.forms !== undefined && this.forms.waiting.length > 0;
  }
  async judgeForms(): Promise<void> {
    await this.forms?.judge();
  }
  /** So many steps of a plan at once; undefined where they run dispatch by dispatch. */
  leap(plan: string, steps: number): Leap | undefined {
    return this.forms?.leap(plan, steps);
  }
  /** The form that a plan's steps run in: 'ordinary', or 'persistent' with the size of its workgroups. */
  formOf(plan: string): string {
    return this.forms?.formOf(plan) ?? 'ordinary';
  }

  write(variable: string, data: HostArray): void {
    this.alive();
    const { tensor } = findVariable(this.program.variables, variable);
    const values = spread(variable, tensor, data, Float32Array);
    this.tuning.check?.(variable, data);
    this.history.wrote(variable, values);
    if (!this.recovering) this.upload(variable, values); // else it is among what is repeated
  }
  private upload(variable: string, values: HostArray): void {
    const { buffer } = this.program.variables.get(variable)!;
    this.backend.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>);
  }

  async read(variable: string): Promise<HostTensor> {
    this.alive();
    findVariable(this.program.variables, variable);
    return this.surviving(() => this.value(variable));
  }
  private value(variable: string): Promise<HostTensor> {
    const { tensor, buffer } = this.program.variables.get(variable)!;
    return this.fetch(tensor, buffer);
  }
  private async fetch(t: PlanTensor, buffer: GPUBuffer): Promise<HostTensor> {
    const size = sizeOf(t.shape);
    const words = t.offset + (t.replicas - 1) * t.stride + size;
    const all = await this.scheduler.read(buffer, 4 * words);
    const typed = t.dtype === 'u32' ? new Uint32Array(all) : new Float32Array(all);
    const data = t.dtype === 'u32' ? new Uint32Array(size * t.replicas) : new Float32Array(size * t.replicas);
    for (let r = 0; r < t.replicas; r++) data.set(typed.subarray(t.offset + r * t.stride, t.offset + r * t.stride + size), r * size);
    return { dtype: t.dtype, data, replicas: t.replicas, size };
  }

  async run(plan: string): Promise<Readonly<Record<string, HostTensor>>> {
    this.alive();
    findPlan(this.plans, plan);
    const answers = await this.surviving(async () => {
      this.scheduler.submit([this.ready(plan)], []);
      const results: Record<string, HostTensor> = {};
      for (const [name, t] of Object.entries(this.plans[plan]!.outputs))
        results[name] = await this.fetch(t, this.program.slotBuffer(plan, t.slot));
      this.scheduler.check();
      if (this.plans[plan]!.updated.length > 0) this.history.ran(plan);
      return results;
    });
    if (this.history.long) await this.surviving(() => this.snapshot());
    return answers;
  }

  train(o: TrainOptions): AsyncIterable<MetricBatch> {
    this.alive();
    checkTrain(o, this.plans);
    return trainOn(this, o);
  }

  /** The updated variables: with what was written, all that another device needs, from now on. A device may be lost here. */
  async snapshot(): Promise<void> {
    const step = this.stepsDone;
    const values = new Map<string, HostTensor>();
    for (const name of this.updated) values.set(name, await this.value(name));
    this.history.reached({ step, values });
    this.findRows();
    this.around.progressed();
  }
  /** Tells the readers where in their rings they are, whatever ran or was written before. */
  private findRows(): void {
    for (const r of this.readers.values()) r.count = this.history.values.get(r.metrics.counter)?.[0] ?? 0;
  }
  async checkpoint(config?: unknown): Promise<Uint8Array> {
    this.alive();
    return this.surviving(async () => {
      const values = new Map<string, HostTensor>();
      for (const name of this.program.variables.keys()) values.set(name, await this.value(name));
      return toCheckpoint({ step: this.stepsDone, values }, this.plans, config);
    });
  }
  restore(checkpoint: Uint8Array): void {
    this.alive();
    const { step, values } = fromCheckpoint(checkpoint, new Map([...this.program.variables].map(([n, v]) => [n, v.tensor])));
    for (const [name, { data }] of values) this.write(name, data);
    this.history.reached({ step, values: new Map() });
    this.stepsDone = step;
  }

  /** From here on steps are trained: what that takes to be repeated is known. */
  async begin(o: TrainOptions): Promise<Leg> {
    await this.surviving(() => this.snapshot());
    return this.history.began(o);
  }

  /** Does `work`, again on another device where one is lost. Throws DeviceLostError once none is to be had. */
  private async surviving<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.recovering;
      this.alive();
      const { scheduler } = this;
      try {
        const result = await work();
        this.around.progressed();
        return result;
      } catch (cause) {
        await this.recover(cause, scheduler, true);
      }
    }
  }

  /**
   * After `cause`, on the device of `scheduler`: rebuilds everything on a new device as it was at the last snapshot, and does again what was done since; a leg that still
   * goes on only for `whole`. Gives what was told of it, unless another call saw to it. Throws `cause` where the device was not lost, DeviceLostError where
   * there is no other to be had.
   */
  async recover(cause: unknown, scheduler: Scheduler, whole: boolean): Promise<TrainEvent | undefined> {
    const loss = comesAgain(cause) ? undefined : await lossOf(scheduler.device);
    if (!loss) throw cause;
    this.alive();
    if (scheduler !== this.scheduler) return void (await this.recovering); // another call was first
    let event: TrainEvent | undefined;
    this.recovering ??= this.rebuild(loss, whole).then(
      () => {
        this.recovering = undefined;
        event = this.around.recovered(this.stepsDone, loss);
      },
      (error: unknown) => {
        this.recovering = undefined;
        throw error;
      },
    );
    await this.recovering;
    return event;
  }
  private async rebuild(first: GPUDeviceLostInfo, whole: boolean): Promise<void> {
    const reached = this.stepsDone;
    for (let loss = first; ;) {
      const backend = await this.around.renew(this.backend, loss);
      try {
        await this.build(backend);
        await this.repeat(reached, whole);
        return;
      } catch (cause) {
        this.stepsDone = reached;
        const again = comesAgain(cause) ? undefined : await lossOf(backend.device);
        if (!again) throw cause;
        loss = again;
      }
    }
  }
  private async repeat(reached: number, whole: boolean): Promise<void> {
    const { history } = this;
    this.stepsDone = history.step;
    for (const [name, values] of history.values) this.upload(name, values);
    this.findRows();
    // By index: what is written meanwhile comes after.
    for (let i = 0; i < history.deeds.length; i++) {
      const deed = history.deeds[i]!;
      if (deed.kind === 'write') this.upload(deed.variable, deed.values);
      else if (deed.kind === 'run') this.scheduler.submit([this.ready(deed.plan)], []);
      else if (whole || deed.end !== undefined) await repeatLeg(this, deed.o, deed.end ?? reached);
    }
  }

  /** Throws ConfigError after dispose. */
  alive(): void {
    if (this.disposed) throw new ConfigError('this session was disposed of');
  }
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const r of this.readers.values()) r.destroy();
    this.forms?.destroy();
    this.program.destroy();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
