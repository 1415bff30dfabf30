/**
 * Random ReLU features: φ(x) = ReLU(Fx) computed on the GPU, least squares in float64. Two sources of data: MNIST-1D with label noise
 * (one-hot targets, squared error summed over the ten outputs, mean over test examples) and a linear target on the sphere, for which
 * Mei and Montanari give the risk.
 */
import { deriveSeed, stream, USE } from '../../src/core/random';
import { mnist1d, oneHot, take, toFloat32, withLabelNoise } from '../../src/data/index';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { randomFeatures } from '../../src/models/index';
import { compile, type Compiled } from '../../src/runtime/compile';
import { dense, minNorm, multiply, ridge, type Dense } from '../../src/theory/index';
import { list, num } from './config';
import { isGaussian, TAU2 } from './featuresTheory';

interface Problem {
  readonly x: Float32Array;
  readonly y: Float64Array;
  readonly n: number;
  readonly test: { readonly x: Float32Array; readonly y: Float64Array; readonly n: number };
  readonly d: number;
  readonly outputs: number;
}

/** Rows uniform on the sphere of radius √d. */
const sphere = (n: number, d: number, seed: number, first: number): Float32Array => {
  const x = stream(seed, USE.data).fillNormal(new Float32Array(n * d), first * d);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const scale = Math.sqrt(d / row.reduce((s, v) => s + v * v, 0));
    row.forEach((v, j) => {
      row[j] = v * scale;
    });
  }
  return x;
};
/** y = x₀ (β a unit vector; the sphere makes all alike) + noise. */
const gaussianProblem = (c: Config, seed: number): Problem => {
  const d = num(c, 'dimension');
  const n = num(c, 'featureExamples');
  const tests = num(c, 'featureTest');
  const x = sphere(n, d, seed, 0);
  const test = sphere(tests, d, seed, n);
  const noise = stream(seed, USE.noise).fillNormal(new Float64Array(n));
  return {
    x,
    y: noise.map((e, i) => x[i * d]! + Math.sqrt(TAU2) * e),
    n,
    d,
    outputs: 1,
    test: { x: test, y: Float64Array.from({ length: tests }, (_, i) => test[i * d]!), n: tests },
  };
};
const mnistProblem = (c: Config, sets: ReturnType<typeof mnist1d>, seed: number): Problem => {
  const train = withLabelNoise(take(sets.train, num(c, 'featureExamples')), num(c, 'labelNoise'), seed);
  const test = take(sets.test, num(c, 'featureTest'));
  return {
    x: toFloat32(train).x,
    y: oneHot(train).y,
    n: train.n,
    d: train.d,
    outputs: train.classes,
    test: { x: toFloat32(test).x, y: oneHot(test).y, n: test.n },
  };
};

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
const featureMap = (c: Config, p: Problem, context: RunContext): Promise<Features> => {
  const o = { inputs: p.d, features: Math.max(...list(c, 'featureCounts')), sphere: true };
  return compile(context.executor, { key: { shape: [2], dtype: 'u32' }, train: [p.n, p.d], test: [p.test.n, p.d] }, (s) => ({
    train: randomFeatures(s.train, s.key, o),
    test: randomFeatures(s.test, s.key, o),
  }));
};

export async function* runFeatures(c: Config, context: RunContext): AsyncGenerator<Row> {
  const counts = list(c, 'featureCounts').toSorted((a, b) => a - b);
  const widest = counts.at(-1)!;
  const sets = isGaussian(c)
    ? undefined
    : mnist1d({ n: 10 * Math.ceil(Math.max(500, num(c, 'featureTest') / 2, num(c, 'featureExamples') / 8)) });
  const total = num(c, 'seeds') * counts.length;
  let map: Features | undefined;
  let done = 0;
  try {
    for (let s = 0; s < num(c, 'seeds'); s++)
      for (const [i, N] of counts.entries()) {
        await context.turn();
        if (context.signal.aborted) return;
        const seed = deriveSeed(num(c, 'seed'), s, i);
        const p = sets ? mnistProblem(c, sets, seed) : gaussianProblem(c, seed);
        map ??= await featureMap(c, p, context);
        const { train, test } = await map({ key: Uint32Array.of(seed, 0), train: p.x, test: p.test.x });
        const phi = prefix(train, p.n, widest, N);
        const phiTest = prefix(test, p.test.n, widest, N);
        const Y = dense(p.y, p.n, p.outputs);
        yield { kind: 'point', chart: 'risk', series: 'min-norm', x: N, seed: s, y: testError(phiTest, minNorm(phi, Y), p.test.y) };
        const lambda = num(c, 'ridgePerFeature') * N;
        if (lambda > 0)
          yield { kind: 'point', chart: 'risk', series: 'ridge', x: N, seed: s, y: testError(phiTest, ridge(phi, Y, lambda), p.test.y) };
        yield { kind: 'progress', done: ++done, total, phase: 'random features', steps: done };
      }
  } finally {
    map?.dispose();
  }
}
