/** What a dispatch may bind: where an op's kernel would bind too much the planner splits it, with the same results, or refuses. */
import { describe, expect, it } from 'vitest';
import { LimitError } from '../core/errors';
import { stream } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/leaf';
import { HYPER } from '../ops/optimiser';
import { adam, adamw, sgd, type Optimiser } from '../optim/index';
import { checkBindings } from './bindings';
import { plan, printPlan, type Plan } from './index';
import { breaches, execute, part, type Values } from './interpret.testing';

const N = 128;
const R = 2;
const flat = (name: string, perReplica = true): Tensor => variable(name, [N], { perReplica });
const step = variable('step', [], { dtype: 'u32', perReplica: false });
/** An update with every input that it can have, which counts its steps. */
const planned = (optimiser: Optimiser, maxBindings: number): Plan =>
  plan({
    name: optimiser.name,
    replicas: R,
    maxBindings,
    updates: optimiser.update(flat('theta'), flat('gradient'), step, {
      count: true,
      mask: flat('mask'),
      lrScale: flat('lrScale', false),
      decayScale: flat('decayScale', false),
    }),
  });
const values = (optimiser: Optimiser, r: number): Values => {
  const { uniform } = stream(7, r);
  const positive = (from: number): Float64Array => Float64Array.from({ length: N }, (_, i) => Math.fround(uniform(from + i)));
  return {
    theta: positive(0),
    gradient: positive(N).map((g) => g - 0.5),
    momentum: positive(2 * N),
    moment1: positive(3 * N),
    moment2: positive(4 * N),
    mask: positive(5 * N).map((m) => (m < 0.2 ? 0 : 1)),
    lrScale: Float64Array.from({ length: N }, (_, i) => 1 / (1 + (i % 3))),
    decayScale: Float64Array.from({ length: N }, (_, i) => i % 2),
    step: Float64Array.of(4),
    hyper: Float64Array.from(optimiser.hyper(R)).slice(r * HYPER.length, (r + 1) * HYPER.length),
  };
};
const after = (optimiser: Optimiser, p: Plan): Readonly<Record<string, readonly number[]>> => {
  const memory = execute(
    p,
    Array.from({ length: R }, (_, r) => values(optimiser, r)),
  );
  return Object.fromEntries(
    p.updated.flatMap((name) => Array.from({ length: R }, (_, r) => [`${name} ${r}`, [...part(memory, p.variables[name]!, r)]])),
  );
};
const common = { lr: [0.1, 0.3], weightDecay: 0.1, schedule: { kind: 'cosine', warmup: 2, total: 20 } } as const;

describe.each<readonly [Optimiser, kernel: string, bound: number]>([
  [adam(common), 'adam', 9],
  [adamw(common), 'adam', 9],
  [sgd({ ...common, momentum: 0.9 }), 'sgd', 8],
  [sgd(common), 'sgd', 7],
])('$name with groups, a mask and a counter', (optimiser, kernel, bound) => {
  const [whole, split] = [planned(optimiser, bound), planned(optimiser, bound - 1)];
  it('is one dispatch where it may bind so many buffers', () => {
    expect(whole.dispatches.map((d) => d.kernel).toSorted()).toEqual([kernel, 'schedule'].toSorted());
    expect(JSON.stringify(planned(optimiser, bound + 2))).toBe(JSON.stringify(whole));
  });
  it('counts by itself where it may bind one fewer, once for all replicas, and gives the same', () => {
    expect(split.dispatches.map((d) => `${d.kernel} ×${d.replicas}`).toSorted()).toEqual(
      [`${kernel} ×${R}`, 'pointwise ×1', `schedule ×${R}`].toSorted(),
    );
    expect(breaches(split, bound - 1), printPlan(split)).toEqual([]);
    expect(after(optimiser, split)).toEqual(after(optimiser, whole));
    expect(after(optimiser, split)['step 1']).toEqual([5]);
  });
  it('is refused in words where even that is too much', () => {
    expect(() => planned(optimiser, bound - 2)).toThrow(LimitError);
    expect(() => planned(optimiser, bound - 2)).toThrow(
      new RegExp(
        `plan '${optimiser.name}': dispatch \\d, '${kernel}' for .*, binds ${bound - 1} storage buffers, ${bound - 2} are allowed`,
      ),
    );
  });
  it('is refused by what allows less than it was planned for', () => {
    expect(() => checkBindings(whole, bound - 1)).toThrow(expect.objectContaining({ needed: bound, allowed: bound - 1 }));
    expect(() => checkBindings(whole, bound)).not.toThrow();
  });
});
