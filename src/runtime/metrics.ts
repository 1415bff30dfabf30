/** Metric rings: what plans append on the GPU, read back through a ring of staging buffers and put in order. */
import type { Plan, PlanMetrics } from '../plan/plan';
import type { MetricBatch } from './executor';
import { MOST_IN_FLIGHT, type Copy } from './scheduler';

/** Submissions in flight, and one being decoded. */
const STAGES = MOST_IN_FLIGHT + 1;

export interface Taken {
  readonly copy: Copy;
  /** Call after submitting; resolves when the submission is done. */
  readonly map: () => Promise<undefined>;
  /** Once mapped. Leaves out the first `skip` rows. */
  readonly decode: (steps: readonly number[], skip: number) => MetricBatch;
  readonly release: () => void;
}

export class MetricReader {
  private readonly staging: GPUBuffer[] = [];
  private readonly scratch: Float32Array;
  private next = 0;
  private readonly bytes: number;
  readonly metrics: PlanMetrics;
  /** Runs recorded so far: the counter's value on the GPU once everything submitted is done. */
  count = 0;

  constructor(
    private readonly key: string,
    private readonly plan: Plan,
    private readonly ring: GPUBuffer,
    private readonly device: GPUDevice,
  ) {
    this.metrics = plan.metrics!;
    const { slots, names } = this.metrics;
    this.bytes = 4 * plan.replicas * slots * names.length;
    this.scratch = new Float32Array(plan.replicas * slots * names.length);
  }

  /** For a submission that records `runs` runs (at most the ring's slots): the copy to append to it, and how to read it once mapped. */
  take(runs: number): Taken {
    const stage = this.next++ % STAGES;
    const to = (this.staging[stage] ??= this.device.createBuffer({
      size: this.bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    }));
    const first = this.count;
    this.count += runs;
    return {
      copy: { from: this.ring, to, bytes: this.bytes },
      map: () => to.mapAsync(GPUMapMode.READ),
      decode: (steps, skip) => this.decode(to, first, steps, skip),
      release: () => to.unmap(),
    };
  }

  private decode(staging: GPUBuffer, first: number, steps: readonly number[], skip: number): MetricBatch {
    const ring = new Float32Array(staging.getMappedRange());
    const { slots, names } = this.metrics;
    const k = names.length;
    const rows = steps.length - skip;
    let at = 0;
    for (let r = 0; r < this.plan.replicas; r++)
      for (let i = 0; i < rows; i++) {
        const from = (r * slots + ((first + skip + i) % slots)) * k;
        for (let j = 0; j < k; j++) this.scratch[at++] = ring[from + j]!;
      }
    return {
      plan: this.key,
      names,
      replicas: this.plan.replicas,
      steps: skip > 0 ? steps.slice(skip) : steps,
      data: this.scratch.subarray(0, at),
    };
  }

  destroy(): void {
    for (const b of this.staging) b.destroy();
  }
}
