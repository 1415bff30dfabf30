/**
 * Networks trained for the same time t = η·steps at temperatures η/B, each with several batch sizes B: where noise matters only through
 * η/B, they end alike.
 */
import type { Row, RunContext } from '../../../src/lab/study';
import { ascending } from '../settings';
import { dataOf, trainerData } from '../training';
import type { Config } from './fields';
import { stepsFor, trainAt } from './trainAt';

const TEST = 500;

/** Steps of the coldest networks: no others take more. */
const mostSteps = (c: Config, B: number): number => stepsFor(c, Math.min(...c.temperatures), B);

export async function* run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  const sets = dataOf(c.examples, TEST);
  const data = { train: trainerData(sets.train), test: trainerData(sets.test) };
  const sizes = ascending(c.batches);
  const total = sizes.reduce((s, B) => s + mostSteps(c, B), 0);
  let before = 0;
  for (const B of sizes) {
    yield* trainAt(c, context, B, data, { before, total });
    if (context.signal.aborted) return;
    before += mostSteps(c, B);
  }
}
