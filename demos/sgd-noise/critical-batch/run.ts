/**
 * Steps and examples that training takes to a goal, by batch size, each at the best of a grid of learning rates. The curve
 * S = S_min(1 + B_crit/B) is fitted to each seed, and the noise scale is measured beside it.
 */
import { logspace } from '../../../src/core/stats';
import type { Row, RunContext } from '../../../src/lab/study';
import { examplesFor, fitTradeoff, stepsFor, type BatchPoint } from '../../../src/theory/index';
import { ascending } from '../settings';
import { atMost, dataOf, point, trainerData } from '../training';
import type { Config } from './fields';
import { bestOf, type Reached } from './runner';
import { trainAt } from './trainAt';

/** Of a batch size, in which its progress is told. */
const PARTS = 100;

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const train = trainerData(dataOf(c.examples, 100).train);
  const batches = ascending(c.batches).map((B) => atMost('a batch size', B, train.n, 'training examples'));
  const found: { readonly B: number; readonly best: Reached }[] = [];
  for (const [k, B] of batches.entries()) {
    const results = yield* trainAt(c, context, B, train, { done: k * PARTS, of: PARTS, total: batches.length * PARTS });
    if (context.signal.aborted) return;
    const best = bestOf(results);
    for (const { rate, steps } of results)
      for (const [seed, s] of steps.entries()) yield { kind: 'cell', chart: 'map', x: B, y: rate, seed, value: s };
    if (!best) {
      yield {
        kind: 'event',
        level: 'warning',
        message: `With batches of ${B} no learning rate reached the goal in every seed within ${c.maxSteps} steps.`,
      };
      continue;
    }
    found.push({ B, best });
    yield point('rate', 'best', B, 0, best.rate);
    for (const [seed, s] of best.steps.entries()) {
      yield point('steps', 'measured', B, seed, s);
      yield point('examples', 'measured', B, seed, s * B);
      yield point('critical', 'simple', B, seed, best.scale[seed]!);
    }
  }
  yield* fitted(
    c,
    found.map(({ B, best }) => best.steps.map((steps) => ({ batch: B, steps }))),
  );
}

/** The curve through each seed's own points. */
function* fitted(c: Config, points: readonly (readonly BatchPoint[])[]): Generator<Row> {
  if (points.length < 3) return;
  const sizes = points.map((p) => p[0]!.batch);
  for (let seed = 0; seed < c.seeds; seed++) {
    const own = points.map((p) => p[seed]!);
    const fit = fitTradeoff(own);
    for (const B of sizes) yield point('critical', 'fit', B, seed, fit.critical);
    for (const [i, B] of sizes.entries()) yield point('residual', 'fit', B, seed, Math.exp(fit.residuals[i]!));
    if (!(fit.critical > 0 && Number.isFinite(fit.critical))) continue;
    for (const B of logspace(sizes[0]!, sizes.at(-1)!, 40)) {
      yield point('steps', 'fit', B, seed, stepsFor(fit, B));
      yield point('examples', 'fit', B, seed, examplesFor(fit, B));
    }
  }
}
