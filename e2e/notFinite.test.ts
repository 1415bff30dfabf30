/** NaN, infinities and numbers whose squares leave f32's range, through whole graphs, on the float64 reference and on the GPU alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../src/graph/tensor';
import { mlp } from '../src/models/index';
import * as ops from '../src/ops/index';
import { sgd } from '../src/optim/index';
import { compile } from '../src/runtime/compile';
import { metric, type Executor, type HostArray } from '../src/runtime/executor';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { openReference } from '../src/runtime/reference';
import { Trainer } from '../src/runtime/trainer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());
const EXECUTORS: readonly (readonly [string, () => Executor])[] = [
  ['the reference', openReference],
  ['the GPU', () => gpu],
];

const apply = async (executor: Executor, x: readonly (readonly number[])[], f: (x: Tensor) => Tensor): Promise<HostArray> => {
  using run = await compile(executor, { x: [x.length, x[0]!.length] }, (t) => ({ y: f(t.x) }));
  return (await run({ x: Float32Array.from(x.flat()) })).y;
};
/** Equal where not finite, else within some ULP of f32: 2⁻²³, and below the normal range of it. */
const expectClose = (got: HostArray, want: readonly number[], ulps: number): void => {
  expect(got.length).toBe(want.length);
  want.forEach((w, i) => {
    if (Number.isFinite(w)) expect(Math.abs(got[i]! - w), `[${i}]`).toBeLessThanOrEqual(ulps * 2 ** -23 * Math.abs(w) + 2 ** -126);
    else expect(got[i], `[${i}]`).toBe(w);
  });
};
const [o, I] = [NaN, Infinity];
const row = (...values: readonly number[]): Float32Array => Float32Array.from(values);
/** Causal attention of three queries, of one head of one feature. */
const attendOn =
  (executor: Executor) =>
  async (q: Float32Array, k: Float32Array, v: Float32Array): Promise<readonly number[]> => {
    using run = await compile(executor, { q: [1, 3, 1, 1], k: [1, 3, 1, 1], v: [1, 3, 1, 1] }, (t) => ({
      out: ops.attention(t.q, t.k, t.v).output,
    }));
    return [...(await run({ q, k, v })).out];
  };

describe.each(EXECUTORS)('on %s', (_, executor) => {
  it('a maximum, a pool and every comparison of NaN is NaN', async () => {
    const x = [
      [1, o, 3, -2],
      [o, 5, o, 6],
      [4, 3, 2, 1],
    ];
    expect([...(await apply(executor(), x, (t) => ops.max(t, [1])))]).toEqual([o, o, 4]);
    expect([...(await apply(executor(), x, (t) => ops.maxPool1d(ops.reshape(t, [3, 4, 1]), { size: 2 })))]).toEqual([o, 3, o, o, 4, 2]);
    expect([...(await apply(executor(), x, (t) => ops.argmax(t)))]).toEqual([1, 0, 0]);
    expect([...(await apply(executor(), x, (t) => ops.choice(t)))]).toEqual([2 ** 32 - 1, 2 ** 32 - 1, 0]);
    for (const f of [
      ops.relu,
      ops.step,
      ops.sign,
      (t: Tensor) => ops.maximum(t, 0),
      (t: Tensor) => ops.minimum(0, t),
      (t: Tensor) => ops.greater(2, t),
    ])
      expect([...(await apply(executor(), x, f))].map(Number.isNaN)).toEqual(x.flat().map(Number.isNaN));
  });
  it('logits with NaN are an error, at whatever label', async () => {
    const logits = [
      [1, o, 3],
      [o, o, o],
      [0, 0, 5],
      [7, 0, 5],
    ];
    for (const labels of [
      [0, 0, 2, 0],
      [1, 1, 2, 0],
      [2, 2, 2, 0],
    ]) {
      using run = await compile(executor(), { z: [4, 3], y: { shape: [4], dtype: 'u32' } }, (t) => ({ error: ops.errorRate(t.z, t.y) }));
      const { error } = await run({ z: Float32Array.from(logits.flat()), y: Uint32Array.from(labels) });
      expect([...error]).toEqual([0.5]);
    }
  });
  it('softmax, its logarithm and the cross-entropy of infinite logits are PyTorch’s', async () => {
    const z = [
      [I, 0, 1],
      [-I, 0, 0],
      [-I, -I, -I],
      [o, 0, 1],
      [-I, I, 2],
      [-I, -I, 3],
    ];
    const ln2 = Math.LN2;
    expectClose(await apply(executor(), z, ops.softmax), [o, o, o, 0, 0.5, 0.5, o, o, o, o, o, o, o, o, o, 0, 0, 1], 4);
    expectClose(await apply(executor(), z, ops.logSoftmax), [o, o, o, -I, -ln2, -ln2, o, o, o, o, o, o, o, o, o, -I, -I, 0], 8);
    using run = await compile(executor(), { z: [6, 3], y: { shape: [6], dtype: 'u32' } }, (t) => ({
      loss: ops.softmaxCrossEntropy(t.z, t.y),
    }));
    const loss = async (label: number): Promise<HostArray> =>
      (await run({ z: Float32Array.from(z.flat()), y: new Uint32Array(6).fill(label) })).loss;
    expectClose(await loss(0), [o, I, o, o, o, I], 8);
    expectClose(await loss(2), [o, ln2, o, o, o, 0], 8);
  });
  it('the logarithm at the edge of its domain is float64’s', async () => {
    const x = [0, -0, -1, -1e-40, 2 ** -149, 3e-41, 2 ** -126, 1, I, -I, o];
    const rounded = Float32Array.from(x);
    // 2⁻²¹ near 1; elsewhere 3 ULP, and 2 of the constant that a subnormal takes.
    expectClose(await apply(executor(), [x], ops.log), Array.from(rounded, Math.log), 5);
  });
  it('attention gives −∞ no weight, is NaN where PyTorch is, and never sees what is masked', async () => {
    const attend = attendOn(executor());
    const [q, v] = [row(1, 1, 1), row(2, 4, 8)];
    // Query t sees keys 0 … t. The first sees −∞ alone.
    expect(await attend(q, row(-I, 3, -I), v)).toEqual([o, 4, 4]);
    expect(await attend(q, row(3, I, 3), v)).toEqual([2, o, o]);
    expect(await attend(q, row(3, -I, o), v)).toEqual([2, 2, o]);
    expect(await attend(q, row(3, -I, -I), row(2, 4, o))).toEqual([2, 2, o]);
  });
  it('a norm fits wherever it does itself, with the bits of the root of the squares elsewhere', async () => {
    const x = [[3, -4, 12, 0.5, 1 / 3]];
    const length = Math.sqrt(169 + 1 / 4 + Math.fround(1 / 3) ** 2);
    const plain = await apply(executor(), x, (t) => ops.sqrt(ops.squaredNorm(t)));
    for (const scale of [2 ** -110, 2 ** -45, 2 ** -30, 1, 2 ** 35, 2 ** 41, 2 ** 120]) {
      const scaled = [x[0]!.map((v) => v * scale)];
      const got = await apply(executor(), scaled, (t) => ops.norm(t));
      expectClose(got, [length * scale], 12);
      if (scale === 1) expect(got).toEqual(plain);
      expectClose(await apply(executor(), scaled, (t) => ops.norm(ops.mul(t, 0.6), ops.mul(t, -0.8))), [length * scale], 16);
    }
    for (const odd of [o, I]) expect([...(await apply(executor(), [[1, odd, 2]], (t) => ops.norm(t)))]).toEqual([odd]);
    expect([...(await apply(executor(), [[0, 0]], (t) => ops.norm(t)))]).toEqual([0]);
  });
  it('layer norm and RMS norm keep rows whose squares overflow', async () => {
    const x = [1, -2, 3, 0.25, 5, -1.5, 0, 2];
    const mean = x.reduce((a, b) => a + b) / 8;
    const rms = Math.sqrt(x.reduce((a, b) => a + b * b, 0) / 8);
    const deviation = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / 8);
    // 8 terms in mean and squares, each of a few roundings, of values up to 5 whose differences from the mean are above a sixteenth of that.
    for (const scale of [1e20, 3e30].map(Math.fround)) {
      const large = [x.map((v) => v * scale)];
      expectClose(
        await apply(executor(), large, (t) => ops.rmsNorm(t)),
        x.map((v) => v / rms),
        16,
      );
      expectClose(
        await apply(executor(), large, (t) => ops.layerNorm(t)),
        x.map((v) => (v - mean) / deviation),
        16 * 16,
      );
    }
  });
  it('a network with one NaN weight says so in every metric, the rates of errors of a lost network being unknown', async () => {
    const model = mlp({ widths: [2, 4, 3] });
    const { offset } = model.layout.parameters.find((p) => p.name === 'W1')!;
    for (const at of [0, 7]) {
      using trainer = await Trainer.open(executor(), {
        model,
        loss: ops.crossEntropy,
        optimiser: sgd({ lr: 0.1 }),
        seeds: [0, 1],
        metrics: ['loss', 'gradientNorm'],
        data: { x: Float32Array.from({ length: 10 }, (_v, i) => Math.sin(i) - 1), y: Uint32Array.of(0, 1, 2, 0, 1), n: 5, target: [] },
        evaluate: { error: ops.errorRate },
      });
      // Past setParameters, which refuses NaN.
      const theta = Float32Array.from((await trainer.session.read('theta')).data);
      theta[offset + at] = NaN;
      trainer.session.write('theta', theta);
      for await (const b of trainer.train({ steps: 1, probes: [{ plan: 'eval', every: 1 }] }))
        for (const name of b.names) {
          expect(metric(b, 0, name, 0), name).toBe(NaN);
          expect(Number.isFinite(metric(b, 0, name, 1)), name).toBe(true);
        }
    }
  });
});
