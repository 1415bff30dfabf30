/** The tangent kernel in three ways, in float64 on the kernels' oracles, against differences of nothing: rows of one example at a time. */
import { describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { gradients } from '../autodiff/index';
import { linear, mlp, type Model, unpack } from '../models/index';
import { mul, sum, variable } from '../ops/index';
import { plan } from '../plan/index';
import { openReference } from '../runtime/reference';
import { ntk, openNtk, type Examples, type Kernel, type NtkMethod } from './ntk';

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
      session.write('pick', Float32Array.from({ length: m.outputs }, (_, c) => Number(c === o)));
      rows.push(Float64Array.from((await session.run('g'))['g']!.data));
    }
  }
  return rows;
};
const product = (p: readonly Float64Array[], q: readonly Float64Array[]): readonly number[] => p.flatMap((r) => q.map((c) => r.reduce((s, v, i) => s + v * c[i]!, 0)));
/** The result is rounded to float32 once; the rest are float64 sums of fewer than 2¹⁰ products. */
const expectNear = ({ data }: Kernel, want: readonly number[]): void => {
  expect(data).toHaveLength(want.length);
  want.forEach((w, i) => { expect(Math.abs(data[i]! - w)).toBeLessThanOrEqual(2 ** -23 * Math.abs(w) + 2 ** -40); });
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
    expectNear(summed, Array.from({ length: 9 }, (_, at) => [0, 1].reduce((s, o) => s + full.data[(2 * Math.floor(at / 3) + o) * 6 + 2 * (at % 3) + o]!, 0)));
  });
});

it('of a linear model with a bias is x·x′ + 1 on the diagonal of the outputs', async () => {
  const m = linear(3, 2);
  const kernel = await ntk(openReference(), m, theta.subarray(0, m.layout.total), b);
  const dot = (i: number, j: number): number => [0, 1, 2].reduce((s, d) => s + b.x[3 * i + d]! * b.x[3 * j + d]!, 1);
  expectNear(kernel, Array.from({ length: 36 }, (_, at) => (Math.floor(at / 6) % 2 === at % 2 ? dot(Math.floor(at / 12), Math.floor((at % 6) / 2)) : 0)));
});

it('of several sets of parameters side by side is that of each alone, one set after another', async () => {
  const [first, second, third] = [theta, random(model.layout.total, 5), random(model.layout.total, 6)];
  using kernels = await openNtk(openReference(), model, b, a, { replicas: 2, block: 2 });
  for (const pair of [[first, second], [third, first]] as const) {
    const both = new Float32Array(2 * model.layout.total);
    pair.forEach((t, r) => both.set(t, r * model.layout.total));
    const got = await kernels.at(both);
    for (const [r, t] of pair.entries()) expect(got[r]!.data).toEqual((await ntk(openReference(), model, t, b, a, { block: 2 })).data);
  }
  await expect(kernels.at(first)).rejects.toThrow('times 2 replicas');
  await expect(openNtk(openReference(), model, a, a, { replicas: 2, method: 'products' })).rejects.toThrow('one set of parameters at a time');
});

describe('refusals say what to do', () => {
  it.each<readonly [string, Parameters<typeof ntk>[3], Parameters<typeof ntk>[5], string]>([
    ['too few values', { x: new Float32Array(7), n: 3 }, {}, 'the first set has 7 values; 3 examples of [3] take 9'],
    ['too many examples for the host', examples(64, 4), { hostBudget: 4096 }, 'at most 16 examples fit; take fewer, sum over outputs, or raise hostBudget'],
  ])('%s', async (_, x, options, message) => { await expect(ntk(openReference(), model, theta, x, x, options)).rejects.toThrow(message); });
  it('parameters of another model', async () => { await expect(ntk(openReference(), model, theta.subarray(1), a)).rejects.toThrow("the model's flat vector"); });
});
