/**
 * How far the tangent kernel and the weights move in training: over the output scale α at one width, and over widths at α = 1. Seeds are
 * initialisations; all see the same examples. All α and seeds of a width are replicas of one plan.
 */
import type { Row, RunContext } from '../../../src/lab/study';
import { relativeDistance } from '../../../src/theory/kernelRegression';
import type { Dense } from '../../../src/theory/linalg';
import { ascending } from '../settings';
import { problemsOf } from '../tasks';
import type { Config } from './fields';
import { measuredSteps, movement } from './movement';
import { alphaRows, endRows } from './rows';

/** One test example, which nothing looks at: generators want at least one. */
const NO_TESTS = 1;

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const { seeds: count } = c;
  const [alphas, widths] = [ascending(c.alphas), ascending(c.widths)];
  const set = problemsOf(c, NO_TESTS)(c.examples, 0, 0).train;
  const at = measuredSteps(c.steps);
  const last = at.at(-1)!;
  const total = last * (1 + widths.length);
  let steps = 0;
  let first: readonly Dense[] = [];
  for await (const m of movement(c, context, set, c.width, alphas, at)) {
    if (m.step === 0) first = m.kernels;
    yield* alphaRows(m, first, alphas, count, set.Y);
    if (m.step === last) yield* endRows(m, first, alphas, count, set.Y);
    steps = m.step * alphas.length * count;
    yield { kind: 'progress', done: m.step, total, phase: 'over α', steps };
  }
  for (const [w, width] of widths.entries()) {
    if (context.signal.aborted) return;
    for await (const m of movement(c, context, set, width, [1], [0, last])) {
      if (m.step === 0) first = m.kernels;
      else
        for (const [seed, K] of m.kernels.entries()) {
          yield { kind: 'point', chart: 'by-width', series: 'kernel', x: width, seed, y: relativeDistance(K, first[seed]!) };
          yield { kind: 'point', chart: 'by-width', series: 'weights', x: width, seed, y: m.weights[seed]! };
        }
      yield { kind: 'progress', done: last * (1 + w) + m.step, total, phase: 'over widths', steps: steps + (last * w + m.step) * count };
    }
  }
}
