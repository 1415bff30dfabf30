/** One kernel as a plan of one dispatch, with inputs to run it on, and the comparison of what it wrote with its oracle, in whole or in part. */
import { oracleOf } from '../../../shaders/index';
import { bindingBytes, type Binding, type Dims, type Kernel, type Options, type Oracle, type Oracled } from '../../../shaders/kernel';
import { stream, USE } from '../../core/random';
import { slotBytes, type Plan, type PlanTensor } from '../../plan/plan';
import type { HostArray, HostTensor } from '../executor';

export interface KernelWork {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  readonly replicas: number;
}

/** A variable for each binding, of R replicas; every one that is written is an output too. */
export const kernelPlan = ({ kernel, options, dims, replicas }: KernelWork): Plan => {
  const bindings = kernel.bindings(options);
  const tensors = bindings.map(({ name, dtype, size }, slot): readonly [string, PlanTensor] => {
    const elements = size(dims);
    return [name, { slot, offset: 0, stride: replicas > 1 ? elements : 0, shape: [elements], dtype, replicas }];
  });
  const written = tensors.filter((_, i) => bindings[i]!.access !== 'read');
  const slots = tensors.map(([variable, t]) => ({ id: t.slot, variable, dtype: t.dtype, size: t.shape[0]!, replicas }));
  return {
    name: kernel.name,
    replicas,
    slots,
    leastBytes: slots.reduce((sum, s) => sum + slotBytes(s), 0),
    dispatches: [
      {
        kernel: kernel.name,
        options,
        dims,
        replicas,
        args: tensors.map(([, { slot, offset, stride }]) => ({ slot, offset, stride })),
        writes: written.map(([name]) => name),
        flops: kernel.flops(dims, options) * replicas,
        bytes: bindingBytes(bindings, dims) * replicas,
      },
    ],
    outputs: Object.fromEntries(written),
    variables: Object.fromEntries(tensors),
    updated: written.map(([name]) => name),
  };
};

/** Distinct random numbers, repeated: drawing millions would take longer than timing what reads them. A prime, so that no shape repeats with them. */
const DRAWN = 65_537;
const draws = stream(1, USE.data).fillUniform(new Float32Array(DRAWN));

/** Values of every binding, replicas filled in: as the oracle wants them, else in [−1, 1); where nothing is read, NaN. */
export const kernelInputs = ({ kernel, options, dims, replicas }: KernelWork): Readonly<Record<string, HostArray>> => {
  const { input } = oracleOf(kernel.name);
  let at = 0;
  const random = (): number => 2 * draws[at++ % DRAWN]! - 1;
  return Object.fromEntries(
    kernel.bindings(options).map(({ name, dtype, access, size }): readonly [string, HostArray] => {
      const elements = size(dims);
      const out = dtype === 'u32' ? new Uint32Array(elements * replicas) : new Float32Array(elements * replicas);
      if (access === 'write') return [name, out instanceof Float32Array ? out.fill(NaN) : out.fill(0xffffffff)];
      for (let r = 0; r < replicas; r++) {
        const given = input?.(name, elements, dims, random);
        if (given) out.set(given, r * elements);
        else for (let i = 0; i < elements; i++) out[r * elements + i] = dtype === 'u32' ? Math.floor(2 * (random() + 1)) : random();
      }
      return [name, out];
    }),
  );
};

/** The dim along which outputs do not depend on each other, and how much of it makes a part that can be checked alone. Of products, see matmulPart. */
const ALONG: Readonly<Record<string, readonly [dim: string, size: number]>> = {
  pointwise: ['n', 1024],
  reduce: ['outer', 4],
  softmax: ['rows', 4],
  softmaxCrossEntropy: ['rows', 4],
  gather: ['n', 16],
  sgd: ['n', 1024],
  adam: ['n', 1024],
  gram: ['n', 4],
  exampleNorm: ['n', 4],
  jacobian: ['n', 4],
  copy: ['n', 1024],
  multiplyAdd: ['n', 64],
  arcKernel: ['n', 4],
  arcKernelDiagonal: ['n', 64],
};
/** Rows and columns of a part of a product, and parts of anything else. */
const [ROWS, PARTS] = [4, 8];
/** Estimated seconds of an oracle: of an operation, and of an element written. */
const [PER_FLOP, PER_ELEMENT] = [5e-9, 2e-6];
/** An oracle that would take longer checks parts. */
const MOST_SECONDS = 0.4;

interface Part {
  readonly dims: Dims;
  readonly before: readonly Float64Array[];
  readonly after: readonly Float64Array[];
}
type Arrays = readonly HostArray[];

const whole = ({ dims }: KernelWork, bindings: readonly Binding[], before: Arrays, after: Arrays, r: number): Part => {
  const slice = (list: Arrays): readonly Float64Array[] =>
    bindings.map((b, i) => Float64Array.from(list[i]!.subarray(r * b.size(dims), (r + 1) * b.size(dims))));
  return { dims, before: slice(before), after: slice(after) };
};

/** `size` of dim `along`, from `start`: of bindings that grow with it their share, of the others all. */
const rowsPart = (
  w: KernelWork,
  bindings: readonly Binding[],
  before: Arrays,
  after: Arrays,
  r: number,
  along: string,
  start: number,
  size: number,
): Part => {
  const dims = { ...w.dims, [along]: size };
  const slice = (list: Arrays): readonly Float64Array[] =>
    bindings.map((b, i) => {
      const [all, some] = [b.size(w.dims), b.size(dims)];
      const from = r * all + (some === all ? 0 : Math.round((start * all) / w.dims[along]!));
      return Float64Array.from(list[i]!.subarray(from, from + some));
    });
  return { dims, before: slice(before), after: slice(after) };
};

/** ROWS × ROWS elements of a product, with the rows and columns that they come from. */
const matmulPart = (
  { dims, options }: KernelWork,
  before: Arrays,
  after: Arrays,
  r: number,
  at: { readonly b: number; readonly m: number; readonly n: number },
): Part => {
  const { M, K, N, strideA, strideB, batch } = dims as Dims<'M' | 'K' | 'N' | 'strideA' | 'strideB' | 'batch'>;
  const [rows, cols] = [Math.min(ROWS, M), Math.min(ROWS, N)];
  const [baseA, baseB, baseC] = [
    r * ((batch - 1) * strideA + M * K) + at.b * strideA,
    r * ((batch - 1) * strideB + K * N) + at.b * strideB,
    (r * batch + at.b) * M * N,
  ];
  const a = new Float64Array(rows * K);
  const b = new Float64Array(K * cols);
  const c = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < K; k++)
      a[options['transA'] ? k * rows + i : i * K + k] = before[0]![baseA + (options['transA'] ? k * M + at.m + i : (at.m + i) * K + k)]!;
  for (let j = 0; j < cols; j++)
    for (let k = 0; k < K; k++)
      b[options['transB'] ? j * K + k : k * cols + j] = before[1]![baseB + (options['transB'] ? (at.n + j) * K + k : k * N + at.n + j)]!;
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) c[i * cols + j] = after[2]![baseC + (at.m + i) * N + at.n + j]!;
  return { dims: { ...dims, batch: 1, M: rows, N: cols }, before: [a, b, new Float64Array(rows * cols)], after: [a, b, c] };
};

/** Where `count` parts of `size` begin in [0, length): the first at 0, the last at the end, those between by chance, at multiples of `unit`. */
const starts = (length: number, size: number, count: number, unit: number): readonly number[] =>
  Array.from({ length: count }, (_, i) =>
    i === 0 ? 0 : i === count - 1 ? length - size : Math.floor((draws[i]! * (length - size)) / unit) * unit,
  );

/** Undefined where parts would save nothing. */
const partsOf = (w: KernelWork, bindings: readonly Binding[], before: Arrays, after: Arrays, r: number): readonly Part[] | undefined => {
  const {
    kernel: { name },
    dims,
  } = w;
  if (name.startsWith('matmul')) {
    const [ms, ns] = [dims['M']!, dims['N']!].map((length) => (length <= ROWS ? [0] : starts(length, ROWS, ROWS, 1))) as [
      readonly number[],
      readonly number[],
    ];
    return ms.flatMap((m) => ns.map((n, i) => matmulPart(w, before, after, r, { b: i % 2 === 0 ? 0 : dims['batch']! - 1, m, n })));
  }
  const [along, least] = ALONG[name] ?? [];
  // On the diagonal of one set with itself a row knows which column is its own.
  if (along === undefined || least === undefined || w.options['self'] === true) return undefined;
  // Whole rows, where an element's place in its row matters.
  const unit = dims['cols'] && along === 'n' ? dims['cols'] : ROWS;
  const size = Math.ceil(least / unit) * unit;
  if (dims[along]! < 2 * PARTS * size) return undefined;
  return starts(dims[along]!, size, PARTS, unit).map((start) => rowsPart(w, bindings, before, after, r, along, start, size));
};

export interface KernelCheck {
  readonly checked: number;
  readonly total: number;
  readonly failures: readonly string[];
}
const MOST_FAILURES = 4;

const compare = ({ after }: Part, bindings: readonly Binding[], wants: readonly Oracled[], where: string, found: string[]): number => {
  const written = bindings.flatMap((b, i) => (b.access === 'read' ? [] : [{ name: b.name, got: after[i]! }]));
  written.forEach(({ name, got }, k) =>
    got.forEach((g, i) => {
      const { value, bound } = wants[k]!;
      const error = Math.abs(g - value[i]!);
      const right = Number.isNaN(value[i]) ? Number.isNaN(g) : error <= bound[i]! && bound[i]! < Infinity;
      if (!right && found.length < MOST_FAILURES)
        found.push(`${where} ${name}[${i} of the part]: got ${g}, want ${value[i]!}, error ${error}, bound ${bound[i]!}`);
    }),
  );
  return written.reduce((sum, { got }) => sum + got.length, 0);
};

/** Holds what the kernel wrote against its oracle: all of it, or, where that would take long, parts of the first and last replica. */
export const checkKernelRun = (
  w: KernelWork,
  before: Readonly<Record<string, HostArray>>,
  results: Readonly<Record<string, HostTensor>>,
): KernelCheck => {
  const { kernel, options, dims, replicas } = w;
  const oracle: Oracle = oracleOf(kernel.name);
  const bindings = kernel.bindings(options);
  const [ins, outs] = [bindings.map((b) => before[b.name]!), bindings.map((b) => results[b.name]?.data ?? before[b.name]!)];
  const elements = bindings.reduce((sum, b) => sum + (b.access === 'read' ? 0 : b.size(dims)), 0);
  const long = replicas * (PER_FLOP * kernel.flops(dims, options) + PER_ELEMENT * elements) > MOST_SECONDS;
  const found: string[] = [];
  let checked = 0;
  for (const r of long ? new Set([0, replicas - 1]) : Array.from({ length: replicas }, (_, i) => i))
    for (const part of (long ? partsOf(w, bindings, ins, outs, r) : undefined) ?? [whole(w, bindings, ins, outs, r)])
      checked += compare(
        part,
        bindings,
        oracle.eval(part.before, part.dims, options),
        `${kernel.name} ${JSON.stringify(part.dims)} replica ${r}`,
        found,
      );
  return { checked, total: replicas * elements, failures: found };
};
