/**
 * Fifty training steps on the GPU against the float64 reference, and the bits that runs must share.
 *
 * How far may two such runs drift apart? Training magnifies every disturbance by a factor that depends on the problem, so it is
 * measured: the reference trains three replicas of one model side by side, the first as it is and two whose initial parameters and
 * inputs are disturbed by an ulp of f32, 2⁻²³ of each element with a random sign. The larger of the distances to which those
 * disturbances have grown is the unit. The inputs enter every step, so that the disturbance is renewed at every step, as the GPU's is.
 *
 * The GPU rounds not once but in every operation. C operations that round independently, each by an ulp at most, err by at most √C ulps
 * in the mean square (Higham & Mary 2019), and the distance is a root of a sum of squares over hundreds of parameters. C is counted in the
 * plan: for each dispatch the operations that go into one element of its result, summed over the dispatches as if they all lay on one
 * chain. The distance must stay within √C units.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelByName } from '../shaders/index';
import { stream, USE } from '../src/core/random';
import { mlp, type Activation } from '../src/models/index';
import { crossEntropy } from '../src/ops/index';
import { adamw, sgd, type Optimiser } from '../src/optim/index';
import type { Plan } from '../src/plan/index';
import { metric, type Executor, type HostArray } from '../src/runtime/executor';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { openReference } from '../src/runtime/reference';
import { Trainer, type TrainerData, type TrainerOptions } from '../src/runtime/trainer';

const [INPUTS, CLASSES, EXAMPLES, BATCH] = [8, 3, 48, 16];
const STEPS = [1, 10, 50] as const;
const SEED = 7;
const DISTURBED = 2;
const ULP = 2 ** -23;

/** Classes by which of three random directions an input points along most. */
const data = ((): TrainerData => {
  const x = stream(1, USE.data).fillNormal(new Float32Array(EXAMPLES * INPUTS));
  const directions = stream(1, USE.teacher).fillNormal(new Float32Array(CLASSES * INPUTS));
  const along = (i: number, c: number): number =>
    directions.subarray(c * INPUTS, (c + 1) * INPUTS).reduce((s, d, k) => s + d * x[i * INPUTS + k]!, 0);
  const y = Uint32Array.from({ length: EXAMPLES }, (_, i) => [0, 1, 2].reduce((best, c) => (along(i, c) > along(i, best) ? c : best)));
  return { x, y, n: EXAMPLES, target: [] };
})();
/** Each value times 1 ± 2⁻²³, by a random sign; `use` tells disturbances apart. */
const disturbed = (values: Float32Array, use: number): Float32Array => {
  const { bits } = stream(2, use);
  return values.map((v, i) => v * (1 + (bits(i) % 2 === 0 ? ULP : -ULP)));
};

const OPTIMISERS: Readonly<Record<string, Optimiser>> = {
  'SGD with momentum': sgd({ lr: 0.1, momentum: 0.9, weightDecay: 1e-3 }),
  AdamW: adamw({ lr: 0.01, weightDecay: 0.1, schedule: { kind: 'cosine', warmup: 5, total: 50 } }),
};
const ACTIVATIONS = ['relu', 'tanh'] as const;
const optionsOf = (activation: Activation, optimiser: Optimiser, replicas: number): TrainerOptions => ({
  model: mlp({ widths: [INPUTS, 16, 16, CLASSES], activation }),
  loss: crossEntropy,
  optimiser,
  data,
  batch: BATCH,
  seeds: Array.from({ length: replicas }, () => SEED),
  batchSeeds: SEED,
  metrics: ['loss', 'gradientNorm'],
});

interface Trajectory {
  readonly plan: Plan;
  /** At each of STEPS: the parameters of each replica. */
  readonly at: readonly (readonly Float64Array[])[];
  /** Of the first replica, at every step. */
  readonly losses: readonly number[];
}
/** `change`: applied to the initialised trainer. */
const trajectory = async (executor: Executor, o: TrainerOptions, change?: (t: Trainer) => Promise<void>): Promise<Trajectory> => {
  using trainer = await Trainer.open(executor, o);
  await change?.(trainer);
  const at: Float64Array[][] = [];
  const losses: number[] = [];
  let done = 0;
  for (const step of STEPS) {
    for await (const b of trainer.train({ steps: step - done })) for (const i of b.steps.keys()) losses.push(metric(b, i, 'loss', 0));
    done = step;
    const { data: theta, size } = await trainer.session.read('theta');
    at.push(Array.from({ length: trainer.replicas }, (_, r) => Float64Array.from(theta.subarray(r * size, (r + 1) * size))));
  }
  return { plan: trainer.session.plans['step']!, at, losses };
};

const joined = (parts: readonly Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((p) => Array.from(p)));
/** The first replica as it is, DISTURBED others an ulp away. */
const disturbedReference = (activation: Activation, optimiser: Optimiser): Promise<Trajectory> => {
  const copies = [data.x as Float32Array, ...Array.from({ length: DISTURBED }, (_, k) => disturbed(data.x as Float32Array, k))];
  const o = { ...optionsOf(activation, optimiser, copies.length), data: { ...data, x: joined(copies), xPerReplica: true } };
  return trajectory(openReference(), o, async ({ session }) => {
    const { data: theta, size } = await session.read('theta');
    const start = Float32Array.from(theta.subarray(0, size));
    session.write('theta', joined([start, ...Array.from({ length: DISTURBED }, (_, k) => disturbed(start, 100 + k))]));
  });
};

const distance = (a: Float64Array, b: Float64Array): number => Math.hypot(...a.map((v, i) => v - b[i]!));
/** Operations behind one element of each dispatch's result, summed over the dispatches. */
const chainOf = (plan: Plan): number =>
  plan.dispatches.reduce((sum, { kernel, options, dims, flops, replicas }) => {
    const written = kernelByName(kernel)
      .bindings(options)
      .flatMap((b) => (b.access === 'read' ? [] : [b.size(dims)]));
    return sum + Math.ceil(flops / replicas / Math.max(...written));
  }, 0);

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

describe.each(Object.keys(OPTIMISERS))('%s', (name) => {
  it.each(ACTIVATIONS)('a %s network follows the float64 trajectory', async (activation) => {
    const optimiser = OPTIMISERS[name]!;
    const reference = await disturbedReference(activation, optimiser);
    const onGpu = await trajectory(gpu, optionsOf(activation, optimiser, 1));
    const allowed = Math.sqrt(chainOf(onGpu.plan));
    const lines = STEPS.map((step, i) => {
      const [base, ...others] = reference.at[i]!;
      const unit = Math.max(...others.map((o) => distance(base!, o)));
      const got = distance(base!, onGpu.at[i]![0]!);
      expect(got, `after ${step} steps: ${got / unit} units`).toBeLessThanOrEqual(allowed * unit);
      return `step ${step}: GPU ${got.toExponential(2)}, an ulp has grown to ${unit.toExponential(2)}, ratio ${(got / unit).toFixed(2)}`;
    });
    console.log(
      `${name}, ${activation}: |θ| ${Math.hypot(...reference.at.at(-1)![0]!).toFixed(2)}, allowed ratio ${allowed.toFixed(1)}\n${lines.join('\n')}`,
    );
    // Both learned: the comparison is of trajectories that went somewhere.
    expect(onGpu.losses).toHaveLength(50);
    expect(onGpu.losses.at(-1)!).toBeLessThan(onGpu.losses[0]! / 2);
  });
});

/** Standard deviation ¼, and uniform on ±¼: powers of two, so that scaling a draw rounds nowhere. */
const exactInit = (init: 'lecun' | 'pytorch'): TrainerOptions => ({
  ...optionsOf('relu', OPTIMISERS['SGD with momentum']!, 2),
  model: mlp({ widths: [16, 16, 16], init }),
  seeds: [3, 4],
  batch: 1,
  data: { x: new Float32Array(16), y: new Uint32Array(1), n: 1, target: [] },
});

describe('bits', () => {
  it.each(['lecun', 'pytorch'] as const)('%s initialisation gives the same bits on the GPU and the reference', async (init) => {
    const starts: HostArray[] = [];
    for (const executor of [gpu, openReference()]) {
      using trainer = await Trainer.open(executor, exactInit(init));
      starts.push((await trainer.session.read('theta')).data);
    }
    expect(Float64Array.from(starts[0]!)).toEqual(Float64Array.from(starts[1]!));
  });
  it('a replica among others takes the same trajectory as alone, to the bit', async () => {
    const three = { ...optionsOf('tanh', OPTIMISERS['AdamW']!, 3), seeds: [5, SEED, 6] };
    const [alone, among] = [await trajectory(gpu, optionsOf('tanh', OPTIMISERS['AdamW']!, 1)), await trajectory(gpu, three)];
    STEPS.forEach((_, i) => {
      expect(among.at[i]![1]).toEqual(alone.at[i]![0]);
    });
    expect(among.at[0]![0]).not.toEqual(among.at[0]![1]);
  });
});
