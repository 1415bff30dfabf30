/**
 * NNGP and NTK on the GPU against the golden values and the float64 recursion.
 *
 * The bound is no guess about how errors grow: the oracle's error analysis of one layer takes inputs that err, and is chained from the inner
 * products on (dotBound) through every layer, for the diagonals and each pair.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arcLayer, arcOwn, arcPair } from '../shaders/arcKernel.ref';
import { dotBound } from '../shaders/kernel';
import { evalProgram, namedProgram, type Measured } from '../shaders/program';
import { ConfigError } from '../src/core/errors';
import { stream } from '../src/core/random';
import { nngp, type WideInputs } from '../src/measure/infiniteWidth';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { openReference } from '../src/runtime/reference';
import { infiniteWidth, inputGram, type KernelActivation, type WideNetwork } from '../src/theory/infiniteWidth';
import { dense } from '../src/theory/linalg';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const network = (activation: KernelActivation, depth: number, weightVariance: number, biasVariance = 0): WideNetwork => ({
  activation,
  depth,
  weightVariance,
  biasVariance,
});
const normalInputs = (seed: number, n: number, d: number): Float32Array => stream(seed, 1).fillNormal(new Float32Array(n * d));
const exact = (value: number): Measured => ({ value, bound: 0 });
const rowOf = (x: ArrayLike<number>, i: number, d: number): readonly number[] => Array.from({ length: d }, (_, k) => x[i * d + k]!);

const constant = (value: number): Measured => ({ value, bound: Math.abs(Math.fround(value) - value) });
/** products·(σw²/d) + σb², whose constants f32 rounds. */
const FIRST = namedProgram(
  ['products', 'scale', 'bias'],
  [
    ['v', 'mul', 'products', 'scale'],
    ['v', 'add', 'v', 'bias'],
  ],
  ['v'],
);
const firstLayer = (a: readonly number[], b: readonly number[], { weightVariance, biasVariance }: WideNetwork): Measured => {
  const products = {
    value: a.reduce((s, v, k) => s + v * b[k]!, 0),
    bound: dotBound(
      a.length,
      a.reduce((s, v, k) => s + Math.abs(v * b[k]!), 0),
    ),
  };
  return evalProgram(FIRST, [products, constant(weightVariance / a.length), constant(biasVariance)])[0]!;
};
interface Entry {
  readonly nngp: Measured;
  readonly ntk: Measured;
}
/** One pair through all layers; `same`: an input with itself in a kernel of one set. */
const pairOf = (a: readonly number[], b: readonly number[], same: boolean, net: WideNetwork): Entry => {
  const hyper = [Math.fround(net.weightVariance), Math.fround(net.biasVariance)];
  let [qa, qb] = [firstLayer(a, a, net), firstLayer(b, b, net)];
  let at: Entry = { nngp: firstLayer(a, b, net), ntk: firstLayer(a, b, net) };
  for (let l = 0; l < net.depth; l++) {
    at = arcLayer(same ? arcOwn(net.activation, qa) : arcPair(net.activation, qa, qb, at.nngp), at.ntk, hyper);
    [qa, qb] = [qa, qb].map((q) => arcLayer(arcOwn(net.activation, q), exact(0), hyper).nngp) as [Measured, Measured];
  }
  return at;
};
/** Of variances that f32 holds, so that both sides have the same. */
const NETWORKS = [
  network('relu', 1, 2),
  network('relu', 3, 1.75, 0.125),
  network('erf', 1, 1),
  network('erf', 4, 2.5, 0.25),
  network('relu', 0, 0.5, 1),
];

const compare = async ({ x, n, d, x2, n2 }: WideInputs, net: WideNetwork): Promise<void> => {
  const got = await nngp(gpu, x2 && n2 ? { x, n, d, x2, n2 } : { x, n, d }, net);
  const [second, m] = [x2 ?? x, n2 ?? n];
  const want = infiniteWidth(inputGram(dense(Float64Array.from(x), n, d), dense(Float64Array.from(second), m, d)), net);
  expect([got.rows, got.cols, got.nngp.length, got.ntk.length]).toEqual([n, m, n * m, n * m]);
  const bounds = Array.from({ length: n * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    return pairOf(rowOf(x, i, d), rowOf(second, j, d), !x2 && i === j, net);
  });
  let worst = 0;
  for (const which of ['nngp', 'ntk'] as const) {
    const errors = bounds.map((b, at) => Math.abs(got[which][at]! - want[which].data[at]!) / b[which].bound);
    expect(
      errors.flatMap((share, at) => (share <= 1 ? [] : [`${which}[${at}] errs by ${share} of its bound ${bounds[at]![which].bound}`])),
    ).toEqual([]);
    worst = Math.max(worst, ...errors);
    // A bound of more than a tenth of the kernel would let anything pass.
    expect(Math.max(...bounds.map((b) => b[which].bound))).toBeLessThan(0.1 * Math.max(...want[which].data.map(Math.abs)));
  }
  console.log(`${net.activation} L=${net.depth}, ${n}×${m}, d=${d}: worst error/bound ${worst.toFixed(3)}`);
};

describe('against the float64 recursion', () => {
  it.each(NETWORKS)('%o', async (net) => {
    await compare({ x: normalInputs(1, 13, 7), n: 13, d: 7 }, net); // ragged, one set
    await compare({ x: normalInputs(2, 5, 10), n: 5, d: 10, x2: normalInputs(3, 19, 10), n2: 19 }, net); // test × train
    await compare({ x: normalInputs(4, 1, 1), n: 1, d: 1, x2: normalInputs(5, 3, 1), n2: 3 }, net); // parallel and opposite inputs
    await compare({ x: normalInputs(6, 32, 40), n: 32, d: 40 }, net);
  });
});

describe('inputs whose kernels’ products leave f32’s range', () => {
  it.each([
    [2 ** -33, network('relu', 2, 2)],
    [2 ** 33, network('relu', 2, 2)],
    [2 ** -33, network('erf', 2, 1.5)],
    [2 ** 33, network('erf', 2, 1.5)],
  ] as const)('times %d: %o', async (scale, net) => {
    await compare({ x: normalInputs(14, 9, 6).map((v) => scale * v), n: 9, d: 6 }, net);
    await compare(
      { x: normalInputs(15, 5, 10).map((v) => scale * v), n: 5, d: 10, x2: normalInputs(16, 7, 10).map((v) => scale * v), n2: 7 },
      net,
    );
  });
});

describe('golden values', () => {
  // ‖x‖² = d = 4, in numbers that f32 holds: x, an orthogonal input, and one at 45° up to the rounding of √2, 2⁻²⁵ of it.
  const [d, r] = [4, Math.SQRT2];
  const x = Float64Array.of(2, 0, 0, 0, 0, 2, 0, 0, r, r, 0, 0);
  const PRINTED = 0.5e-6; // half of the last digit given
  it.each([
    [network('relu', 1, 2), [2, 0.63662, 1.510818], [4, 0.63662, 2.571479]],
    [network('relu', 2, 2), [2, 0.987462, 1.584348], [6, 1.371417, 3.570974]],
    [network('erf', 1, 1), [0.464559, 0, 0.312506], [1.033969, 0, 0.652793]],
  ] as const)('%o', async (net, sigma, theta) => {
    const got = await nngp(gpu, { x, n: 3, d }, net);
    const rounded = Float32Array.from(x);
    for (let j = 0; j < 3; j++) {
      const bounds = pairOf(rowOf(rounded, 0, d), rowOf(rounded, j, d), j === 0, net);
      // Rounding √2 moves k by 2⁻²⁴ of itself, at 45° no derivative of T or Θ is above 2 a layer.
      const input = j === 2 ? 2 ** -24 * 2 * 2 ** (net.depth + 1) : 0;
      expect(Math.abs(got.nngp[j]! - sigma[j]!)).toBeLessThanOrEqual(PRINTED + bounds.nngp.bound + input);
      expect(Math.abs(got.ntk[j]! - theta[j]!)).toBeLessThanOrEqual(PRINTED + bounds.ntk.bound + input);
    }
  });
});

describe('one set', () => {
  it('has the exact angle of equal inputs on its diagonal, and not half the digits of it', async () => {
    const net = network('relu', 3, 2);
    const x = normalInputs(9, 17, 11);
    const { nngp: K, ntk } = await nngp(gpu, { x, n: 17, d: 11 }, net);
    // Without biases and with σw² = 2: Σᴸ = Σ⁰ and Θᴸ = (L + 1)Σ⁰ on the diagonal.
    for (let i = 0; i < 17; i++) {
      const row = rowOf(x, i, 11);
      const { bound } = pairOf(row, row, true, net).ntk;
      const q = (2 * row.reduce((s, v) => s + v * v, 0)) / 11;
      expect(Math.abs(ntk[i * 18]! - 4 * q)).toBeLessThanOrEqual(bound);
      expect(bound).toBeLessThan(2 ** -16 * 4 * q); // about 100 ULP; √ULP would be 2⁻¹¹
      expect(Math.abs(K[i * 18]! - q)).toBeLessThanOrEqual(bound);
    }
  });
  it('runs on the float64 reference too, in the same plan', async () => {
    const net = network('erf', 2, 1.5, 0.25);
    const x = normalInputs(11, 6, 5);
    const got = await nngp(openReference(), { x, n: 6, d: 5 }, net);
    const want = infiniteWidth(inputGram(dense(Float64Array.from(x), 6, 5)), net);
    // σw²/d is an f32 constant there, off by 2⁻²⁵ of itself; Σ and Θ of erf move by at most that, times q and the slopes of 2 layers.
    const slopes = ((1.5 * 4) / Math.PI) ** 3;
    want.ntk.data.forEach((v, i) =>
      expect(Math.abs(got.ntk[i]! - v)).toBeLessThanOrEqual(2 ** -25 * slopes * Math.max(...want.ntk.data) * 3),
    );
  });
});

it('has the same bits in blocks, of one set and of two', async () => {
  for (const net of [network('relu', 2, 2, 0.25), network('erf', 1, 1)]) {
    const [x, x2] = [normalInputs(12, 11, 5), normalInputs(13, 7, 5)];
    for (const inputs of [
      { x, n: 11, d: 5 },
      { x, n: 11, d: 5, x2, n2: 7 },
    ]) {
      const whole = await nngp(gpu, inputs, net);
      for (const block of [1, 4, 11]) expect(await nngp(gpu, inputs, net, { block })).toEqual(whole);
    }
  }
});

it('refuses inputs that do not fit', async () => {
  const net = NETWORKS[0]!;
  const x = normalInputs(1, 2, 3);
  await expect(nngp(gpu, { x, n: 3, d: 3 }, net)).rejects.toThrow(/x has 6 numbers; 3 inputs of 3 are 9/);
  await expect(nngp(gpu, { x, n: 2, d: 3, x2: x }, net)).rejects.toThrow(/come together/);
  await expect(nngp(gpu, { x, n: 0, d: 3 }, net)).rejects.toThrow(ConfigError);
  await expect(nngp(gpu, { x, n: 2, d: 3 }, { ...net, depth: -1 })).rejects.toThrow(ConfigError);
  await expect(nngp(gpu, { x, n: 2, d: 3 }, net, { block: 0 })).rejects.toThrow('block is 0; it must be an integer ≥ 1');
  await expect(nngp(gpu, { x, n: 2, d: 3 }, net, { hostBudget: 8 })).rejects.toThrow(
    'at most 1 inputs fit; take fewer, or raise hostBudget',
  );
});
