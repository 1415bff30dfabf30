/**
 * NNGP and NTK of infinitely wide networks between sets of inputs, on an executor: one matrix product for the inner products and one pass over
 * the pairs per layer. In f32; shaders/arcKernel.ts says what that keeps of nearly parallel inputs. In float64: theory/infiniteWidth.ts.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { arcKernel, arcKernelDiagonal } from '../ops/arcKernel';
import { add, matmul, mul, square, sum } from '../ops/index';
import { compile } from '../runtime/compile';
import type { Executor, HostArray } from '../runtime/executor';
import { checkNetwork, type WideNetwork } from '../theory/infiniteWidth';
import { corners, GIB, like, place, requireCount, requireHost, rowsAt, type Kernel } from './blocks';

/** n inputs of d numbers, row-major; with x2, between those and these n2: rows are x, columns x2 (test × train). */
export interface WideInputs {
  readonly x: HostArray;
  readonly n: number;
  readonly d: number;
  readonly x2?: HostArray;
  readonly n2?: number;
}
/** Σᴸ and Θᴸ [rows,cols], row-major. */
export interface MeasuredKernels {
  readonly nngp: HostArray;
  readonly ntk: HostArray;
  readonly rows: number;
  readonly cols: number;
}

const checkInputs = ({ x, n, d, x2, n2 }: WideInputs): void => {
  for (const [name, value] of [
    ['n', n],
    ['d', d],
    ['n2', n2 ?? 1],
  ] as const)
    if (!(Number.isSafeInteger(value) && value >= 1)) throw new ConfigError(`${name} is ${value}; it must be an integer ≥ 1`);
  if ((x2 === undefined) !== (n2 === undefined))
    throw new ConfigError('x2 and n2 come together: the second set of inputs and how many they are');
  for (const [name, data, count] of [
    ['x', x, n],
    ['x2', x2 ?? x, n2 ?? n],
  ] as const)
    if (data.length !== count * d) throw new ConfigError(`${name} has ${data.length} numbers; ${count} inputs of ${d} are ${count * d}`);
};

/** The recursion as a graph. `x2` absent: of x with itself, whose diagonal is then exactly that of equal inputs. */
const kernelsOf = (
  x: Tensor,
  x2: Tensor | undefined,
  hyper: Tensor,
  { activation, depth, weightVariance, biasVariance }: WideNetwork,
): { nngp: Tensor; ntk: Tensor } => {
  const first = (products: Tensor): Tensor => add(mul(products, weightVariance / x.shape[1]!), biasVariance);
  const own = (t: Tensor): Tensor => first(sum(square(t), [1]));
  let [qa, qb] = [own(x), own(x2 ?? x)];
  let nngp = first(matmul(x, x2 ?? x, { transB: true }));
  let ntk = nngp;
  for (let l = 0; l < depth; l++) {
    ({ nngp, ntk } = arcKernel(nngp, ntk, qa, qb, hyper, { activation, self: x2 === undefined }));
    [qa, qb] = [arcKernelDiagonal(qa, hyper, { activation }), arcKernelDiagonal(qb, hyper, { activation })];
  }
  return { nngp, ntk };
};

export interface WideOptions {
  /** Inputs of a block. Default 512. */
  readonly block?: number;
  /** Largest size of both kernels on the host, in bytes. Default 1 GiB. */
  readonly hostBudget?: number;
}

/**
 * Both kernels of one output (of several: times the identity), symmetric up to rounding for one set. σw², σb² and the inputs are rounded to f32. In square
 * blocks of inputs, so that memory on the device does not grow with their number.
 * Throws ConfigError for sizes that do not fit and a network outside its domain, MemoryError where the result is larger than `hostBudget` or a block than
 * the adapter allows.
 */
export const nngp = async (
  executor: Executor,
  inputs: WideInputs,
  network: WideNetwork,
  options: WideOptions = {},
): Promise<MeasuredKernels> => {
  checkInputs(inputs);
  checkNetwork(network);
  const { x, n, d, x2 = x, n2 } = inputs;
  const [m, budget] = [n2 ?? n, options.hostBudget ?? GIB];
  const size = Math.min(options.block ?? 512, Math.max(n, m));
  requireCount('nngp', 'block', size);
  requireHost(
    'nngp',
    `two kernels of ${n} × ${m}`,
    8 * n * m,
    budget,
    `at most ${Math.floor(Math.sqrt(budget / 8))} inputs fit; take fewer, or raise hostBudget`,
  );
  const hyper = Float64Array.of(network.weightVariance, network.biasVariance);
  const shapes = { x: [size, d], x2: [size, d], hyper: [2] };
  const list = corners(n, m, size, n2 === undefined);
  const isOwn = ([first, second]: readonly [number, number]): boolean => n2 === undefined && first === second;
  // Of a block of one set with itself the diagonal is that of equal inputs.
  using own = list.some(isOwn) ? await compile(executor, shapes, (t) => kernelsOf(t.x, undefined, t.hyper, network)) : undefined;
  using between = list.every(isOwn) ? undefined : await compile(executor, shapes, (t) => kernelsOf(t.x, t.x2, t.hyper, network));
  let kernels: MeasuredKernels | undefined;
  for (const at of list) {
    const [first, second] = at;
    const block = await (isOwn(at) ? own : between)!({ x: rowsAt(x, n, d, first, size), x2: rowsAt(x2, m, d, second, size), hyper });
    kernels ??= { nngp: like(block.nngp, n * m), ntk: like(block.ntk, n * m), rows: n, cols: m };
    for (const which of ['nngp', 'ntk'] as const)
      place({ rows: n, cols: m, data: kernels[which] as Kernel['data'] }, block[which], { first, second, size, k: 1, sum: false });
  }
  if (n2 === undefined) fillBelow(kernels!, size);
  return kernels!;
};
/** Blocks below the diagonal from those above: within a block of one set both halves were computed. */
const fillBelow = ({ nngp: sigma, ntk, rows: n }: MeasuredKernels, size: number): void => {
  for (const data of [sigma, ntk])
    for (let i = size; i < n; i++) for (let j = 0; j < i - (i % size); j++) data[i * n + j] = data[j * n + i]!;
};
