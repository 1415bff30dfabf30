/** What the noise estimate costs: a training step with and without it, side by side in one run. */
import { expect, it } from 'vitest';
import { median } from '../src/core/stats';
import { stream } from '../src/core/random';
import { mlp } from '../src/models/index';
import { crossEntropy } from '../src/ops/losses';
import { sgd } from '../src/optim/index';
import { openGpu } from '../src/runtime/gpu';
import { Trainer, type StepMetric } from '../src/runtime/trainer';

const [B, STEPS, ROUNDS] = [256, 8, 5];
/** The most that the estimate may cost, as a share of the step without it. */
const LIMIT = 1.5;

/** Milliseconds a step. */
const time = async (t: Trainer): Promise<number> => {
  const began = performance.now();
  for await (const _ of t.train({ steps: STEPS })) continue;
  return (performance.now() - began) / STEPS;
};
const dispatches = (t: Trainer): number => t.session.plans['step']!.dispatches.length;

it('costs at most half a step more on the MLP 64-256-256-10, batch 256', async () => {
  using gpu = await openGpu();
  const { uniform } = stream(1, 1);
  const data = {
    x: Float32Array.from({ length: B * 64 }, (_, i) => uniform(i)),
    y: Uint32Array.from({ length: B }, (_, i) => i % 10),
    n: B,
    target: [],
  };
  const open = (metrics: readonly StepMetric[]): Promise<Trainer> =>
    Trainer.open(gpu, { model: mlp({ widths: [64, 256, 256, 10] }), loss: crossEntropy, optimiser: sgd({ lr: 0.01 }), data, metrics });
  using plain = await open(['loss']);
  using noisy = await open(['loss', 'gradientNorm', 'exampleNorms']);
  for (const t of [plain, noisy]) await time(t); // compiled and paced
  const times = { plain: [] as number[], noisy: [] as number[] };
  for (let r = 0; r < ROUNDS; r++) {
    times.plain.push(await time(plain));
    times.noisy.push(await time(noisy));
  }
  const [without, withNoise] = [median(times.plain), median(times.noisy)];
  console.log(
    `noise estimate: ${without.toFixed(1)} ms a step without (${dispatches(plain)} dispatches), ${withNoise.toFixed(1)} ms with (${dispatches(noisy)}), ratio ${(withNoise / without).toFixed(2)} on ${gpu.name}`,
  );
  expect(withNoise / without).toBeLessThanOrEqual(LIMIT);
});
