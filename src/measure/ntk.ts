/**
 * The empirical neural tangent kernel Θ[(i,o), (j,o′)] = ⟨∂f_o(x_i)/∂θ, ∂f_o′(x_j)/∂θ⟩, a sum over all parameters, in three ways that agree:
 *
 * structured  Hadamard products of small Gram matrices, layer by layer (shaders/gram.ts); no Jacobian is stored
 * jacobian    explicit rows of the Jacobian, a window of parameters at a time, and their products
 * products    Θv by reverse then forward mode, a column of the identity for each v, many at a time as replicas
 *
 * The kernel is computed in square blocks of `block` examples, so that the memory on the GPU does not grow with their number; the result on
 * the host has rows × cols × 4 bytes. Source: Jacot et al. 2018, arXiv:1806.07572; the structured form: Novak et al. 2022, arXiv:2206.08720.
 */
import { layersOf, parameterUses, cotangents, tangents, type NamedLayer } from '../autodiff/index';
import { ConfigError, MemoryError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { unpack, type Model } from '../models/index';
import { add, gram, jacobianRows, layerColumns, matmul, variable } from '../ops/index';
import { plan, type Plan } from '../plan/index';
import type { Executor, HostArray, Session } from '../runtime/executor';

export type NtkMethod = 'structured' | 'jacobian' | 'products';
export interface NtkOptions {
  /** Default structured. */
  readonly method?: NtkMethod;
  /** `full`: (n·k) × (n·k), outputs of an example next to each other. `sum`: n × n, summed over outputs. Default full. */
  readonly outputs?: 'full' | 'sum';
  /** Examples of a block. Default 64. */
  readonly block?: number;
  /** Parameters of a window of the Jacobian. Default 4096. */
  readonly window?: number;
  /** Largest size of the result on the host, in bytes. Default 1 GiB. */
  readonly hostBudget?: number;
  /** Sets of parameters measured side by side, R: theta then holds R flat vectors. Not with 'products'. Default 1. */
  readonly replicas?: number;
}
export interface Kernel { readonly rows: number; readonly cols: number; /** Row-major. */ readonly data: Float32Array | Float64Array }
/** Inputs [n, …model.input], row-major. */
export interface Examples { readonly x: HostArray; readonly n: number }

const GIB = 2 ** 30;
/** Columns of the identity that are multiplied at a time. */
const COLUMNS = 32;

/** Examples repeated for each output, with the cotangent that picks it: f's rows are then (example, output) pairs. */
interface Side { readonly x: Tensor; readonly pick: Tensor }
const sideOf = (name: string, model: Model, rows: number, turn = 0): Side =>
  ({ x: variable(`${name}.x`, [rows, ...model.input], { perReplica: false }), pick: variable(`pick${turn}`, [rows, model.outputs], { perReplica: false }) });

const layersAt = (model: Model, theta: Tensor, { x, pick }: Side): readonly NamedLayer[] => {
  const params = unpack(model.layout, theta);
  return layersOf(parameterUses([model.apply(params, x)], [pick], params, x.shape[0]!), params);
};

const structured = (left: readonly NamedLayer[], right: readonly NamedLayer[]): Tensor =>
  left.reduce<Tensor | undefined>((total, layer, i) => gram(layer, right[i]!, total), undefined)!;

const explicit = (window: number) => (left: readonly NamedLayer[], right: readonly NamedLayer[]): Tensor => {
  const terms = left.flatMap((layer, i) => {
    const columns = layerColumns(layer);
    return Array.from({ length: Math.ceil(columns / window) }, (_, w) => {
      const [first, width] = [w * window, Math.min(window, columns - w * window)];
      return matmul(jacobianRows(layer, first, width), jacobianRows(right[i]!, first, width), { transB: true });
    });
  });
  return terms.reduce((total, t) => add(total, t));
};

/**
 * Plan of one block: outputs { block }, [rows, rows]. Full: a row for each (example, output), picked by one cotangent. Summed: a row an example,
 * and a term for each output, whose cotangents come in turn.
 */
const blockPlan = (model: Model, rows: number, o: Required<NtkOptions>, maxBindings: number): Plan => {
  const theta = variable('theta', [model.layout.total]);
  const turns = o.outputs === 'sum' ? model.outputs : 1;
  const layers = (side: string): readonly NamedLayer[] =>
    Array.from({ length: turns }, (_, turn) => layersAt(model, theta, sideOf(side, model, rows, turn))).flat();
  const [left, right] = [layers('left'), layers('right')];
  if (left.length === 0) throw new ConfigError(`the model '${model.name}' does not depend on its parameters, so it has no tangent kernel`);
  return plan({ name: 'ntk', replicas: o.replicas, outputs: { block: (o.method === 'jacobian' ? explicit(o.window) : structured)(left, right) }, maxBindings });
};

/** Plan of Θv for COLUMNS cotangents v of the right examples: outputs { block }, per column [left rows]. */
const productPlan = (model: Model, rows: number, maxBindings: number): Plan => {
  const theta = variable('theta', [model.layout.total], { perReplica: false });
  const [left, right] = [sideOf('left', model, rows), sideOf('right', model, rows)];
  const v = variable('v', [rows, model.outputs]);
  const [u] = cotangents([model.apply(unpack(model.layout, theta), right.x)], [v], [theta]);
  const [moved] = tangents([model.apply(unpack(model.layout, theta), left.x)], [theta], [u!]);
  return plan({ name: 'ntk products', replicas: COLUMNS, outputs: { block: moved! }, maxBindings });
};

/** Rows of a block: examples from `first`, each `k` times; past the end the last one is repeated and what it gives is not read. */
const inputsOf = ({ x, n }: Examples, d: number, first: number, count: number, k: number): Float32Array => {
  const out = new Float32Array(count * k * d);
  for (let i = 0; i < count; i++) {
    const at = Math.min(n - 1, first + i) * d;
    for (let o = 0; o < k; o++) out.set(x.subarray(at, at + d) as Float32Array, (i * k + o) * d);
  }
  return out;
};
const picks = (count: number, k: number): Float32Array => {
  const out = new Float32Array(count * k * k);
  for (let i = 0; i < count; i++) for (let o = 0; o < k; o++) out[(i * k + o) * k + o] = 1;
  return out;
};

/** The cotangents that pick output `turn` of every row. */
const column = (rows: number, k: number, turn: number): Float32Array => Float32Array.from({ length: rows * k }, (_, i) => Number(i % k === turn));

/** A linear model's kernel does not depend on its parameters. */
const writeUsed = (session: Session, name: string, data: HostArray): void => { if (name in session.plans['ntk']!.variables) session.write(name, data); };

/** Computes blocks of (example, output) rows × rows, one for each replica, for the parameters last set. */
interface Blocks {
  /** Rows of a block for each example: its outputs, or 1 where they are summed. */
  readonly perExample: number;
  readonly set: (theta: HostArray) => void;
  readonly at: (first: number, second: number) => Promise<HostArray>;
  readonly dispose: () => void;
}

const byGrams = async (executor: Executor, model: Model, [a, b]: readonly [Examples, Examples], o: Required<NtkOptions>): Promise<Blocks> => {
  const d = sizeOf(model.input);
  const k = o.outputs === 'sum' ? 1 : model.outputs;
  const session = await executor.open({ ntk: blockPlan(model, o.block * k, o, executor.maxBindings) });
  if (k > 1 || model.outputs === 1) session.write('pick0', picks(o.block, k));
  else for (let turn = 0; turn < model.outputs; turn++) session.write(`pick${turn}`, column(o.block, model.outputs, turn));
  return {
    perExample: k,
    set: (theta) => writeUsed(session, 'theta', theta),
    at: async (first, second) => {
      session.write('left.x', inputsOf(a, d, first, o.block, k));
      session.write('right.x', inputsOf(b, d, second, o.block, k));
      return (await session.run('ntk'))['block']!.data;
    },
    dispose: () => session.dispose(),
  };
};

const byProducts = async (executor: Executor, model: Model, [a, b]: readonly [Examples, Examples], o: Required<NtkOptions>): Promise<Blocks> => {
  const [k, d] = [model.outputs, sizeOf(model.input)];
  const rows = o.block * k;
  const session = await executor.open({ ntk: productPlan(model, o.block, executor.maxBindings) });
  return {
    perExample: k,
    set: (theta) => writeUsed(session, 'theta', theta),
    at: async (first, second) => {
      writeUsed(session, 'left.x', inputsOf(a, d, first, o.block, 1));
      writeUsed(session, 'right.x', inputsOf(b, d, second, o.block, 1));
      const out = new Float32Array(rows * rows);
      for (let c = 0; c < rows; c += COLUMNS) await columns(session, rows, c, out);
      return out;
    },
    dispose: () => session.dispose(),
  };
};
/** Columns c … c + COLUMNS − 1 of a block of `rows` rows. */
const columns = async (session: Session, rows: number, c: number, out: Float32Array): Promise<void> => {
  const v = new Float32Array(COLUMNS * rows);
  for (let r = 0; r < COLUMNS; r++) if (c + r < rows) v[r * rows + c + r] = 1;
  session.write('v', v);
  const { data } = (await session.run('ntk'))['block']!;
  for (let r = 0; r < COLUMNS && c + r < rows; r++) for (let i = 0; i < rows; i++) out[i * rows + c + r] = data[r * rows + i]!;
};

interface Place { readonly first: number; readonly second: number; readonly size: number; readonly k: number; readonly sum: boolean }
/** Copies a block into the result, summed over outputs if asked. */
const place = (kernel: Kernel, block: HostArray, { first, second, size, k, sum }: Place): void => {
  const per = sum ? 1 : k;
  const [n, m] = [kernel.rows / per, kernel.cols / per];
  const width = size * k;
  for (let i = 0; i < size && first + i < n; i++)
    for (let j = 0; j < size && second + j < m; j++)
      for (let p = 0; p < k; p++)
        for (let q = 0; q < k; q++) {
          const value = block[(i * k + p) * width + j * k + q]!;
          if (!sum) kernel.data[((first + i) * k + p) * kernel.cols + (second + j) * k + q] = value;
          else if (p === q) kernel.data[(first + i) * kernel.cols + second + j]! += value;
        }
};

/** Θ between two fixed sets of examples, for one set of parameters after another: planned once. */
export interface TangentKernels {
  /** One kernel for each of the R replicas. Throws ConfigError unless `theta` has R flat vectors of the model. */
  readonly at: (theta: HostArray) => Promise<readonly Kernel[]>;
  readonly dispose: () => void;
  readonly [Symbol.dispose]: () => void;
}

const checkSizes = (model: Model, a: Examples, b: Examples, o: Required<NtkOptions>): void => {
  for (const [name, e] of [['first', a], ['second', b]] as const)
    if (e.n < 1 || e.x.length !== e.n * sizeOf(model.input)) throw new ConfigError(`ntk: the ${name} set has ${e.x.length} values; ${e.n} examples of [${model.input.join(',')}] take ${e.n * sizeOf(model.input)}`);
  if (o.replicas > 1 && o.method === 'products') throw new ConfigError("ntk: the method 'products' takes one set of parameters at a time");
  const per = o.outputs === 'sum' ? 1 : model.outputs;
  const [rows, cols] = [a.n * per, b.n * per];
  const bytes = 4 * rows * cols * o.replicas;
  if (bytes > o.hostBudget)
    throw new MemoryError(bytes, o.hostBudget, `ntk: ${o.replicas > 1 ? `${o.replicas} kernels` : 'a kernel'} of ${rows} × ${cols} takes ${bytes} bytes, ${o.hostBudget} are allowed: at most ${Math.floor(Math.sqrt(o.hostBudget / 4 / o.replicas) / per)} examples fit; take fewer, sum over outputs, or raise hostBudget. Nothing was allocated`);
};

/**
 * Plans Θ between the examples `a` and `b` (default: a itself, whose symmetry halves the work).
 * Throws NoRuleError where the model applies a parameter by an op without a per-example rule (method 'products' needs none), ConfigError
 * for sizes that do not fit, MemoryError where the result would be larger than `hostBudget` or a block than the adapter allows.
 */
export async function openNtk(executor: Executor, model: Model, a: Examples, b: Examples = a, options: NtkOptions = {}): Promise<TangentKernels> {
  const o: Required<NtkOptions> = { method: 'structured', outputs: 'full', window: 4096, hostBudget: GIB, replicas: 1, ...options, block: Math.min(options.block ?? 64, Math.max(a.n, b.n)) };
  checkSizes(model, a, b, o);
  const [k, R] = [model.outputs, o.replicas];
  const per = o.outputs === 'sum' ? 1 : k;
  const blocks = await (o.method === 'products' ? byProducts : byGrams)(executor, model, [a, b], o);
  const at = async (theta: HostArray): Promise<readonly Kernel[]> => {
    if (theta.length !== R * model.layout.total) throw new ConfigError(`ntk: theta has ${theta.length} values, the model's flat vector ${model.layout.total}${R > 1 ? `, times ${R} replicas` : ''}`);
    blocks.set(theta);
    const kernels = Array.from({ length: R }, (): Kernel => ({ rows: a.n * per, cols: b.n * per, data: new Float32Array(a.n * per * b.n * per) }));
    for (let first = 0; first < a.n; first += o.block)
      for (let second = a === b ? first : 0; second < b.n; second += o.block) {
        const data = await blocks.at(first, second);
        const size = data.length / R;
        kernels.forEach((kernel, r) => place(kernel, data.subarray(r * size, (r + 1) * size), { first, second, size: o.block, k: blocks.perExample, sum: o.outputs === 'sum' }));
      }
    if (a === b) kernels.forEach(mirror);
    return kernels;
  };
  return { at, dispose: blocks.dispose, [Symbol.dispose]: blocks.dispose };
}

/** Θ between the examples `a` and `b` for parameters `theta`, the model's flat vector. Options and errors as openNtk. */
export async function ntk(executor: Executor, model: Model, theta: HostArray, a: Examples, b: Examples = a, options: Omit<NtkOptions, 'replicas'> = {}): Promise<Kernel> {
  if (theta.length !== model.layout.total) throw new ConfigError(`ntk: theta has ${theta.length} values, the model's flat vector ${model.layout.total}`);
  using kernels = await openNtk(executor, model, a, b, options);
  return (await kernels.at(theta))[0]!;
}
/** The lower triangle from the upper. */
const mirror = ({ rows, data }: Kernel): void => { for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) data[i * rows + j] = data[j * rows + i]!; };
