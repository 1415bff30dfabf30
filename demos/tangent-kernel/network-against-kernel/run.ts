/**
 * One task, five learners, along the number of training examples: a network in the rich and in the lazy regime, its linearisation at the
 * same start by the same gradient descent, the closed form of that linearisation from the tangent kernel at the start, and regression with
 * the kernel of infinite width. Every seed has examples and networks of its own.
 */
import { deriveSeed } from '../../../src/core/random';
import type { Row, RunContext } from '../../../src/lab/study';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { ascending } from '../settings';
import { problemsOf } from '../tasks';
import { anchorName, networkOf, stepSize, type NetworkSettings } from '../training';
import type { Config } from './fields';
import { closedForm, infinite, openGroup, type Score } from './learners';
import type { Learner } from './series';

const rowsOf = (learner: Learner, n: number, seed: number, { error, squared }: Score): readonly Row[] => [
  { kind: 'point', chart: 'error', series: learner, x: n, seed, y: error },
  { kind: 'point', chart: 'squared', series: learner, x: n, seed, y: squared },
];

function* scores(b: MetricBatch, learners: readonly Learner[], n: number, count: number): Generator<Row> {
  for (const i of b.steps.keys())
    for (const [l, learner] of learners.entries())
      for (let s = 0; s < count; s++) {
        const value = (name: string): number => metric(b, i, name, l * count + s);
        yield* rowsOf(learner, n, s, { error: value('test.error'), squared: value('test.squared') });
        yield { kind: 'point', chart: 'train', series: learner, x: n, seed: s, y: value('train.squared') };
      }
}

export async function* run(c: Config, { executor, signal, control, turn }: RunContext<Config>): AsyncGenerator<Row> {
  const { seeds: count, steps } = c;
  const counts = ascending(c.counts);
  const settings: NetworkSettings = { activation: 'relu', depth: c.depth };
  const draw = problemsOf(c, c.tests);
  const total = counts.length * (steps + count);
  let [done, trained] = [0, 0];
  for (const [part, n] of counts.entries()) {
    await turn();
    if (signal.aborted) return;
    const problems = Array.from({ length: count }, (_, s) => draw(n, part, s));
    const seeds = problems.map((_, s) => deriveSeed(c.seed, s, 1000 + part));
    const rates = problems.map((p) => stepSize(settings, c.rate, p.train));
    const network = networkOf(settings, problems[0]!.train.X.cols, c.width);
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
      yield* rowsOf('infinite', n, s, infinite(c.depth, p, rates[s]!));
      yield { kind: 'progress', done: ++done, total, phase: `kernels, n = ${n}`, steps: trained };
    }
  }
}
