/** The GPU executor: one device, its pipelines, and the sessions on it. */
import { ConfigError } from '../core/errors';
import type { Plan, PlanDispatch } from '../plan/plan';
import { persistentForm } from '../plan/persistent';
import { improvedPlan, specialise, successor } from '../plan/specialise';
import { kernelsFingerprint, type Choices } from '../plan/variants';
import { acquire, type Acquired, type OpenOptions } from './device';
import type { Executor, Session, SessionOptions } from './executor';
import { formClass, ORDINARY } from './forms';
import { GpuSession, type Backend } from './gpuSession';
import { PipelineCache } from './pipelines';
import { Scheduler } from './scheduler';
import { Tuner, type TunerOptions } from './tuner';

export interface GpuOptions extends OpenOptions {
  /** Bytes that all buffers of a session may take together. Default 4 GiB. */
  readonly memoryBudget?: number;
  /**
   * Measures variants of the kernels when plans are first opened, within a budget, and uses the fastest; results are the same bits with and
   * without. Default: no, the choice that suits the kind of adapter.
   */
  readonly tune?: TunerOptions;
}
const DEFAULT_BUDGET = 4 * 2 ** 30;
const UNTUNED = (): ConfigError => new ConfigError('this executor was opened without `tune`, so there is nothing to pin');
const DISPOSED = (): ConfigError => new ConfigError('this executor was disposed of');

export class GpuExecutor implements Executor {
  private backend: Backend;
  private renewing: Promise<Backend> | undefined;
  private disposed = false;
  /** Lists, pins and resets what was measured; undefined where tuning was not asked for, or the adapter is a software one. */
  readonly tuner: Tuner | undefined;
  private constructor(
    private acquired: Acquired,
    private readonly o: GpuOptions,
  ) {
    this.backend = this.wrap(acquired);
    if (o.tune && (!acquired.software || o.tune.software)) this.tuner = new Tuner(`${acquired.name} ${kernelsFingerprint()}`, o.tune);
  }

  /** Throws NoWebGPUError. */
  static async open(o: GpuOptions = {}): Promise<GpuExecutor> {
    return new GpuExecutor(await acquire(o), o);
  }

  get name(): string {
    return this.acquired.name;
  }
  get software(): boolean {
    return this.acquired.software;
  }
  get device(): GPUDevice {
    return this.acquired.device;
  }
  get maxBindings(): number {
    return this.device.limits.maxStorageBuffersPerShaderStage;
  }

  async open(plans: Readonly<Record<string, Plan>>, { together = [], asGiven = false, check }: SessionOptions = {}): Promise<Session> {
    if (this.disposed) throw DISPOSED();
    const ready = this.backend.scheduler.lost ? await this.renew(this.backend) : this.backend;
    if (asGiven) return GpuSession.open(plans, ready, (lost) => this.renew(lost), { successor: () => undefined, plans, together, check });
    const backend = await this.tuned(plans, ready);
    const each = (choices: Choices): Readonly<Record<string, Plan>> =>
      Object.fromEntries(Object.entries(plans).map(([name, p]) => [name, specialise(p, this.acquired.kind, choices)]));
    const planned = each({});
    const choices = this.tuner?.choices ?? {};
    return GpuSession.open(this.tuner ? each(choices) : planned, backend, (lost) => this.renew(lost), {
      successor: (d) => successor(d, choices),
      tuner: this.tuner,
      plans: planned,
      together,
      check,
    });
  }

  /** A plan as it runs in a session of this executor, once all is improved. */
  fitted(p: Plan): Plan {
    const choices = this.tuner?.choices ?? {};
    return improvedPlan(specialise(p, this.acquired.kind, choices), (d) => successor(d, choices));
  }

  /** The device to go on with: another where this one was lost over the measurements. */
  private async tuned(plans: Readonly<Record<string, Plan>>, backend: Backend): Promise<Backend> {
    try {
      await this.tuner?.tune(
        backend.device,
        backend.pipelines,
        Object.values(plans).map((p) => specialise(p, this.acquired.kind)),
      );
      return backend;
    } catch (cause) {
      if (!(await backend.scheduler.isLost())) throw cause;
      return this.renew(backend);
    }
  }

  /** Holds the class of a dispatch (of a session's plans) to a variant, from the next session on; see Tuner. Throws ConfigError. */
  async pin(d: PlanDispatch, variant: string): Promise<void> {
    if (!this.tuner) throw UNTUNED();
    await this.tuner.pin(this.backend.device, this.backend.pipelines, d, variant);
  }

  /**
   * Holds the steps of a session's plan to a form from the next session on: 'ordinary', or 'persistent' and the invocations of a workgroup, a multiple
   * of 4. A session that finds its bits to differ, or cannot have it, runs the ordinary form. Throws ConfigError where the plan has no such form.
   */
  async pinForm(session: Session, plan: string, id: string): Promise<void> {
    if (!this.tuner) throw UNTUNED();
    const planned = session instanceof GpuSession ? session.planned(plan) : undefined;
    const form = planned && persistentForm(planned);
    if (!form || (id !== ORDINARY && !(Number(/^persistent (\d+)$/.exec(id)?.[1]) % 4 === 0)))
      throw new ConfigError(
        `no form '${id}' of '${plan}'; there ${form ? `are '${ORDINARY}' and 'persistent <invocations>'` : `is '${ORDINARY}' only`}`,
      );
    await this.tuner.keep({ shape: formClass(form), choice: id, ms: {}, pinned: true });
  }

  /** A new device for sessions that lost theirs; those of one device share the next. */
  private renew(lost: Backend): Promise<Backend> {
    if (this.disposed) return Promise.reject(DISPOSED());
    if (lost !== this.backend) return Promise.resolve(this.backend);
    this.renewing ??= acquire(this.o)
      .then((acquired) => {
        this.acquired = acquired;
        this.backend = this.wrap(acquired);
        return this.backend;
      })
      .finally(() => {
        this.renewing = undefined;
      });
    return this.renewing;
  }

  private wrap({ device }: Acquired): Backend {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    return {
      device,
      pipelines: new PipelineCache(device),
      scheduler: new Scheduler(device),
      limits: { maxBufferSize, maxStorageBufferBindingSize, budget: this.o.memoryBudget ?? DEFAULT_BUDGET },
    };
  }

  /** Ends all sessions on it. */
  dispose(): void {
    this.disposed = true;
    this.device.destroy();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
export const openGpu = (o: GpuOptions = {}): Promise<GpuExecutor> => GpuExecutor.open(o);
