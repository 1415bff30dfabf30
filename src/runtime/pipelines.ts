/** Compute pipelines with explicit layouts, made once per kernel, options and device. */
import type { Kernel, Options } from '../../shaders/kernel';
import { LimitError, ShaderError } from '../core/errors';
import { lossError, lossOf } from './loss';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const CONTEXT = 3;
/** The numbered source around each diagnostic. */
const numbered = (source: string, messages: readonly { readonly lineNum: number; readonly message: string }[]): string => {
  const lines = source.split('\n');
  return messages
    .map(({ lineNum, message }) => {
      const from = Math.max(0, lineNum - 1 - CONTEXT);
      return `line ${lineNum}: ${message}\n${lines
        .slice(from, lineNum + CONTEXT)
        .map((l, i) => `${String(from + i + 1).padStart(4)} | ${l}`)
        .join('\n')}`;
    })
    .join('\n\n');
};

const layoutOf = (device: GPUDevice, kernel: Kernel, options: Options): GPUBindGroupLayout =>
  device.createBindGroupLayout({
    label: kernel.name,
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
      ...kernel.bindings(options).map(({ access }, i): GPUBindGroupLayoutEntry => ({
        binding: i + 1,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    ],
  });

/** Throws ShaderError with the numbered source where the shader does not compile, DeviceLostError where the device went away meanwhile. */
export const compilePipeline = async (
  device: GPUDevice,
  label: string,
  code: string,
  layout: GPUBindGroupLayout,
): Promise<GPUComputePipeline> => {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code });
  const pipeline = device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  const scoped = device.popErrorScope();
  scoped.catch(() => undefined); // looked at below
  try {
    const done = await pipeline;
    await scoped;
    return done;
  } catch (cause) {
    // A lost device answers neither question.
    const messages = await module.getCompilationInfo().then(
      (info) => info.messages,
      () => [],
    );
    const error = await scoped.catch(() => null);
    const loss = messages.some((m) => m.type === 'error') ? undefined : await lossOf(device);
    if (loss) throw lossError(loss, cause);
    const detail =
      messages.length > 0
        ? numbered(code, messages)
        : `${error?.message ?? String(cause)}\n${numbered(code, [{ lineNum: 1, message: 'source' }])}`;
    throw new ShaderError(label, detail);
  }
};

export class PipelineCache {
  private readonly made = new Map<string, Promise<Pipeline>>();
  constructor(private readonly device: GPUDevice) {}

  /** Throws ShaderError with the numbered source where the shader does not compile, LimitError where it binds more than the device allows. */
  get(kernel: Kernel, options: Options): Promise<Pipeline> {
    const key = `${kernel.name} ${JSON.stringify(options)}`;
    let made = this.made.get(key);
    if (!made) this.made.set(key, (made = this.make(kernel, options)));
    return made;
  }

  private async make(kernel: Kernel, options: Options): Promise<Pipeline> {
    const [needed, allowed] = [kernel.bindings(options).length, this.device.limits.maxStorageBuffersPerShaderStage];
    if (needed > allowed)
      throw new LimitError(needed, allowed, `kernel '${kernel.name}' binds ${needed} storage buffers, the device allows ${allowed}`);
    const layout = layoutOf(this.device, kernel, options);
    return { pipeline: await compilePipeline(this.device, kernel.name, kernel.code(options), layout), layout };
  }
}
