/** Layouts, parameter counts, initialisations and what the models compute. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erf64 } from '../../shaders/erf';
import { ConfigError } from '../core/errors';
import { USE, stream } from '../core/random';
import { mean, variance } from '../core/stats';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/index';
import { interpret, type Values } from '../ops/interpret.testing';
import {
  cnn,
  featureWeights,
  initialise,
  layoutOf,
  linear,
  mlp,
  randomFeatures,
  repack,
  unpack,
  type Activation,
  type InitScheme,
  type Model,
  quadraticMlp,
  quadraticScale,
} from './index';

const key = variable('key', [2], { dtype: 'u32' });
const scale = variable('scale', []);
const valueOf = (t: Tensor, values: Values): Float64Array => interpret({ t }, values).values['t']!;
const started = (model: Model, seed: number, by = 1): Float64Array =>
  valueOf(initialise(model.layout, key, scale), { key: [seed, 0], scale: [by] });
const parameterOf = (model: Model, theta: Float64Array, name: string): Float64Array => {
  const { offset, size } = model.layout.parameters.find((p) => p.name === name)!;
  return theta.subarray(offset, offset + size);
};

const convolution = { channels: 25, size: 3, stride: 2, padding: 1 };
/** The published network of MNIST-1D. */
const CNN25 = { length: 40, layers: [{ ...convolution, size: 5 }, convolution, convolution], outputs: 10 };

describe('parameter counts', () => {
  it.each<readonly [Model, number]>([
    [linear(40, 10), 410], // MNIST-1D, logistic regression
    [linear(40, 10, { bias: false }), 400],
    [mlp({ widths: [40, 100, 100, 10] }), 15_210], // 4,100 + 10,100 + 1,010
    [mlp({ widths: [40, 100, 100, 10], bias: false }), 15_000],
    [mlp({ widths: [40, 100, 100, 10], residual: true }), 15_210],
    [cnn(CNN25), 5_210], // 150 + 1,900 + 1,900 + 1,260
    [mlp({ widths: [1, 1] }), 2],
  ])('%#: $0.name', ({ layout }, count) => {
    expect(layout.count).toBe(count);
    expect(layout.parameters.reduce((n, p) => n + p.size, 0)).toBe(count);
  });
  it.each([{ widths: [] }, { widths: [3] }, { widths: [3, 0, 1] }, { widths: [3, 1.5] }])('refuses $widths', ({ widths }) => {
    expect(() => mlp({ widths })).toThrow(ConfigError);
    expect(() => mlp({ widths })).toThrow('mlp: widths must be at least two positive integers');
  });
});

describe('layouts', () => {
  const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), { maxLength: 6 });
  const layoutsOf = shapes.map((list) =>
    layoutOf(list.map((shape, i) => ({ name: `p${i}`, shape, init: { kind: 'zeros' }, bias: false }))),
  );

  it('starts every parameter on a multiple of 64, in order and apart, within a total that is one too', () =>
    fc.assert(
      fc.property(layoutsOf, ({ parameters, total }) => {
        expect(total % 64).toBe(0);
        expect(total).toBeGreaterThanOrEqual(64);
        parameters.forEach(({ offset, size }, i) => {
          expect(offset % 64).toBe(0);
          expect(offset + size).toBeLessThanOrEqual(parameters[i + 1]?.offset ?? total);
        });
      }),
    ));
  it('repacks what it unpacks, with zeros in between', () =>
    fc.assert(
      fc.property(
        layoutsOf.filter((l) => l.parameters.length > 0),
        (layout) => {
          const theta = Array.from({ length: layout.total }, (_, i) => i + 1);
          const back = valueOf(repack(layout, unpack(layout, variable('theta', [layout.total]))), { theta });
          const inside = new Set(layout.parameters.flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i)));
          expect([...back]).toEqual(theta.map((v, i) => (inside.has(i) ? v : 0)));
        },
      ),
    ));
});

describe('initialisation', () => {
  const [fanIn, fanOut] = [64, 200];
  const n = fanIn * fanOut;
  /** Standard errors that a correct draw exceeds once in 1.7 million times; the seeds below are fixed. */
  const SIGMAS = 5;
  const variances: Readonly<Record<InitScheme, number>> = {
    he: 2 / fanIn,
    lecun: 1 / fanIn,
    xavier: 2 / (fanIn + fanOut),
    pytorch: 1 / (3 * fanIn),
  };

  it.each(Object.entries(variances) as [InitScheme, number][])('%s has mean 0 and the variance it is named for', (init, expected) => {
    const model = mlp({ widths: [fanIn, fanOut], init });
    const w = parameterOf(model, started(model, 3), 'W1');
    expect(Math.abs(mean(w))).toBeLessThan(SIGMAS * Math.sqrt(expected / n));
    // The sample variance has standard error σ²√((κ − 1)/n), with kurtosis κ = 3 for a normal and 9/5 for a uniform distribution.
    const kurtosis = init === 'pytorch' ? 9 / 5 : 3;
    expect(Math.abs(variance(w) / expected - 1)).toBeLessThan(SIGMAS * Math.sqrt((kurtosis - 1) / n));
  });
  it('pytorch stays within ±1/√fan_in and reaches the ends; its biases do too', () => {
    const model = mlp({ widths: [fanIn, fanOut], init: 'pytorch' });
    const theta = started(model, 4);
    const bound = 1 / Math.sqrt(fanIn);
    const w = parameterOf(model, theta, 'W1').map(Math.abs);
    expect(w.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(bound);
    // All n below a share q of the bound: probability qⁿ < e⁻¹⁴ for q = 1 − 14/n.
    expect(w.reduce((a, b) => Math.max(a, b))).toBeGreaterThan(bound * (1 - 14 / n));
    const bias = parameterOf(model, theta, 'b1').map(Math.abs);
    expect(bias.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(bound);
    expect(Math.min(...bias)).toBeLessThan(Math.max(...bias));
  });
  it.each(['he', 'lecun', 'xavier'] as const)('%s starts biases at 0, and nothing lies between parameters', (init) => {
    const model = mlp({ widths: [5, 7, 3], init });
    const theta = started(model, 5);
    const weights = model.layout.parameters.filter((p) => !p.bias);
    theta.forEach((v, i) => {
      expect(v !== 0).toBe(weights.some((p) => i >= p.offset && i < p.offset + p.size));
    });
  });
  it('draws each parameter from a stream of its own, the one that the host has too', () => {
    const model = mlp({ widths: [16, 16, 16], init: 'lecun' }); // standard deviation ¼, so the products below are exact
    const theta = started(model, 6);
    for (const [name, number] of [
      ['W1', 0],
      ['W2', 2],
    ] as const) {
      const own = stream(6, USE.init + 256 * number);
      expect([...parameterOf(model, theta, name)]).toEqual(Array.from({ length: 256 }, (_, i) => own.normal(i) / 4));
    }
  });
  it('depends on the seed, and scales', () => {
    const model = mlp({ widths: [4, 4] });
    expect(started(model, 7)).toEqual(started(model, 7));
    expect(started(model, 8)).not.toEqual(started(model, 7));
    expect(started(model, 7, 0.5)).toEqual(started(model, 7).map((v) => v / 2));
  });
});

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe('an mlp', () => {
  const widths = [2, 3, 1];
  const values: Values = { x: [1, -2, 0, 3], W1: [1, 2, -1, 0, 1, -1], b1: [0, 1, 2], W2: [1, -1, 2], b2: [5] };
  const f: Readonly<Record<Activation, (z: number) => number>> = {
    relu: (z) => Math.max(z, 0),
    tanh: Math.tanh,
    sigmoid,
    gelu: (z) => z * sigmoid(z * (1 + Math.fround(0.044715) * (z * z)) * Math.fround(2 * Math.sqrt(2 / Math.PI))),
    geluErf: (z) => z * 0.5 * (1 + erf64(z * Math.fround(Math.SQRT1_2))),
    erf: erf64,
    identity: (z) => z,
  };
  // Rows of x·W1 + b1.
  const hidden = [
    [1, 2 - 2 + 1, -1 + 2 + 2],
    [0, 3 + 1, -3 + 2],
  ];

  it.each(Object.keys(f) as Activation[])('with %s is affine, elementwise, affine', (activation) => {
    const model = mlp({ widths, activation });
    const params = Object.fromEntries(model.layout.parameters.map((p) => [p.name, variable(p.name, p.shape)]));
    const y = model.apply(params, variable('x', [2, 2]));
    expect(y.shape).toEqual([2, model.outputs]);
    const [phi, [w1, w2, w3]] = [f[activation], [1, -1, 2]] as const;
    expect([...valueOf(y, values)]).toEqual(hidden.map(([a, b, c]) => phi(a!) * w1 + phi(b!) * w2 + phi(c!) * w3 + 5));
  });
});

it('a residual layer adds what it computes to what it was given, between hidden layers of equal width', () => {
  const model = mlp({ widths: [2, 2, 2, 3, 1], residual: true, bias: false });
  const params = Object.fromEntries(model.layout.parameters.map((p) => [p.name, variable(p.name, p.shape)]));
  const values: Values = { x: [1, 2], W1: [1, 0, 0, -1], W2: [2, 3, 5, 7], W3: [1, 1, 1, 1, 1, 1], W4: [1, 10, 100] };
  // The first: relu(1, −2), not added to x. The second: (1, 0) + relu(2, 3). The third is wider.
  expect([...valueOf(model.apply(params, variable('x', [1, 2])), values)]).toEqual([6 + 60 + 600]);
});

describe('a convolutional network', () => {
  it('slides its weights over the positions, and reads all of the last layer', () => {
    // Two channels from windows of 3, one zero on both sides, every second position; then all features at once.
    const model = cnn({ length: 4, layers: [{ channels: 2, size: 3, stride: 2, padding: 1 }], outputs: 1 });
    const params = Object.fromEntries(model.layout.parameters.map((p) => [p.name, variable(p.name, p.shape)]));
    const values: Values = { x: [1, 2, 3, 4], W1: [1, 0, 10, 1, 100, -1], b1: [0, 3], W2: [1, 1000, 2, 2000], b2: [5] };
    // Windows (0, 1, 2) and (2, 3, 4): channel 0 210 and 432, channel 1 relu(1 − 2 + 3) and relu(3 − 4 + 3).
    expect([...valueOf(model.apply(params, variable('x', [1, 4])), values)]).toEqual([210 + 2 * 1000 + 2 * 432 + 2 * 2000 + 5]);
  });
  it('takes several channels, those of a position next to each other', () => {
    const model = cnn({ length: 2, channels: 2, layers: [{ channels: 1, size: 2 }], outputs: 1 });
    const params = Object.fromEntries(model.layout.parameters.map((p) => [p.name, variable(p.name, p.shape)]));
    const values: Values = { x: [1, 2, 3, 4], W1: [1, 10, 100, 1000], b1: [0], W2: [1], b2: [0] };
    expect([...valueOf(model.apply(params, variable('x', [1, 2, 2])), values)]).toEqual([4321]);
  });
  it('refuses windows that do not fit', () => {
    expect(() => cnn({ ...CNN25, length: 2 })).toThrow(ConfigError);
    expect(() => cnn({ ...CNN25, length: 2 })).toThrow('cnn: layer 1 has 25 channels and windows of 5 over 2 positions');
  });
});

describe('the quadratic network', () => {
  const o = { symbols: 3, hidden: 4 };
  it('is Σ W (U_a + V_b)² over 2P√N, for every pair of tokens', () => {
    const model = quadraticMlp(o);
    // Small whole numbers: the sums are exact, and the scale 1/12 is the same product on both sides.
    const [U, V, W] = [0, 3, 1].map((at) => Array.from({ length: 12 }, (_, i) => ((7 * i + at) % 5) - 2)) as [number[], number[], number[]];
    const tokens = Array.from({ length: 9 }, (_, i) => [Math.floor(i / 3), i % 3]).flat();
    const params = Object.fromEntries(model.layout.parameters.map((p) => [p.name, variable(p.name, p.shape)]));
    const y = model.apply(params, variable('x', [9, 2], { dtype: 'u32' }));
    const scale = Math.fround(1 / quadraticScale(o));
    const expected = Array.from({ length: 27 }, (_, i) => {
      const [a, b, q] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
      return [0, 1, 2, 3].reduce((sum, k) => sum + W[3 * k + q]! * (U[4 * a + k]! + V[4 * b + k]!) ** 2, 0) * scale;
    });
    expect([...valueOf(y, { U, V, W, x: tokens })]).toEqual(expected);
    expect([model.layout.count, model.outputs, model.inputType]).toEqual([36, 3, 'u32']);
  });
  it.each([
    { symbols: 0, hidden: 4 },
    { symbols: 3, hidden: 1.5 },
    { ...o, std: 0 },
    { ...o, std: NaN },
  ])('refuses %o', (wrong) => expect(() => quadraticMlp(wrong)).toThrow(ConfigError));
});

describe('random features', () => {
  const values: Values = { key: [9, 0], x: [1, 2, 3] };
  const options = { inputs: 3, features: 6 };

  it('of one seed are a prefix of more of them', () => {
    const [few, many] = [options, { ...options, features: 11 }].map((o) => valueOf(featureWeights(key, o), values)) as [
      Float64Array,
      Float64Array,
    ];
    expect(many.subarray(0, few.length)).toEqual(few);
  });
  it('on the sphere have norm 1', () => {
    const w = valueOf(featureWeights(key, { ...options, sphere: true }), values);
    // Sum of 3 squares, root and quotient: at most 6 roundings of 2⁻⁵³, each entering with a factor of at most 1; hypot adds an ulp.
    for (let i = 0; i < 6; i++) expect(Math.abs(Math.hypot(...w.subarray(3 * i, 3 * i + 3)) - 1)).toBeLessThanOrEqual(8 * 2 ** -53);
  });
  it('are φ(F x)', () => {
    const F = valueOf(featureWeights(key, options), values);
    const y = valueOf(randomFeatures(variable('x', [1, 3]), key, options), values);
    expect([...y]).toEqual(Array.from({ length: 6 }, (_, i) => Math.max(0, F[3 * i]! + 2 * F[3 * i + 1]! + 3 * F[3 * i + 2]!)));
  });
});
