/** The GPU executor: one device, its pipelines, and the sessions on it. */
import { comesAgain, ConfigError, DeviceLostError, NoWebGPUError } from '../core/errors';
import type { Plan, PlanDispatch } from '../plan/plan';
import { persistentForm } from '../plan/persistent';
import { improvedPlan, specialise, successor } from '../plan/specialise';
import { kernelsFingerprint, type Choices } from '../plan/variants';
import { acquire, type Acquired, type OpenOptions } from './device';
import type { Executor, Session, SessionOptions, TrainEvent } from './executor';
import { formClass, ORDINARY } from './forms';
import { GpuSession, type Around, type Backend } from './gpuSession';
import { FIRST_PAUSES, lossOf, PAUSES, reasonOf, wait } from './loss';
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
  /**
   * Milliseconds before each request for another device when one is lost. After so many without a checkpoint, or an answer, between, the run is given
   * up. Default: nine requests within 19 s.
   */
  readonly pauses?: readonly number[];
}
const DEFAULT_BUDGET = 4 * 2 ** 30;
const UNTUNED = (): ConfigError => new ConfigError('this executor was opened without `tune`, so there is nothing to pin');
const DISPOSED = (): ConfigError => new ConfigError('this executor was disposed of');

export class GpuExecutor implements Executor {
  private backend: Backend;
  private renewing: Promise<Backend> | undefined;
  private disposed = false;
  /** Requests for another device since the last sign that one is of use, and devices lost. */
  private requests = 0;
  private losses = 0;
  /** Lists, pins and resets what was measured; undefined where tuning was not asked for, or the adapter is a software one. */
  readonly tuner: Tuner | undefined;
  private constructor(
    private acquired: Acquired,
    private readonly o: GpuOptions,
  ) {
    this.backend = this.wrap(acquired);
    if (o.tune && (!acquired.software || o.tune.software)) this.tuner = new Tuner(`${acquired.name} ${kernelsFingerprint()}`, o.tune);
  }

  /** Throws NoWebGPUError. Where there is no adapter it asks for a second or two: the GPU process may just have died. */
  static async open(o: GpuOptions = {}): Promise<GpuExecutor> {
    for (const pause of FIRST_PAUSES.slice(1)) {
      try {
        return new GpuExecutor(await acquire(o), o);
      } catch (error) {
        if (error instanceof NoWebGPUError && error.reason !== 'no-adapter') throw error;
      }
      await wait(pause);
    }
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

  async open(plans: Readonly<Record<string, Plan>>, o: SessionOptions = {}): Promise<Session> {
    for (;;) {
      if (this.disposed) throw DISPOSED();
      const { backend } = this;
      try {
        return await this.openOn(backend, plans, o);
      } catch (cause) {
        const loss = comesAgain(cause) ? undefined : await lossOf(backend.device);
        if (!loss) throw cause;
        await this.renew(backend, loss);
        o.onEvent?.({ kind: 'recovered', step: 0, reason: reasonOf(loss), adapter: this.name });
      }
    }
  }
  private async openOn(
    backend: Backend,
    plans: Readonly<Record<string, Plan>>,
    { together = [], asGiven = false, check, onEvent }: SessionOptions,
  ): Promise<Session> {
    if (asGiven) return GpuSession.open(plans, backend, this.around(onEvent), { successor: () => undefined, plans, together, check });
    await this.tuner?.tune(
      backend.device,
      backend.pipelines,
      Object.values(plans).map((p) => specialise(p, this.acquired.kind)),
    );
    const each = (choices: Choices): Readonly<Record<string, Plan>> =>
      Object.fromEntries(Object.entries(plans).map(([name, p]) => [name, specialise(p, this.acquired.kind, choices)]));
    const planned = each({});
    const choices = this.tuner?.choices ?? {};
    return GpuSession.open(this.tuner ? each(choices) : planned, backend, this.around(onEvent), {
      successor: (d) => successor(d, choices),
      tuner: this.tuner,
      plans: planned,
      together,
      check,
    });
  }
  /** What a session needs of its executor when the device is lost. */
  private around(onEvent: SessionOptions['onEvent']): Around {
    return {
      renew: (lost, loss) => this.renew(lost, loss),
      progressed: () => {
        [this.requests, this.losses] = [0, 0];
      },
      recovered: (step, loss) => {
        const event: TrainEvent = { kind: 'recovered', step, reason: reasonOf(loss), adapter: this.name };
        onEvent?.(event);
        return event;
      },
    };
  }

  /** A plan as it runs in a session of this executor, once all is improved. */
  fitted(p: Plan): Plan {
    const choices = this.tuner?.choices ?? {};
    return improvedPlan(specialise(p, this.acquired.kind, choices), (d) => successor(d, choices));
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

  /** A new device for sessions that lost theirs; those of one device share the next. Throws DeviceLostError. */
  private renew(lost: Backend, loss: GPUDeviceLostInfo): Promise<Backend> {
    if (this.disposed) return Promise.reject(new DeviceLostError(`the device was lost (${reasonOf(loss)}); ${DISPOSED().message}`));
    if (lost !== this.backend) return Promise.resolve(this.backend);
    this.renewing ??= this.another(loss).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }
  private async another(loss: GPUDeviceLostInfo): Promise<Backend> {
    const pauses = this.o.pauses ?? PAUSES;
    this.losses++;
    for (let refused: unknown; this.requests < pauses.length;) {
      await wait(pauses[this.requests++]!);
      if (this.disposed) throw DISPOSED();
      try {
        this.acquired = await acquire(this.o);
        this.backend = this.wrap(this.acquired);
        return this.backend;
      } catch (error) {
        refused = error;
      }
      if (this.requests === pauses.length)
        throw new DeviceLostError(
          `the device was lost (${reasonOf(loss)}), and no other could be opened in ${pauses.length} attempts (${refused instanceof Error ? refused.message : String(refused)})`,
        );
    }
    const { losses } = this;
    [this.requests, this.losses] = [0, 0]; // who asks again later is heard
    throw new DeviceLostError(
      `the device was lost ${losses} times with no checkpoint between; the last time: ${reasonOf(loss)}. What the run asks for may be more than this GPU can do in one go`,
    );
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
