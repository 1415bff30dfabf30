/** The number of replicas that a MemoryError names is the largest that passes the check. */
import { expect, it } from 'vitest';
import { MemoryError } from '../core/errors';
import { variable } from '../ops/leaf';
import { matmul } from '../ops/matmul';
import { relu } from '../ops/pointwise';
import { plan, type Plan } from '../plan/index';
import { checkMemory, isReplicated, type MemoryLimits } from './memoryCheck';
import { slotBytes } from '../plan/plan';

const planFor = (replicas: number): Plan =>
  plan({
    name: 'p',
    replicas,
    outputs: { y: matmul(relu(matmul(variable('x', [64, 32], { perReplica: false }), variable('w', [32, 48]))), variable('v', [48, 8])) },
  });
const check = (p: Plan, limits: MemoryLimits): void =>
  checkMemory(
    [p],
    p.slots.map((s) => ({ bytes: slotBytes(s), replicated: isReplicated(p, s) })),
    limits,
  );
const errorOf = (f: () => void): MemoryError => {
  try {
    f();
  } catch (error) {
    if (error instanceof MemoryError) return error;
  }
  throw new Error('no MemoryError');
};
const roomy: MemoryLimits = { maxBufferSize: 2 ** 40, maxStorageBufferBindingSize: 2 ** 40, budget: 2 ** 40 };

it.each<readonly [string, MemoryLimits]>([
  ['the budget', { ...roomy, budget: 300_000 }],
  ['one buffer', { ...roomy, maxBufferSize: 100_000 }],
  ['one binding', { ...roomy, maxStorageBufferBindingSize: 90_000 }],
  ['both', { maxBufferSize: 100_000, maxStorageBufferBindingSize: 2 ** 40, budget: 120_000 }],
])('where %s is too small', (_, limits) => {
  const error = errorOf(() => check(planFor(100), limits));
  expect(error.needed).toBeGreaterThan(error.allowed);
  const fits = Number(/at most (\d+) of the 100 replicas fit\. Nothing was allocated/.exec(error.message)![1]);
  check(planFor(fits), limits);
  expect(() => check(planFor(fits + 1), limits)).toThrow(MemoryError);
});
it('says so where fewer replicas would not help', () => {
  // The shared x alone takes 64·32·4 bytes.
  const { message } = errorOf(() => check(planFor(1), { ...roomy, maxBufferSize: 4096 }));
  expect(message).toContain('a tensor may have at most 1024 elements');
  expect(errorOf(() => check(planFor(3), { ...roomy, budget: 8192 })).message).toContain('use a smaller model or batch');
});
it('passes what just fits', () => {
  const p = planFor(2);
  const total = p.slots.reduce((sum, s) => sum + slotBytes(s), 0);
  const largest = Math.max(...p.slots.map(slotBytes));
  check(p, { maxBufferSize: largest, maxStorageBufferBindingSize: largest, budget: total });
  expect(() => check(p, { ...roomy, budget: total - 1 })).toThrow(MemoryError);
  expect(() => check(p, { ...roomy, maxBufferSize: largest - 1 })).toThrow(MemoryError);
});
