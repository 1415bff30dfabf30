/** The tangent kernel in three ways, in float64 on the kernels' oracles, against differences of nothing: rows of one example at a time. */
import { describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { gradients } from '../autodiff/index';
import { centred, linear, linearize, mlp, type Model, unpack, transformer } from '../models/index';
import { halfSquaredError, matmul, mul, square, sum, variable } from '../ops/index';
import { sgd } from '../optim/index';
import { plan } from '../plan/index';
import { openReference } from '../runtime/reference';
import { Trainer } from '../runtime/trainer';
import { linearisedDynamics } from '../theory/kernelRegression';
import { dense, type Dense } from '../theory/linalg';
import { ntk, ntkCost, ntkEstimate, type Examples, type Kernel, type NtkMethod, openNtk } from './ntk';
import { ntkVector } from './ntkVector';

const random = (n: number, seed: number): Float32Array => Float32Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);
const model = mlp({ widths: [3, 5, 4, 2], activation: 'tanh' });
const theta = random(model.layout.total, 1);
const examples = (n: number, seed: number): Examples => ({ x: random(3 * n, seed), n });
const [a, b] = [examples(5, 2), examples(3, 3)];
const METHODS: readonly NtkMethod[] = ['structured', 'jacobian', 'products'];

/** Rows ∂f_o(x_i)/∂θ, (i, o) in order. */
const jacobianOf = async (m: Model, { x, n }: Examples): Promise<readonly Float64Array[]> => {
  const [flat, input, pick] = [variable('theta', [m.layout.total]), variable('x', [1, ...m.input]), variable('pick', [1, m.outputs])];
  const [g] = gradients(sum(mul(m.apply(unpack(m.layout, flat), input), pick)), [flat]);
  using session = await openReference().open({ g: plan({ name: 'g', outputs: { g: g! }, maxBindings: 8 }) });
  session.write('theta', theta.subarray(0, m.layout.total));
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    session.write('x', x.subarray(3 * i, 3 * i + 3));
    for (let o = 0; o < m.outputs; o++) {
      session.write(
        'pick',
        Float32Array.from({ length: m.outputs }, (_, c) => Number(c === o)),
      );
      rows.push(Float64Array.from((await session.run('g'))['g']!.data));
    }
  }
  return rows;
};
const product = (p: readonly Float64Array[], q: readonly Float64Array[]): readonly number[] =>
  p.flatMap((r) => q.map((c) => r.reduce((s, v, i) => s + v * c[i]!, 0)));
/** The result is rounded to float32 once; the rest are float64 sums of fewer than 2¹⁰ products. */
const expectNear = ({ data }: Kernel, want: readonly number[]): void => {
  expect(data).toHaveLength(want.length);
  want.forEach((w, i) => {
    expect(Math.abs(data[i]! - w)).toBeLessThanOrEqual(2 ** -23 * Math.abs(w) + 2 ** -40);
  });
};

describe.each(METHODS)('the tangent kernel by %s', (method) => {
  it('is JJᵀ, whatever the blocks', async () => {
    const J = await jacobianOf(model, a);
    for (const block of [1, 2, 8]) expectNear(await ntk(openReference(), model, theta, a, a, { method, block, window: 7 }), product(J, J));
  });
  it('is J J₂ᵀ between two sets', async () => {
    const kernel = await ntk(openReference(), model, theta, a, b, { method, block: 2 });
    expect([kernel.rows, kernel.cols]).toEqual([10, 6]);
    expectNear(kernel, product(await jacobianOf(model, a), await jacobianOf(model, b)));
  });
  it('sums over outputs on request', async () => {
    const full = await ntk(openReference(), model, theta, b, b, { method });
    const summed = await ntk(openReference(), model, theta, b, b, { method, outputs: 'sum' });
    expectNear(
      summed,
      Array.from({ length: 9 }, (_, at) => [0, 1].reduce((s, o) => s + full.data[(2 * Math.floor(at / 3) + o) * 6 + 2 * (at % 3) + o]!, 0)),
    );
  });
});

it('of a transformer is the same by all three, from tokens', async () => {
  const decoder = transformer({ vocab: 5, context: 3, dModel: 4, heads: 2, dMlp: 5, depth: 2, outputs: 2, eps: 0.5, readout: 'last' });
  const tokens: Examples = { x: Uint32Array.of(0, 1, 4, 2, 2, 4, 3, 0, 1), n: 3 };
  const [first, ...others] = await Promise.all(
    METHODS.map((method) => ntk(openReference(), decoder, random(decoder.layout.total, 5), tokens, tokens, { method, block: 2 })),
  );
  for (const other of others) expectNear(other, [...first!.data]);
  expect(first!.data[0]).toBeGreaterThan(0);
});

it('of a linear model with a bias is x·x′ + 1 on the diagonal of the outputs', async () => {
  const m = linear(3, 2);
  const kernel = await ntk(openReference(), m, theta.subarray(0, m.layout.total), b);
  const dot = (i: number, j: number): number => [0, 1, 2].reduce((s, d) => s + b.x[3 * i + d]! * b.x[3 * j + d]!, 1);
  expectNear(
    kernel,
    Array.from({ length: 36 }, (_, at) => (Math.floor(at / 6) % 2 === at % 2 ? dot(Math.floor(at / 12), Math.floor((at % 6) / 2)) : 0)),
  );
});

describe('products with a vector', () => {
  it.each([1, 2, undefined])('in blocks of %s are those of the kernel', async (block) => {
    const options = block === undefined ? {} : { block };
    for (const [left, right] of [
      [a, a],
      [a, b],
      [b, a],
    ] as const) {
      const v = random(2 * right.n, 7);
      const got = await ntkVector(openReference(), model, theta, left, right, v, options);
      const [J, J2] = [await jacobianOf(model, left), await jacobianOf(model, right)];
      const want = J.map((r) => J2.reduce((total, c, j) => total + v[j]! * r.reduce((t, x, i) => t + x * c[i]!, 0), 0));
      expect(got).toHaveLength(want.length);
      // Both are float64 sums of fewer than 2¹² products of numbers of order 1.
      want.forEach((w, i) => {
        expect(Math.abs(got[i]! - w)).toBeLessThanOrEqual(2 ** -40 * Math.max(1, Math.abs(w)));
      });
    }
  });
  it('refuse what does not fit', async () => {
    await expect(ntkVector(openReference(), model, theta, a, b, new Float32Array(5))).rejects.toThrow('v has 5 values, must have 6');
    await expect(ntkVector(openReference(), model, theta, a, b, new Float32Array(6), { block: 0 })).rejects.toThrow('block is 0');
    await expect(ntkVector(openReference(), linearize(model), theta, a, b, new Float32Array(6))).rejects.toThrow("the variable 'theta0'");
  });
});

const columnOf = (values: ArrayLike<number>): Dense => dense(Float64Array.from(values), values.length, 1);

describe('models around a model', () => {
  it('centred has the kernel of the model, linearised that of its anchor', async () => {
    const want = (await ntk(openReference(), model, theta, b)).data;
    expect((await ntk(openReference(), centred(model), theta, b)).data).toEqual(want);
    const elsewhere = random(model.layout.total, 8);
    const tangent = await ntk(openReference(), linearize(model), elsewhere, b, b, { method: 'products', variables: { theta0: theta } });
    expectNear(tangent, [...want]);
    await expect(ntk(openReference(), linearize(model), elsewhere, b, b, { method: 'products' })).rejects.toThrow(
      "depends on the variable 'theta0'; give the values in the option `variables`",
    );
  });
  it('linearised and trained: the closed form of gradient descent in the kernel, on training and test examples', async () => {
    const [steps, lr, n, k] = [12, 0.3, a.n, model.outputs];
    const y = random(n * k, 9);
    const reference = openReference();
    using trainer = await Trainer.open(reference, {
      model: linearize(model),
      loss: halfSquaredError,
      optimiser: sgd({ lr }),
      data: { x: a.x, y, n, target: [k] },
    });
    const start = Object.fromEntries(model.layout.parameters.map((p) => [p.name, theta.subarray(p.offset, p.offset + p.size)]));
    trainer.setParameters(start);
    trainer.session.write('theta0', theta);
    for await (const _ of trainer.train({ steps })) continue;
    const moved = Float64Array.from((await trainer.session.read('theta')).data);
    /** At the anchor, and where training ended. */
    const outputs = async (e: Examples): Promise<readonly [Float64Array, Float64Array]> => {
      const f = linearize(model).apply(unpack(model.layout, variable('theta', [model.layout.total])), variable('x', [e.n, 3]));
      using session = await reference.open({ f: plan({ name: 'f', outputs: { f }, maxBindings: 8 }) });
      const at = async (values: Float32Array | Float64Array): Promise<Float64Array> => {
        for (const [name, v] of Object.entries({ theta: values, theta0: theta, x: e.x })) session.write(name, v);
        return Float64Array.from((await session.run('f'))['f']!.data);
      };
      return [await at(theta), await at(moved)];
    };
    const [[start0, f], [startB, g]] = [await outputs(a), await outputs(b)];
    const [f0, g0] = [columnOf(start0), columnOf(startB)];
    const kernelOf = async (p: Examples, q: Examples) => {
      const { data, rows, cols } = await ntk(reference, model, theta, p, q);
      return dense(Float64Array.from(data), rows, cols);
    };
    const [own, cross] = [await kernelOf(a, a), await kernelOf(b, a)];
    const { train, test: at, maxStep } = linearisedDynamics(own, columnOf(y), f0, lr, n);
    expect(lr).toBeLessThan(maxStep);
    // The kernels are rounded to f32, and lr and 1/n are f32 constants: 2⁻²³ of each step's move, which ends below the way to the targets times 1 + ‖Θ_*‖/‖Θ‖.
    const far = Math.hypot(...y.map((v, i) => v - f0.data[i]!)) * (1 + Math.hypot(...cross.data) / Math.hypot(...own.data));
    const bound = steps * steps * 2 ** -23 * far * (1 + (lr / n) * Math.hypot(...own.data));
    train(steps).data.forEach((v, i) => {
      expect(Math.abs(v - f[i]!)).toBeLessThanOrEqual(bound);
    });
    at(steps, cross, g0).data.forEach((v, i) => {
      expect(Math.abs(v - g[i]!)).toBeLessThanOrEqual(bound);
    });
    // Not by standing still: the way is many bounds long.
    expect(Math.hypot(...f.map((v, i) => v - f0.data[i]!))).toBeGreaterThan(100 * bound);
  });
});

describe('costs are known before anything runs', () => {
  const small = mlp({ widths: [4, 8, 1] });
  it.each(METHODS)('the memory of a block does not grow with the number of examples: %s', (method) => {
    const [few, many] = [256, 10_000].map((n) => ntkCost(small, n, undefined, { method, outputs: 'sum', block: 256 }));
    expect(many!.deviceBytes).toBe(few!.deviceBytes);
    expect(many!.hostBytes).toBe(4e8);
    expect(few!.hostBytes).toBe(4 * 256 ** 2);
    const blocks = Math.ceil(10_000 / 256);
    expect([few!.blocks, many!.blocks]).toEqual([1, (blocks * (blocks + 1)) / 2]);
    expect(many!.flops).toBe(many!.blocks * few!.flops);
    expect(many!.dispatches).toBe(many!.blocks * few!.dispatches);
  });
  it('10,000 examples of two sets fit 16 MiB on the device and 400 MB on the host', () => {
    const cost = ntkCost(small, 10_000, 10_000, { outputs: 'sum', block: 1024 });
    expect(cost.deviceBytes).toBeLessThanOrEqual(2 ** 24);
    expect([cost.hostBytes, cost.blocks]).toEqual([4e8, 100]);
  });
  it('explicit rows take memory by the window, not by the parameters', () => {
    const [narrow, wide] = [64, 2048].map((width) =>
      ntkCost(mlp({ widths: [16, width, 1] }), 8, undefined, { method: 'jacobian', block: 8, window: 512 }),
    );
    // Beside parameters and activations, which grow with the width, a few windows of 8 rows.
    expect(wide!.deviceBytes - narrow!.deviceBytes).toBeLessThan(4 * (2048 - 64) * (18 + 12 * 8));
    const whole = ntkCost(mlp({ widths: [16, 2048, 1] }), 8, undefined, { method: 'jacobian', block: 8, window: 10 ** 6 });
    expect(whole.deviceBytes - wide!.deviceBytes).toBeGreaterThan(4 * 8 * 16 * 2048);
  });
  it('blocks are told, as many as were said', async () => {
    const told: number[][] = [];
    await ntk(openReference(), model, theta, a, a, { block: 2, onBlock: (...counts) => told.push(counts) });
    const { blocks } = ntkCost(model, a.n, undefined, { block: 2 });
    expect(told).toEqual(Array.from({ length: blocks }, (_, i) => [i + 1, blocks]));
    const estimate = await ntkEstimate(openReference(), model, theta, a, a, { block: 2 });
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate).toMatchObject(ntkCost(model, a.n, undefined, { block: 2 }));
  });
});

it('of several sets of parameters side by side is that of each alone, one set after another', async () => {
  const [first, second, third] = [theta, random(model.layout.total, 5), random(model.layout.total, 6)];
  using kernels = await openNtk(openReference(), model, b, a, { replicas: 2, block: 2 });
  for (const pair of [
    [first, second],
    [third, first],
  ] as const) {
    const both = new Float32Array(2 * model.layout.total);
    pair.forEach((t, r) => both.set(t, r * model.layout.total));
    const got = await kernels.at(both);
    for (const [r, t] of pair.entries()) expect(got[r]!.data).toEqual((await ntk(openReference(), model, t, b, a, { block: 2 })).data);
  }
  await expect(kernels.at(first)).rejects.toThrow('times 2 replicas');
  await expect(openNtk(openReference(), model, a, a, { replicas: 2, method: 'products' })).rejects.toThrow(
    'one set of parameters at a time',
  );
});

describe('refusals say what to do', () => {
  it.each<readonly [string, Parameters<typeof ntk>[3], Parameters<typeof ntk>[5], string]>([
    ['too few values', { x: new Float32Array(7), n: 3 }, {}, 'the first set has 7 values; 3 examples of [3] take 9'],
    [
      'too many examples for the host',
      examples(64, 4),
      { hostBudget: 4096 },
      'at most 16 examples fit; take fewer, sum over outputs, or raise hostBudget',
    ],
  ])('%s', async (_, x, options, message) => {
    await expect(ntk(openReference(), model, theta, x, x, options)).rejects.toThrow(message);
  });
  it.each(['block', 'window'] as const)('a %s that is none', async (name) => {
    for (const value of [0, -3, 1.5, NaN])
      await expect(ntk(openReference(), model, theta, b, b, { method: 'jacobian', [name]: value })).rejects.toThrow(
        `${name} is ${value}; it must be an integer ≥ 1`,
      );
  });
  it('an op without a rule, by its name; products need none', async () => {
    const squared: Model = { ...linear(3, 2), apply: ({ W1 }, x) => matmul(x, square(W1!)) };
    for (const method of ['structured', 'jacobian'] as const)
      await expect(ntk(openReference(), squared, theta.subarray(0, squared.layout.total), b, b, { method })).rejects.toThrow(
        "the op 'pointwise' has no per-example rule; it applies the parameter 'W1'",
      );
    expect((await ntk(openReference(), squared, theta.subarray(0, squared.layout.total), b, b, { method: 'products' })).rows).toBe(6);
  });
  it('parameters of another model', async () => {
    await expect(ntk(openReference(), model, theta.subarray(1), a)).rejects.toThrow("the model's flat vector");
  });
});
