/**
 * Tangent kernels and per-example gradients on the GPU, exactly: with small integers in inputs, parameters and targets a ReLU network, its gradients and
 * their products are integers that a significand holds, so that all methods must give the very numbers of the explicit Jacobian.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../src/core/random';
import {
  gradientNoise,
  ntk,
  ntkVector,
  perExampleGram,
  perExampleJacobian,
  perExampleNorms,
  perExampleSecondMoment,
  type Examples,
  type NtkMethod,
} from '../src/measure/index';
import { mlp } from '../src/models/index';
import { halfSquaredError } from '../src/ops/losses';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const [D, H1, H2, K] = [3, 5, 4, 2] as const;
const model = mlp({ widths: [D, H1, H2, K] });
/** −1, 0 and 1. */
const digits = (n: number, seed: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (stream(seed, 1).bits(i) % 3) - 1);
const theta = new Float32Array(model.layout.total);
for (const [k, { size, offset }] of model.layout.parameters.entries()) theta.set(digits(size, 10 + k), offset);
const parameter = (name: string): Float32Array => {
  const { offset, size } = model.layout.parameters.find((p) => p.name === name)!;
  return theta.subarray(offset, offset + size);
};
const examples = (n: number, seed: number): Examples => ({ x: digits(D * n, seed), n });

interface Layer {
  readonly input: readonly number[];
  readonly output: readonly number[];
}
/** Inputs and values before the activation of each layer, by hand. */
const forward = (x: readonly number[]): readonly Layer[] => {
  let input = x;
  return [H1, H2, K].map((width, l) => {
    const [w, b] = [parameter(`W${l + 1}`), parameter(`b${l + 1}`)];
    const here = input;
    const output = Array.from({ length: width }, (_, j) => here.reduce((s, v, i) => s + v * w[i * width + j]!, b[j]!));
    input = output.map((v) => Math.max(v, 0));
    return { input: here, output };
  });
};
/** The gradient of ⟨pick, f(x)⟩ in the flat layout, by hand. */
const gradientOf = (x: readonly number[], pick: readonly number[]): Float64Array => {
  const layers = forward(x);
  const out = new Float64Array(model.layout.total);
  let delta = pick;
  for (const l of [3, 2, 1]) {
    const { input } = layers[l - 1]!;
    const [w, at] = [parameter(`W${l}`), (name: string) => model.layout.parameters.find((p) => p.name === name)!.offset];
    input.forEach((v, i) =>
      delta.forEach((d, j) => {
        out[at(`W${l}`) + i * delta.length + j] = v * d;
      }),
    );
    out.set(delta, at(`b${l}`));
    const below = delta;
    if (l > 1)
      delta = input.map((_, i) => (layers[l - 2]!.output[i]! > 0 ? below.reduce((s, d, j) => s + d * w[i * below.length + j]!, 0) : 0));
  }
  return out;
};
const rowOf = ({ x }: Examples, i: number): readonly number[] => Array.from(x.subarray(i * D, (i + 1) * D));
const jacobianOf = (e: Examples): readonly Float64Array[] =>
  Array.from({ length: e.n * K }, (_, at) => gradientOf(rowOf(e, Math.floor(at / K)), [Number(at % K === 0), Number(at % K === 1)]));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((s, v, i) => s + v * b[i]!, 0);
const [a, b] = [examples(11, 2), examples(6, 3)];
const same = (got: ArrayLike<number>, want: readonly number[]): void => {
  expect(Array.from(got, (v) => v + 0)).toEqual(want.map((v) => v + 0));
};

describe.each<NtkMethod>(['structured', 'jacobian', 'products'])('the tangent kernel by %s', (method) => {
  it.each([4, 64])('in blocks of %i, of one set and of two, full and summed', async (block) => {
    for (const [left, right] of [
      [a, a],
      [b, a],
    ] as const) {
      const [J, J2] = [jacobianOf(left), jacobianOf(right)];
      const full = J.flatMap((g) => J2.map((h) => dot(g, h)));
      expect(Math.max(...full)).toBeGreaterThan(8);
      same((await ntk(gpu, model, theta, left, right, { method, block, window: 10 })).data, full);
      const summed = Array.from({ length: left.n * right.n }, (_, at) =>
        [0, 1].reduce((s, o) => s + full[(K * Math.floor(at / right.n) + o) * K * right.n + K * (at % right.n) + o]!, 0),
      );
      same((await ntk(gpu, model, theta, left, right, { method, block, window: 10, outputs: 'sum' })).data, summed);
    }
  });
});

it('products with a vector', async () => {
  const v = digits(K * b.n, 4);
  const J2 = jacobianOf(b);
  same(
    await ntkVector(gpu, model, theta, a, b, v, { block: 4 }),
    jacobianOf(a).map((g) => J2.reduce((s, h, j) => s + v[j]! * dot(g, h), 0)),
  );
});

it('per-example norms, products, rows, second moments and noise', async () => {
  const y = digits(K * a.n, 5);
  const data = { x: a.x, y, n: a.n, target: [K] };
  // ½‖f − y‖², whose cotangent is f − y; blocks of a power of two, so that their mean's factor is exact.
  const rows = Array.from({ length: a.n }, (_, i) => {
    const x = rowOf(a, i);
    return gradientOf(
      x,
      forward(x)[2]!.output.map((f, o) => f - y[K * i + o]!),
    );
  });
  const [args, o] = [[gpu, model, theta, halfSquaredError, data] as const, { block: 4 }];
  same(
    Array.from(await perExampleNorms(...args, o), (v) => Math.round(v * v * 2 ** 20) / 2 ** 20),
    rows.map((g) => dot(g, g)),
  );
  same(
    (await perExampleGram(...args, o)).data,
    rows.flatMap((g) => rows.map((h) => dot(g, h))),
  );
  same(
    (await perExampleJacobian(...args, o)).data,
    rows.flatMap((g) => Array.from(g)),
  );
  same(
    await perExampleSecondMoment(...args, o),
    Array.from(rows[0]!, (_, p) => rows.reduce((s, g) => s + g[p]! ** 2, 0)),
  );
  const report = await gradientNoise(...args, { ...o, eigenvalues: 0 });
  const sumSquares = rows.reduce((s, g) => s + dot(g, g), 0);
  const total = rows[0]!.map((_, p) => rows.reduce((s, g) => s + g[p]!, 0));
  // (Σ‖g‖² − ‖Σg‖²/n)/(n − 1): ḡ = Σ_blocks of integers·(4/11) rounds once a block and parameter, in float64.
  const want = (sumSquares - dot(total, total) / a.n) / (a.n - 1);
  expect(Math.abs(report.trace - want)).toBeLessThanOrEqual(2 ** -45 * sumSquares);
});
