/**
 * Runs one kernel on a device, alone, and compares it with its oracle: every case it declares × one model or three replicas ×
 * random reals (against the oracle's bound), small integers (exactly), or reals with NaN or an infinity among them. Every word that a kernel must not touch holds a NaN
 * pattern: outputs before the run, the gaps between replicas, and guard words behind every buffer.
 *
 * It submits by itself, not through the scheduler: what is under test is the kernel, and a faulty one must not end a session.
 */
import { allowed, uniformFields, type Binding, type Kernel, type Options, type Oracle, type Oracled } from '../../shaders/kernel';
import { GPURunError, ShaderError } from '../core/errors';
import { stream } from '../core/random';
import type { Trial } from './kernelCheckCases';
import { PipelineCache, type Pipeline } from './pipelines';

/** Quiet NaNs that no arithmetic makes: what fills outputs, and the gaps of inputs. Arithmetic on an input's passes on that one. */
const PATTERN = 0x7fc0beef;
const GAP = 0x7fc0feed;
const GUARD = 16;
/** Largest of the small integers. Products of two summed 2¹⁹ times still fit a significand. */
const LARGEST = 3;
/** Failures put into words; the rest are counted. */
const MOST_FAILURES = 8;

interface Placed {
  readonly binding: Binding;
  readonly size: number;
  /** Elements from one replica to the next; 0: shared. */
  readonly stride: number;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly perReplica: readonly Float64Array[];
}
interface Compiled extends Pipeline {
  readonly kernel: Kernel;
  readonly options: Options;
}

export interface Outcome {
  /** Elements compared. */
  readonly checked: number;
  /** Largest error/bound where the bound is positive, failures among them. */
  readonly worst: number;
  /** Largest |computed − exact|. */
  readonly largest: number;
  readonly failed: number;
  /** The first few, in words: kernel, options, dims, replicas, binding, index, what was got and wanted, and the bound. */
  readonly failures: readonly string[];
}
type Tally = { -readonly [K in keyof Omit<Outcome, 'failures'>]: Outcome[K] } & { readonly failures: string[] };
const tally = (): Tally => ({ checked: 0, worst: 0, largest: 0, failed: 0, failures: [] });

const fail = (t: Tally, words: () => string): void => {
  t.failed++;
  if (t.failures.length < MOST_FAILURES) t.failures.push(words());
};
const merge = (outcomes: readonly Outcome[]): Outcome => ({
  checked: outcomes.reduce((sum, o) => sum + o.checked, 0),
  worst: outcomes.reduce((most, o) => Math.max(most, o.worst), 0),
  largest: outcomes.reduce((most, o) => Math.max(most, o.largest), 0),
  failed: outcomes.reduce((sum, o) => sum + o.failed, 0),
  failures: outcomes.flatMap((o) => o.failures).slice(0, MOST_FAILURES),
});

/** Throws ShaderError with the options and the numbered source. */
const compile = async (pipelines: PipelineCache, kernel: Kernel, options: Options): Promise<Compiled> => {
  try {
    return { kernel, options, ...(await pipelines.get(kernel, options)) };
  } catch (error) {
    if (!(error instanceof ShaderError)) throw error;
    throw new ShaderError(kernel.name, `${JSON.stringify(options)}\n${error.message.slice(error.message.indexOf('\n') + 1)}`);
  }
};

const strideOf = (b: Binding, size: number, choice: number): number => {
  if (choice === 0 && b.access === 'read') return 0;
  return choice === 2 ? size + (b.vec4 ? 4 : 3) : size;
};

/** Elements planted at most, one next to another. */
const RUN = 8;
/** The input that replica r has something planted in, by binding. */
const plantedIn = ({ kernel, finite = [] }: Oracle, options: Options, { planted = 0, seed }: Trial, r: number): string | undefined => {
  const able = kernel
    .bindings(options)
    .filter((b) => b.dtype === 'f32' && b.access !== 'write' && (Number.isNaN(planted) || !finite.includes(b.name)));
  return able[(Math.floor(seed / 2) + r) % able.length]?.name;
};

const place = (oracle: Oracle, b: Binding, at: number, options: Options, trial: Trial): Placed => {
  const { dims, R, integers, seed, planted } = trial;
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
    if (b.access === 'write' || (r > 0 && stride === 0)) {
      perReplica.push(perReplica[0] ?? new Float64Array(size));
      continue;
    }
    const slice = view.subarray(r * stride, r * stride + size);
    slice.set(oracle.input?.(b.name, size, dims, real) ?? Float64Array.from({ length: size }, draw));
    if (planted !== undefined && plantedIn(oracle, options, trial, r) === b.name) {
      const from = Math.floor(uniform(drawn++) * size);
      slice.fill(planted, from, from + 1 + Math.floor(uniform(drawn++) * RUN));
    }
    perReplica.push(Float64Array.from(slice)); // as f32 rounded it
  }
  return { binding: b, size, stride, words, perReplica };
};

const upload = (device: GPUDevice, words: Uint32Array<ArrayBuffer>, usage: number): GPUBuffer => {
  const buffer = device.createBuffer({
    size: Math.ceil(words.byteLength / 16) * 16,
    usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
};

/** Encodes one trial; returns the buffers it made, the uniforms first. */
const encodeTrial = (
  device: GPUDevice,
  { kernel, options, layout }: Compiled,
  pass: GPUComputePassEncoder,
  { dims, R }: Trial,
  placed: readonly Placed[],
): readonly GPUBuffer[] => {
  const fields: Readonly<Record<string, number>> = {
    ...dims,
    R,
    ...Object.fromEntries(placed.map((p) => [`rs_${p.binding.name}`, p.stride])),
  };
  const words = Uint32Array.from(
    uniformFields(
      kernel.dims,
      placed.map((p) => p.binding),
    ),
    (name) => fields[name]!,
  );
  const buffers = [upload(device, words, GPUBufferUsage.UNIFORM), ...placed.map((p) => upload(device, p.words, GPUBufferUsage.STORAGE))];
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) }));
  pass.dispatchWorkgroups(...kernel.workgroups(dims, options, R));
  return buffers;
};

/** The words of every writable binding after the kernel, per trial; one submit for them all. Throws GPURunError for what WebGPU rejects. */
const execute = async (
  device: GPUDevice,
  compiled: Compiled,
  trials: readonly (readonly [Trial, readonly Placed[]])[],
): Promise<readonly (readonly Uint32Array[])[]> => {
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(compiled.pipeline);
  const made = trials.map(([trial, placed]) => encodeTrial(device, compiled, pass, trial, placed));
  pass.end();
  const written = trials.map(([, placed], t) =>
    placed.flatMap(({ binding, words }, i) => (binding.access === 'read' ? [] : [{ buffer: made[t]![i + 1]!, words: words.length }])),
  );
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

/** Compares one output binding of one replica. */
const compareSlice = (
  got: Uint32Array,
  dtype: Binding['dtype'],
  want: Oracled,
  exact: boolean,
  t: Tally,
  say: (index: number, text: string) => string,
): void => {
  const floats = new Float32Array(got.buffer, got.byteOffset, got.length);
  for (let i = 0; i < got.length; i++) {
    const value = want.value[i]!;
    const bound = exact ? 0 : want.bound[i]!;
    const g = dtype === 'f32' ? floats[i]! : got[i]!;
    const error = Math.abs(g - value);
    t.checked++;
    if (error > t.largest && Number.isFinite(value)) t.largest = error;
    if (bound > 0 && error / bound > t.worst && Number.isFinite(value)) t.worst = error / bound;
    if (got[i] === PATTERN || got[i] === GAP || !allowed(g, value, bound))
      fail(t, () => say(i, `got ${got[i] === PATTERN ? 'nothing written' : g}, want ${value}, error ${error}, bound ${bound}`));
  }
};

const compareTrial = (
  oracle: Oracle,
  options: Options,
  trial: Trial,
  placed: readonly Placed[],
  results: readonly Uint32Array[],
  t: Tally,
): void => {
  const written = placed.filter((p) => p.binding.access !== 'read');
  const kind = trial.integers ? 'integers' : trial.planted === undefined ? 'reals' : `reals and ${trial.planted}`;
  const where = `${oracle.kernel.name} ${JSON.stringify(options)} dims ${JSON.stringify(trial.dims)} R=${trial.R} ${kind}`;
  written.forEach((p, k) => {
    const got = results[k]!;
    for (let at = 0; at < got.length; at++) {
      const inside = at < (trial.R - 1) * p.stride + p.size && at % p.stride < p.size;
      if (!inside && got[at] !== PATTERN)
        fail(t, () => `${where}: ${p.binding.name} wrote word ${at}, outside its replicas (size ${p.size}, stride ${p.stride})`);
    }
  });
  for (let r = 0; r < trial.R; r++) {
    const wants = oracle.eval(
      placed.map((p) => p.perReplica[r]!),
      trial.dims,
      options,
    );
    written.forEach((p, k) =>
      compareSlice(
        results[k]!.subarray(r * p.stride, r * p.stride + p.size),
        p.binding.dtype,
        wants[k]!,
        trial.integers,
        t,
        (i, text) => `${where} replica ${r}: ${p.binding.name}[${i}] ${text}`,
      ),
    );
  }
};

/** Runs the trials of one option set in one submit and compares them. Throws ShaderError, and GPURunError for what WebGPU rejects. */
export const runTrials = async (
  device: GPUDevice,
  oracle: Oracle,
  options: Options,
  trials: readonly Trial[],
  pipelines = new PipelineCache(device),
): Promise<Outcome> => {
  const compiled = await compile(pipelines, oracle.kernel, options);
  const bindings = oracle.kernel.bindings(options);
  const inputs = trials.map((trial) => [trial, bindings.map((b, i) => place(oracle, b, i, options, trial))] as const);
  const results = await execute(device, compiled, inputs);
  const t = tally();
  inputs.forEach(([trial, placed], i) => compareTrial(oracle, options, trial, placed, results[i]!, t));
  return t;
};

/** Option sets in work at a time: most of the time goes into making pipelines. */
const LANES = 4;

/** All option sets of one kernel, each on its trials. What does not compile, or is rejected, is a failure like another. */
export const checkKernel = async (
  device: GPUDevice,
  oracle: Oracle,
  sets: readonly Options[],
  trials: (options: Options) => readonly Trial[],
): Promise<Outcome> => {
  const queue = [...sets];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let options = queue.shift(); options; options = queue.shift()) {
      try {
        outcomes.push(await runTrials(device, oracle, options, trials(options)));
      } catch (error) {
        if (!(error instanceof ShaderError || error instanceof GPURunError)) throw error;
        outcomes.push({ ...tally(), failed: 1, failures: [error.message] });
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return merge(outcomes);
};
