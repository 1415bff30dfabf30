/**
 * Runs one kernel on a device, alone, and compares it with its oracle: every case it declares × one model or three replicas ×
 * random reals (against the oracle's bound) or small integers (exactly). Every word that a kernel must not touch holds a NaN
 * pattern: outputs before the run, the gaps between replicas, and guard words behind every buffer.
 */
import { uniformFields, type Binding, type Dims, type Kernel, type Options, type Oracle, type Oracled } from '../shaders/kernel';
import { GPURunError, NoWebGPUError, ShaderError } from '../src/core/errors';
import { stream } from '../src/core/random';

/** Quiet NaNs that no arithmetic makes: what fills outputs, and the gaps of inputs. Arithmetic on an input's passes on that one. */
const PATTERN = 0x7fc0beef;
const GAP = 0x7fc0feed;
const GUARD = 16;
/** Largest of the small integers. Products of two summed 2¹⁹ times still fit a significand. */
const LARGEST = 3;

export interface Trial {
  readonly dims: Dims;
  readonly R: number;
  readonly integers: boolean;
  /** Chooses random values and which bindings are shared or padded. */
  readonly seed: number;
}
interface Placed {
  readonly binding: Binding;
  readonly size: number;
  /** Elements from one replica to the next; 0: shared. */
  readonly stride: number;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly perReplica: readonly Float64Array[];
}
export interface Compiled {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}
/** `worst`: largest error/bound met where the bound is positive. */
export interface Outcome { readonly worst: number; readonly checked: number; readonly failures: readonly string[] }

/** A device with the adapter's own limits in full. Throws NoWebGPUError where there is no adapter. */
export const openDevice = async (): Promise<GPUDevice> => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new NoWebGPUError(navigator.gpu ? 'no-adapter' : 'missing-api');
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return adapter.requestDevice({ requiredLimits });
};

/** Every combination of a kernel's option values. */
export const optionSets = (kernel: Kernel): readonly Options[] =>
  Object.entries(kernel.options).reduce<readonly Options[]>(
    (sets, [name, values]) => sets.flatMap((set) => values.map((v) => ({ ...set, [name]: v }))), [{}]);

const triples = (set: Options): readonly string[] => {
  const entries = Object.entries(set).map(([name, value]) => `${name}=${value}`);
  return entries.flatMap((a, i) => entries.slice(i).flatMap((b, j) => entries.slice(i + j).map((c) => `${a}|${b}|${c}`)));
};
/** A part of `sets`, chosen greedily, in which every three option values that occur together in `sets` still do. */
export const covering = (sets: readonly Options[]): readonly Options[] => {
  const missing = new Set(sets.flatMap(triples));
  const gain = (set: Options): number => triples(set).filter((t) => missing.has(t)).length;
  const chosen: Options[] = [];
  while (missing.size > 0) {
    const best = sets.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.push(best);
    for (const t of triples(best)) missing.delete(t);
  }
  return chosen;
};

const numbered = (source: string): string => source.split('\n').map((line, i) => `${i + 1}: ${line}`).join('\n');

/** Throws ShaderError with the numbered source. */
export const compile = async (device: GPUDevice, kernel: Kernel, options: Options): Promise<Compiled> => {
  const source = kernel.code(options);
  const module = device.createShaderModule({ code: source });
  const storage = kernel.bindings(options).map((b, i): GPUBindGroupLayoutEntry => ({
    binding: i + 1, visibility: GPUShaderStage.COMPUTE, buffer: { type: b.access === 'read' ? 'read-only-storage' : 'storage' },
  }));
  const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } }, ...storage] });
  try {
    const pipeline = await device.createComputePipelineAsync({ layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module } });
    return { kernel, options, layout, pipeline };
  } catch (error) {
    const { messages } = await module.getCompilationInfo();
    const found = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('\n');
    throw new ShaderError(kernel.name, `${JSON.stringify(options)}\n${String(error)}\n${found}\n${numbered(source)}`);
  }
};

const strideOf = (b: Binding, size: number, choice: number): number => {
  if (choice === 0 && b.access === 'read') return 0;
  return choice === 2 ? size + (b.vec4 ? 4 : 3) : size;
};

const place = (oracle: Oracle, b: Binding, at: number, { dims, R, integers, seed }: Trial): Placed => {
  const size = b.size(dims);
  const stride = R === 1 ? size : strideOf(b, size, (at + seed) % 3);
  const words = new Uint32Array((R - 1) * stride + size + GUARD).fill(b.access === 'read' ? GAP : PATTERN);
  const view = b.dtype === 'f32' ? new Float32Array(words.buffer) : words;
  const { uniform } = stream(seed, at);
  let drawn = 0;
  const real = (): number => 2 * uniform(drawn++) - 1;
  const whole = (): number => Math.floor(uniform(drawn++) * (2 * LARGEST + 1)) - LARGEST;
  const draw = (): number => (b.dtype === 'u32' ? Math.abs(whole()) : integers ? whole() : real());
  const perReplica: Float64Array[] = [];
  for (let r = 0; r < R; r++) {
    if (b.access === 'write' || (r > 0 && stride === 0)) { perReplica.push(perReplica[0] ?? new Float64Array(size)); continue; }
    const slice = view.subarray(r * stride, r * stride + size);
    slice.set(oracle.input?.(b.name, size, dims, real) ?? Float64Array.from({ length: size }, draw));
    perReplica.push(Float64Array.from(slice)); // as f32 rounded it
  }
  return { binding: b, size, stride, words, perReplica };
};

const upload = (device: GPUDevice, words: Uint32Array<ArrayBuffer>, usage: number): GPUBuffer => {
  const buffer = device.createBuffer({ size: Math.ceil(words.byteLength / 16) * 16, usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
};

/** Encodes one trial; returns the buffers it made, the uniforms first. */
const encodeTrial = (
  device: GPUDevice, { kernel, options, layout }: Compiled, pass: GPUComputePassEncoder, { dims, R }: Trial, placed: readonly Placed[],
): readonly GPUBuffer[] => {
  const fields: Readonly<Record<string, number>> = { ...dims, R, ...Object.fromEntries(placed.map((p) => [`rs_${p.binding.name}`, p.stride])) };
  const words = Uint32Array.from(uniformFields(kernel.dims, placed.map((p) => p.binding)), (name) => fields[name]!);
  const buffers = [upload(device, words, GPUBufferUsage.UNIFORM), ...placed.map((p) => upload(device, p.words, GPUBufferUsage.STORAGE))];
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) }));
  pass.dispatchWorkgroups(...kernel.workgroups(dims, options, R));
  return buffers;
};

/** The words of every writable binding after the kernel, per trial; one submit for them all. Throws GPURunError for what WebGPU rejects. */
const execute = async (
  device: GPUDevice, compiled: Compiled, trials: readonly (readonly [Trial, readonly Placed[]])[],
): Promise<readonly (readonly Uint32Array[])[]> => {
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(compiled.pipeline);
  const made = trials.map(([trial, placed]) => encodeTrial(device, compiled, pass, trial, placed));
  pass.end();
  const written = trials.map(([, placed], t) =>
    placed.flatMap(({ binding, words }, i) => (binding.access === 'read' ? [] : [{ buffer: made[t]![i + 1]!, words: words.length }])));
  const total = written.flat().reduce((sum, w) => sum + w.words, 0);
  const staging = device.createBuffer({ size: 4 * total, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  let end = 0;
  const offsets = written.flat().map(({ buffer, words }) => {
    const at = end;
    end += 4 * words;
    encoder.copyBufferToBuffer(buffer, 0, staging, at, 4 * words);
    return at;
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new GPURunError(`kernel '${compiled.kernel.name}' ${JSON.stringify(compiled.options)}: ${error.message}`);
  await staging.mapAsync(GPUMapMode.READ);
  const mapped = staging.getMappedRange().slice(0);
  for (const buffer of [...made.flat(), staging]) buffer.destroy();
  return written.map((list) => list.map(({ words }) => new Uint32Array(mapped, offsets.shift()!, words)));
};

interface Verdict { worst: number; checked: number; readonly failures: string[] }

/** Compares one output binding of one replica. */
const compareSlice = (
  got: Uint32Array, dtype: Binding['dtype'], want: Oracled, exact: boolean, v: Verdict, say: (index: number, text: string) => string,
): void => {
  const floats = new Float32Array(got.buffer, got.byteOffset, got.length);
  for (let i = 0; i < got.length; i++) {
    const value = want.value[i]!;
    const bound = exact ? 0 : want.bound[i]!;
    const g = dtype === 'f32' ? floats[i]! : got[i]!;
    const error = Math.abs(g - value);
    v.checked++;
    if (Number.isNaN(value) ? Number.isNaN(g) && got[i] !== PATTERN && got[i] !== GAP : error <= bound && bound < Infinity) {
      if (bound > 0 && !Number.isNaN(value)) v.worst = Math.max(v.worst, error / bound);
    } else v.failures.push(say(i, `got ${got[i] === PATTERN ? 'nothing written' : g}, want ${value}, error ${error}, bound ${bound}`));
  }
};

const compareTrial = (
  oracle: Oracle, options: Options, trial: Trial, placed: readonly Placed[], results: readonly Uint32Array[], v: Verdict,
): void => {
  const written = placed.filter((p) => p.binding.access !== 'read');
  const kind = trial.integers ? 'integers' : 'reals';
  const where = `${oracle.kernel.name} ${JSON.stringify(options)} dims ${JSON.stringify(trial.dims)} R=${trial.R} ${kind}`;
  written.forEach((p, k) => {
    const got = results[k]!;
    for (let at = 0; at < got.length; at++) {
      const inside = at < (trial.R - 1) * p.stride + p.size && at % p.stride < p.size;
      if (!inside && got[at] !== PATTERN)
        v.failures.push(`${where}: ${p.binding.name} wrote word ${at}, outside its replicas (size ${p.size}, stride ${p.stride})`);
    }
  });
  for (let r = 0; r < trial.R; r++) {
    const wants = oracle.eval(placed.map((p) => p.perReplica[r]!), trial.dims, options);
    written.forEach((p, k) => compareSlice(results[k]!.subarray(r * p.stride, r * p.stride + p.size), p.binding.dtype, wants[k]!, trial.integers, v,
      (i, text) => `${where} replica ${r}: ${p.binding.name}[${i}] ${text}`));
  }
};

/** Whether the oracle promises exact results on small integers under these options. */
const exactOn = ({ exactOnIntegers: e }: Oracle, o: Options): boolean => (typeof e === 'function' ? e(o) : e);

/** All trials of one option set: R = 1 and 3, reals and (where they must be exact) integers. `cases`: indices into the oracle's. */
export const trialsOf = (oracle: Oracle, options: Options, cases: readonly Dims[] = oracle.cases): readonly Trial[] =>
  cases.flatMap((dims, c) => {
    if (oracle.kernel.valid?.(dims, options) === false) return [];
    const kinds = exactOn(oracle, options) ? [false, true] : [false];
    return kinds.flatMap((integers, k) => [1, 3].map((R) => ({ dims, R, integers, seed: 6 * c + 2 * k + R })));
  });

/** Runs the trials of one option set in one submit and compares them. */
export const runTrials = async (device: GPUDevice, oracle: Oracle, compiled: Compiled, trials: readonly Trial[]): Promise<Outcome> => {
  const bindings = oracle.kernel.bindings(compiled.options);
  const inputs = trials.map((trial) => [trial, bindings.map((b, i) => place(oracle, b, i, trial))] as const);
  const results = await execute(device, compiled, inputs);
  const v: Verdict = { worst: 0, checked: 0, failures: [] };
  inputs.forEach(([trial, placed], i) => compareTrial(oracle, compiled.options, trial, placed, results[i]!, v));
  return v;
};
