/** Data of the studies that train on a task: inputs in float32, one target of ±1. */
import { mnist1d, sparseParity, take, type ClassificationDataset, type Split } from '../../src/data/index';
import { deriveSeed, stream, USE } from '../../src/core/random';
import { dense, type Dense } from '../../src/theory/linalg';

/** Of either task; dimension and bits are those of parity. */
export interface TaskSettings {
  readonly task: 'parity' | 'mnist1d';
  readonly dimension: number;
  readonly bits: number;
  readonly seed: number;
}
/** Rows of x [n,d], as the GPU has them, and y [n,1]. */
export interface Examples {
  readonly X: Dense;
  readonly Y: Dense;
}
export interface Problem {
  readonly train: Examples;
  readonly test: Examples;
}

/** Training and test sets of MNIST-1D are drawn from the first and second part of one generation. */
const digits = (n: number, tests: number, seed: number, sets: Split<ClassificationDataset>): Problem => {
  const pick = (from: ClassificationDataset, count: number, use: number): Examples => {
    const { uniform } = stream(seed, use);
    const order = Array.from({ length: from.n }, (_, i) => ({ i, u: uniform(i) }))
      .toSorted((a, b) => a.u - b.u)
      .slice(0, count)
      .map(({ i }) => i);
    const { x, y } = take(from, order);
    return {
      X: dense(x.map(Math.fround), count, from.d),
      Y: dense(
        Float64Array.from(y, (label) => (label < 5 ? 1 : -1)),
        count,
        1,
      ),
    };
  };
  return { train: pick(sets.train, n, USE.split), test: pick(sets.test, tests, USE.testData) };
};

const parity = (c: TaskSettings, n: number, tests: number, seed: number): Problem => {
  const part = (firstRow: number, count: number): Examples => {
    const { x, y, d } = sparseParity({
      n: count,
      d: c.dimension,
      k: Math.min(c.bits, c.dimension),
      seed,
      firstRow,
    });
    return { X: dense(x, count, d), Y: dense(y, count, 1) };
  };
  return { train: part(0, n), test: part(n, tests) };
};

/** A problem for each seed: the seeds differ in their data as well as in their networks. */
export const problemsOf = (c: TaskSettings, tests: number): ((n: number, part: number, seed: number) => Problem) => {
  const sets = c.task === 'mnist1d' ? mnist1d({ n: 10 * Math.ceil((1000 + tests) / 5), trainFraction: 0.5 }) : undefined;
  return (n, part, s) => {
    const seed = deriveSeed(c.seed, s, part);
    return sets ? digits(n, tests, seed, sets) : parity(c, n, tests, seed);
  };
};
