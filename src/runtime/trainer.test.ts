/** What a trainer lets be changed between steps, and what it refuses; on the reference, which needs no GPU. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { mlp, quadraticMlp } from '../models/index';
import { add, crossEntropy, halfSquaredError, meanSquaredError, mul, reshape, variable } from '../ops/index';
import { adam, sgd } from '../optim/index';
import { metric } from './executor';
import { openReference } from './reference';
import { Trainer, type TrainerData } from './trainer';

/** y = xW + b for one input and one output, two replicas, one example x = 1, y = 0. */
const open = (): Promise<Trainer> =>
  Trainer.open(openReference(), {
    model: mlp({ widths: [1, 1] }),
    loss: meanSquaredError,
    optimiser: sgd({ lr: 0.25 }),
    seeds: [0, 1],
    metrics: ['loss', 'gradientNorm', 'weightNorm', 'updateNorm'],
    data: { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1] },
  });
const one = (W1: number, b1: number): Readonly<Record<string, Float32Array>> => ({ W1: Float32Array.of(W1), b1: Float32Array.of(b1) });
const values = async (trainer: Trainer, replica: number): Promise<readonly number[]> => {
  const { W1, b1 } = await trainer.parameters(replica);
  return [W1![0]!, b1![0]!];
};
const step = async (trainer: Trainer): Promise<readonly Readonly<Record<string, number>>[]> => {
  for await (const b of trainer.train({ steps: 1 }))
    return [0, 1].map((r) => Object.fromEntries(b.names.map((name) => [name, metric(b, 0, name, r)])));
  throw new Error('no step');
};

describe('a trainer', () => {
  it('starts from parameters it is given, one set each or one for all, and measures its update', async () => {
    using trainer = await open();
    trainer.setParameters([one(3, 1), one(0, 2)]);
    expect([await values(trainer, 0), await values(trainer, 1)]).toEqual([
      [3, 1],
      [0, 2],
    ]);
    // Both gradients are 2(W + b): 8 and 4 each, so their norms are those times √2, and the updates a quarter of that.
    const squares = (await step(trainer)).map((m) => [m['loss']!, m['gradientNorm']! ** 2, m['weightNorm']! ** 2, m['updateNorm']! ** 2]);
    expect(squares.map((row) => row.map((v) => Number(v.toFixed(9))))).toEqual([
      [16, 128, 10, 8],
      [4, 32, 4, 2],
    ]);
    trainer.setParameters(one(1, 1));
    expect((await step(trainer)).map((m) => m['loss'])).toEqual([4, 4]);
  });
  it('takes another learning rate from the next step on', async () => {
    using trainer = await open();
    trainer.setParameters(one(3, 1));
    trainer.setHyper(sgd({ lr: [0.5, 0] }));
    await step(trainer);
    expect([await values(trainer, 0), await values(trainer, 1)]).toEqual([
      [-1, -3],
      [3, 1],
    ]);
  });
  it('measures the noise of each layer, which add up to the whole', async () => {
    using trainer = await Trainer.open(openReference(), {
      model: mlp({ widths: [3, 4, 2] }),
      loss: crossEntropy,
      optimiser: sgd({ lr: 0.1 }),
      seeds: [5],
      metrics: ['gradientNorm', 'exampleNorms', 'layerNoise'],
      data: { x: Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)), y: Uint32Array.of(0, 1, 1, 0, 1), n: 5, target: [] },
    });
    for await (const b of trainer.train({ steps: 1 })) {
      const value = (name: string): number => metric(b, 0, name, 0);
      expect(b.names).toEqual(['gradientNorm', 'exampleNorms', 'gradientNorm.W1', 'exampleNorms.W1', 'gradientNorm.W2', 'exampleNorms.W2']);
      for (const name of b.names) expect(value(name)).toBeGreaterThan(0);
      // A few dozen roundings of 2⁻⁵³ on either side.
      expect(Math.abs((value('gradientNorm.W1') ** 2 + value('gradientNorm.W2') ** 2) / value('gradientNorm') ** 2 - 1)).toBeLessThan(
        100 * 2 ** -53,
      );
      expect(Math.abs((value('exampleNorms.W1') + value('exampleNorms.W2')) / value('exampleNorms') - 1)).toBeLessThan(100 * 2 ** -53);
    }
  });
  it('measures the norm of each parameter, before the update', async () => {
    using trainer = await Trainer.open(openReference(), {
      model: mlp({ widths: [1, 1] }),
      loss: meanSquaredError,
      optimiser: sgd({ lr: 1 }),
      metrics: ['weightNorm', 'parameterNorms'],
      data: { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1] },
    });
    trainer.setParameters(one(-3, 4));
    for await (const b of trainer.train({ steps: 1 }))
      expect(b.names.map((name) => [name, metric(b, 0, name, 0)])).toEqual([
        ['weightNorm', 5],
        ['weightNorm.W1', 3],
        ['weightNorm.b1', 4],
      ]);
  });
  it.each([
    [undefined, ['train.loss', 'test.loss']],
    ['train', ['train.loss']],
    ['test', ['test.loss']],
  ] as const)('evaluates on %s', async (evaluateOn, names) => {
    const data = { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1] };
    using trainer = await Trainer.open(openReference(), {
      model: mlp({ widths: [1, 1] }),
      loss: meanSquaredError,
      optimiser: sgd({ lr: 0 }),
      data,
      test: { ...data, x: Float32Array.of(2) },
      evaluate: { loss: meanSquaredError },
      ...(evaluateOn ? { evaluateOn } : {}),
    });
    trainer.setParameters(one(1, 0));
    for await (const b of trainer.train({ steps: 1, probes: [{ plan: 'eval', at: [0] }] }))
      if (b.plan === 'eval')
        expect(b.names.map((name) => [name, metric(b, 0, name, 0)])).toEqual(names.map((name) => [name, name === 'test.loss' ? 4 : 1]));
  });
  it('refuses another optimiser, a missing parameter, a wrong length and a wrong count', async () => {
    using trainer = await open();
    expect(() => trainer.setHyper(adam({ lr: 0.1 }))).toThrow(new ConfigError('the trainer runs sgd; adam takes another one'));
    expect(() => trainer.setParameters({ W1: Float32Array.of(1) })).toThrow(`'b1' takes 1 values, got none`);
    expect(() => trainer.setParameters({ ...one(1, 1), W1: new Float32Array(2) })).toThrow(`'W1' takes 1 values, got 2`);
    expect(() => trainer.setParameters([one(1, 1)])).toThrow('parameters for 1 replicas; there are 2');
  });
});

describe('a trainer’s data', () => {
  const model = mlp({ widths: [1, 1] });
  const start = one(0.75, -0.5);
  const losses = async (data: TrainerData, seeds: readonly number[]): Promise<readonly (readonly number[])[]> => {
    using trainer = await Trainer.open(openReference(), {
      model,
      loss: meanSquaredError,
      optimiser: sgd({ lr: 0.25 }),
      seeds,
      data,
      test: data,
      evaluate: { loss: meanSquaredError },
    });
    trainer.setParameters(start);
    const rows: number[][] = [];
    for await (const b of trainer.train({ steps: 3, probes: [{ plan: 'eval', every: 1 }] }))
      for (const i of b.steps.keys()) rows.push(seeds.flatMap((_, r) => b.names.map((name) => metric(b, i, name, r))));
    return rows;
  };

  it('may have weights: rows of weight 0 count for nothing, and each replica has its own', async () => {
    // Numbers of examples that are powers of two, so that weights and means are exact and the sums have the same terms.
    const x = Float32Array.of(1, 2, -1, 0.5, 7, 7, 7, 7);
    const y = Float32Array.of(1, 0, 2, -1, 9, 9, 9, 9);
    const few = { x: x.slice(0, 4), y: y.slice(0, 4), n: 4, target: [1] };
    const all = { x, y, n: 8, target: [1] };
    const alone = [await losses(few, [0]), await losses(all, [0])];
    const together = await losses(
      { ...all, weight: Float32Array.of(2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1), weightPerReplica: true },
      [0, 1],
    );
    expect(together).toEqual(alone[0]!.map((row, i) => row.concat(alone[1]![i]!)));
    expect(alone[0]).not.toEqual(alone[1]);
  });
  it('may not have weights that an objective would leave out, or too few', async () => {
    const data = { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1], weight: Float32Array.of(1) };
    await expect(losses({ ...data, weight: new Float32Array(2) }, [0])).rejects.toThrow('data.weight has 2 values');
    await expect(Trainer.open(openReference(), { model, loss: halfSquaredError, optimiser: sgd({ lr: 1 }), data })).rejects.toThrow(
      'an objective does not take them',
    );
  });
  it('are tokens where the model takes tokens', async () => {
    const o = { model: quadraticMlp({ symbols: 3, hidden: 2 }), loss: meanSquaredError, optimiser: sgd({ lr: 1 }) };
    const data = { y: new Float32Array(3), n: 1, target: [3] };
    await expect(Trainer.open(openReference(), { ...o, data: { ...data, x: Float32Array.of(1, 2) } })).rejects.toThrow(
      'tokens are a Uint32Array',
    );
    using trainer = await Trainer.open(openReference(), { ...o, data: { ...data, x: Uint32Array.of(1, 2) } });
    expect(trainer.replicas).toBe(1);
  });
  it('and parameters can be looked at by further plans while it is trained', async () => {
    using trainer = await Trainer.open(openReference(), {
      model,
      loss: meanSquaredError,
      optimiser: sgd({ lr: 0.25 }),
      seeds: [0, 1],
      data: { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1] },
      inspect: { sums: ({ W1, b1 }) => ({ sum: add(reshape(W1!, [1]), mul(b1!, variable('factor', []))) }) },
    });
    trainer.setParameters([one(3, 1), one(0, 2)]);
    trainer.session.write('factor', Float32Array.of(10, 100));
    const sums = async (): Promise<readonly number[]> => [...(await trainer.session.run('sums'))['sum']!.data];
    expect(await sums()).toEqual([13, 200]);
    await step(trainer);
    // Steps of 0.25 times gradients of 8 and 4.
    expect(await sums()).toEqual([1 - 10, -1 + 100]);
  });
});
