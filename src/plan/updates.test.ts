/** Updates, outputs and constants where values and variables share storage: the plan against the graph. */
import { expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { broadcastTo, sum } from '../ops/sum';
import { constant, variable } from '../ops/leaf';
import { matmul } from '../ops/matmul';
import { adam } from '../ops/optimiser';
import { pack, slice } from '../ops/pack';
import { add, mul, relu, square, sub } from '../ops/pointwise';
import { reshape } from '../ops/reshape';
import { plan, printPlan, type Plan, type PlanOptions } from './index';
import { breaches, execute, interpret, part, type Values } from './interpret.testing';

const a = variable('a', [64]);
const b = variable('b', [64]);
const m = variable('m', [8, 8]);
const counts = (t: Tensor, from: number): Float64Array => Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => from + i);
const VALUES: Values = { a: counts(a, 1), b: counts(b, 100), m: counts(m, -30) };

/** Plans, checks the rules, runs, and compares every output and variable with the graph's own meaning. */
const check = (o: PlanOptions): Plan => {
  const p = plan({ replicas: 2, ...o });
  expect(breaches(p, 8), printPlan(p)).toEqual([]);
  const tables: readonly Values[] = [VALUES, Object.fromEntries(Object.entries(VALUES).map(([k, v]) => [k, v.map((x) => 2 * x + 1)]))];
  const memory = execute(p, tables);
  tables.forEach((table, r) => {
    const roots = [...Object.entries(o.outputs ?? {}), ...(o.updates ?? []).map(([v, t]) => [String(v.node.attrs['name']), t] as const)];
    const wants = interpret(
      roots.map(([, t]) => t),
      table,
    );
    roots.forEach(([name], i) =>
      expect(part(memory, p.outputs[name] ?? p.variables[name]!, r), `${name}\n${printPlan(p)}`).toEqual(wants[i]),
    );
  });
  return p;
};

it('swaps two variables', () => {
  check({
    updates: [
      [a, b],
      [b, a],
    ],
  });
});
it('exchanges two variables through arithmetic in one dispatch, both in place', () => {
  expect(
    check({
      updates: [
        [a, mul(b, 2)],
        [b, add(mul(a, 3), b)],
      ],
    }).dispatches,
  ).toHaveLength(1);
});
it('rotates three variables of equal size', () => {
  check({
    updates: [
      [a, b],
      [b, reshape(m, [64])],
      [m, reshape(a, [8, 8])],
    ],
  });
});
it('updates in place where nobody needs the old value later', () => {
  const p = check({ updates: [[a, add(a, b)]] });
  expect(p.dispatches).toHaveLength(1);
  expect(p.slots.every((s) => s.variable !== undefined)).toBe(true);
});
it('lets others read the old value before it is overwritten, though they were built later', () => {
  const next = add(a, b);
  const p = check({ updates: [[a, next]], outputs: { old: sum(square(a)), grown: sum(next) } });
  expect(p.slots.filter((s) => s.variable === undefined && s.size === 64)).toEqual([]);
});
it('keeps the old value for a reader that also needs the new one', () => {
  const next = matmul(m, m);
  check({ updates: [[m, next]], outputs: { both: matmul(next, m) } });
});
it('stores one value in two variables', () => {
  const next = mul(add(a, b), b);
  check({
    updates: [
      [a, next],
      [b, next],
    ],
  });
});
it('stores a part of a larger value', () => {
  const whole = mul(
    pack(
      [
        { tensor: a, offset: 0 },
        { tensor: b, offset: 64 },
      ],
      128,
    ),
    2,
  );
  check({
    updates: [
      [a, slice(whole, 0, [64])],
      [b, slice(whole, 64, [64])],
    ],
    outputs: { whole },
  });
});
it('reads a variable under two shapes while overwriting it', () => {
  check({ updates: [[a, add(a, mul(reshape(reshape(a, [8, 8]), [64]), b))]] });
});
it('gives the old value of an updated variable as an output, and a view of it', () => {
  check({ updates: [[a, add(a, 1)]], outputs: { old: a, view: reshape(a, [8, 8]) } });
});
it('gives the new value as an output', () => {
  const next = add(a, 1);
  check({ updates: [[a, next]], outputs: { next } });
});
it('gives a variable that nobody touches', () => {
  expect(check({ outputs: { a } }).dispatches).toEqual([]);
});
it('gives constants, repeated and sliced ones too', () => {
  const twos = broadcastTo(constant(2), [128]);
  const outputs = {
    one: constant(1),
    twos,
    some: slice(twos, 64, [64]),
    odd: slice(twos, 3, [5]),
    product: matmul(broadcastTo(constant(3), [2, 8]), m),
  };
  check({ outputs, updates: [[a, broadcastTo(constant(0), [64])]] });
});
it('packs one value twice, and views of it', () => {
  const x = relu(sub(a, 20));
  check({
    outputs: {
      twice: pack(
        [
          { tensor: x, offset: 0 },
          { tensor: reshape(x, [8, 8]), offset: 64 },
          { tensor: x, offset: 130 },
        ],
        195,
      ),
    },
  });
});
it('updates in place by an op that does so itself, copying where the old value is needed', () => {
  const [v, sched] = [variable('v', [64]), variable('sched', [8])];
  const [p1, m1, v1] = adam(a, b, v, square(a), sched) as [Tensor, Tensor, Tensor];
  expect(
    plan({
      updates: [
        [a, p1],
        [b, m1],
        [v, v1],
      ],
    }).dispatches.map((d) => d.kernel),
  ).toEqual(['pointwise', 'adam']);
  // Into other variables than the inputs' own: the op's in-place inputs are copied first.
  const crossed = plan({
    updates: [
      [a, m1],
      [b, p1],
      [v, v1],
    ],
    outputs: { old: a },
  });
  expect(breaches(crossed, 8), printPlan(crossed)).toEqual([]);
  const values: Values = {
    a: VALUES['a']!,
    b: VALUES['b']!,
    v: counts(v, 5),
    sched: Float64Array.of(0.1, 0.9, 0.99, 1e-8, 0.01, 0.1, 0.01, 0),
  };
  const memory = execute(crossed, [values]);
  const [want0, want1, want2] = interpret([p1, m1, v1], values);
  expect(['a', 'b', 'v'].map((name) => part(memory, crossed.variables[name]!, 0))).toEqual([want1, want0, want2]);
  expect(part(memory, crossed.outputs['old']!, 0)).toEqual(values['a']);
});

const shared = variable('shared', [64], { perReplica: false });
const index = variable('index', [64], { dtype: 'u32' });
it.each<readonly [what: string, options: PlanOptions, error: typeof ShapeError | typeof ConfigError, message: string]>([
  ['a new value of another shape', { updates: [[a, m]] }, ShapeError, "'a' is [64] but its new value is [8,8]"],
  ['a new value of another type', { updates: [[a, index]] }, ShapeError, "'a' is f32 but its new value is u32"],
  [
    'a shared variable updated per replica',
    { updates: [[shared, add(shared, a)]], replicas: 2 },
    ConfigError,
    "'shared' is shared by all replicas",
  ],
  ['an update of what is no variable', { updates: [[add(a, b), b]] }, ConfigError, "not the result of 'pointwise'"],
  [
    'two updates of one variable',
    {
      updates: [
        [a, b],
        [a, mul(b, 2)],
      ],
    },
    ConfigError,
    "'a' is updated twice",
  ],
  ['a metric that is no scalar', { metrics: { all: a } }, ShapeError, "'all' is [64]; a metric is a scalar: reduce it by sum or mean"],
  ['a metric of integers', { metrics: { n: variable('n', [], { dtype: 'u32' }) } }, ShapeError, "'n' is u32; a metric is f32"],
  ['one name for two shapes', { outputs: { x: sum(variable('a', [8])), y: sum(a) } }, ShapeError, "'a' is used as [8] and as [64]"],
  [
    'one name for two types',
    { outputs: { x: variable('a', [64], { dtype: 'u32' }), y: sum(a) } },
    ShapeError,
    "'a' is used as u32 and as f32",
  ],
  [
    'a counter that does not count',
    { metrics: { x: sum(a) }, counter: variable('step', [], { dtype: 'u32' }) },
    ConfigError,
    "the counter 'step' must be updated",
  ],
  ['no replica', { outputs: { a }, replicas: 0 }, ConfigError, 'replicas must be a positive integer, got 0'],
  ['an infinite constant', { outputs: { x: mul(a, constant(Infinity)) } }, ConfigError, 'a constant is Infinity'],
])('refuses %s', (_, options, error, message) => {
  expect(() => plan(options)).toThrow(error);
  expect(() => plan(options)).toThrow(message);
});
