/** A model's loss on blocks of examples: the plan, its variables, and sums over examples of functions of their gradients. */
import type { Columns, NamedLayer } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { inputVariable, unpack, type Layout, type Model } from '../models/index';
import { mul, reshape, variable } from '../ops/index';
import { plan } from '../plan/index';
import type { Executor, HostArray, HostTensor } from '../runtime/executor';
import { writeUsed } from '../runtime/host';
import { targetVariable, type Objective, type TrainerData } from '../runtime/trainer';
import { checkValues } from '../runtime/trainerChecks';
import { requireCount, requireVariables, rowsAt, type Extra } from './blocks';
import { layersOfMean } from './gradientNoise';

export interface PerExampleOptions {
  /** Examples of a block. Default 256, or fewer where rows are explicit. */
  readonly block?: number;
  /** Largest result on the host, in bytes. Default 1 GiB. */
  readonly hostBudget?: number;
  /** Values of the other variables that the model depends on, by name. */
  readonly variables?: Extra;
}
/** What a measurement is of. `op`: its name, for messages. */
export interface LossSetting {
  readonly op: string;
  readonly executor: Executor;
  readonly model: Model;
  readonly theta: HostArray;
  readonly loss: Objective;
  readonly data: TrainerData;
  readonly block: number;
  readonly variables: Extra;
}
type Results = Readonly<Record<string, HostTensor>>;

/** Whether an example of a block counts, [rows]: 0 for what fills up the last block. */
const LIVE = 'live';
/** The layer whose cotangents are 0 for examples that do not count. */
const counted = (layer: NamedLayer): NamedLayer => {
  const [rows, q] = layer.delta.shape as [number, number];
  const n = rows / layer.positions;
  const live = variable(LIVE, [n, 1]);
  return { ...layer, delta: reshape(mul(reshape(layer.delta, [n, layer.positions * q]), live), [rows, q]) };
};

/** Outputs `<layer>:<first>` of a plan: `f` of every layer, of the examples that count. */
export const columnsOf = (layers: readonly NamedLayer[], f: (layer: NamedLayer) => readonly Columns[]): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(layers.flatMap((layer, at) => f(counted(layer)).map(({ first, values }) => [`${at}:${first}`, values] as const)));

/** Where each column of a layer's gradient lies in the model's flat vector. */
export const placesOf = ({ parameters }: Layout, { names, transposed, delta }: NamedLayer): Int32Array => {
  const [weight, bias] = names.map((name) => parameters.find((p) => p.name === name)!);
  const q = delta.shape[1]!;
  const p = weight!.size / q;
  const at = (c: number): number => (transposed ? (c % q) * p + Math.floor(c / q) : c);
  return Int32Array.from({ length: weight!.size + (bias?.size ?? 0) }, (_, c) =>
    c < weight!.size ? weight!.offset + at(c) : bias!.offset + c - weight!.size,
  );
};

const check = ({ op, model, theta, data: { x, y, n, target, xPerReplica, yPerReplica }, block }: LossSetting): void => {
  requireCount(op, 'the number of examples', n);
  requireCount(op, 'block', block);
  if (xPerReplica || yPerReplica) throw new ConfigError(`${op}: the data are of several replicas; give one replica's`);
  if (theta.length !== model.layout.total)
    throw new ConfigError(`${op}: theta has ${theta.length} values, the model's flat vector ${model.layout.total}`);
  for (const [name, data, shape] of [
    ['x', x, model.input],
    ['y', y, target],
  ] as const)
    if (data.length !== n * sizeOf(shape))
      throw new ConfigError(`${op}: ${name} has ${data.length} values; ${n} of [${shape.join(',')}] take ${n * sizeOf(shape)}`);
};

export interface LossRun extends Disposable {
  /** Runs the plan on the blocks of examples from these on, one for each side. */
  readonly at: (...firsts: readonly number[]) => Promise<Results>;
  /** Adds `columnsOf` results, times `scale`, into a flat vector. */
  readonly addColumns: (results: Results, layers: readonly NamedLayer[], into: Float64Array, scale: number) => void;
}

/** Plans `outputs` of the layers of each side, whose cotangents are those of the mean over a block. */
export const openLoss = async (
  s: LossSetting,
  sides: readonly string[],
  outputs: (layers: readonly (readonly NamedLayer[])[]) => Readonly<Record<string, Tensor>>,
): Promise<LossRun> => {
  check(s);
  const {
    op,
    model,
    data: { x, y, n, target },
    block,
  } = s;
  const params = unpack(model.layout, variable('theta', [model.layout.total]));
  const layers = sides.map((side) => {
    const labels = targetVariable(`${side}.y`, { ...s.data, n: block });
    const loss = s.loss(model.apply(params, inputVariable(`${side}.x`, model, block)), labels);
    checkValues(`${op}: data`, side, s.data, model, [loss]);
    const found = layersOfMean(loss, params, block);
    if (found.length === 0) throw new ConfigError(`${op}: the loss of '${model.name}' does not depend on its parameters`);
    return found;
  });
  const planned = plan({ name: op, outputs: outputs(layers), maxBindings: s.executor.maxBindings });
  requireVariables(op, planned, ['theta', LIVE, ...sides.flatMap((side) => [`${side}.x`, `${side}.y`]), ...Object.keys(s.variables)]);
  const session = await s.executor.open({ run: planned });
  writeUsed(session, { ...s.variables, theta: s.theta });
  return {
    at: (...firsts) => {
      sides.forEach((side, k) =>
        writeUsed(session, {
          [`${side}.x`]: rowsAt(x, n, sizeOf(model.input), firsts[k]!, block),
          [`${side}.y`]: rowsAt(y, n, sizeOf(target), firsts[k]!, block),
        }),
      );
      writeUsed(session, { [LIVE]: Float32Array.from({ length: block }, (_, i) => Number(firsts[0]! + i < n)) });
      return session.run('run');
    },
    addColumns: (results, found, into, scale) => {
      for (const [at, layer] of found.entries()) {
        const places = placesOf(model.layout, layer);
        for (const [name, { data }] of Object.entries(results)) {
          const [owner, first] = name.split(':').map(Number);
          if (owner === at && first !== undefined)
            data.forEach((v, c) => {
              into[places[first + c]!]! += v * scale;
            });
        }
      }
    },
    [Symbol.dispose]: () => session.dispose(),
  };
};
