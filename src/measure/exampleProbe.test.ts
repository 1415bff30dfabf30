/** A probe of several models gives each the values it has alone. */
import { expect, it } from 'vitest';
import { stream } from '../core/random';
import { mlp } from '../models/index';
import { crossEntropy } from '../ops/losses';
import { openReference } from '../runtime/reference';
import { exampleGramOf, exampleNormsOf, ExampleProbe } from './exampleProbe';
import { perExampleGram, perExampleNorms } from './perExample';

const random = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);

it('measures several models at once, each with its own labels, as often as asked', async () => {
  const [executor, model, n] = [openReference(), mlp({ widths: [3, 5, 2] }), 4];
  const x = random(3 * n, 1);
  const labels = [Uint32Array.of(0, 1, 1, 0), Uint32Array.of(1, 1, 0, 0)];
  const both = { x, y: Uint32Array.from(labels.flatMap((l) => [...l])), n, target: [], yPerReplica: true };
  using probe = await ExampleProbe.open(executor, { model, loss: crossEntropy, data: both, replicas: 2 }, (layers, k) => ({
    norms: exampleNormsOf(layers, k),
    gram: exampleGramOf(layers, k),
  }));
  for (const seed of [2, 3]) {
    const thetas = [random(model.layout.total, seed), random(model.layout.total, seed + 10)];
    const { norms, gram } = await probe.at(Float64Array.from(thetas.flatMap((t) => [...t])));
    for (const [r, theta] of thetas.entries()) {
      const own = { x, y: labels[r]!, n, target: [] };
      expect(norms.data.slice(r * n, (r + 1) * n)).toEqual(await perExampleNorms(executor, model, theta, crossEntropy, own));
      expect(gram.data.slice(r * n * n, (r + 1) * n * n)).toEqual((await perExampleGram(executor, model, theta, crossEntropy, own)).data);
    }
  }
});

it('refuses a label that no class has', async () => {
  const data = { x: random(6, 1), y: Uint32Array.of(0, 2), n: 2, target: [] };
  const opened = ExampleProbe.open(openReference(), { model: mlp({ widths: [3, 2] }), loss: crossEntropy, data }, (layers, k) => ({
    norms: exampleNormsOf(layers, k),
  }));
  await expect(opened).rejects.toThrow('ExampleProbe: data.y: example 1, is 2; there are 2 classes, 0 to 1');
});
