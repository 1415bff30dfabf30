/** Sharpness against Hessians written out: a quadratic, and a network's column by column; on the reference, and the same plan on the GPU. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hvp } from '../autodiff/index';
import { stream } from '../core/random';
import { mlp, unpack } from '../models/index';
import { meanSquaredError, variable } from '../ops/index';
import { plan } from '../plan/index';
import { sgd } from '../optim/index';
import { metric, type Executor } from './executor';
import { openGpu, type GpuExecutor } from './gpu';
import { openReference } from './reference';
import { Trainer, type TrainerOptions } from './trainer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const N = 8;
const values = (n: number, use: number): Float32Array => Float32Array.from({ length: n }, (_, i) => stream(3, use).normal(i));
const [x, y] = [values(2 * N, 1), values(N, 2)];
const options = (more: Partial<TrainerOptions> = {}): TrainerOptions => ({
  model: mlp({ widths: [2, 1] }),
  loss: meanSquaredError,
  optimiser: sgd({ lr: 0 }),
  data: { x, y, n: N, target: [1] },
  seeds: [0, 1],
  sharpness: { iterations: 2 },
  ...more,
});
const eigenvalues = (h: Matrix): readonly number[] =>
  new EigenvalueDecomposition(h, { assumeSymmetric: true }).realEigenvalues.toSorted((a, b) => Math.abs(b) - Math.abs(a));
/** λ of each replica after each of `probes` probes. */
const measured = async (executor: Executor, o: TrainerOptions, probes: number): Promise<readonly (readonly number[])[]> => {
  using trainer = await Trainer.open(executor, o);
  return await probed(trainer, probes); // awaited while the trainer is still open
};
const probed = async (trainer: Trainer, probes: number): Promise<readonly (readonly number[])[]> => {
  const rows: number[][] = [];
  for await (const b of trainer.train({
    steps: probes,
    probes: [{ plan: 'sharpness', at: Array.from({ length: probes }, (_, i) => i + 1) }],
  }))
    if (b.plan === 'sharpness') for (const i of b.steps.keys()) rows.push([0, 1].map((r) => metric(b, i, 'sharpness', r)));
  return rows;
};
/** Of the mean over the first n examples of (w·x + b − y)²: 2/n Σ (x, 1)(x, 1)ᵀ. */
const quadratic = (n: number): Matrix => {
  const rows = new Matrix(Array.from({ length: n }, (_, i) => [x[2 * i]!, x[2 * i + 1]!, 1]));
  return rows
    .transpose()
    .mmul(rows)
    .mul(2 / n);
};
/** Relative error that power iteration from a direction with share c of the eigenvector leaves after k steps: (1/c² − 1)(λ₂/λ₁)^{2k}, and roundings of unit u in the products of 3 numbers over N examples; a graph's constants, 1/n here, are f32 on the reference too. */
const bound = ([first, second]: readonly number[], k: number, u: number): number => 1e6 * (second! / first!) ** (2 * k) + 4 * N * 3 * u;

describe('sharpness', () => {
  it.each([
    ['all', N],
    ['the first five', 5],
  ])('of a quadratic is its largest eigenvalue, on %s examples', async (_, examples) => {
    const own = eigenvalues(quadratic(examples));
    const exact = own[0]!;
    for (const [executor, u] of [
      [openReference(), 2 ** -24],
      [gpu, 2 ** -23],
    ] as const)
      for (const value of (await measured(executor, options({ sharpness: { examples, iterations: 2 } }), 50)).at(-1)!)
        expect(Math.abs(value / exact - 1)).toBeLessThan(bound(own, 100, u));
  });
  it('goes on from probe to probe, and never exceeds the largest eigenvalue', async () => {
    const exact = eigenvalues(quadratic(N))[0]!;
    const rows = await measured(openReference(), options({ sharpness: { iterations: 1 } }), 30);
    for (const r of [0, 1]) {
      const course = rows.map((row) => row[r]!);
      expect(course).toEqual(course.toSorted((a, b) => a - b));
      expect(course[0]!).toBeLessThan(0.999 * exact);
      expect(course.at(-1)!).toBeGreaterThan(0.999 * exact);
    }
  });
  it('of a network is that of its Hessian, written out column by column', async () => {
    const model = mlp({ widths: [2, 4, 1], activation: 'tanh' });
    const reference = openReference();
    using trainer = await Trainer.open(reference, options({ model, seeds: [5, 6] }));
    // Written back: what is written is rounded to f32, what was drawn is not.
    trainer.session.write('theta', (await trainer.session.read('theta')).data);
    const theta = (await trainer.session.read('theta')).data.slice(0, model.layout.total);
    const [at, along] = [variable('theta', [model.layout.total]), variable('v', [model.layout.total])];
    const loss = (t: typeof at) => meanSquaredError(model.apply(unpack(model.layout, t), variable('x', [N, 2])), variable('y', [N, 1]));
    using session = await reference.open({ column: plan({ name: 'column', outputs: { column: hvp(loss, at, along) }, maxBindings: 8 }) });
    for (const [name, data] of [
      ['theta', theta],
      ['x', x],
      ['y', y],
    ] as const)
      session.write(name, data);
    const places = model.layout.parameters.flatMap((p) => Array.from({ length: p.size }, (_, i) => p.offset + i));
    const columns: number[][] = [];
    for (const place of places) {
      session.write(
        'v',
        Float64Array.from({ length: model.layout.total }, (_, i) => Number(i === place)),
      );
      const { column } = await session.run('column');
      columns.push(places.map((i) => column!.data[i]!));
    }
    const own = eigenvalues(new Matrix(columns));
    const value = (await probed(trainer, 200)).at(-1)![0]!;
    expect(Math.abs(value / own[0]! - 1)).toBeLessThan(bound(own.map(Math.abs), 400, 2 ** -53 * 100));
  });
  it.each([
    [{ examples: 9 }, '9 examples; there are 8'],
    [{ examples: 0 }, '0 examples'],
    [{ iterations: 0 }, 'at least one'],
  ])('refuses %o', async (sharpness, message) => {
    await expect(Trainer.open(openReference(), options({ sharpness }))).rejects.toThrow(message);
  });
});
