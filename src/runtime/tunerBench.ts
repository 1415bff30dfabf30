/** What the tuner measures with: one dispatch of a plan, on random operands of its own shape, by whichever variant. */
import { kernelByName } from '../../shaders/index';
import { uniformFields, type Dims, type Kernel, type Options } from '../../shaders/kernel';
import type { MatmulDims } from '../../shaders/matmul';
import type { Operands } from '../../shaders/matmulCore';
import { IDENTITY } from '../../shaders/program';
import { stream } from '../core/random';
import type { PlanDispatch } from '../plan/plan';
import type { Variant } from '../plan/variants';
import type { Trial } from './kernelCheckCases';
import type { PipelineCache } from './pipelines';

/** Bytes of all operands that a measurement may take: larger shapes are measured on fewer replicas. */
const MOST_BYTES = 64 * 2 ** 20;
/** Timed repetitions, the fastest counts; and how long one should at least take, in ms, clocks being coarse. */
const REPEATS = 3;
const LEAST_MS = 2;
const MOST_DISPATCHES = 64;

/** How a dispatch is computed, its epilogue and column sums left out. */
export interface Way {
  readonly kernel: Kernel;
  readonly options: Options;
}
const bare = (options: Options): Options => ({ ...options, epilogue: IDENTITY, columnSums: false });
export const ownWay = (d: PlanDispatch): Way => ({ kernel: kernelByName(d.kernel), options: bare(d.options) });
export const wayOf = (d: PlanDispatch, v: Variant): Way => ({
  kernel: v.kernel,
  options: bare(v.options(d.options as Operands, d.dims as Dims<MatmulDims>)),
});

/** The remainder by four stays. */
const cut = (n: number, most: number): number => (n <= most ? n : most + (n % 4));
/** A shape for the oracle that the options can serve: the dispatch's, its sides cut to what float64 on the host computes at once. */
export const smallTrial = (dims: Dims, options: Options): Trial => {
  const { M, K, N } = dims as Dims<MatmulDims>;
  const small = { batch: 1, M: cut(M, 72), K: cut(K, 128), N: cut(N, 72), strideA: 0, strideB: 0, sumsAt: 0 };
  // Whole steps of k stay whole: 128 is a multiple of every step, and tails are allowed where the options say so.
  return { dims: { ...small, K: options['tailK'] === true ? small.K : K <= 128 ? K : 128 }, R: 1, integers: false, seed: 7 };
};

export class Bench {
  private readonly buffers: GPUBuffer[] = [];
  private readonly replicas: number;
  private readonly operands: readonly { readonly buffer: GPUBuffer; readonly stride: number; readonly bytes: number }[];

  /** Whether one replica of the dispatch is small enough to be measured beside what it is measured for. */
  static fits(d: PlanDispatch): boolean {
    const { kernel, options } = ownWay(d);
    return 4 * kernel.bindings(options).reduce((sum, b) => sum + b.size(d.dims), 0) <= MOST_BYTES;
  }

  /** `d`: a product of the matmul family. */
  constructor(
    private readonly device: GPUDevice,
    private readonly pipelines: PipelineCache,
    private readonly d: PlanDispatch,
  ) {
    const { kernel, options } = ownWay(d);
    const bindings = kernel.bindings(options);
    const sizes = bindings.map((b) => Math.ceil(b.size(d.dims) / 4) * 4);
    this.replicas = Math.max(1, Math.min(d.replicas, Math.floor(MOST_BYTES / (4 * sizes.reduce((sum, n) => sum + n, 0)))));
    this.operands = sizes.map((size, i) => {
      const words = size * this.replicas;
      const buffer = this.create(4 * words, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
      if (bindings[i]!.access === 'read') device.queue.writeBuffer(buffer, 0, stream(5, i).fillNormal(new Float32Array(words)));
      return { buffer, stride: size, bytes: 4 * words };
    });
  }

  private create(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    this.buffers.push(buffer);
    return buffer;
  }

  /** Runs it so many times and waits; the result's words where they are asked for. */
  private async run({ kernel, options }: Way, times: number, words: number): Promise<Uint32Array> {
    const { pipeline, layout } = await this.pipelines.get(kernel, options);
    const bindings = kernel.bindings(options);
    const values: Readonly<Record<string, number>> = {
      ...this.d.dims,
      R: this.replicas,
      ...Object.fromEntries(bindings.map((b, i) => [`rs_${b.name}`, this.operands[i]!.stride])),
    };
    const fields = Uint32Array.from(uniformFields(kernel.dims, bindings), (f) => values[f]!);
    const uniform = this.create(Math.ceil(fields.byteLength / 16) * 16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.device.queue.writeBuffer(uniform, 0, fields);
    const result = this.operands[2]!;
    const bytes = Math.max(4, Math.min(4 * words, result.bytes));
    const staging = this.create(bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      this.device.createBindGroup({
        layout,
        entries: [uniform, ...this.operands.map((o) => o.buffer)].map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...kernel.workgroups(this.d.dims, options, this.replicas));
    pass.end();
    encoder.copyBufferToBuffer(result.buffer, 0, staging, 0, bytes);
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return new Uint32Array(staging.getMappedRange().slice(0));
  }

  /** Milliseconds a dispatch: the least of a few, after one that warms up. */
  async time(way: Way): Promise<number> {
    const once = async (times: number): Promise<number> => {
      const started = performance.now();
      await this.run(way, times, 1);
      return (performance.now() - started) / times;
    };
    await once(1);
    const times = Math.max(1, Math.min(MOST_DISPATCHES, Math.ceil(LEAST_MS / (await once(1)))));
    let least = Infinity;
    for (let i = 0; i < REPEATS; i++) least = Math.min(least, await once(times));
    return least;
  }

  /** Whether two ways write the same bits, in every element of all replicas. */
  async same(a: Way, b: Way): Promise<boolean> {
    const words = this.operands[2]!.bytes / 4;
    const first = await this.run(a, 1, words);
    // What the first left must not pass for the second's.
    this.device.queue.writeBuffer(this.operands[2]!.buffer, 0, new Uint32Array(words).fill(0x7fc0beef));
    const second = await this.run(b, 1, words);
    const size = a.kernel.bindings(a.options)[2]!.size(this.d.dims);
    return first.every((w, i) => w === second[i] || i % this.operands[2]!.stride >= size);
  }

  /** Makes a pipeline with so many floats of workgroup memory, which nothing else uses. */
  static async probe(device: GPUDevice, floats: number): Promise<void> {
    const module = device.createShaderModule({
      code: `var<workgroup> memory: array<f32, ${floats}>;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
  memory[i] = f32(i);
  workgroupBarrier();
  out[i] = memory[63u - i];
}`,
    });
    const layout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } }],
    });
    await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
  }

  destroy(): void {
    for (const b of this.buffers) b.destroy();
  }
}
