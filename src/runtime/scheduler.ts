/**
 * The only place that submits work. A submission is one encoder: one compute pass of many dispatches, then copies into staging buffers.
 * It is sized by measured time, and a few are in flight, so that the GPU computes while the host encodes and decodes.
 */
import { GPURunError } from '../core/errors';
import { lossError, lossOf } from './loss';
import type { Ready } from './program';

export interface Copy {
  readonly from: GPUBuffer;
  readonly fromOffset?: number;
  readonly to: GPUBuffer;
  readonly toOffset?: number;
  readonly bytes: number;
}
/** Steps of a plan in its persistent form: copies, in between the dispatches. */
export interface Leap {
  readonly before: readonly Copy[];
  readonly launches: readonly Ready[];
  readonly after: readonly Copy[];
}
const isLeap = (item: readonly Ready[] | Leap): item is Leap => 'launches' in item;

const replay = (pass: GPUComputePassEncoder, plan: readonly Ready[]): void => {
  let bound: GPUComputePipeline | undefined;
  for (let i = 0; i < plan.length; i++) {
    const d = plan[i]!;
    if (d.pipeline !== bound) pass.setPipeline((bound = d.pipeline));
    pass.setBindGroup(0, d.group);
    pass.dispatchWorkgroups(d.x, d.y, d.z);
  }
};
const copy = (encoder: GPUCommandEncoder, copies: readonly Copy[]): void => {
  for (const { from, fromOffset = 0, to, toOffset = 0, bytes } of copies) encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
};

export class Scheduler {
  private failure: GPURunError | undefined;
  lost: GPUDeviceLostInfo | undefined;

  constructor(readonly device: GPUDevice) {
    device.addEventListener('uncapturederror', (e) => {
      e.preventDefault();
      this.failure ??= new GPURunError(`the GPU reported: ${e.error.message}`);
    });
    void device.lost.then((info) => {
      this.lost = info;
    });
  }

  /** Throws the first error the GPU reported since the last look. */
  check(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
  }

  /** A lost device fails what waits for it before `device.lost` has settled: gives it a moment. */
  async isLost(): Promise<boolean> {
    return this.lost !== undefined || (await lossOf(this.device)) !== undefined;
  }

  /** What the GPU was asked for. Throws DeviceLostError or GPURunError where those are why it failed. */
  async settled<T>(work: Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work;
    } catch (cause) {
      if (await this.isLost()) throw lossError(this.lost, cause);
      this.check();
      throw cause;
    }
    // Work that was lost can be reported as done.
    if (this.lost) throw lossError(this.lost);
    this.check();
    return result;
  }

  /** Replays `sequence`, in one compute pass where nothing leaps, then copies. Allocates a fixed number of objects, however long the sequence. Throws DeviceLostError. */
  submit(sequence: Iterable<readonly Ready[] | Leap>, copies: readonly Copy[]): void {
    if (this.lost) throw lossError(this.lost);
    const encoder = this.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    for (const item of sequence)
      if (isLeap(item)) {
        pass?.end();
        pass = undefined;
        copy(encoder, item.before);
        const own = encoder.beginComputePass();
        replay(own, item.launches);
        own.end();
        copy(encoder, item.after);
      } else replay((pass ??= encoder.beginComputePass()), item);
    pass?.end();
    copy(encoder, copies);
    this.device.queue.submit([encoder.finish()]);
  }

  /** A buffer's first `bytes` bytes. One staging buffer per call: not for loops. Throws DeviceLostError and GPURunError. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.device.createBuffer({ size: Math.max(4, size), usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
      this.submit([], [{ from: buffer, to: staging, bytes: size }]);
      await this.settled(staging.mapAsync(GPUMapMode.READ));
      return staging.getMappedRange().slice(0, bytes);
    } finally {
      staging.destroy();
    }
  }
}

/** Depths in the order in which they are tried. */
const DEPTHS = [2, 3, 1] as const;
export const MOST_IN_FLIGHT = Math.max(...DEPTHS);
/** Submissions at each depth that are left out, and those that count; and the share of the best rate that is as good. */
const [SKIPPED, SAMPLED, WITHIN] = [3, 8, 0.97];
/**
 * Submissions in flight: as few as give the rate that more give. While the first are measured, so many of each depth, a run goes on as ever; afterwards
 * the depth stays.
 */
export class Depth {
  /** Steps a millisecond, at each depth tried so far. */
  private readonly rates: number[] = [];
  private landed = 0;
  private steps = 0;
  private began = 0;
  private chosen: number | undefined;

  /** What was between the submissions was not their time: what is being measured is measured anew. */
  restart(): void {
    [this.landed, this.steps] = [0, 0];
  }
  get now(): number {
    return this.chosen ?? DEPTHS[this.rates.length]!;
  }
  /** A submission of n steps was seen done at `done` (ms); `settled`: submissions have found their size. */
  measured(n: number, done: number, settled: boolean): void {
    if (this.chosen !== undefined || !settled) return;
    // The first few at a depth were submitted at the one before.
    if (++this.landed === SKIPPED) this.began = done;
    if (this.landed > SKIPPED) this.steps += n;
    if (this.landed < SKIPPED + SAMPLED) return;
    this.rates.push(this.steps / (done - this.began));
    this.restart();
    if (this.rates.length < DEPTHS.length) return;
    const best = Math.max(...this.rates);
    this.chosen = Math.min(...DEPTHS.filter((_, i) => this.rates[i]! >= WITHIN * best));
  }
}
/** Steps for the next submission, from the measured time of those before. */
export class Pace {
  private msPerStep = 0;
  private lastDone = 0;
  private size = 1;
  private steady = false;
  constructor(
    private readonly targetMs: number,
    private readonly limit: number,
  ) {}

  get next(): number {
    return this.size;
  }
  /** Whether the size is no longer doubling. */
  get settled(): boolean {
    return this.steady;
  }
  /** A submission of n steps, made at `submitted`, was seen done at `done` (ms). */
  measured(n: number, submitted: number, done: number): void {
    const ms = (done - Math.max(submitted, this.lastDone)) / n;
    this.lastDone = done;
    this.msPerStep = this.msPerStep === 0 ? ms : 0.7 * this.msPerStep + 0.3 * ms;
    // At most doubled: the first steps after a pipeline's creation say little about the rest.
    const wanted = Math.max(1, Math.min(this.limit, Math.round(this.targetMs / Math.max(this.msPerStep, 1e-3))));
    this.steady = wanted < 2 * this.size;
    this.size = Math.min(2 * this.size, wanted);
  }
}
