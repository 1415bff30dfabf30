/** Power iteration against the eigenvalues of a Hessian taken column by column. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { expect, it } from 'vitest';
import { gradients, tangents } from '../autodiff/index';
import { stream } from '../core/random';
import { mlp, repack, unpack } from '../models/index';
import { crossEntropy, halfSquaredError, variable } from '../ops/index';
import { plan } from '../plan/index';
import { openReference } from '../runtime/reference';
import { dominantCurvature } from './dominantCurvature';

const random = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);

it('is the largest eigenvalue of the Hessian, for each model, and its residual tells how far it has come', async () => {
  const model = mlp({ widths: [3, 4, 3], activation: 'tanh' });
  const { total, parameters } = model.layout;
  const data = { x: random(24, 2), y: Uint32Array.of(0, 1, 2, 0, 1, 2, 0, 1), n: 8, target: [] };
  const thetas = [3, 4].map((seed) => random(total, seed));
  const places = parameters.flatMap((p) => Array.from({ length: p.size }, (_, i) => p.offset + i));

  const [theta, v] = [variable('theta', [total]), variable('v', [total])];
  const [params, direction] = [unpack(model.layout, theta), unpack(model.layout, v)];
  const names = Object.keys(params);
  const values = names.map((name) => params[name]!);
  const loss = crossEntropy(model.apply(params, variable('x', [8, 3])), variable('y', [8], { dtype: 'u32' }));
  const moved = tangents(
    gradients(loss, values),
    values,
    names.map((name) => direction[name]!),
  );
  using session = await openReference().open({
    hv: plan({
      name: 'hv',
      outputs: { Hv: repack(model.layout, Object.fromEntries(moved.map((t, i) => [names[i]!, t]))) },
      maxBindings: 8,
    }),
  });
  session.write('x', data.x);
  session.write('y', data.y);
  const all = Float64Array.from(thetas.flatMap((t) => [...t]));
  const found = await dominantCurvature(openReference(), model, all, crossEntropy, data, { replicas: 2, iterations: 400 });
  for (const [r, t] of thetas.entries()) {
    session.write('theta', t);
    const H = new Matrix(places.length, places.length);
    for (const [j, at] of places.entries()) {
      session.write(
        'v',
        Float64Array.from({ length: total }, (_, i) => Number(i === at)),
      );
      const column = (await session.run('hv'))['Hv']!.data;
      places.forEach((from, i) => H.set(i, j, column[from]!));
    }
    const eigenvalues = new EigenvalueDecomposition(Matrix.add(H, H.transpose()).mul(0.5), { assumeSymmetric: true }).realEigenvalues;
    const { value, residual } = found[r]!;
    // Some eigenvalue lies within the residual, whatever the gap; which one, 400 iterations settle.
    const nearest = eigenvalues.toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))[0]!;
    expect(Math.abs(nearest - value)).toBeLessThanOrEqual(residual * Math.abs(value) + 1e3 * 2 ** -53);
    expect(nearest).toBe(Math.max(...eigenvalues));
    expect(residual).toBeLessThan(0.1);
  }
});

it('of a linear model is the largest eigenvalue of XᵀX/n, found at once where there is one direction', async () => {
  const model = mlp({ widths: [1, 1], bias: false });
  const data = { x: Float64Array.of(1, 2, 3), y: Float64Array.of(0, 0, 0), n: 3, target: [1] };
  const [one] = await dominantCurvature(openReference(), model, random(model.layout.total, 5), halfSquaredError, data, { iterations: 1 });
  expect(one!.value).toBeCloseTo(14 / 3, 6); // the first v is rounded to float32
  await expect(
    dominantCurvature(openReference(), model, random(64, 5), halfSquaredError, { ...data, y: Float64Array.of(0, Infinity, 0) }),
  ).rejects.toThrow('dominantCurvature: data.y: example 1, is Infinity; float32 holds');
  await expect(dominantCurvature(openReference(), model, random(64, 5), halfSquaredError, data, { iterations: 0 })).rejects.toThrow(
    'at least 1',
  );
});
