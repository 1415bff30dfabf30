/**
 * Prints training steps per second of two small networks at R = 1 and R = 32, and holds that a step takes few dispatches, which replicas share,
 * and little more memory than lifetimes allow.
 */
import { expect, it } from 'vitest';
import { stream } from '../src/core/random';
import { mlp } from '../src/models/index';
import { crossEntropy, meanSquaredError } from '../src/ops/losses';
import { adamw, sgd } from '../src/optim/index';
import { planBytes, printPlan } from '../src/plan/index';
import { openGpu } from '../src/runtime/gpu';
import { Trainer, trainerPlans, type TrainerOptions } from '../src/runtime/trainer';

const random = stream(1, 3);
const normals = (n: number): Float32Array => random.fillNormal(new Float32Array(n));

const CASES: Readonly<Record<string, (seeds: readonly number[]) => TrainerOptions>> = {
  'MLP 64-256-256-10, batch 256, SGD': (seeds) => ({
    model: mlp({ widths: [64, 256, 256, 10] }),
    loss: crossEntropy,
    optimiser: sgd({ lr: 0.01 }),
    seeds,
    data: { x: normals(256 * 64), y: new Uint32Array(256).map((_, i) => random.bits(i) % 10), n: 256, target: [] },
  }),
  'MLP 62-256-31, batch 480, AdamW': (seeds) => ({
    model: mlp({ widths: [62, 256, 31] }),
    loss: meanSquaredError,
    optimiser: adamw({ lr: 0.001 }),
    seeds,
    data: { x: normals(480 * 62), y: normals(480 * 31), n: 480, target: [31] },
  }),
};

it.each(Object.entries(CASES))('%s', async (name, options) => {
  using gpu = await openGpu();
  const dispatches: number[] = [];
  for (const R of [1, 32]) {
    using trainer = await Trainer.open(gpu, options(Array.from({ length: R }, (_, r) => r)));
    const steps = R === 1 ? 20 : 2;
    const run = async (n: number): Promise<void> => {
      for await (const _ of trainer.train({ steps: n }));
    };
    await run(steps); // pipelines and pacing
    await trainer.session.improved;
    const start = performance.now();
    await run(steps);
    const ms = (performance.now() - start) / steps;
    const step = trainer.session.plans['step']!;
    dispatches.push(step.dispatches.length);
    expect(planBytes(step) / step.leastBytes).toBeLessThanOrEqual(1.25);
    console.log(
      `${name}, R = ${R}: ${(1000 / ms).toPrecision(3)} steps/s, ${((1000 * R) / ms).toPrecision(3)} replica-steps/s, ${dispatches.at(-1)} dispatches a step (${gpu.name})`,
    );
  }
  expect(dispatches[0]).toBeLessThanOrEqual(12);
  expect(dispatches[1]).toBe(dispatches[0]);
});

it('1,024 replicas of the network of modular addition fit into 1 GiB', () => {
  const plans = trainerPlans(CASES['MLP 62-256-31, batch 480, AdamW']!(Array.from({ length: 1024 }, (_, r) => r)), 8);
  for (const p of Object.values(plans)) expect(planBytes(p), printPlan(p)).toBeLessThanOrEqual(2 ** 30);
});
