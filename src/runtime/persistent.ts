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

/** By `workgroup` invocations. */
export interface CompiledForm {
  readonly workgroup: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}
const layoutOn = (device: GPUDevice): GPUBindGroupLayout =>
  device.createBindGroupLayout({
    label: 'persistent',
    entries: (['uniform', 'storage'] as const).map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
/** Undefined where the device does not compile it, or may not have such a workgroup. */
export const compileForm = async (device: GPUDevice, form: PersistentForm, workgroup: number): Promise<CompiledForm | undefined> => {
  if (workgroup > device.limits.maxComputeInvocationsPerWorkgroup) return undefined;
  const layout = layoutOn(device);
  try {
    return { workgroup, layout, pipeline: await compilePipeline(device, 'persistent', form.code(workgroup), layout) };
  } catch (error) {
    if (error instanceof ShaderError) return undefined;
    throw error;
  }
};

/** What a form's launches read and write, whatever the size of their workgroups; and the copies of variables into it and back. */
export class Arena {
  private constructor(
    readonly bytes: number,
    private readonly replicas: number,
    private readonly buffers: readonly GPUBuffer[],
    private readonly groups: ReadonlyMap<string, GPUBindGroup>,
    private readonly before: readonly Copy[],
    private readonly after: readonly Copy[],
  ) {}

  /** `variables`: the session's buffers. Undefined where the device has no room for it. */
  static async make(
    device: GPUDevice,
    form: PersistentForm,
    replicas: number,
    variables: (name: string) => GPUBuffer,
  ): Promise<Arena | undefined> {
    const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = device.limits;
    if (form.bytes > Math.min(maxStorageBufferBindingSize, maxBufferSize) || replicas > maxComputeWorkgroupsPerDimension) return undefined;
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({
      label: 'persistent',
      size: form.bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    if (await device.popErrorScope()) {
      buffer.destroy();
      return undefined;
    }
    const layout = layoutOn(device);
    const words = new Uint32Array((2 * SIZES.length * UNIFORM_ALIGN) / 4);
    const launches = device.createBuffer({
      label: 'persistent launches',
      size: words.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const groups = new Map(
      SIZES.flatMap((steps, i) =>
        [0, 1].map((load) => {
          const offset = (2 * i + load) * UNIFORM_ALIGN;
          words.set([steps, load], offset / 4);
          return [
            `${steps} ${load}`,
            device.createBindGroup({
              label: 'persistent',
              layout,
              entries: [
                { binding: 0, resource: { buffer: launches, offset, size: 16 } },
                { binding: 1, resource: { buffer } },
              ],
            }),
          ] as const;
        }),
      ),
    );
    device.queue.writeBuffer(launches, 0, words);
    const before = form.carried.map(({ variable, load, bytes }): Copy => ({
      from: variables(variable),
      to: buffer,
      toOffset: load,
      bytes,
    }));
    const after = form.carried.flatMap(({ variable, store, bytes }): Copy[] =>
      store === undefined ? [] : [{ from: buffer, fromOffset: store, to: variables(variable), bytes }],
    );
    return new Arena(form.bytes, replicas, [buffer, launches], groups, before, after);
  }

  /** n steps: copies in, launches of powers of two, of which the first loads private sections, copies out. */
  leap({ pipeline }: CompiledForm, n: number): Leap {
    const launches: Ready[] = [];
    for (let left = n; left > 0;) {
      const steps = Math.min(MOST_STEPS, 2 ** Math.floor(Math.log2(left)));
      launches.push({ pipeline, group: this.groups.get(`${steps} ${launches.length === 0 ? 1 : 0}`)!, x: this.replicas, y: 1, z: 1 });
      left -= steps;
    }
    return { before: this.before, launches, after: this.after };
  }
  destroy(): void {
    for (const b of this.buffers) b.destroy();
  }
}
