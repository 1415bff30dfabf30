/** What of the optimisers needs no device: hyperparameter vectors, their checks, multipliers by group. Their steps: src/runtime/optimisers.test.ts. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { variable } from '../ops/leaf';
import { HYPER } from '../ops/optimiser';
import { checkHyper } from './domain';
import { adam, adamw, groupScales, sgd, type Optimiser, type Schedule } from './optimiser';

/** One replica's hyperparameters by name. */
const hyperOf = (o: Optimiser, replicas = 1, r = 0): Readonly<Record<string, number>> => {
  const all = o.hyper(replicas);
  return Object.fromEntries(HYPER.map((name, j) => [name, all[r * HYPER.length + j]!]));
};
/** As stored. */
const f32 = Math.fround;

describe('hyperparameters', () => {
  it("have PyTorch's defaults", () => {
    expect(hyperOf(sgd({ lr: 0.1 }))).toMatchObject({ lr: f32(0.1), beta1: 0, weightDecay: 0, warmupSteps: 0 });
    expect(hyperOf(adam({ lr: 1e-3 }))).toMatchObject({
      lr: f32(1e-3),
      beta1: f32(0.9),
      beta2: f32(0.999),
      eps: f32(1e-8),
      weightDecay: 0,
    });
    expect(hyperOf(adamw({ lr: 1e-3 }))).toMatchObject({ weightDecay: f32(0.01) });
  });
  it('may differ between replicas, or be one number for all', () => {
    const o = adamw({
      lr: [1, 2, 3],
      weightDecay: [0, 0.5, 0.25],
      beta1: 0.5,
      schedule: { kind: 'cosine', warmup: 5, total: 50, final: 0.125 },
    });
    expect(o.hyper(3)).toHaveLength(3 * HYPER.length);
    for (const r of [0, 1, 2])
      expect(hyperOf(o, 3, r)).toMatchObject({
        lr: r + 1,
        weightDecay: [0, 0.5, 0.25][r]!,
        beta1: 0.5,
        warmupSteps: 5,
        totalSteps: 50,
        finalFraction: 0.125,
      });
  });
  it('refuse lists of another length than the replicas', () => {
    expect(() => sgd({ lr: [1, 2] }).hyper(3)).toThrow(ConfigError);
    expect(() => sgd({ lr: [1, 2] }).hyper(3)).toThrow('lr: 2 values for 3 replicas');
  });
});

describe('values outside their domains are refused by name, with what is allowed', () => {
  const AT_LEAST_0 = 'it must be finite and at least 0';
  const BELOW_1 = 'it must be in [0, 1)';
  it.each<readonly [string, () => Optimiser, string]>([
    ['a negative rate', () => sgd({ lr: -0.5 }), `sgd: lr is -0.5; ${AT_LEAST_0}`],
    ['an infinite rate', () => adamw({ lr: Infinity }), `adamw: lr is Infinity; ${AT_LEAST_0}`],
    ['a rate beyond float32', () => adam({ lr: 1e39 }), `adam: lr is 1e+39, which float32 rounds to Infinity; ${AT_LEAST_0}`],
    ["one replica's rate", () => adam({ lr: [0.1, 0.2, NaN] }), `adam: lr is NaN for replica 2; ${AT_LEAST_0}`],
    ['a decay below 0', () => adamw({ lr: 1, weightDecay: [0, -1e-3] }), `adamw: weightDecay is -0.001 for replica 1; ${AT_LEAST_0}`],
    ['a momentum of 1', () => sgd({ lr: 1, momentum: 1 }), `sgd: momentum is 1; ${BELOW_1}`],
    ['a negative momentum', () => sgd({ lr: 1, momentum: -0.1 }), `sgd: momentum is -0.1; ${BELOW_1}`],
    ['β1 of 1', () => adam({ lr: 1, beta1: 1 }), `adam: beta1 is 1; ${BELOW_1}`],
    [
      'β2 that rounds to 1',
      () => adamw({ lr: 1, beta2: 1 - 2 ** -30 }),
      `adamw: beta2 is ${1 - 2 ** -30}, which float32 rounds to 1; ${BELOW_1}`,
    ],
    ['ε of 0', () => adam({ lr: 1, eps: 0 }), 'adam: eps is 0; it must be finite and at least 2^-126'],
    ['ε that float32 rounds to 0', () => adam({ lr: 1, eps: 1e-46 }), 'adam: eps is 1e-46; it must be finite and at least 2^-126'],
    [
      'a negative warm-up',
      () => sgd({ lr: 1, schedule: { kind: 'constant', warmup: -3 } }),
      'schedule: warmup is -3; it must be a whole number',
    ],
    ['half a step', () => sgd({ lr: 1, schedule: { kind: 'step', every: 2.5 } }), 'schedule: every is 2.5; it must be a whole number'],
    ['more steps than are counted', () => sgd({ lr: 1, schedule: { kind: 'cosine', total: 2 ** 25 } }), 'schedule: total is 33554432'],
    ['γ below 0', () => sgd({ lr: 1, schedule: { kind: 'step', every: 1, gamma: -1 } }), 'schedule: gamma is -1'],
    ['an end below 0', () => sgd({ lr: 1, schedule: { kind: 'linear', total: 5, final: NaN } }), 'schedule: final is NaN'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
  it('the ends of the domains are allowed: 0, and the smallest ε', () => {
    expect(hyperOf(adam({ lr: 0, beta1: 0, beta2: 0, eps: 2 ** -126 }))).toMatchObject({ lr: 0, beta1: 0, beta2: 0, eps: 2 ** -126 });
    expect(hyperOf(sgd({ lr: 0, momentum: 0 }))).toMatchObject({ lr: 0 });
  });
  it('of a vector written as it is, by position', () => {
    const vector = adam({ lr: [1, 2] }).hyper(2);
    checkHyper(vector, true);
    vector[HYPER.length + HYPER.indexOf('eps')] = 0;
    checkHyper(vector, false);
    expect(() => checkHyper(vector, true)).toThrow('hyper: eps is 0 for replica 1');
  });
});

describe('kinds', () => {
  const [theta, g, step] = [variable('theta', [64]), variable('g', [64]), variable('step', [], { dtype: 'u32', perReplica: false })];
  const updated = (o: Optimiser): readonly string[] =>
    o.update(theta, g, step, { prefix: 'p.' }).map(([v]) => String(v.node.attrs['name']));
  it('have the state they need, under the prefix', () => {
    expect([sgd({ lr: 1 }), sgd({ lr: 1, momentum: 0 }), sgd({ lr: 1, momentum: 0.9 }), adam({ lr: 1 })].map((o) => o.state)).toEqual([
      [],
      [],
      ['momentum'],
      ['moment1', 'moment2'],
    ]);
    expect(updated(sgd({ lr: 1 }))).toEqual(['theta']);
    expect(updated(sgd({ lr: 1, momentum: [0, 0.9] }))).toEqual(['theta', 'p.momentum']);
    expect(updated(adamw({ lr: 1 }))).toEqual(['theta', 'p.moment1', 'p.moment2']);
  });
  it('have names', () => {
    expect(
      [sgd({ lr: 1 }), sgd({ lr: 1, momentum: 0.5 }), sgd({ lr: 1, momentum: 0.5, nesterov: true }), adam({ lr: 1 }), adamw({ lr: 1 })].map(
        (o) => o.name,
      ),
    ).toEqual(['sgd', 'sgd with momentum', 'nesterov', 'adam', 'adamw']);
  });
  it('refuse Nesterov without a momentum', () => {
    expect(() => sgd({ lr: 1, nesterov: true })).toThrow('Nesterov needs a momentum above 0');
  });
  it.each<readonly [Schedule, string]>([
    [{ kind: 'linear' }, 'above its warmup of 0, got none'],
    [{ kind: 'cosine', warmup: 10, total: 10 }, 'above its warmup of 10, got 10'],
    [{ kind: 'step', gamma: 0.5 }, 'needs `every`'],
  ])('refuse the schedule %o', (schedule, message) => {
    for (const make of [sgd, adam, adamw]) expect(() => make({ lr: 1, schedule })).toThrow(message);
  });
});

/** w over the 100 elements of W1, b over the 5 of b1. */
const spread = (w: number, b: number): readonly number[] =>
  Array.from({ length: 192 }, (_, i) => (i < 100 ? w : i >= 128 && i < 133 ? b : 0));
describe('groups', () => {
  const layout = {
    total: 192,
    parameters: [
      { name: 'W1', bias: false, offset: 0, size: 100 },
      { name: 'b1', bias: true, offset: 128, size: 5 },
    ],
  };
  it('spread their multipliers over the parameters, 1 by default and 0 between them', () => {
    const { lrScale, decayScale } = groupScales(layout, (name, bias) => (bias ? { decay: 0 } : { lr: name === 'W1' ? 3 : 1 }))!;
    expect([[...lrScale], [...decayScale]]).toEqual([spread(3, 1), spread(1, 0)]);
  });
  it('are refused below 0', () => {
    expect(() => groupScales(layout, (name) => ({ lr: name === 'b1' ? -1 : 1 }))).toThrow("groups, 'b1': lr is -1");
  });
  it('are absent where there are none', () => {
    expect(groupScales(layout, undefined)).toBeUndefined();
  });
});
