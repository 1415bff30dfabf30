/**
 * What a trainer measures under a mask is of the network that it trains, in which masked parameters do not exist: against a smaller network that is the
 * same function, and against single examples' gradients written out. In float64 on the oracles; the GPU's plan is held against them dispatch by dispatch.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { perExampleJacobian } from './perExample';
import { dominantCurvature } from './dominantCurvature';
import { cnn, layoutOf, mlp, transformer, type Layout, type Model, type ParameterSpec } from '../models/index';
import { add, crossEntropy, halfSquaredError, matmul, meanSquaredError, tanh } from '../ops/index';
import { adam, sgd } from '../optim/index';
import { metric, type HostArray } from '../runtime/executor';
import { openGpu, type GpuExecutor } from '../runtime/gpu';
import { openReference } from '../runtime/reference';
import { stepwise } from '../runtime/stepwise';
import { Trainer, type StepMetric, type TrainerData, type TrainerOptions } from '../runtime/trainer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const reference = openReference();
const normals = (n: number, use: number): Float32Array => Float32Array.from({ length: n }, (_, i) => stream(11, use).normal(i));
const METRICS: readonly StepMetric[] = ['gradientNorm', 'exampleNorms', 'layerNoise'];
/** Float64 sums of fewer than 2¹⁰ terms of one sign or of squares on either side, each with fewer than 2⁴ roundings. */
const near = (got: number, want: number): void => expect(Math.abs(got / want - 1), `${got} for ${want}`).toBeLessThan(2 ** 15 * 2 ** -53);

const N = 8;
/** Metrics of the first step and of a sharpness probe before it, by name, of one replica. */
const measure = async (
  o: TrainerOptions,
  theta: HostArray,
  direction: HostArray | undefined,
  replica = 0,
): Promise<ReadonlyMap<string, number>> => {
  using trainer = await Trainer.open(reference, { ...o, metrics: METRICS });
  trainer.session.write('theta', theta);
  if (direction) trainer.session.write('sharpnessVector', direction);
  const found = new Map<string, number>();
  const probes = direction ? [{ plan: 'sharpness', at: [0] }] : [];
  for await (const b of trainer.train({ steps: 1, probes })) for (const name of b.names) found.set(name, metric(b, 0, name, replica));
  return found;
};

describe('against the network without them', () => {
  // Input 0 and hidden unit 2 of the dense network are masked.
  const [dense, small] = [mlp({ widths: [3, 4, 2], activation: 'tanh' }), mlp({ widths: [2, 3, 2], activation: 'tanh' })];
  const keptInputs = [1, 2];
  const keptUnits = [0, 1, 3];
  const elements: Readonly<Record<string, readonly number[]>> = {
    W1: keptInputs.flatMap((i) => keptUnits.map((j) => 4 * i + j)),
    b1: keptUnits,
    W2: keptUnits.flatMap((i) => [2 * i, 2 * i + 1]),
    b2: [0, 1],
  };
  /** A flat vector of the dense network that has the small one's values at the elements kept. */
  const spread = (values: HostArray): Float32Array => {
    const out = new Float32Array(dense.layout.total);
    for (const [p, from] of dense.layout.parameters.map((p) => [p, small.layout.parameters.find((s) => s.name === p.name)!] as const))
      elements[p.name]!.forEach((at, i) => {
        out[p.offset + at] = values[from.offset + i]!;
      });
    return out;
  };
  const flat = (use: number): Float32Array => {
    const out = new Float32Array(small.layout.total);
    for (const p of small.layout.parameters) out.set(normals(p.size, use + p.offset), p.offset);
    return out;
  };
  it('norms, layers and sharpness agree', async () => {
    const x = normals(3 * N, 1);
    const y = Uint32Array.from({ length: N }, (_, i) => i % 2);
    const common = { loss: crossEntropy, optimiser: sgd({ lr: 0.1, momentum: 0.9 }), sharpness: { iterations: 3 } };
    const [theta, direction] = [flat(100), flat(500)];
    const mask = spread(new Float32Array(small.layout.total).fill(1));
    const data: TrainerData = { x, y, n: N, target: [] };
    const masked = await measure({ ...common, model: dense, data, mask }, spread(theta), spread(direction));
    const without = { ...data, x: x.filter((_, i) => i % 3 > 0) };
    const alone = await measure({ ...common, model: small, data: without }, theta, direction);
    expect([...masked.keys()]).toEqual([...alone.keys()]);
    expect(alone.size).toBe(7);
    for (const [name, want] of alone) near(masked.get(name)!, want);
    // The dense network at the same point has another gradient and another curvature, far beyond rounding.
    const whole = await measure({ ...common, model: dense, data }, spread(theta), spread(direction));
    for (const name of ['sharpness', 'gradientNorm', 'exampleNorms', 'gradientNorm.W1'])
      expect(Math.abs(whole.get(name)! / masked.get(name)! - 1), name).toBeGreaterThan(2 ** -20);
  });
  it('a sharpness begins among the parameters kept', async () => {
    const mask = spread(new Float32Array(small.layout.total).fill(1));
    const data: TrainerData = { x: normals(3 * N, 1), y: new Uint32Array(N), n: N, target: [] };
    using trainer = await Trainer.open(reference, {
      model: dense,
      loss: crossEntropy,
      optimiser: sgd({ lr: 0 }),
      data,
      mask,
      sharpness: {},
    });
    const { data: v } = await trainer.session.read('sharpnessVector');
    mask.forEach((kept, i) => expect(v[i] !== 0).toBe(kept !== 0));
  });
});

const spec = (name: string, shape: readonly number[]): ParameterSpec => ({ name, shape, init: { kind: 'normal', std: 1 }, bias: false });
/** A weight stored as PyTorch stores it, [out, in]. */
const stored: Model = {
  name: 'stored',
  layout: layoutOf([spec('V', [5, 4]), spec('c', [5]), spec('W', [3, 5])]),
  input: [4],
  outputs: 3,
  apply: ({ V, c, W }, x) => matmul(tanh(add(matmul(x, V!, { transB: true }), c!)), W!, { transB: true }),
};
const tokens = Uint32Array.from({ length: 3 * N }, (_, i) => (7 * i) % 5);
const CASES: readonly (readonly [string, Model, HostArray])[] = [
  ['MLP', mlp({ widths: [4, 6, 3], activation: 'tanh' }), normals(4 * N, 2)],
  ['transposed weights', stored, normals(4 * N, 3)],
  ['convolutions', cnn({ length: 8, layers: [{ size: 3, channels: 4 }], outputs: 3, activation: 'tanh' }), normals(8 * N, 4)],
  [
    'a transformer',
    transformer({ vocab: 5, context: 3, dModel: 4, heads: 2, dMlp: 6, depth: 1, outputs: 3, readout: 'last', activation: 'tanh' }),
    tokens,
  ],
];
const labels = Uint32Array.from({ length: N }, (_, i) => i % 3);
/** About half of the elements, others for each replica. */
const halfOf = ({ total }: Layout, r: number): Float32Array =>
  Float32Array.from({ length: total }, (_, i) => Number(stream(21 + r, 1).uniform(i) < 0.5));

describe.each(CASES)('any mask of %s', (_, model, x) => {
  const data: TrainerData = { x, y: labels, n: N, target: [] };
  const { layout } = model;
  const R = 2;
  const masks = Array.from({ length: R }, (__, r) => halfOf(layout, r));
  const mask = Float32Array.from({ length: R * layout.total }, (__, i) => masks[Math.floor(i / layout.total)]![i % layout.total]!);
  const options: TrainerOptions = { model, loss: crossEntropy, optimiser: adam({ lr: 0.01 }), data, mask, seeds: [3, 4], metrics: METRICS };

  it('norms and layers are those of examples’ gradients, masked', async () => {
    using trainer = await Trainer.open(reference, options);
    const theta = Float32Array.from((await trainer.session.read('theta')).data);
    for (const r of masks.keys()) {
      const found = await measure(options, theta, undefined, r);
      const own = theta.subarray(r * layout.total, (r + 1) * layout.total);
      const { data: rows } = await perExampleJacobian(reference, model, own, crossEntropy, data);
      const sums = (names: readonly string[]): { readonly norm: number; readonly squares: number } => {
        let [norm, squares] = [0, 0];
        for (const p of layout.parameters.filter(({ name }) => names.includes(name)))
          for (let at = p.offset; at < p.offset + p.size; at++) {
            const each = Array.from({ length: N }, (__, i) => masks[r]![at]! * rows[i * layout.total + at]!);
            norm += (each.reduce((s, v) => s + v, 0) / N) ** 2;
            squares += each.reduce((s, v) => s + v * v, 0);
          }
        return { norm: Math.sqrt(norm), squares };
      };
      const all = sums(layout.parameters.map((p) => p.name));
      near(found.get('gradientNorm')!, all.norm);
      near(found.get('exampleNorms')!, all.squares);
      const layers = [...found.keys()].flatMap((name) => (name.startsWith('exampleNorms.') ? [name.slice('exampleNorms.'.length)] : []));
      const added = (name: string): number =>
        layers.reduce((s, layer) => s + found.get(`${name}.${layer}`)! ** (name === 'gradientNorm' ? 2 : 1), 0);
      near(added('exampleNorms'), all.squares);
      near(Math.sqrt(added('gradientNorm')), all.norm);
    }
  });
  it('and the GPU computes that', async () => {
    using trainer = await Trainer.open(reference, options);
    const values: Record<string, HostArray> = {};
    for (const name of Object.keys(trainer.session.plans['step']!.variables)) values[name] = (await trainer.session.read(name)).data;
    const { checked, failures } = await stepwise(gpu, trainer.session.plans['step']!, values);
    expect(failures).toEqual([]);
    expect(checked).toBeGreaterThan(layout.count);
  });
});

it('the curvature of a masked model is that of the parameters kept', async () => {
  const model = mlp({ widths: [2, 1], bias: false });
  const data = { x: Float64Array.of(1, 3, 2, 5, 2, 0.5), y: Float64Array.of(1, 2, 3), n: 3, target: [1] };
  const mask = new Float32Array(model.layout.total);
  mask[0] = 1;
  const theta = Float32Array.from(mask, (m) => 0.5 * m);
  const [kept] = await dominantCurvature(reference, model, theta, halfSquaredError, data, { iterations: 1, mask });
  // 1/n Σ x₀² = 3, and 1/n is a float32 constant.
  expect(Math.abs(kept!.value / 3 - 1)).toBeLessThan(2 ** -23);
  expect(kept!.residual).toBeLessThan(2 ** -50);
  const [all] = await dominantCurvature(reference, model, theta, meanSquaredError, data, { iterations: 200 });
  expect(all!.value).toBeGreaterThan(8);
  // Where u is an eigenvector but for rounding, ‖Hu‖² − λ² would be about 2⁻⁵³ λ², and the residual its root.
  expect(all!.residual).toBeLessThan(2 ** -40);
});
