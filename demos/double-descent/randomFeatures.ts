/** Random ReLU features φ(x) = ReLU(Fx), computed on the GPU, and least squares on them in float64 on the processor. */
import { deriveSeed } from '../../src/core/random';
import type { Row, RunContext } from '../../src/lab/study';
import { randomFeatures } from '../../src/models/index';
import { compile, type Compiled } from '../../src/runtime/compile';
import { dense, minNorm, multiply, ridge, type Dense } from '../../src/theory/index';

/** Inputs of d numbers and targets of `outputs` numbers, row by row: n to fit, test.n to measure on. */
export interface Problem {
  readonly x: Float32Array;
  readonly y: Float64Array;
  readonly n: number;
  readonly test: { readonly x: Float32Array; readonly y: Float64Array; readonly n: number };
  readonly d: number;
  readonly outputs: number;
}
export interface FeatureSweep {
  /** Numbers of features N. */
  readonly counts: readonly number[];
  /** λ / N; 0: no ridge curve. */
  readonly ridgePerFeature: number;
  readonly seeds: number;
  readonly seed: number;
}

/** The first `cols` columns of a row-major matrix of `width` columns. */
const prefix = (data: ArrayLike<number>, rows: number, width: number, cols: number): Dense => {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[i * cols + j] = data[i * width + j]!;
  return dense(out, rows, cols);
};
/** Squared error summed over outputs, mean over examples. */
const testError = (features: Dense, w: Dense, y: Float64Array): number => {
  const guess = multiply(features, w);
  return guess.data.reduce((sum, g, i) => sum + (g - y[i]!) ** 2, 0) / features.rows;
};

type Features = Compiled<'key' | 'train' | 'test', 'train' | 'test'>;
const featureMap = (widest: number, p: Problem, { executor }: RunContext): Promise<Features> => {
  const o = { inputs: p.d, features: widest, sphere: true };
  return compile(executor, { key: { shape: [2], dtype: 'u32' }, train: [p.n, p.d], test: [p.test.n, p.d] }, (s) => ({
    train: randomFeatures(s.train, s.key, o),
    test: randomFeatures(s.test, s.key, o),
  }));
};

/** Errors of the minimum-norm fit and, where there is one, of ridge: of the problem `problemOf` draws for each seed and each N. */
export async function* alongFeatures(c: FeatureSweep, problemOf: (seed: number) => Problem, context: RunContext): AsyncGenerator<Row> {
  const counts = c.counts.toSorted((a, b) => a - b);
  const widest = counts.at(-1)!;
  const total = c.seeds * counts.length;
  let map: Features | undefined;
  let done = 0;
  try {
    for (let s = 0; s < c.seeds; s++)
      for (const [i, N] of counts.entries()) {
        await context.turn();
        if (context.signal.aborted) return;
        const seed = deriveSeed(c.seed, s, i);
        const p = problemOf(seed);
        map ??= await featureMap(widest, p, context);
        const { train, test } = await map({ key: Uint32Array.of(seed, 0), train: p.x, test: p.test.x });
        const phi = prefix(train, p.n, widest, N);
        const phiTest = prefix(test, p.test.n, widest, N);
        const Y = dense(p.y, p.n, p.outputs);
        yield { kind: 'point', chart: 'risk', series: 'min-norm', x: N, seed: s, y: testError(phiTest, minNorm(phi, Y), p.test.y) };
        const lambda = c.ridgePerFeature * N;
        if (lambda > 0)
          yield { kind: 'point', chart: 'risk', series: 'ridge', x: N, seed: s, y: testError(phiTest, ridge(phi, Y, lambda), p.test.y) };
        yield { kind: 'progress', done: ++done, total, phase: 'random features', steps: done };
      }
  } finally {
    map?.dispose();
  }
}
