/** Transformers as they train on the adapter: modular addition from tokens, full batch and minibatches, many replicas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/core/errors';
import { stream } from '../src/core/random';
import { sizeOf } from '../src/core/shape';
import { modularAdditionTransformer, transformer, type TransformerOptions } from '../src/models/index';
import { crossEntropy, errorRate } from '../src/ops/index';
import { adamw } from '../src/optim/index';
import { metric, type HostArray } from '../src/runtime/executor';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { openReference } from '../src/runtime/reference';
import { predict } from '../src/runtime/trainLoop';
import { Trainer, trainerPlans, type TrainerData, type TrainerOptions } from '../src/runtime/trainer';
import { stepwise } from './stepwise';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const P = 7;
/** All pairs (a, b) as tokens a, b, '='. `labels` of one pair. */
const table = (labels: (a: number, b: number) => readonly number[], target: TrainerData['target']): TrainerData => {
  const pairs = Array.from({ length: P * P }, (_, i) => [Math.floor(i / P), i % P] as const);
  return {
    x: Uint32Array.from(pairs.flatMap(([a, b]) => [a, b, P])),
    y: Uint32Array.from(pairs.flatMap(([a, b]) => labels(a, b))),
    n: P * P,
    target,
  };
};
const sums = table((a, b) => [(a + b) % P], []);
const tiny: TransformerOptions = { ...modularAdditionTransformer(P), dModel: 16, heads: 2, dMlp: 32 };
const options = (model: TransformerOptions, o: Partial<TrainerOptions> = {}): TrainerOptions => ({
  model: transformer(model),
  loss: crossEntropy,
  optimiser: adamw({ lr: 0.01, beta2: 0.98, weightDecay: 0.01 }),
  data: sums,
  evaluate: { error: errorRate },
  ...o,
});

interface Result {
  readonly losses: readonly Float64Array[];
  readonly theta: HostArray;
  readonly errors: readonly number[];
  /** Of the first replica. */ readonly parameters: Readonly<Record<string, HostArray>>;
}
const train = async (o: TrainerOptions, steps: number): Promise<Result> => {
  using trainer = await Trainer.open(gpu, o);
  const replicas = Array.from({ length: trainer.replicas }, (_, r) => r);
  const losses: Float64Array[] = [];
  let errors: readonly number[] = [];
  for await (const b of trainer.train({ steps, probes: [{ plan: 'eval', at: [steps] }] }))
    b.steps.forEach((_, i) => {
      if (b.plan === 'eval') errors = replicas.map((r) => metric(b, i, 'train.error', r));
      else losses.push(Float64Array.from(replicas, (r) => metric(b, i, 'loss', r)));
    });
  return { losses, errors, theta: (await trainer.session.read('theta')).data, parameters: await trainer.parameters() };
};

describe('modular addition', () => {
  it('is learned: what one of the two numbers alone could tell leaves a loss of ln p', async () => {
    const { losses, errors, parameters } = await train(options(tiny, { seeds: [1, 2] }), 150);
    console.log(
      `losses ${[...losses[0]!].map((v) => v.toFixed(3)).join(', ')} → ${[...losses.at(-1)!].map((v) => v.toExponential(1)).join(', ')}; ln p = ${Math.log(P).toFixed(3)}`,
    );
    for (const r of [0, 1]) expect(losses.at(-1)![r]!).toBeLessThan(Math.log(P) / 2);
    // A whole table is right, where chance is 1/p of it.
    expect(errors).toEqual([0, 0]);
    const logits = await predict(gpu, transformer(tiny), parameters, sums.x, sums.n);
    const best = Array.from({ length: sums.n }, (_, i) => {
      const row = [...logits.subarray(i * P, (i + 1) * P)];
      return row.indexOf(Math.max(...row));
    });
    expect(best).toEqual([...sums.y]);
  });

  const cases: readonly (readonly [string, TransformerOptions, Partial<TrainerOptions>])[] = [
    ['full batch, no norm', tiny, {}],
    ['minibatches, two blocks with layer norm and gelu', { ...tiny, depth: 2, norm: 'layer', activation: 'gelu' }, { batch: 12 }],
    [
      'all positions read out, rms norm, tied',
      { ...tiny, norm: 'rms', readout: 'all', tied: true, outputs: P + 1 },
      { data: table((a, b) => [b, P, (a + b) % P], [3]) },
    ],
  ];
  it.each(cases)('%s: a replica among others has the bits that it has alone', async (_, model, o) => {
    const [three, alone] = [
      await train(options(model, { ...o, seeds: [3, 4, 5] }), 8),
      await train(options(model, { ...o, seeds: [4] }), 8),
    ];
    const size = alone.theta.length;
    expect(three.theta.slice(size, 2 * size)).toEqual(alone.theta);
    expect(three.losses.map((row) => row[1])).toEqual(alone.losses.map((row) => row[0]));
    expect(three.theta.slice(0, size)).not.toEqual(alone.theta);
  });
});

describe('a training step', () => {
  it('lies within the oracles’ bounds, dispatch by dispatch, norms of single examples included', async () => {
    const model: TransformerOptions = { ...tiny, dModel: 8, dMlp: 12, depth: 2, norm: 'layer', activation: 'gelu' };
    const R = 2;
    const { step } = trainerPlans(options(model, { seeds: [0, 1], batch: 6, metrics: ['loss', 'exampleNorms'] }), 8);
    const random = stream(9, 1);
    const values = Object.fromEntries(
      Object.entries(step!.variables).map(([name, t]) => {
        const size = t.replicas * sizeOf(t.shape);
        if (name === 'hyper') return [name, adamw({ lr: 0.01 }).hyper(R)];
        if (t.dtype === 'u32') return [name, name === 'train.x' ? sums.x : name === 'train.y' ? sums.y : new Uint32Array(size).fill(3)];
        return [
          name,
          Float64Array.from({ length: size }, (_, i) => Math.fround(name === 'moment2' ? random.uniform(i) : random.normal(i) / 2)),
        ];
      }),
    );
    const { checked, worst, failures } = await stepwise(gpu, step!, values);
    expect(failures.slice(0, 8).join('\n')).toBe('');
    expect(worst).toBeGreaterThan(0);
    console.log(`${step!.dispatches.length} dispatches, ${checked} elements, worst error/bound ${worst.toFixed(3)}`);
  });
});

describe('a trainer of tokens', () => {
  it('refuses tokens that are no integers', async () => {
    const floats = { ...sums, x: new Float32Array(3 * P * P) };
    await expect(Trainer.open(openReference(), options(tiny, { data: floats }))).rejects.toThrow(
      new ConfigError('data.x: tokens are a Uint32Array'),
    );
  });
});
