/** The noise of examples that are equal, or nearly, as the adapter computes it in float32: against the reference, and never below 0. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { cnn, mlp, type Model } from '../models/index';
import { crossEntropy, meanSquaredError } from '../ops/index';
import { sgd } from '../optim/index';
import { openGpu, type GpuExecutor } from '../runtime/gpu';
import { openReference } from '../runtime/reference';
import { rows } from '../runtime/trainLoop';
import { Trainer, type Objective, type TrainerData } from '../runtime/trainer';
import { noiseOf, signalToNoise } from './gradientNoise';
import { gradientNoise } from './noiseReport';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const N = 24;
const random = (n: number, use: number): Float32Array => Float32Array.from({ length: n }, (_, i) => stream(8, use).normal(i));
/** N times one input, each off by `apart` times a normal number. */
const inputs = (d: number, apart: number): Float32Array => {
  const [one, off] = [random(d, 1), random(N * d, 2)];
  return off.map((v, i) => one[i % d]! + apart * v);
};
const labelled = (d: number, apart: number): TrainerData => ({ x: inputs(d, apart), y: new Uint32Array(N).fill(1), n: N, target: [] });
const CASES: readonly (readonly [string, Model, Objective, (apart: number) => TrainerData])[] = [
  ['a wide network', mlp({ widths: [9, 130, 3] }), crossEntropy, (apart) => labelled(9, apart)],
  [
    'a regression',
    mlp({ widths: [5, 16, 16, 2], activation: 'tanh' }),
    meanSquaredError,
    (apart) => ({ x: inputs(5, apart), y: new Float32Array(2 * N).fill(0.3), n: N, target: [2] }),
  ],
  ['convolutions', cnn({ length: 10, layers: [{ size: 3, channels: 6 }], outputs: 3 }), crossEntropy, (apart) => labelled(10, apart)],
];

describe.each(CASES)('%s', (_, model, loss, data) => {
  const theta = random(model.layout.total, 3).map((v) => 0.3 * v);
  it('of equal examples: no noise, whole and layer by layer, and no eigenvalue', async () => {
    for (const block of [N, 7]) {
      const report = await gradientNoise(gpu, model, theta, loss, data(0), { block });
      expect([report.trace, report.simple, report.signalToNoise]).toEqual([0, 0, Infinity]);
      for (const layer of report.layers) expect([layer.trace, layer.signalToNoise], layer.names.join()).toEqual([0, Infinity]);
      expect([...report.eigenvalues]).toEqual(Array.from({ length: 10 }, () => 0));
    }
  });
  it('nor in what a trainer records', async () => {
    using trainer = await Trainer.open(gpu, {
      model,
      loss,
      data: data(0),
      optimiser: sgd({ lr: 0.01 }),
      metrics: ['gradientNorm', 'exampleNorms', 'layerNoise'],
    });
    for await (const { metrics } of rows(trainer.train({ steps: 3 })))
      for (const name of Object.keys(metrics).filter((n) => n.startsWith('gradientNorm'))) {
        const squares = metrics[name.replace('gradientNorm', 'exampleNorms')]![0]!;
        const widest = Math.max(...model.layout.parameters.map((p) => p.shape.reduce((a, b) => a + b)));
        const estimate = noiseOf(squares, metrics[name]![0]! ** 2, N, { terms: N + widest });
        expect([estimate.trace, signalToNoise(estimate, N)], name).toEqual([0, Infinity]);
      }
  });
  it('of examples that differ it is that of the reference, to within the bound', async () => {
    const set = data(2 ** -4);
    const got = await gradientNoise(gpu, model, theta, loss, set);
    const want = await gradientNoise(openReference(), model, theta, loss, set);
    expect(want.trace).toBeGreaterThan(0);
    // Roundings of one gradient: each layer's inputs and outputs, forward and back; of the sums: the batch. Squares double them, and so does that two sums
    // are compared, each of them twice: for the sum of squares and for the mean.
    const terms = model.layout.parameters.reduce((sum, p) => sum + 2 * p.shape.reduce((a, b) => a + b), N);
    expect(Math.abs(got.trace - want.trace)).toBeLessThan(8 * terms * 2 ** -24 * (want.trace + want.squaredGradient));
    expect(got.trace).toBeGreaterThan(0);
    for (const v of got.eigenvalues) expect(v).toBeGreaterThanOrEqual(0);
  });
});
