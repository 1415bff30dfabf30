/**
 * Random ReLU features on MNIST-1D with label noise, along their number: one-hot targets, squared error summed over the ten outputs, mean
 * over test examples.
 */
import { mnist1d, oneHot, take, toFloat32, withLabelNoise } from '../../../src/data/index';
import type { Row, RunContext } from '../../../src/lab/study';
import { alongFeatures, type Problem } from '../randomFeatures';
import type { Config } from './fields';

/** Labels are drawn anew for each seed; the examples and the test set are the same. */
const problemOf = (c: Config, sets: ReturnType<typeof mnist1d>, seed: number): Problem => {
  const train = withLabelNoise(take(sets.train, c.examples), c.labelNoise, seed);
  const test = take(sets.test, c.tests);
  return {
    x: toFloat32(train).x,
    y: oneHot(train).y,
    n: train.n,
    d: train.d,
    outputs: train.classes,
    test: { x: toFloat32(test).x, y: oneHot(test).y, n: test.n },
  };
};

export function run(c: Config, context: RunContext<Config>): AsyncGenerator<Row> {
  // Of ten examples eight are for training, two for testing; at least the published 5,000.
  const sets = mnist1d({ n: 10 * Math.ceil(Math.max(500, c.tests / 2, c.examples / 8)) });
  return alongFeatures(c, (seed) => problemOf(c, sets, seed), context);
}
