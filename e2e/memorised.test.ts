/**
 * Twenty thousand steps on examples that are memorised early: how far below 2⁻²³, the spacing of f32 next to 1, the loss can be followed.
 *
 * A linear model separates 8 random examples and is trained by AdamW without decay. Its ε is far below the usual one, so that steps keep their
 * size until gradients are as small, and above 10⁻¹⁹, whose square f32 has not. The cross-entropy of the kernel keeps its relative accuracy; −ln of the label's softmax, as one would write it down, cannot
 * be told from 0 below 2⁻²⁴, and neither can the label's share of its gradient, p − 1.
 */
import { expect, it } from 'vitest';
import { gamma, U32 } from '../shaders/kernel';
import { stream, USE } from '../src/core/random';
import type { Tensor } from '../src/graph/tensor';
import { linear } from '../src/models/index';
import { argmax, crossEntropy, log, mean, mul, neg, softmax, sum } from '../src/ops/index';
import { adamw } from '../src/optim/index';
import { metric } from '../src/runtime/executor';
import { openGpu } from '../src/runtime/gpu';
import { Trainer, type Objective, type TrainerData } from '../src/runtime/trainer';

const [EXAMPLES, INPUTS, CLASSES] = [8, 8, 4];
const x = stream(1, USE.data).fillNormal(new Float32Array(EXAMPLES * INPUTS));
const labels = Uint32Array.from({ length: EXAMPLES }, (_, i) => stream(1, USE.labels).bits(i) % CLASSES);
const oneHot = Float32Array.from({ length: EXAMPLES * CLASSES }, (_, i) => Number(labels[Math.floor(i / CLASSES)] === i % CLASSES));

interface Trained {
  readonly losses: readonly number[];
  /** Of the kernel, at the end. */ readonly last: number;
  readonly weights: Float64Array;
}
const train = async (steps: number, loss: Objective, data: Omit<TrainerData, 'x' | 'n'>, truth: Objective): Promise<Trained> => {
  using gpu = await openGpu();
  using trainer = await Trainer.open(gpu, {
    model: linear(INPUTS, CLASSES, { bias: false }),
    loss,
    data: { ...data, x, n: EXAMPLES },
    evaluate: { truth },
    optimiser: adamw({ lr: 0.003, beta2: 0.98, eps: 1e-15, weightDecay: 0 }),
  });
  const losses: number[] = [];
  let last = NaN;
  for await (const b of trainer.train({ steps, probes: [{ plan: 'eval', at: [steps] }] }))
    for (const i of b.steps.keys())
      if (b.plan === 'step') losses.push(metric(b, i, 'loss', 0));
      else last = metric(b, i, 'train.truth', 0);
  return { losses, last, weights: Float64Array.from((await trainer.parameters())['W1']!) };
};

/** Largest Σ_k |x_ik w_kc|: no logit is larger. */
const reach = (w: Float64Array): number =>
  Math.max(
    ...Array.from({ length: EXAMPLES * CLASSES }, (_, at) =>
      Array.from({ length: INPUTS }, (__, k) =>
        Math.abs(x[Math.floor(at / CLASSES) * INPUTS + k]! * w[k * CLASSES + (at % CLASSES)]!),
      ).reduce((a, b) => a + b),
    ),
  );
/** Largest factor from a step to the next, infinite from 0 or less to more. */
const largestRise = (losses: readonly number[]): number =>
  losses.slice(1).reduce((most, v, i) => Math.max(most, losses[i]! > 0 ? v / losses[i]! : v > 0 ? Infinity : 0), 0);

it('follows the loss of memorised examples without a spike, where the form with a difference from 1 loses it', async () => {
  const safe = await train(20_000, crossEntropy, { y: labels, target: [] }, crossEntropy);
  // Relative error of a loss below 1: of two logits (rounded weights, dot products), and of e to their difference (3 + 2|x| ULP); a sum of such passes it on.
  const logit = reach(safe.weights);
  const relative = 2 * gamma(INPUTS + 1) * logit + (3 + 2 * 2 * logit + EXAMPLES + CLASSES) * U32;
  console.log(
    `safe: loss ${safe.losses.at(-1)} after ${safe.losses.length} steps, largest rise from a step to the next × ${largestRise(safe.losses)}, allowed × 1 + ${2 * relative}`,
  );
  expect(safe.losses.at(-1)!).toBeGreaterThan(0);
  expect(safe.losses.at(-1)!).toBeLessThan(U32 ** 2);
  expect(largestRise(safe.losses)).toBeLessThanOrEqual(1 + 2 * relative);

  const naive = await train(
    5_000,
    (z: Tensor, y: Tensor) => neg(mean(log(sum(mul(y, softmax(z)), [-1])))),
    { y: oneHot, target: [CLASSES] },
    (z, y) => crossEntropy(z, argmax(y)),
  );
  const zeros = naive.losses.filter((l) => l === 0).length;
  console.log(
    `naive: ${zeros} of ${naive.losses.length} losses are 0, the last in truth ${naive.last}; largest rise × ${largestRise(naive.losses)}, ${new Set(naive.losses).size} different values`,
  );
  // It says 0 where the loss is not, and comes back from 0 or jumps by whole quanta; and it learns less in the same steps.
  expect(zeros).toBeGreaterThan(0);
  expect(naive.last).toBeGreaterThan(0);
  expect(largestRise(naive.losses)).toBeGreaterThan(1 + 2 * relative);
  expect(naive.last).toBeGreaterThan(safe.losses[naive.losses.length]!);
});
