/**
 * What each example's gradient says: norms, inner products, second moments and the gradients themselves, for a model, its parameters and a set of
 * examples. g_i is the gradient of example i's own loss over all parameters; `loss` is a mean over examples, such as crossEntropy. `theta`: the
 * model's flat vector. Units: of the loss over those of the parameters, squared where products are taken.
 *
 * Examples go through in blocks, so that memory on the device does not grow with their number; results are on the host.
 *
 * Every function throws NoRuleError, by the op's name, where the model applies a parameter by an op without a per-example rule; ConfigError for sizes
 * that do not fit, labels and tokens that no class or table has, values that float32 does not hold, counts that are no integers ≥ 1, and a model that
 * depends on variables without values; MemoryError, before anything is allocated, where the result is larger than `hostBudget` or a block than the
 * adapter allows.
 */
import { squares, type NamedLayer } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import type { Model } from '../models/index';
import { gram, jacobianRows, layerColumns } from '../ops/index';
import type { Executor, HostArray } from '../runtime/executor';
import type { Objective, TrainerData } from '../runtime/trainer';
import { corners, GIB, like, mirror, place, requireHost, type Kernel } from './blocks';
import { squaredExampleNorms } from './gradientNoise';
import { columnsOf, openLoss, placesOf, type LossSetting, type PerExampleOptions } from './lossBlocks';

const settingOf = (
  op: string,
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: PerExampleOptions,
): LossSetting => ({
  op,
  executor,
  model,
  theta,
  loss,
  data,
  block: options.block ?? Math.min(data.n, 256),
  variables: options.variables ?? {},
});

/** ‖g_i‖ [n], Euclidean, over all parameters; neither sum nor mean over examples. */
export const perExampleNorms = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: PerExampleOptions = {},
): Promise<HostArray> => {
  const setting = settingOf('perExampleNorms', executor, model, theta, loss, data, options);
  const { n } = data;
  const { block } = setting;
  using run = await openLoss(setting, ['left'], ([layers]) => ({ out: squaredExampleNorms(layers!, block) }));
  const out = new Float64Array(n);
  for (let first = 0; first < n; first += block) {
    const squared = (await run.at(first))['out']!.data;
    for (let i = 0; i < block && first + i < n; i++) out[first + i] = Math.sqrt(squared[i]!);
  }
  return out;
};

/** ⟨g_i, g_j⟩, n × n, a sum over all parameters; neither sum nor mean over examples. Nothing of the size examples × parameters is made. */
export const perExampleGram = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: PerExampleOptions = {},
): Promise<Kernel> => {
  const setting = settingOf('perExampleGram', executor, model, theta, loss, data, options);
  const { n } = data;
  const { block: size } = setting;
  const budget = options.hostBudget ?? GIB;
  requireHost(
    'perExampleGram',
    `a matrix of ${n} × ${n}`,
    4 * n * n,
    budget,
    `take at most ${Math.floor(Math.sqrt(budget / 4))} examples, or raise hostBudget`,
  );
  using run = await openLoss(setting, ['left', 'right'], ([left, right]) => ({
    out: left!.reduce<Tensor | undefined>((total, layer, i) => gram(layer, right![i]!, total), undefined)!,
  }));
  let kernel: Kernel | undefined;
  for (const [first, second] of corners(n, n, size, true)) {
    const products = (await run.at(first, second))['out']!.data as Kernel['data'];
    kernel ??= { rows: n, cols: n, data: like(products, n * n) };
    place(
      kernel,
      products.map((v) => v * size * size),
      { first, second, size, k: 1, sum: false },
    );
  }
  mirror(kernel!);
  return kernel!;
};

/** Elements of rows that a block of the explicit Jacobian may have: 64 MiB of f32. */
const ROW_ELEMENTS = 2 ** 24;

/**
 * The rows g_i themselves, [n, layout.total] row-major, in the order of the model's flat vector with zeros between parameters: what the other
 * functions here do without. Neither sum nor mean over examples. 4·n·layout.total bytes on the host; `block` rows at a time on the device.
 */
export const perExampleJacobian = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: PerExampleOptions = {},
): Promise<Kernel> => {
  const { n } = data;
  const { total } = model.layout;
  const budget = options.hostBudget ?? GIB;
  requireHost(
    'perExampleJacobian',
    `${n} rows of ${total}`,
    4 * n * total,
    budget,
    `take at most ${Math.floor(budget / (4 * total))} examples, raise hostBudget, or use perExampleNorms, perExampleGram or perExampleSecondMoment, which store no rows`,
  );
  const block = Math.min(n, Math.max(1, Math.floor(ROW_ELEMENTS / total)), 256);
  const setting = settingOf('perExampleJacobian', executor, model, theta, loss, data, { block, ...options });
  let layers: readonly NamedLayer[] = [];
  using run = await openLoss(setting, ['left'], ([found]) => {
    layers = found!;
    return Object.fromEntries(layers.map((l, at) => [at, jacobianRows(l, 0, layerColumns(l))]));
  });
  let kernel: Kernel | undefined;
  for (let first = 0; first < n; first += setting.block) {
    const results = await run.at(first);
    kernel ??= { rows: n, cols: total, data: like(results['0']!.data as Kernel['data'], n * total) };
    for (const [at, layer] of layers.entries()) {
      const places = placesOf(model.layout, layer);
      const { data: rows } = results[at]!;
      for (let i = 0; i < setting.block && first + i < n; i++)
        places.forEach((p, c) => {
          kernel!.data[(first + i) * total + p] = rows[i * places.length + c]! * setting.block;
        });
    }
  }
  return kernel!;
};

/**
 * Σ_i g_i², element by element, a sum over the examples: [layout.total] in the order of the model's flat vector, zeros between parameters. With one
 * position an example (δ²)ᵀ(a²); with several the squares of explicit rows, a window of parameters at a time. Over n it is the diagonal of the
 * empirical Fisher matrix.
 */
export const perExampleSecondMoment = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: PerExampleOptions = {},
): Promise<Float64Array> => {
  const setting = settingOf('perExampleSecondMoment', executor, model, theta, loss, data, options);
  const { block } = setting;
  let layers: readonly NamedLayer[] = [];
  using run = await openLoss(setting, ['left'], ([found]) => {
    layers = found!;
    return columnsOf(layers, squares);
  });
  const out = new Float64Array(model.layout.total);
  for (let first = 0; first < data.n; first += block) run.addColumns(await run.at(first), layers, out, block * block);
  return out;
};
