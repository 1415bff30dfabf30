/** Plans of blocks of the empirical tangent kernel, and the sessions that compute them; ntk.ts puts blocks together. */
import { layersOf, parameterUses, cotangents, tangents, type NamedLayer } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { inputVariable, unpack, type Model } from '../models/index';
import { add, gram, jacobianRows, layerColumns, matmul, variable } from '../ops/index';
import { plan, type Plan } from '../plan/index';
import type { Executor, HostArray, Session } from '../runtime/executor';
import { writeUsed } from '../runtime/host';
import { requireVariables, rowsAt, type Extra } from './blocks';

export type NtkMethod = 'structured' | 'jacobian' | 'products';
/** Inputs [n, …model.input], row-major; tokens are a Uint32Array. */
export interface Examples {
  readonly x: HostArray;
  readonly n: number;
}
/** What a block is of. */
export interface BlockOptions {
  readonly method: NtkMethod;
  readonly outputs: 'full' | 'sum';
  readonly block: number;
  readonly window: number;
  readonly variables: Extra;
  /** Sets of parameters side by side; 1 where the method is 'products'. */
  readonly replicas: number;
}

/** Columns of the identity that are multiplied at a time. */
const COLUMNS = 32;

/** Examples repeated for each output, with the cotangent that picks it: f's rows are then (example, output) pairs. */
interface Side {
  readonly x: Tensor;
  readonly pick: Tensor;
}
const sideOf = (name: string, model: Model, rows: number, turn = 0): Side => ({
  x: inputVariable(`${name}.x`, model, rows, false),
  pick: variable(`pick${turn}`, [rows, model.outputs], { perReplica: false }),
});

const layersAt = (model: Model, theta: Tensor, { x, pick }: Side): readonly NamedLayer[] => {
  const params = unpack(model.layout, theta);
  return layersOf(parameterUses([model.apply(params, x)], [pick], params, x.shape[0]!), params);
};

const structured = (left: readonly NamedLayer[], right: readonly NamedLayer[]): Tensor =>
  left.reduce<Tensor | undefined>((total, layer, i) => gram(layer, right[i]!, total), undefined)!;

const explicit =
  (window: number) =>
  (left: readonly NamedLayer[], right: readonly NamedLayer[]): Tensor => {
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
export const blockPlan = (model: Model, rows: number, o: BlockOptions, maxBindings: number): Plan => {
  const theta = variable('theta', [model.layout.total]);
  const turns = o.outputs === 'sum' ? model.outputs : 1;
  const layers = (side: string): readonly NamedLayer[] =>
    Array.from({ length: turns }, (_, turn) => layersAt(model, theta, sideOf(side, model, rows, turn))).flat();
  const [left, right] = [layers('left'), layers('right')];
  if (left.length === 0) throw new ConfigError(`the model '${model.name}' does not depend on its parameters, so it has no tangent kernel`);
  return plan({
    name: 'ntk',
    replicas: o.replicas,
    outputs: { block: (o.method === 'jacobian' ? explicit(o.window) : structured)(left, right) },
    maxBindings,
  });
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

const picks = (count: number, k: number): Float32Array => {
  const out = new Float32Array(count * k * k);
  for (let i = 0; i < count; i++) for (let o = 0; o < k; o++) out[(i * k + o) * k + o] = 1;
  return out;
};

/** The cotangents that pick output `turn` of every row. */
const column = (rows: number, k: number, turn: number): Float32Array =>
  Float32Array.from({ length: rows * k }, (_, i) => Number(i % k === turn));

/** Computes blocks of (example, output) rows × rows, one for each replica, for the parameters last set. */
export interface Blocks extends Disposable {
  /** Rows of a block for each example: its outputs, or 1 where they are summed. */
  readonly perExample: number;
  /** R flat vectors of the model. */
  readonly set: (theta: HostArray) => void;
  readonly at: (first: number, second: number) => Promise<HostArray>;
  /** The plan once, on whatever was written last. */
  readonly run: () => Promise<unknown>;
}

/** The plan of a block: with COLUMNS replicas where the method is 'products', run once for as many columns. */
export const planOf = (model: Model, o: BlockOptions, maxBindings: number): Plan => {
  const planned =
    o.method === 'products'
      ? productPlan(model, o.block, maxBindings)
      : blockPlan(model, o.block * (o.outputs === 'sum' ? 1 : model.outputs), o, maxBindings);
  const given = Object.keys(planned.variables).filter(
    (name) => name === 'theta' || name === 'v' || /^(left|right)\.x$|^pick\d+$/.test(name),
  );
  requireVariables('ntk', planned, [...given, ...Object.keys(o.variables)]);
  return planned;
};
/** Runs of that plan for one block. */
export const runsOf = (model: Model, { method, block }: BlockOptions): number =>
  method === 'products' ? Math.ceil((block * model.outputs) / COLUMNS) : 1;

export const openBlocks = async (
  executor: Executor,
  model: Model,
  [a, b]: readonly [Examples, Examples],
  o: BlockOptions,
): Promise<Blocks> => {
  const d = sizeOf(model.input);
  const { method, block } = o;
  const session = await executor.open({ ntk: planOf(model, o, executor.maxBindings) });
  const summed = o.outputs === 'sum' && method !== 'products';
  const k = summed ? 1 : model.outputs;
  const turns = summed
    ? Array.from({ length: model.outputs }, (_, turn) => [`pick${turn}`, column(block, model.outputs, turn)] as const)
    : [['pick0', picks(block, k)] as const];
  writeUsed(session, { ...o.variables, ...Object.fromEntries(turns) });
  const repeats = method === 'products' ? 1 : k;
  return {
    perExample: k,
    set: (theta) => writeUsed(session, { theta }),
    at: async (first, second) => {
      writeUsed(session, { 'left.x': rowsAt(a.x, a.n, d, first, block, repeats), 'right.x': rowsAt(b.x, b.n, d, second, block, repeats) });
      return method === 'products' ? byColumns(session, block * k) : (await session.run('ntk'))['block']!.data;
    },
    run: () => session.run('ntk'),
    [Symbol.dispose]: () => session.dispose(),
  };
};
const byColumns = async (session: Session, rows: number): Promise<Float32Array> => {
  const out = new Float32Array(rows * rows);
  for (let c = 0; c < rows; c += COLUMNS) await columns(session, rows, c, out);
  return out;
};
/** Columns c … c + COLUMNS − 1 of a block of `rows` rows. */
const columns = async (session: Session, rows: number, c: number, out: Float32Array): Promise<void> => {
  const v = new Float32Array(COLUMNS * rows);
  for (let r = 0; r < COLUMNS; r++) if (c + r < rows) v[r * rows + c + r] = 1;
  session.write('v', v);
  const { data } = (await session.run('ntk'))['block']!;
  for (let r = 0; r < COLUMNS && c + r < rows; r++) for (let i = 0; i < rows; i++) out[i * rows + c + r] = data[r * rows + i]!;
};
