/** The kernels of this folder that draw, gather and scatter, bit for bit against their oracles, for one replica and for three. */
import { expect, test } from 'vitest';
import { gather, MISSING, type GatherOptions } from './gather';
import { gatherRef } from './gather.ref';
import { anyKernel, anyOracle, prologue, uniformFields, type Binding, type Dims, type Kernel, type Options, type Oracle } from './kernel';
import { NORMAL_WGSL, normalPair } from './normal';
import { normalRef } from './normal.ref';
import { batchIndicesKernel } from './permutation';
import { batchIndicesRef } from './permutation.ref';
import { scatterAddRef } from './scatterAdd.ref';
import { threefry2x32 } from './threefry';
import { uniformRef } from './uniform.ref';

const adapter = await navigator.gpu.requestAdapter();
if (!adapter) throw new Error('no WebGPU adapter');
const device = await adapter.requestDevice();

const bytes = (b: Binding, data: Float64Array): Uint32Array<ArrayBuffer> =>
  b.dtype === 'u32' ? Uint32Array.from(data) : new Uint32Array(Float32Array.from(data).buffer);

/** Runs `kernel` for R replicas, which follow one another in each binding's words; returns the words of the last binding. */
const run = async (kernel: Kernel, d: Dims, o: Options, R: number, io: readonly Uint32Array<ArrayBuffer>[]): Promise<Uint32Array> => {
  const bindings = kernel.bindings(o);
  const strides = Object.fromEntries(bindings.map((b) => [`rs_${b.name}`, b.size(d)]));
  const words = uniformFields(kernel.dims, bindings).map((f) => ({ ...d, R, ...strides })[f]!);
  const upload = (data: Uint32Array<ArrayBuffer>, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: data.byteLength, usage: usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const buffers = [upload(Uint32Array.from(words), GPUBufferUsage.UNIFORM), ...io.map((x) => upload(x, GPUBufferUsage.STORAGE))];
  const type = (i: number): GPUBufferBindingType =>
    i === 0 ? 'uniform' : bindings[i - 1]!.access === 'read' ? 'read-only-storage' : 'storage';
  const layout = device.createBindGroupLayout({
    entries: buffers.map((_, i) => ({ binding: i, visibility: GPUShaderStage.COMPUTE, buffer: { type: type(i) } })),
  });
  const module = device.createShaderModule({ code: kernel.code(o) });
  expect((await module.getCompilationInfo()).messages.map((m) => m.message)).toEqual([]);
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module },
  });
  const out = buffers.at(-1)!;
  const staging = device.createBuffer({ size: out.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) }));
  pass.dispatchWorkgroups(...kernel.workgroups(d, o, R));
  pass.end();
  encoder.copyBufferToBuffer(out, 0, staging, 0, out.size);
  device.pushErrorScope('validation');
  device.queue.submit([encoder.finish()]);
  expect(await device.popErrorScope()).toBeNull();
  await staging.mapAsync(GPUMapMode.READ);
  const result = new Uint32Array(staging.getMappedRange().slice(0));
  for (const buffer of [...buffers, staging]) buffer.destroy();
  return result;
};

/** Deterministic inputs: indices and keys by the oracle's own hook, otherwise integers from −8 to 8, whose sums are exact. */
const inputs = (oracle: Oracle, d: Dims, o: Options, replica: number): Float64Array[] =>
  oracle.kernel.bindings(o).map((b, i) => {
    let count = 0;
    const random = (): number => threefry2x32(replica, i, count++, 0)[0] * 2 ** -32;
    const size = b.size(d);
    const unset = (): number => (b.dtype === 'u32' ? 0xdeadbeef : Number.NaN);
    if (b.access === 'write') return new Float64Array(size).map(unset);
    const whole = (): number => Math.floor(random() * 17) - (b.dtype === 'u32' ? 0 : 8);
    return oracle.input?.(b.name, size, d, random) ?? new Float64Array(size).map(whole);
  });

const combinations = (options: Kernel['options']): Options[] =>
  Object.entries(options).reduce<Options[]>((all, [name, values]) => all.flatMap((o) => values.map((v) => ({ ...o, [name]: v }))), [{}]);

const cases = [anyOracle(uniformRef), anyOracle(normalRef), anyOracle(batchIndicesRef), anyOracle(gatherRef), anyOracle(scatterAddRef)]
  .flatMap((oracle) => combinations(oracle.kernel.options).flatMap((o) => oracle.cases.map((d) => ({ oracle, o, d }))))
  .filter(({ oracle, o, d }) => oracle.kernel.valid?.(d, o) ?? true)
  .flatMap(({ oracle, o, d }) => [1, 3].map((R) => ({ oracle, o, d, R, name: oracle.kernel.name, on: JSON.stringify({ ...o, ...d }) })));

test.each(cases)('$name $on R=$R', async ({ oracle, o, d, R }) => {
  const { kernel } = oracle;
  const replicas = Array.from({ length: R }, (_, r) => inputs(oracle, d, o, r));
  const bindings = kernel.bindings(o);
  const io = bindings.map((b, i) => bytes(b, Float64Array.from(replicas.flatMap((x) => Array.from(x[i]!)))));
  const got = await run(kernel, d, o, R, io);
  const want = replicas.flatMap((x) => Array.from(oracle.eval(x, d, o)[0]!.value));
  expect(Array.from(got)).toEqual(Array.from(bytes(bindings.at(-1)!, Float64Array.from(want))));
});

/** The functions of normal.ts on given words, so that every branch is met, not only those that Threefry happens to draw. */
const normalOfWords: Kernel<'pairs'> = {
  name: 'normalOfWords',
  dims: ['pairs'],
  options: {},
  bindings: () => [
    { name: 'words', dtype: 'u32', access: 'read', size: ({ pairs }) => 2 * pairs },
    { name: 'out', dtype: 'f32', access: 'write', size: ({ pairs }) => 2 * pairs },
  ],
  workgroups: ({ pairs }, _, R) => [Math.ceil(pairs / 64), 1, R],
  flops: () => 0,
  code: (o) => `${prologue(normalOfWords.dims, normalOfWords.bindings(o))}${NORMAL_WGSL}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= dims.pairs) { return; }
  let z = normalPair(vec2u(words[2u * id.x], words[2u * id.x + 1u]));
  out[2u * id.x] = z.x; out[2u * id.x + 1u] = z.y;
}`,
};

test('normals agree bit for bit at the edges of every branch and on a hundred thousand pairs', async () => {
  const edges = [...Array.from({ length: 32 }, (_, k) => 2 ** k), 3037000499, 1518500249, 0].flatMap((w) =>
    [-2, -1, 0, 1, 2].map((d) => (w + d) >>> 0),
  );
  const random = Array.from({ length: 100_000 }, (_, i) => threefry2x32(1, 2, i, 3)).flat();
  const words = Uint32Array.from([...edges.flatMap((w0) => edges.flatMap((w1) => [w0, w1])), ...random]);
  const pairs = words.length / 2;
  const got = await run(anyKernel(normalOfWords), { pairs }, {}, 1, [words, new Uint32Array(words.length)]);
  const want = Float32Array.from(Array.from({ length: pairs }, (_, i) => normalPair(words[2 * i]!, words[2 * i + 1]!)).flat());
  expect(got).toEqual(new Uint32Array(want.buffer));
});

test.each([
  { dtype: 'f32', missing: 'nan', vec4: false },
  { dtype: 'f32', missing: 'nan', vec4: true },
  { dtype: 'u32', missing: 'nan', vec4: false },
  { dtype: 'u32', missing: 'nan', vec4: true },
] as const)('gather keeps all bits, and marks indices out of range: %o', async (o: GatherOptions) => {
  const d = { n: 4, D: 4, V: 2 };
  // Subnormals, a signalling NaN with a payload, both zeros, infinity.
  const x = Uint32Array.of(1, 0x807fffff, 0x7f800001, 0xffc12345, 0, 0x80000000, 0x7f800000, 0xffffffff);
  const kernel = anyKernel(gather);
  const got = await run(kernel, d, o, 1, [x, Uint32Array.of(1, 2, 0, 0xffffffff), new Uint32Array(16)]);
  const missing = Array<number>(4).fill(MISSING[o.dtype]);
  expect(Array.from(got)).toEqual([...x.slice(4), ...missing, ...x.slice(0, 4), ...missing]);
});

test('batchIndices marks every index of a batch larger than n', async () => {
  const got = await run(anyKernel(batchIndicesKernel), { n: 3, B: 5 }, {}, 1, [Uint32Array.of(2), Uint32Array.of(9), new Uint32Array(5)]);
  expect(Array.from(got)).toEqual(Array(5).fill(0xffffffff));
});
