/**
 * How long dispatches take on a device: by timestamps where there are any that can be trusted, else by the slope of the waiting time over the number
 * of repetitions. Repetitions follow each other in one compute pass, as a plan's steps do, each waiting for what the one before wrote; their
 * operands stay where they are, so that small ones come from the cache.
 *
 * It submits by itself, not through the scheduler: the scheduler's own share of the time is measured elsewhere. What WebGPU rejects while timing
 * throws GPURunError: rejected work takes no time.
 */
import { spreadOf, type Spread } from '../../core/spread';
import { GPURunError } from '../../core/errors';
import { timestampStep } from '../adapterReport';
import type { Ready } from '../program';
import { Scheduler } from '../scheduler';
import { calibrate, clockStep, samplesFor, timePairs, type Patience } from './pairs';

export type Method = 'timestamps' | 'slope';
export interface Clock {
  /** Smallest step between two timestamps, in nanoseconds; undefined where there are none. */
  readonly timestampNs: number | undefined;
  /** Smallest step of performance.now, in milliseconds. */
  readonly pageMs: number;
}
export interface Timing {
  readonly seconds: Spread;
  readonly method: Method;
}

/** Steps of the clock in a sample: an error of a few per cent at most. */
const STEPS = 50;
/** Shortest samples, in milliseconds: a GPU needs a moment to reach its clock rate. */
const [SHORT_BY_TIMESTAMP, SHORT_BY_SLOPE] = [2, 8];
/** Dispatches in one submission: well below a second even where each takes tens of microseconds. */
const MOST_DISPATCHES = 20_000;
/** What a timestamp may say beyond the time that the host waited: the clocks differ a little. */
const TRUST = 1.1;

interface Sample {
  readonly gpuMs: number | undefined;
  readonly wallMs: number;
}

export class GpuTimer {
  private readonly scheduler: Scheduler;
  private readonly querySet: GPUQuerySet | undefined;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;

  private constructor(
    private readonly device: GPUDevice,
    readonly clock: Clock,
  ) {
    this.scheduler = new Scheduler(device);
    const queries = clock.timestampNs !== undefined;
    this.querySet = queries ? device.createQuerySet({ type: 'timestamp', count: 2 }) : undefined;
    this.resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_SRC | (queries ? GPUBufferUsage.QUERY_RESOLVE : 0) });
    this.staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  static async open(device: GPUDevice): Promise<GpuTimer> {
    return new GpuTimer(device, { timestampNs: await timestampStep(device), pageMs: clockStep() });
  }

  /** Seconds for `work` once. Throws GPURunError, DeviceLostError and the signal's reason. */
  async time(work: readonly Ready[], patience: Patience): Promise<Timing> {
    const most = Math.max(1, Math.floor(MOST_DISPATCHES / work.length));
    const byTimestamp = this.querySet ? await this.byTimestamp(work, most, patience) : undefined;
    if (byTimestamp) return { seconds: spreadOf(byTimestamp), method: 'timestamps' };
    const wall = async (count: number): Promise<number> => (await this.sample(work, count)).wallMs;
    const seconds = await timePairs(wall, Math.max(SHORT_BY_SLOPE, STEPS * this.clock.pageMs), most, patience);
    return { seconds: spreadOf(seconds), method: 'slope' };
  }

  /** Undefined where the timestamps cannot be: none written, or more time than has passed. */
  private async byTimestamp(work: readonly Ready[], most: number, { budgetMs, signal }: Patience): Promise<readonly number[] | undefined> {
    const step = this.clock.timestampNs! / 1e6;
    /** Milliseconds; NaN where nothing was written, or more than has passed. */
    const run = async (count: number): Promise<number> => {
      const { gpuMs = NaN, wallMs } = await this.sample(work, count);
      return gpuMs > TRUST * wallMs + step ? NaN : gpuMs;
    };
    const { count, ms } = await calibrate(run, Math.max(SHORT_BY_TIMESTAMP, STEPS * step), most);
    const seconds: number[] = [];
    for (let left = samplesFor(ms, budgetMs); left > 0; left--) {
      signal?.throwIfAborted();
      const sample = await run(count);
      if (!(sample > 0)) return undefined;
      seconds.push(sample / count / 1000);
    }
    return seconds.length > 0 ? seconds : undefined;
  }

  private async sample(work: readonly Ready[], count: number): Promise<Sample> {
    this.device.pushErrorScope('validation');
    const began = performance.now();
    this.device.queue.submit([this.encode(work, count)]);
    const scoped = this.device.popErrorScope();
    await this.scheduler.settled(this.staging.mapAsync(GPUMapMode.READ));
    const wallMs = performance.now() - began;
    const [begin, end] = new BigUint64Array(this.staging.getMappedRange().slice(0)) as unknown as readonly [bigint, bigint];
    this.staging.unmap();
    const error = await scoped;
    if (error) throw new GPURunError(`WebGPU rejected what was to be timed: ${error.message}`);
    return { gpuMs: begin > 0n && end >= begin ? Number(end - begin) / 1e6 : undefined, wallMs };
  }

  private encode(work: readonly Ready[], count: number): GPUCommandBuffer {
    const { querySet } = this;
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      querySet ? { timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } } : {},
    );
    let bound: GPUComputePipeline | undefined;
    for (let n = 0; n < count; n++)
      for (const d of work) {
        if (d.pipeline !== bound) pass.setPipeline((bound = d.pipeline));
        pass.setBindGroup(0, d.group);
        pass.dispatchWorkgroups(d.x, d.y, d.z);
      }
    pass.end();
    if (querySet) encoder.resolveQuerySet(querySet, 0, 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, 16);
    return encoder.finish();
  }

  dispose(): void {
    this.querySet?.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}
