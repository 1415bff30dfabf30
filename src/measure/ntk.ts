/**
 * The empirical neural tangent kernel Θ[(i,o), (j,o′)] = ⟨∂f_o(x_i)/∂θ, ∂f_o′(x_j)/∂θ⟩, a sum over all parameters, in three ways that agree:
 *
 * structured  Hadamard products of small Gram matrices, layer by layer (shaders/gram.ts); no Jacobian is stored
 * jacobian    explicit rows of the Jacobian, a window of parameters at a time, and their products
 * products    Θv by reverse then forward mode, a column of the identity for each v, many at a time as replicas
 *
 * The kernel is computed in square blocks of `block` examples, so that the memory on the GPU does not grow with their number; the result on
 * the host has rows × cols × 4 bytes. `ntkCost` says both before anything runs. Units: of the outputs squared over the parameters' squared.
 * Source: Jacot et al. 2018, arXiv:1806.07572; the structured form: Novak et al. 2022, arXiv:2206.08720.
 */
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Model } from '../models/index';
import { planBytes } from '../plan/index';
import type { Executor, HostArray } from '../runtime/executor';
import { corners, GIB, mirror, place, requireCount, requireHost, type Extra, type Kernel } from './blocks';
import { openBlocks, planOf, runsOf, type BlockOptions, type Examples, type NtkMethod } from './ntkBlocks';

export type { Kernel } from './blocks';
export type { Examples, NtkMethod } from './ntkBlocks';

export interface NtkOptions {
  /** Default structured. */
  readonly method?: NtkMethod;
  /** `full`: (n·k) × (n·k), outputs of an example next to each other. `sum`: n × n, a sum over outputs, not a mean. Default full. */
  readonly outputs?: 'full' | 'sum';
  /** Examples of a block. Default: about 512 rows of a block, and at least 64 examples. */
  readonly block?: number;
  /** Parameters of a window of the Jacobian. Default: as many as make 16 MiB of a block's rows. */
  readonly window?: number;
  /** Largest size of the result on the host, in bytes. Default 1 GiB. */
  readonly hostBudget?: number;
  /** Values of the other variables that the model depends on, by name: the anchor of `linearize`, say. */
  readonly variables?: Extra;
  /** Sets of parameters measured side by side, R. Not with 'products'. Default 1. */
  readonly replicas?: number;
  /** Told after each block how many of how many are done. */
  readonly onBlock?: (done: number, total: number) => void;
}

/** Forward and backward passes grow with a block's rows, products with their square: large blocks waste less of the first. */
const [ROWS, FEWEST] = [512, 64];
/** Elements of a window of explicit rows. */
const WINDOW = 2 ** 22;
/** Blocks of about equal size, so that little of the last is filling; of the smaller set, unless that is tiny. */
const blockOf = (n: number, m: number, per: number): number => {
  const most = Math.max(FEWEST, Math.floor(ROWS / per));
  const even = (count: number): number => Math.ceil(count / Math.ceil(count / most));
  return Math.max(FEWEST, Math.min(even(n), even(m)));
};

const blockOptions = (model: Model, o: NtkOptions, n: number, m: number): BlockOptions => {
  const per = o.outputs === 'sum' ? 1 : model.outputs;
  const { method = 'structured', outputs = 'full', block = blockOf(n, m, per), variables = {}, replicas = 1 } = o;
  const size = Math.min(block, Math.max(n, m));
  const window = o.window ?? Math.max(4, 4 * Math.floor(WINDOW / (4 * size * per)));
  for (const [name, value] of [
    ['block', block],
    ['window', window],
    ['the number of examples', n],
    ['the number of examples', m],
    ['replicas', replicas],
  ] as const)
    requireCount('ntk', name, value);
  if (replicas > 1 && method === 'products')
    throw new ConfigError("ntk: the method 'products' takes one set of parameters at a time; take replicas: 1, or another method");
  return { method, outputs, window, variables, replicas, block: size };
};

/** What a kernel takes, known before anything runs. */
export interface NtkCost {
  readonly rows: number;
  readonly cols: number;
  /** Of the result. */
  readonly hostBytes: number;
  /** Of all buffers of a block on the device, variables included: it depends on the block, not on the number of examples. */
  readonly deviceBytes: number;
  readonly blocks: number;
  /** Times that the plan of a block is run, for all blocks together: more than once a block where the method is products. */
  readonly runs: number;
  /** Of all blocks together. On a real GPU dispatches count where blocks are small, operations where they are large. */
  readonly dispatches: number;
  readonly flops: number;
}

/**
 * The cost of ntk between n examples and m others; without m, of the n with themselves, whose symmetry halves the work. Plans a block, runs nothing.
 * Throws as ntk does, but for data and memory.
 */
export const ntkCost = (model: Model, n: number, m: number | undefined, options: NtkOptions = {}, maxBindings = 8): NtkCost => {
  const o = blockOptions(model, options, n, m ?? n);
  const per = o.outputs === 'sum' ? 1 : model.outputs;
  const [rows, cols] = [n * per, (m ?? n) * per];
  const planned = planOf(model, o, maxBindings);
  const blocks = corners(n, m ?? n, o.block, m === undefined).length;
  const runs = blocks * runsOf(model, o);
  const flops = planned.dispatches.reduce((sum, d) => sum + d.flops, 0);
  return {
    rows,
    cols,
    hostBytes: 4 * rows * cols,
    deviceBytes: planBytes(planned),
    blocks,
    runs,
    dispatches: runs * planned.dispatches.length,
    flops: runs * flops,
  };
};

/** Throws MemoryError where the result is too large. */
const checkHost = (rows: number, cols: number, per: number, budget: number): void =>
  requireHost(
    'ntk',
    `a kernel of ${rows} × ${cols}`,
    4 * rows * cols,
    budget,
    `at most ${Math.floor(Math.sqrt(budget / 4) / per)} examples fit; take fewer, sum over outputs, or raise hostBudget`,
  );

const checkSets = (model: Model, a: Examples, b: Examples): void => {
  for (const [name, e] of [
    ['first', a],
    ['second', b],
  ] as const)
    if (e.n < 1 || e.x.length !== e.n * sizeOf(model.input))
      throw new ConfigError(
        `ntk: the ${name} set has ${e.x.length} values; ${e.n} examples of [${model.input.join(',')}] take ${e.n * sizeOf(model.input)}`,
      );
};
const checkTheta = ({ layout: { total } }: Model, theta: HostArray, R: number): void => {
  if (theta.length !== R * total)
    throw new ConfigError(`ntk: theta has ${theta.length} values, the model's flat vector ${total}${R > 1 ? `, times ${R} replicas` : ''}`);
};

/** The cost and an estimate of the time, from one run of a block's plan after another that warms up. Throws as ntk does. */
export const ntkEstimate = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  a: Examples,
  b: Examples = a,
  options: NtkOptions = {},
): Promise<NtkCost & { readonly seconds: number }> => {
  checkSets(model, a, b);
  const o = blockOptions(model, options, a.n, b.n);
  checkTheta(model, theta, o.replicas);
  const cost = ntkCost(model, a.n, a === b ? undefined : b.n, options, executor.maxBindings);
  using blocks = await openBlocks(executor, model, [a, b], o);
  blocks.set(theta);
  await blocks.run();
  const began = performance.now();
  await blocks.run();
  return { ...cost, seconds: (cost.runs * (performance.now() - began)) / 1000 };
};

/** Θ between two fixed sets of examples, for one set of parameters after another: planned once. */
export interface TangentKernels extends Disposable {
  /** One kernel for each of the R replicas. Throws ConfigError unless `theta` has R flat vectors of the model. */
  readonly at: (theta: HostArray) => Promise<readonly Kernel[]>;
  readonly dispose: () => void;
}

/**
 * Plans Θ between the examples `a` and `b` (default: a itself, whose symmetry halves the work).
 * Throws NoRuleError where the model applies a parameter by an op without a per-example rule (method 'products' needs none), ConfigError
 * for sizes that do not fit and for variables without values, MemoryError where the result would be larger than `hostBudget` or a block than the
 * adapter allows.
 */
export async function openNtk(
  executor: Executor,
  model: Model,
  a: Examples,
  b: Examples = a,
  options: NtkOptions = {},
): Promise<TangentKernels> {
  checkSets(model, a, b);
  const o = blockOptions(model, options, a.n, b.n);
  const { replicas: R, block: size } = o;
  const sum = o.outputs === 'sum';
  const per = sum ? 1 : model.outputs;
  const [rows, cols] = [a.n * per, b.n * per];
  checkHost(R * rows, cols, per, options.hostBudget ?? GIB);
  const blocks = await openBlocks(executor, model, [a, b], o);
  const list = corners(a.n, b.n, size, a === b);
  const at = async (theta: HostArray): Promise<readonly Kernel[]> => {
    checkTheta(model, theta, R);
    blocks.set(theta);
    const kernels = Array.from({ length: R }, (): Kernel => ({ rows, cols, data: new Float32Array(rows * cols) }));
    for (const [done, [first, second]] of list.entries()) {
      const data = await blocks.at(first, second);
      const each = data.length / R;
      for (const [r, kernel] of kernels.entries())
        place(kernel, data.subarray(r * each, (r + 1) * each), { first, second, size, k: blocks.perExample, sum });
      options.onBlock?.(done + 1, list.length);
    }
    if (a === b) for (const kernel of kernels) mirror(kernel);
    return kernels;
  };
  const dispose = (): void => blocks[Symbol.dispose]();
  return { at, dispose, [Symbol.dispose]: dispose };
}

/** Θ between the examples `a` and `b` for parameters `theta`, the model's flat vector. Options and errors as openNtk. */
export async function ntk(
  executor: Executor,
  model: Model,
  theta: HostArray,
  a: Examples,
  b: Examples = a,
  options: Omit<NtkOptions, 'replicas'> = {},
): Promise<Kernel> {
  checkTheta(model, theta, 1); // before anything is planned
  using kernels = await openNtk(executor, model, a, b, options);
  return (await kernels.at(theta))[0]!;
}
