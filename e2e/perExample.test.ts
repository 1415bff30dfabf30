/** Per-example gradients against the gradients of one example at a time, in float64 on the kernels' oracles. */
import { describe, expect, it } from 'vitest';
import { stream } from '../src/core/random';
import type { Tensor } from '../src/graph/tensor';
import { cnn, mlp, unpack, transformer, type TransformerOptions } from '../src/models/index';
import {
  add,
  broadcastTo,
  constant,
  crossEntropy,
  exampleNorm,
  gather,
  gram,
  jacobianRows,
  layerColumns,
  matmul,
  mul,
  relu,
  reshape,
  slice as part,
  square,
  sum,
  variable,
  embedding,
  layerNorm,
} from '../src/ops/index';
import { ntk } from '../src/measure/index';
import { plan } from '../src/plan/index';
import { openReference } from '../src/runtime/reference';
import { gradients, layersOf, parameterUses } from '../src/autodiff/index';

type Named = Readonly<Record<string, Tensor>>;
const run = async (
  outputs: Named,
  values: Readonly<Record<string, Float64Array | Uint32Array>>,
): Promise<Readonly<Record<string, Float64Array>>> => {
  const p = plan({ name: 'test', outputs, maxBindings: 8 });
  using session = await openReference().open({ test: p });
  for (const [name, v] of Object.entries(values)) if (name in p.variables) session.write(name, v);
  const results = await session.run('test');
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, Float64Array.from(t.data)]));
};
const random = (n: number, seed: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.fround(2 * stream(seed, 1).uniform(i) - 1));

/** A model of `n` examples: its parameters, the sum of its examples' losses, and values to try it on. */
interface Case {
  readonly parameters: Named;
  readonly loss: (n: number) => Tensor;
  readonly n: number;
  readonly values: (only?: number) => Readonly<Record<string, Float64Array | Uint32Array>>;
}

const layout = mlp({ widths: [3, 4, 2] });
const theta = variable('theta', [layout.layout.total]);
const params = unpack(layout.layout, theta);
const slice = <A extends Float64Array | Uint32Array>(data: A, width: number, only?: number): A =>
  only === undefined ? data : (data.slice(only * width, (only + 1) * width) as A);
const x = random(4 * 3, 1);
const labels = Uint32Array.of(0, 1, 1, 0);
const perceptron: Case = {
  parameters: params,
  n: 4, // a power of two: the mean's 1/n is exact
  loss: (n) => mul(crossEntropy(layout.apply(params, variable('x', [n, 3])), variable('y', [n], { dtype: 'u32' })), n),
  values: (only) => ({
    theta: random(layout.layout.total, 2),
    x: slice(x, 3, only),
    y: only === undefined ? labels : labels.slice(only, only + 1),
  }),
};
/** A layer shared over three positions with a scale and a bias of their own: h = relu(s ⊙ (e W)) + b, e rows of a table; loss Σ h². */
const [E, W, s, b] = [variable('E', [6, 3]), variable('W', [3, 4]), variable('s', [4]), variable('b', [4])];
const words = Uint32Array.of(0, 5, 2, 2, 2, 1, 4, 0, 5, 3, 3, 0);
const shared: Case = {
  parameters: { E, W, s, b },
  n: 4,
  loss: (n) => sum(square(reshape(add(relu(mul(matmul(gather(E, variable('words', [3 * n], { dtype: 'u32' })), W), s)), b), [n, 12]))),
  values: (only) => ({ E: random(18, 3), W: random(12, 4), s: random(4, 5), b: random(4, 6), words: slice(words, 3, only) }),
};

/** Norm of an embedding plus its position: scale and bias over three positions, the positions' table under another shape. */
const [gain, shift, places] = [variable('gain', [3]), variable('shift', [3]), variable('places', [3, 3])];
const normed: Case = {
  parameters: { E, gain, shift, places },
  n: 4,
  loss: (n) => {
    const h = add(reshape(embedding(E, variable('words', [n, 3], { dtype: 'u32' })), [n, 9]), reshape(places, [9]));
    return sum(square(add(relu(layerNorm(reshape(h, [n, 3, 3]), gain, shift, { eps: 0.5 })), 0.25)));
  },
  values: (only) => ({ E: random(18, 3), gain: random(3, 7), shift: random(3, 8), places: random(9, 9), words: slice(words, 3, only) }),
};
const decoder = (o: Partial<TransformerOptions>): Case => {
  const model = transformer({ vocab: 6, context: 3, dModel: 4, heads: 2, dMlp: 5, depth: 2, eps: 0.5, outputs: 2, ...o });
  const flat = variable('theta', [model.layout.total]);
  const parameters = unpack(model.layout, flat);
  const [perExample, y] = o.readout === 'last' ? [1, labels] : [3, Uint32Array.of(0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0)];
  return {
    parameters,
    n: 4,
    loss: (n) =>
      mul(
        crossEntropy(
          model.apply(parameters, variable('words', [n, 3], { dtype: 'u32' })),
          variable('y', perExample === 1 ? [n] : [n, 3], { dtype: 'u32' }),
        ),
        n,
      ),
    values: (only) => ({ theta: random(model.layout.total, 2), words: slice(words, 3, only), y: slice(y, perExample, only) }),
  };
};

/** Weights and biases shared over positions that overlap; a residual layer follows in the next case. */
const network = cnn({
  length: 7,
  layers: [
    { channels: 3, size: 3, stride: 2, padding: 1 },
    { channels: 4, size: 2 },
  ],
  outputs: 2,
  activation: 'tanh',
});
const deep = mlp({ widths: [7, 4, 4, 2], residual: true, activation: 'tanh' });
const caseOf = (model: typeof network): Case => {
  const own = unpack(model.layout, variable('theta', [model.layout.total]));
  return {
    parameters: own,
    n: 4,
    loss: (n) => mul(crossEntropy(model.apply(own, variable('x', [n, 7])), variable('y', [n], { dtype: 'u32' })), n),
    values: (only) => ({
      theta: random(model.layout.total, 7),
      x: slice(random(28, 8), 7, only),
      y: only === undefined ? labels : labels.slice(only, only + 1),
    }),
  };
};

/** Rows: the gradient of each example's own loss, parameters one after another by name. */
const oneByOne = async ({ parameters, loss, n, values }: Case): Promise<readonly Float64Array[]> => {
  const names = Object.keys(parameters);
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const g = gradients(loss(1), Object.values(parameters));
    const out = await run(Object.fromEntries(names.map((name, k) => [name, g[k]!])), values(i));
    rows.push(Float64Array.from(names.flatMap((name) => Array.from(out[name]!))));
  }
  return rows;
};
const dot = (a: Float64Array, c: Float64Array): number => a.reduce((total, v, i) => total + v * c[i]!, 0);

/** Both sides are float64 sums of at most some 10³ products of numbers of order 1. */
const near = (a: number, e: number): void => {
  expect(Math.abs(a - e)).toBeLessThanOrEqual(2 ** -40 * Math.max(1, Math.abs(e)));
};

describe.each([
  ['a perceptron', perceptron],
  ['a layer shared over positions, an embedding, a scale and a bias', shared],
  ['a convolutional network', caseOf(network)],
  ['a residual network', caseOf(deep)],
  ['a norm', normed],
  ['a transformer read out at its end', decoder({ readout: 'last' })],
  ['a transformer read out everywhere', decoder({ norm: 'rms', activation: 'gelu' })],
] as const)('%s', (_, c) => {
  const loss = c.loss(c.n);
  const uses = parameterUses([loss], [constant(1)], c.parameters, c.n);
  const layers = layersOf(uses, c.parameters);

  it('norms, products and rows are those of one example at a time', async () => {
    const rows = await oneByOne(c);
    const norms = layers.reduce<Tensor | undefined>((total, l) => exampleNorm(l, total), undefined)!;
    const products = layers.reduce<Tensor | undefined>((total, l) => gram(l, l, total), undefined)!;
    const explicit = Object.fromEntries(layers.map((l, k) => [`j${k}`, jacobianRows(l, 0, layerColumns(l))]));
    const out = await run({ norms, products, ...explicit }, c.values());
    rows.forEach((g, i) => {
      near(out['norms']![i]!, dot(g, g));
      rows.forEach((h, j) => near(out['products']![i * c.n + j]!, dot(g, h)));
    });
    const all = rows.map((__, i) =>
      layers.flatMap((l, k) => Array.from(out[`j${k}`]!.subarray(i * layerColumns(l), (i + 1) * layerColumns(l)))),
    );
    // The same numbers, by layer instead of by parameter.
    all.forEach((g, i) => {
      expect(g.toSorted((p, q) => p - q).map((v) => v.toFixed(9))).toEqual(
        [...rows[i]!].toSorted((p, q) => p - q).map((v) => v.toFixed(9)),
      );
    });
  });
});

it('fuses a bias with its weight', () => {
  const uses = parameterUses([perceptron.loss(4)], [constant(1)], params, 4);
  expect(layersOf(uses, params).map((l) => [l.form, l.bias, l.names])).toEqual([
    ['outer', true, ['W1', 'b1']],
    ['outer', true, ['W2', 'b2']],
  ]);
});

it('counts two biases of one weight twice', async () => {
  const [V, c, e, input] = [variable('V', [3, 2]), variable('c', [2]), variable('e', [2]), variable('x', [4, 3])];
  const both = { V, c, e };
  const layers = layersOf(parameterUses([sum(square(add(add(matmul(input, V), c), e)))], [constant(1)], both, 4), both);
  expect(layers.map((l) => [l.form, l.bias, l.names])).toEqual([
    ['outer', true, ['V', 'c']],
    ['sum', false, ['e']],
  ]);
  const values = { V: random(6, 7), c: random(2, 8), e: random(2, 9), x };
  const { norms } = await run({ norms: layers.reduce<Tensor | undefined>((total, l) => exampleNorm(l, total), undefined)! }, values);
  for (let i = 0; i < 4; i++) {
    const row = x.subarray(3 * i, 3 * i + 3);
    const delta = [0, 1].map((k) => 2 * (row.reduce((s, v, j) => s + v * values.V[2 * j + k]!, 0) + values.c[k]! + values.e[k]!));
    near(norms![i]!, (dot(row, row) + 2) * (delta[0]! ** 2 + delta[1]! ** 2));
  }
});
it('fuses the bias of a convolution with its weight, at all its positions', () => {
  const { parameters, loss } = caseOf(network);
  const layers = layersOf(parameterUses([loss(4)], [constant(1)], parameters, 4), parameters);
  expect(layers.map((l) => [l.form, l.bias, l.positions])).toEqual([
    ['outer', true, 4],
    ['outer', true, 3],
    ['outer', true, 1],
  ]);
});

it('the tangent kernel of a convolutional network is the same from Gram matrices and from products with vectors', async () => {
  const [t, examples] = [Float32Array.from(random(network.layout.total, 9)), { x: Float32Array.from(x.subarray(0, 7)), n: 1 }];
  const two = { x: Float32Array.from(random(14, 10)), n: 2 };
  for (const [a, c] of [
    [two, two],
    [two, examples],
  ] as const) {
    const [structured, products] = await Promise.all(
      (['structured', 'products'] as const).map((method) => ntk(openReference(), network, t, a, c, { method })),
    );
    expect(structured!.data).toHaveLength(4 * a.n * c.n);
    // Both are rounded to f32 once.
    structured!.data.forEach((v, i) => {
      expect(Math.abs(v - products!.data[i]!)).toBeLessThanOrEqual(2 ** -22 * Math.abs(v) + 2 ** -40);
    });
  }
});

describe('refusals', () => {
  const input = variable('x', [5, 3]);
  const V = variable('V', [3, 3]);
  it('name the op that mixes or repeats', () => {
    const twice = sum(matmul(relu(matmul(input, V)), V));
    expect(() => parameterUses([twice], [constant(1)], { V }, 5)).toThrow(
      "per-example: the op 'matmul' has no per-example rule; the parameter 'V' is used 2 times",
    );
    const squared = sum(matmul(input, square(V)));
    expect(() => parameterUses([squared], [constant(1)], { V }, 5)).toThrow(
      "the op 'pointwise' has no per-example rule; it applies the parameter 'V' [3,3]",
    );
    expect(() => parameterUses([sum(matmul(input, V))], [constant(1)], { V }, 4)).toThrow('no multiple of the 4 examples');
  });
  it('name the op that applies a parameter to what all examples share, though its rows are as many', () => {
    const [table, words] = [variable('table', [5, 3]), variable('words', [5], { dtype: 'u32' })];
    const projected = sum(square(gather(matmul(table, V), words)));
    expect(() => parameterUses([projected], [constant(1)], { V }, 5)).not.toThrow(); // a table that is data
    expect(() => parameterUses([projected], [constant(1)], { V, table }, 5)).toThrow(
      "it applies the parameter 'V' to other parameters alone, once for all examples",
    );
    const all = variable('all', [64]);
    const [T, U] = [part(all, 0, [5, 3]), part(all, 16, [3, 3])];
    expect(() => parameterUses([sum(square(gather(matmul(T, U), words)))], [constant(1)], { U }, 5)).toThrow(
      "the op 'matmul' has no per-example rule; it applies the parameter 'U' to other parameters alone, once for all examples",
    );
  });
  it('name the embedding of a tied transformer, which is used twice', () => {
    const model = transformer({ vocab: 6, context: 3, dModel: 4, heads: 2, dMlp: 5, depth: 1, tied: true });
    const tied = unpack(model.layout, variable('theta', [model.layout.total]));
    const logits = model.apply(tied, variable('words', [4, 3], { dtype: 'u32' }));
    expect(() => parameterUses([sum(logits)], [constant(1)], tied, 4)).toThrow("the parameter 'embed' is used 2 times");
  });
  it('pass over parameters that are not used', () => {
    expect(parameterUses([sum(broadcastTo(constant(1), [2]))], [constant(1)], { V }, 2)).toEqual([]);
  });
});
