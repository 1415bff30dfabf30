/** The GPU executor: one device, its pipelines, and the sessions on it. */
import { ConfigError } from '../core/errors';
import type { Plan } from '../plan/plan';
import { specialise } from '../plan/specialise';
import { acquire, type Acquired, type OpenOptions } from './device';
import type { Executor, Session } from './executor';
import { GpuSession, type Backend } from './gpuSession';
import { PipelineCache } from './pipelines';
import { Scheduler } from './scheduler';

export interface GpuOptions extends OpenOptions {
  /** Bytes that all buffers of a session may take together. Default 4 GiB. */
  readonly memoryBudget?: number;
}
const DEFAULT_BUDGET = 4 * 2 ** 30;
const DISPOSED = (): ConfigError => new ConfigError('this executor was disposed of');

export class GpuExecutor implements Executor {
  private backend: Backend;
  private renewing: Promise<Backend> | undefined;
  private disposed = false;
  private constructor(private acquired: Acquired, private readonly o: GpuOptions) { this.backend = this.wrap(acquired); }

  /** Throws NoWebGPUError. */
  static async open(o: GpuOptions = {}): Promise<GpuExecutor> { return new GpuExecutor(await acquire(o), o); }

  get name(): string { return this.acquired.name; }
  get software(): boolean { return this.acquired.software; }
  get device(): GPUDevice { return this.acquired.device; }
  get maxBindings(): number { return this.device.limits.maxStorageBuffersPerShaderStage; }

  async open(plans: Readonly<Record<string, Plan>>): Promise<Session> {
    if (this.disposed) throw DISPOSED();
    const backend = this.backend.scheduler.lost ? await this.renew(this.backend) : this.backend;
    const fitted = Object.fromEntries(Object.entries(plans).map(([name, p]) => [name, specialise(p, this.acquired.kind)]));
    return GpuSession.open(fitted, backend, (lost) => this.renew(lost));
  }

  /** A new device for sessions that lost theirs; those of one device share the next. */
  private renew(lost: Backend): Promise<Backend> {
    if (this.disposed) return Promise.reject(DISPOSED());
    if (lost !== this.backend) return Promise.resolve(this.backend);
    this.renewing ??= acquire(this.o).then((acquired) => {
      this.acquired = acquired;
      this.backend = this.wrap(acquired);
      return this.backend;
    }).finally(() => { this.renewing = undefined; });
    return this.renewing;
  }

  private wrap({ device }: Acquired): Backend {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    return {
      device, pipelines: new PipelineCache(device), scheduler: new Scheduler(device),
      limits: { maxBufferSize, maxStorageBufferBindingSize, budget: this.o.memoryBudget ?? DEFAULT_BUDGET },
    };
  }

  /** Ends all sessions on it. */
  dispose(): void {
    this.disposed = true;
    this.device.destroy();
  }
  [Symbol.dispose](): void { this.dispose(); }
}
export const openGpu = (o: GpuOptions = {}): Promise<GpuExecutor> => GpuExecutor.open(o);
