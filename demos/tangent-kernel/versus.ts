/**
 * One task, five learners, along the number of training examples: a network in the rich and in the lazy regime, its linearisation at the same
 * start by the same gradient descent, the closed form of that linearisation from the tangent kernel at the start, and regression with the
 * kernel of infinite width. Every seed has examples and networks of its own.
 */
import { deriveSeed } from '../../src/core/random';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { ntk } from '../../src/measure/ntk';
import type { Model } from '../../src/models/index';
import { halfSquaredError, meanSquaredError } from '../../src/ops/index';
import { metric, type Executor, type MetricBatch } from '../../src/runtime/executor';
import { TrainerGroup } from '../../src/runtime/trainer';
import { linearisedDynamics } from '../../src/theory/kernelRegression';
import { dense, type Dense } from '../../src/theory/linalg';
import { list, num } from './config';
import { wideKernel } from './nets';
import { alphaName, anchorName, dataOf, descent, networkOf, scaledLoss, scaledNet, signError, stepSize, tangentNet } from './training';
import { problemsOf, type Examples, type Problem } from './tasks';

type Learner = 'rich' | 'lazy' | 'linear' | 'kernel' | 'infinite';
interface Score {
  readonly error: number;
  readonly squared: number;
}
const rowsOf = (learner: Learner, n: number, seed: number, { error, squared }: Score): readonly Row[] => [
  { kind: 'point', chart: 'error', series: learner, x: n, seed, y: error },
  { kind: 'point', chart: 'squared', series: learner, x: n, seed, y: squared },
];

const scoreOf = ({ data }: Dense, { Y }: Examples): Score => {
  const wrong = data.reduce((s, f, i) => s + (f * Y.data[i]! > 0 ? 0 : 1), 0);
  return { error: wrong / data.length, squared: data.reduce((s, f, i) => s + (f - Y.data[i]!) ** 2, 0) / data.length };
};
const zeros = (rows: number): Dense => dense(new Float64Array(rows), rows, 1);

/** Regression with the kernel of infinite width, to convergence. */
const infinite = (c: Config, { train, test }: Problem, eta: number): Score => {
  const depth = num(c, 'netDepth');
  const { test: predict } = linearisedDynamics(wideKernel(train.X, 'relu', depth), train.Y, zeros(train.Y.rows), eta);
  return scoreOf(predict(Infinity, wideKernel(test.X, 'relu', depth, train.X), zeros(test.Y.rows)), test);
};
/** Where `steps` steps take the linearised network, from its tangent kernel in float64. */
const closedForm = async (
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
const openGroup = async (
  c: Config,
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
    Float32Array.from(twice(seeds), (_, r) => num(c, r < seeds.length ? 'richAlpha' : 'lazyAlpha')),
  );
  return group;
};

function* scores(b: MetricBatch, learners: readonly Learner[], n: number, count: number): Generator<Row> {
  for (const i of b.steps.keys())
    for (const [l, learner] of learners.entries())
      for (let s = 0; s < count; s++) {
        const value = (name: string): number => metric(b, i, name, l * count + s);
        yield* rowsOf(learner, n, s, { error: value('test.error'), squared: value('test.squared') });
        yield { kind: 'point', chart: 'train', series: learner, x: n, seed: s, y: value('train.squared') };
      }
}

export async function* runVersus(c: Config, { executor, signal, control, turn }: RunContext): AsyncGenerator<Row> {
  const [counts, count, steps] = [list(c, 'counts'), num(c, 'seeds'), num(c, 'steps')];
  const draw = problemsOf(c, num(c, 'tests'));
  const total = counts.length * (steps + count);
  let [done, trained] = [0, 0];
  for (const [part, n] of counts.entries()) {
    await turn();
    if (signal.aborted) return;
    const problems = Array.from({ length: count }, (_, s) => draw(n, part, s));
    const seeds = problems.map((_, s) => deriveSeed(num(c, 'seed'), s, 1000 + part));
    const rates = problems.map((p) => stepSize(c, p.train));
    const network = networkOf(c, problems[0]!.train.X.cols, num(c, 'netWidth'));
    using group = await openGroup(c, executor, network, problems, rates, seeds);
    const starts = (await group.session.read(anchorName('linear'))).data.slice();
    const probes = (['net', 'linear'] as const).map((m) => ({ plan: group.plan(m, 'eval'), at: [steps] }));
    for await (const b of group.train({ steps, probes, signal, control })) {
      if (b.plan === group.plan('net', 'eval')) yield* scores(b, ['rich', 'lazy'], n, count);
      else if (b.plan === group.plan('linear', 'eval')) yield* scores(b, ['linear'], n, count);
      else
        yield {
          kind: 'progress',
          done: done + b.steps.at(-1)! + 1,
          total,
          phase: `training, n = ${n}`,
          steps: trained + (b.steps.at(-1)! + 1) * 3 * count,
        };
    }
    done += steps;
    trained += steps * 3 * count;
    for (const [s, p] of problems.entries()) {
      await turn();
      if (signal.aborted) return;
      const theta = Float32Array.from(starts.subarray(s * network.layout.total, (s + 1) * network.layout.total));
      yield* rowsOf('kernel', n, s, await closedForm(executor, network, theta, p, rates[s]!, steps));
      yield* rowsOf('infinite', n, s, infinite(c, p, rates[s]!));
      yield { kind: 'progress', done: ++done, total, phase: `kernels, n = ${n}`, steps: trained };
    }
  }
}
