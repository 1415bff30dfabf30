/** The persistent form of a plan on one device: its buffer, its launches and the copies around them. See plan/persistent.ts. */
import { ShaderError } from '../core/errors';
import type { PersistentForm } from '../plan/persistent';
import { compilePipeline } from './pipelines';
import type { Ready } from './program';
import type { Copy, Leap } from './scheduler';

const UNIFORM_ALIGN = 256;
/** Steps of one dispatch, at most, a power of two: browsers and drivers end what runs for seconds. */
const MOST_STEPS = 2 ** 10;
const SIZES = Array.from({ length: Math.log2(MOST_STEPS) + 1 }, (_, i) => 2 ** i);

export class Persistent {
  private constructor(
    readonly workgroup: number, readonly bytes: number, private readonly buffers: readonly GPUBuffer[], private readonly before: readonly Copy[], private readonly after: readonly Copy[],
    /** By number of steps: the launch that loads private sections, and those that follow it. */
    private readonly first: ReadonlyMap<number, Ready>, private readonly next: ReadonlyMap<number, Ready>,
  ) {}

  /** `variables`: the session's buffers. Throws ShaderError. */
  static async make(device: GPUDevice, form: PersistentForm, workgroup: number, replicas: number, variables: (name: string) => GPUBuffer): Promise<Persistent> {
    const layout = device.createBindGroupLayout({ label: 'persistent', entries: (['uniform', 'storage'] as const).map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })) });
    const pipeline = await compilePipeline(device, 'persistent', form.code(workgroup), layout);
    const arena = device.createBuffer({ label: 'persistent', size: form.bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    const launches = device.createBuffer({ label: 'persistent launches', size: 2 * SIZES.length * UNIFORM_ALIGN, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const words = new Uint32Array((2 * SIZES.length * UNIFORM_ALIGN) / 4);
    const ready = (load: number): ReadonlyMap<number, Ready> => new Map(SIZES.map((steps, i) => {
      const offset = (2 * i + load) * UNIFORM_ALIGN;
      words.set([steps, load], offset / 4);
      const group = device.createBindGroup({ label: 'persistent', layout, entries: [{ binding: 0, resource: { buffer: launches, offset, size: 16 } }, { binding: 1, resource: { buffer: arena } }] });
      return [steps, { pipeline, group, x: replicas, y: 1, z: 1 }];
    }));
    const [next, first] = [ready(0), ready(1)];
    device.queue.writeBuffer(launches, 0, words);
    const before = form.carried.map(({ variable, load, bytes }): Copy => ({ from: variables(variable), to: arena, toOffset: load, bytes }));
    const after = form.carried.flatMap(({ variable, store, bytes }): Copy[] => (store === undefined ? [] : [{ from: arena, fromOffset: store, to: variables(variable), bytes }]));
    return new Persistent(workgroup, form.bytes, [arena, launches], before, after, first, next);
  }

  /** n steps: copies in, launches of powers of two, copies out. */
  leap(n: number): Leap {
    const launches: Ready[] = [];
    for (let left = n; left > 0;) {
      const steps = Math.min(MOST_STEPS, 2 ** Math.floor(Math.log2(left)));
      launches.push((launches.length === 0 ? this.first : this.next).get(steps)!);
      left -= steps;
    }
    return { before: this.before, launches, after: this.after };
  }
  destroy(): void { for (const b of this.buffers) b.destroy(); }
}

/** Undefined where the device does not compile it or may not have such a workgroup or buffer. */
export const tryPersistent = async (device: GPUDevice, form: PersistentForm, workgroup: number, replicas: number, variables: (name: string) => GPUBuffer): Promise<Persistent | undefined> => {
  const { maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits;
  if (workgroup > maxComputeInvocationsPerWorkgroup || form.bytes > maxStorageBufferBindingSize || replicas > maxComputeWorkgroupsPerDimension) return undefined;
  try {
    return await Persistent.make(device, form, workgroup, replicas, variables);
  } catch (error) {
    if (error instanceof ShaderError) return undefined;
    throw error;
  }
};
