/** The five learners: networks in the rich and the lazy regime and a linearised one that are trained, and two kernels that are solved. */
import { ntk } from '../../../src/measure/ntk';
import type { Model } from '../../../src/models/index';
import { halfSquaredError, meanSquaredError } from '../../../src/ops/index';
import type { Executor } from '../../../src/runtime/executor';
import { TrainerGroup } from '../../../src/runtime/trainer';
import { linearisedDynamics } from '../../../src/theory/kernelRegression';
import { dense, type Dense } from '../../../src/theory/linalg';
import { wideKernel } from '../nets';
import type { Examples, Problem } from '../tasks';
import { alphaName, anchorName, dataOf, descent, scaledLoss, scaledNet, signError, tangentNet } from '../training';
import type { Config } from './fields';

/** On the test set: share of examples with the wrong sign, and mean squared error. */
export interface Score {
  readonly error: number;
  readonly squared: number;
}
const scoreOf = ({ data }: Dense, { Y }: Examples): Score => {
  const wrong = data.reduce((s, f, i) => s + (f * Y.data[i]! > 0 ? 0 : 1), 0);
  return { error: wrong / data.length, squared: data.reduce((s, f, i) => s + (f - Y.data[i]!) ** 2, 0) / data.length };
};
const zeros = (rows: number): Dense => dense(new Float64Array(rows), rows, 1);

/** Regression with the kernel of infinite width, to convergence. */
export const infinite = (depth: number, { train, test }: Problem, eta: number): Score => {
  const { test: predict } = linearisedDynamics(wideKernel(train.X, 'relu', depth), train.Y, zeros(train.Y.rows), eta);
  return scoreOf(predict(Infinity, wideKernel(test.X, 'relu', depth, train.X), zeros(test.Y.rows)), test);
};
/** Where `steps` steps take the linearised network, from its tangent kernel in float64. */
export const closedForm = async (
  executor: Executor,
  network: Model,
  theta: Float32Array,
  { train, test }: Problem,
  eta: number,
  steps: number,
): Promise<Score> => {
  const [a, b] = [train, test].map(({ X }) => ({ x: Float32Array.from(X.data), n: X.rows })) as [
    { x: Float32Array; n: number },
    { x: Float32Array; n: number },
  ];
  const [own, cross] = [await ntk(executor, network, theta, a), await ntk(executor, network, theta, b, a)];
  const wide = (k: typeof own): Dense => dense(Float64Array.from(k.data), k.rows, k.cols);
  const { test: predict } = linearisedDynamics(wide(own), train.Y, zeros(train.Y.rows), eta);
  return scoreOf(predict(steps, wide(cross), zeros(test.Y.rows)), test);
};

const evaluate = { error: signError, squared: meanSquaredError };
const twice = <T>(values: readonly T[]): readonly T[] => [...values, ...values];
type Group = TrainerGroup<'net' | 'linear'>;
/** Rich networks first, then the lazy ones; every α has the seeds' data and starts. */
export const openGroup = async (
  c: Pick<Config, 'richAlpha' | 'lazyAlpha'>,
  executor: Executor,
  network: Model,
  problems: readonly Problem[],
  rates: readonly number[],
  seeds: readonly number[],
): Promise<Group> => {
  const [train, test] = [problems.map((p) => p.train), problems.map((p) => p.test)];
  const group = await TrainerGroup.open(executor, {
    net: {
      model: scaledNet(network, 'net'),
      loss: scaledLoss('net'),
      optimiser: descent(twice(rates)),
      data: dataOf(twice(train)),
      test: dataOf(twice(test)),
      seeds: twice(seeds),
      evaluate,
    },
    linear: {
      model: tangentNet(network, 'linear'),
      loss: halfSquaredError,
      optimiser: descent(rates),
      data: dataOf(train),
      test: dataOf(test),
      seeds,
      evaluate,
    },
  });
  for (const member of ['net', 'linear'] as const)
    group.session.write(anchorName(member), (await group.session.read(`${member}.theta`)).data.slice());
  group.session.write(
    alphaName('net'),
    Float32Array.from(twice(seeds), (_, r) => (r < seeds.length ? c.richAlpha : c.lazyAlpha)),
  );
  return group;
};
