/** The public measurements of single examples' gradients, in float64 on the kernels' oracles, against the gradient of one example at a time. */
import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/index';
import { ConfigError, MemoryError, NoRuleError } from '../core/errors';
import { stream } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { centred, layoutOf, linear, mlp, unpack, type Model, type ParameterSpec } from '../models/index';
import { add, crossEntropy, halfSquaredError, matmul, mul, relu, reshape, square, variable } from '../ops/index';
import { sgd } from '../optim/index';
import { plan } from '../plan/index';
import { openReference } from '../runtime/reference';
import { rows } from '../runtime/trainLoop';
import { Trainer, type Objective, type TrainerData } from '../runtime/trainer';
import { covarianceSpectrum, noiseOf } from './gradientNoise';
import { gradientNoise } from './noiseReport';
import { perExampleGram, perExampleJacobian, perExampleNorms, perExampleSecondMoment } from './perExample';

const random = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);
const N = 7;
const gpu = openReference();

/** W [2,4], b and s shared by three positions of two inputs each; then V [2,12] transposed, with two biases. */
const spec = (name: string, shape: readonly number[]): ParameterSpec => ({ name, shape, init: { kind: 'zeros' }, bias: false });
const shared: Model = {
  name: 'shared',
  layout: layoutOf([spec('W', [2, 4]), spec('b', [4]), spec('s', [4]), spec('V', [2, 12]), spec('c', [2]), spec('e', [2])]),
  input: [6],
  outputs: 2,
  apply: ({ W, b, s, V, c, e }, x) => {
    const n = x.shape[0]!;
    const h = mul(relu(add(matmul(reshape(x, [3 * n, 2]), W!), b!)), s!);
    return add(add(matmul(reshape(h, [n, 12]), V!, { transB: true }), c!), e!);
  },
};
const labels = Uint32Array.from({ length: N }, (_, i) => i % 2);
interface Case {
  readonly model: Model;
  readonly loss: Objective;
  readonly data: TrainerData;
}
const CASES: readonly Case[] = [
  { model: mlp({ widths: [6, 5, 3], activation: 'tanh' }), loss: crossEntropy, data: { x: random(6 * N, 1), y: labels, n: N, target: [] } },
  {
    model: mlp({ widths: [6, 8, 4], parametrisation: 'ntk', biasVariance: 0.5 }),
    loss: halfSquaredError,
    data: { x: random(6 * N, 2), y: random(4 * N, 3), n: N, target: [4] },
  },
  { model: shared, loss: crossEntropy, data: { x: random(6 * N, 4), y: labels, n: N, target: [] } },
];
const thetaOf = ({ layout }: Model): Float64Array => {
  const theta = new Float64Array(layout.total);
  layout.parameters.forEach((p, k) => theta.set(random(p.size, 20 + k), p.offset));
  return theta;
};

/** g_i, the gradient of a set of example i alone, in the model's flat layout. */
const oneByOne = async ({ model, loss, data: { x, y, n, target } }: Case): Promise<readonly Float64Array[]> => {
  const theta = variable('theta', [model.layout.total]);
  const [d, k] = [x.length / n, y.length / n];
  const output = model.apply(unpack(model.layout, theta), variable('x', [1, d]));
  const [g] = gradients(loss(output, variable('y', [1, ...target], { dtype: target.length === 0 ? 'u32' : 'f32' })), [theta]);
  using session = await gpu.open({ g: plan({ name: 'g', outputs: { g: g! }, maxBindings: 8 }) });
  session.write('theta', thetaOf(model));
  const found: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    session.write('x', x.slice(i * d, (i + 1) * d));
    session.write('y', y.slice(i * k, (i + 1) * k));
    found.push(Float64Array.from((await session.run('g'))['g']!.data));
  }
  return found;
};
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((s, v, i) => s + v * b[i]!, 0);
/** Both sides are float64 sums of fewer than 2¹⁰ products of numbers of order 1; 1/rows of a block is an f32 constant, 2⁻²⁴ of itself off. */
const near = (got: number, want: number, size = Math.abs(want)): void => {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(2 ** -22 * size + 2 ** -40);
};

describe.each(CASES)('$model.name', (c) => {
  const { model, loss, data } = c;
  const theta = thetaOf(model);
  // Blocks that divide N, that do not, and that hold it all.
  it.each([1, 3, undefined])(
    'in blocks of %s: norms, products, rows and second moments are those of one example at a time',
    async (block) => {
      const each = await oneByOne(c);
      const options = block === undefined ? {} : { block };
      const norms = await perExampleNorms(gpu, model, theta, loss, data, options);
      expect(norms).toHaveLength(N);
      each.forEach((g, i) => near(norms[i]!, Math.sqrt(dot(g, g))));
      const gram = await perExampleGram(gpu, model, theta, loss, data, options);
      expect([gram.rows, gram.cols]).toEqual([N, N]);
      each.forEach((g, i) => each.forEach((h, j) => near(gram.data[i * N + j]!, dot(g, h), norms[i]! * norms[j]!)));
      const jacobian = await perExampleJacobian(gpu, model, theta, loss, data, options);
      expect([jacobian.rows, jacobian.cols]).toEqual([N, model.layout.total]);
      each.forEach((g, i) => g.forEach((v, p) => near(jacobian.data[i * jacobian.cols + p]!, v)));
      const second = await perExampleSecondMoment(gpu, model, theta, loss, data, options);
      second.forEach((v, p) =>
        near(
          v,
          each.reduce((s, g) => s + g[p]! ** 2, 0),
        ),
      );
      near(
        second.reduce((s, v) => s + v, 0),
        dot(norms, norms),
      );
    },
  );

  it('gradientNoise in one call is what the rows say', async () => {
    const each = await oneByOne(c);
    const report = await gradientNoise(gpu, model, theta, loss, data, { block: 4, eigenvalues: 3 });
    const mean = each[0]!.map((_, p) => each.reduce((s, g) => s + g[p]!, 0) / N);
    mean.forEach((v, p) => near(report.gradient[p]!, v, 1));
    const estimate = (indices: readonly number[]) => {
      const pick = (g: Float64Array): Float64Array => Float64Array.from(indices, (p) => g[p]!);
      return noiseOf(
        each.reduce((s, g) => s + dot(pick(g), pick(g)), 0),
        dot(pick(mean), pick(mean)),
        N,
      );
    };
    const all = estimate([...mean.keys()]);
    near(report.trace, all.trace);
    near(report.squaredGradient, all.squaredGradient, all.trace);
    if (all.squaredGradient > 0) near(report.simple, all.trace / all.squaredGradient, (all.trace / all.squaredGradient) ** 2);
    else expect(report.simple).toBeNaN();
    for (const layer of report.layers) {
      const want = estimate(
        layer.names.flatMap((name) => {
          const { offset, size } = model.layout.parameters.find((p) => p.name === name)!;
          return Array.from({ length: size }, (_, i) => offset + i);
        }),
      );
      near(layer.trace, want.trace);
      near(layer.signalToNoise, (want.squaredGradient * N) / want.trace, N);
    }
    expect(report.layers.flatMap((l) => l.names).toSorted()).toEqual(model.layout.parameters.map((p) => p.name).toSorted());
    const spectrum = covarianceSpectrum(
      each.flatMap((g) => each.map((h) => dot(g, h))),
      N,
    );
    expect(report.eigenvalues).toHaveLength(3);
    report.eigenvalues.forEach((v, i) => near(v, spectrum[i]!, spectrum[0]!));
    const full = await gradientNoise(gpu, model, theta, loss, data, { eigenvalues: N });
    near(
      full.eigenvalues.reduce((s, v) => s + v, 0),
      full.trace,
    );
  });
});

it('a trainer records the same of each replica, and of minibatches without replacement', async () => {
  const [{ model, loss, data }] = CASES as [Case];
  for (const batch of [undefined, 3]) {
    const options = {
      model,
      loss,
      data,
      optimiser: sgd({ lr: 0.1 }),
      seeds: [3, 4],
      metrics: ['gradientNorm', 'exampleNorms'] as const,
      ...(batch === undefined ? {} : { batch, batchSeeds: 5 }),
    };
    using trainer = await Trainer.open(gpu, options);
    const sums = await Promise.all(
      [0, 1].map(async (r) => {
        const theta = Float64Array.from((await trainer.session.read('theta')).data).subarray(
          r * model.layout.total,
          (r + 1) * model.layout.total,
        );
        return (await perExampleNorms(gpu, model, theta, loss, data)).map((v) => v * v);
      }),
    );
    for await (const { metrics } of rows(trainer.train({ steps: 1 })))
      sums.forEach((squares, r) => {
        const got = metrics['exampleNorms']![r]!;
        // A minibatch's sum is one of those of three different examples.
        const subsets =
          batch === undefined
            ? [[...squares.keys()]]
            : [...squares.keys()].flatMap((i) =>
                [...squares.keys()].flatMap((j) => [...squares.keys()].flatMap((k) => (i < j && j < k ? [[i, j, k]] : []))),
              );
        const wanted = subsets.map((list) => list.reduce((s, i) => s + squares[i]!, 0));
        near(
          got,
          wanted.reduce((best, w) => (Math.abs(w - got) < Math.abs(best - got) ? w : best)),
        );
        expect(noiseOf(got, metrics['gradientNorm']![r]! ** 2, batch ?? N).trace).toBeGreaterThan(0);
      });
  }
});

describe('refusals say what to do', () => {
  const [{ model, loss, data }] = CASES as [Case];
  const theta = thetaOf(model);
  const squaredWeight: Model = {
    ...linear(6, 2),
    name: 'squared',
    apply: ({ W1, b1 }: Readonly<Record<string, Tensor>>, x) => add(matmul(x, square(W1!)), b1!),
  };
  it.each([perExampleNorms, perExampleGram, perExampleJacobian, perExampleSecondMoment, gradientNoise])('%o', async (measure) => {
    const refused = (m: Model, o: object, d = data) => measure(gpu, m, m === model ? theta : thetaOf(m), loss, d, o);
    await expect(refused(squaredWeight, {})).rejects.toThrow(NoRuleError);
    await expect(refused(squaredWeight, {})).rejects.toThrow("the op 'pointwise' has no per-example rule; it applies the parameter 'W1'");
    for (const block of [0, -1, 2.5, NaN])
      await expect(refused(model, { block })).rejects.toThrow(`block is ${block}; it must be an integer ≥ 1`);
    await expect(refused(model, {}, { ...data, n: N + 1 })).rejects.toThrow(ConfigError);
    await expect(refused(model, {}, { ...data, y: Uint32Array.from({ length: N }, (_, i) => (i === 4 ? 3 : 0)) })).rejects.toThrow(
      'data.y: example 4, is 3; there are 3 classes, 0 to 2',
    );
    await expect(refused(model, {}, { ...data, x: Float64Array.from(data.x, (v, i) => (i === 8 ? 1e40 : v)) })).rejects.toThrow(
      'data.x: example 1, position 2, is 1e+40',
    );
    await expect(refused(centred(model), {})).rejects.toThrow(
      "depends on the variable 'theta0'; give the values in the option `variables`",
    );
    await expect(refused(centred(model), { variables: { theta0: theta } })).resolves.toBeDefined();
  });
  it('too many examples for the host', async () => {
    await expect(perExampleGram(gpu, model, theta, loss, data, { hostBudget: 64 })).rejects.toThrow(MemoryError);
    await expect(perExampleGram(gpu, model, theta, loss, data, { hostBudget: 64 })).rejects.toThrow(
      'take at most 4 examples, or raise hostBudget',
    );
    await expect(perExampleJacobian(gpu, model, theta, loss, data, { hostBudget: 4 * model.layout.total * 2 })).rejects.toThrow(
      'take at most 2 examples',
    );
  });
  it('too few or too many examples for the noise', async () => {
    await expect(gradientNoise(gpu, model, theta, loss, { ...data, n: 1 })).rejects.toThrow('take at least 2');
    await expect(gradientNoise(gpu, model, theta, loss, { ...data, n: 5000 })).rejects.toThrow(
      'pass eigenvalues: 0, or take fewer examples',
    );
    await expect(gradientNoise(gpu, model, theta, loss, data, { eigenvalues: -1 })).rejects.toThrow('eigenvalues is -1');
  });
});
