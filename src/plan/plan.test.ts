/** What the planner fuses, counts and prints. */
import { describe, expect, it } from 'vitest';
import { kernelByName } from '../../shaders/index';
import { decodeProgram, IDENTITY } from '../../shaders/program';
import { gradients } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { mlp, repack, unpack } from '../models/index';
import { batchIndices, gather, pack } from '../ops/index';
import { variable } from '../ops/leaf';
import { crossEntropy, meanSquaredError } from '../ops/losses';
import { matmul } from '../ops/matmul';
import { add, mul, relu, sub, tanh } from '../ops/pointwise';
import { max, mean } from '../ops/reduce';
import { sum } from '../ops/sum';
import { adamw } from '../optim/index';
import { breaches } from './interpret.testing';
import { plan, planBytes, printPlan, type Plan, type PlanOptions } from './index';

/** The functions that a dispatch applies beyond its own work, constants left out. */
const functionsOf = (p: Plan, at: number): readonly string[] => {
  const { options } = p.dispatches[at]!;
  return decodeProgram(String(options['epilogue'] ?? options['program'] ?? IDENTITY))
    .body.map(([f]) => f)
    .filter((f) => f !== 'const' && f !== 'constInt');
};
const shape = (p: Plan): readonly string[] => p.dispatches.map((d, i) => [d.kernel, ...functionsOf(p, i)].join(' '));

const x = variable('x', [20, 12], { perReplica: false });
const w = variable('w', [12, 8]);
const b = variable('b', [8]);
/** Other nodes on each call. */
const hidden = (): Tensor => relu(matmul(x, w));

describe('fusion', () => {
  it('puts bias and activation into the matmul', () => {
    expect(shape(plan({ outputs: { y: relu(add(matmul(x, w), b)) } }))).toEqual(['matmul add relu']);
    expect(shape(plan({ outputs: { y: tanh(mul(matmul(x, w), 2)) } }))).toEqual(['matmul mul tanh']);
  });
  it("puts relu's derivative into the backward matmul", () => {
    const v = variable('v', [8, 5]);
    const h = relu(add(matmul(x, w), b));
    const loss = sum(matmul(h, v));
    const p = plan({ outputs: { loss, dw: gradients(loss, [w])[0]! } });
    // h; hv and its sum; the ones written out; δ = 1·vᵀ ⊙ step(h); xᵀδ.
    expect(shape(p).toSorted()).toEqual(['matmul add relu', 'matmul', 'reduce', 'pointwise', 'matmul step mul', 'matmul'].toSorted());
  });
  it("puts a mean's 1/K into the reduction", () => {
    expect(shape(plan({ outputs: { y: mean(x) } }))).toEqual(['reduce mul']);
    expect(shape(plan({ outputs: { y: mean(x, [0]) } }))).toEqual(['reduce mul']);
    expect(shape(plan({ outputs: { y: sub(max(x, [1]), 1) } }))).toEqual(['reduce sub']);
  });
  it("puts a mean's 1/B into the cross-entropy's residual", () => {
    const labels = variable('labels', [20], { dtype: 'u32', perReplica: false });
    const z = matmul(x, w);
    const loss = crossEntropy(z, labels);
    expect(shape(plan({ outputs: { loss, dw: gradients(loss, [w])[0]! } }))).toEqual([
      'matmul',
      'softmaxCrossEntropy mul',
      'reduce mul',
      'matmul',
    ]);
  });
  it('makes one dispatch of pointwise ops with several results, and reads shared inputs once', () => {
    const y = add(x, 1);
    const p = plan({ outputs: { y, z: mul(y, x), u: relu(x) } });
    expect(p.dispatches).toHaveLength(1);
    expect(p.dispatches[0]!.args).toHaveLength(4);
  });
  it('shares out the k of a long product into few elements, and sums the parts', () => {
    const [long, tall] = [variable('long', [4096, 12]), variable('tall', [4096, 8])];
    const p = plan({ outputs: { y: mul(matmul(long, tall, { transA: true }), 2) } });
    expect(shape(p)).toEqual(['matmul', 'reduce mul']);
    expect(p.dispatches[0]!.dims).toMatchObject({ batch: 16, M: 12, K: 256, N: 8 });
    expect(breaches(p, 8)).toEqual([]);
  });
  it("stores a bias's gradient behind its weight's where both are parts of one vector, and apart where they are not", () => {
    const targets = variable('targets', [20, 8], { perReplica: false });
    const [dw, db] = gradients(meanSquaredError(add(matmul(x, w), b), targets), [w, b]) as [Tensor, Tensor];
    const packed = plan({
      outputs: {
        g: pack(
          [
            { tensor: dw, offset: 0 },
            { tensor: db, offset: 128 },
          ],
          192,
        ),
      },
    });
    const last = packed.dispatches.at(-1)!;
    expect(last).toMatchObject({ kernel: 'matmul', options: { columnSums: true }, dims: { sumsAt: 128 } });
    expect(packed.dispatches.some((d) => d.kernel === 'reduce')).toBe(false);
    expect(breaches(packed, 8)).toEqual([]);
    // The bias before the weight: what one binding of the kernel cannot hold is a step of its own.
    const turned = plan({
      outputs: {
        g: pack(
          [
            { tensor: db, offset: 0 },
            { tensor: dw, offset: 64 },
          ],
          192,
        ),
      },
    });
    expect(turned.dispatches.filter((d) => d.kernel === 'reduce')).toHaveLength(1);
    expect(breaches(turned, 8)).toEqual([]);
    expect(plan({ outputs: { dw, db } }).dispatches.filter((d) => d.kernel === 'reduce')).toHaveLength(1);
  });
  it('computes equal subexpressions once', () => {
    expect(
      plan({ outputs: { y: mul(hidden(), hidden()), z: sum(hidden()) } }).dispatches.filter((d) => d.kernel === 'matmul'),
    ).toHaveLength(1);
  });
  it('leaves alone what somebody else needs too, and what would make a cycle', () => {
    const z = matmul(x, w);
    expect(shape(plan({ outputs: { z, y: relu(z) } }))).toEqual(['matmul', 'pointwise relu']);
    const square = variable('s', [8, 8]);
    const h = matmul(square, square);
    // The sum needs the second product, which needs the first: neither product may wait for the sum as its epilogue and feed it too.
    expect(breaches(plan({ outputs: { y: add(h, matmul(h, square)) } }), 8)).toEqual([]);
  });
  it('splits where a dispatch would bind more buffers than the adapter allows', () => {
    const many = Array.from({ length: 12 }, (_, i) => variable(`v${i}`, [16]));
    const total = many.reduce((s, v) => add(s, v));
    for (const maxBindings of [4, 6, 8]) {
      const p = plan({ outputs: { total }, maxBindings });
      expect(breaches(p, maxBindings)).toEqual([]);
      // Each further dispatch takes maxBindings − 2 new vectors: one binding is the sum so far, one the result.
      expect(p.dispatches).toHaveLength(1 + Math.ceil((12 - (maxBindings - 1)) / (maxBindings - 2)));
    }
  });
  it('runs once, not per replica, what no replica changes', () => {
    const p = plan({ replicas: 7, outputs: { y: matmul(relu(x), w) } });
    expect(p.dispatches.map((d) => d.replicas)).toEqual([1, 7]);
  });
});

/** A step of AdamW on minibatches, with the loss as its metric. */
const adamStep = (): PlanOptions => {
  const model = mlp({ widths: [40, 100, 100, 10] });
  const theta = variable('theta', [model.layout.total]);
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const index = batchIndices(step, variable('seed', [], { dtype: 'u32' }), 1000, 32);
  const batch = {
    x: gather(variable('x', [1000, 40], { perReplica: false }), index),
    y: gather(variable('y', [1000], { dtype: 'u32', perReplica: false }), index),
  };
  const params = unpack(model.layout, theta);
  const loss = crossEntropy(model.apply(params, batch.x), batch.y);
  const names = Object.keys(params);
  const g = repack(model.layout, Object.fromEntries(gradients(loss, Object.values(params)).map((t, i) => [names[i]!, t])));
  const updates = [...adamw({ lr: 1e-3 }).update(theta, g, step, { count: true })];
  return { name: 'adamw step', replicas: 16, updates, metrics: { loss }, counter: step };
};

describe('a training step', () => {
  const p = plan(adamStep());
  it('is at most 15 dispatches for AdamW on three layers with minibatches', () => {
    console.log(printPlan(p));
    expect(p.dispatches.length).toBeLessThanOrEqual(15);
    expect(breaches(p, 8)).toEqual([]);
  });
  it('updates parameters, moments and counter in place, and writes gradients straight into their vector', () => {
    // No copies: nothing but what computes.
    expect(p.dispatches.filter((d, i) => d.kernel === 'pointwise' && functionsOf(p, i).length === 0)).toEqual([]);
    const last = p.dispatches.find((d) => d.kernel === 'adam')!;
    expect(last.args.slice(0, 3).map((a) => p.slots[a.slot]!.variable)).toEqual(['theta', 'moment1', 'moment2']);
  });
  it('states the work of every dispatch: 2·M·K·N for a product, once per replica', () => {
    const first = p.dispatches.find((d) => d.kernel === 'matmul')!;
    const [M, K, N] = [32, 40, 100];
    // Bias and relu: one operation each per element.
    expect(first.flops).toBe(16 * (2 * M * K * N + 2 * M * N));
    expect(first.bytes).toBe(16 * 4 * (M * K + K * N + M * N + N));
  });
  it('is plain data, and the same whenever it is planned', () => {
    expect(JSON.parse(JSON.stringify(p))).toEqual(p);
    expect(JSON.stringify(plan(adamStep()))).toBe(JSON.stringify(p));
  });
  it('prints each dispatch with its work, and the slots', () => {
    const lines = printPlan(p).split('\n');
    expect(lines).toHaveLength(1 + p.dispatches.length + p.slots.length);
    expect(lines[0]).toMatch(
      new RegExp(
        `^adamw step: ${p.dispatches.length} dispatches, 16 replicas, .*FLOP, .*B moved, .*B in ${p.slots.length} slots, .*B at best$`,
      ),
    );
    for (const line of lines.slice(1, 1 + p.dispatches.length)) expect(line).toMatch(/FLOP .*B /);
  });
  it('takes at most a quarter more than lifetimes allow', () => {
    expect(p.leastBytes).toBeLessThanOrEqual(planBytes(p));
    expect(planBytes(p) / p.leastBytes).toBeLessThanOrEqual(1.25);
  });
  it('shares slots between temporaries, and counts the bytes of all', () => {
    expect(planBytes(p)).toBe(p.slots.reduce((sum, s) => sum + 4 * s.size * s.replicas, 0));
    const temporaries = new Set(p.slots.filter((s) => s.variable === undefined && !s.kept).map((s) => s.id));
    const values = p.dispatches.flatMap((d) =>
      d.args.filter((a, i) => temporaries.has(a.slot) && kernelByName(d.kernel).bindings(d.options)[i]!.access === 'write'),
    );
    expect(temporaries.size).toBeLessThan(values.length);
  });
});

it('puts the steps of gradient descent into the epilogues of the gradients', () => {
  const y = variable('y', [20, 8], { perReplica: false });
  const loss = meanSquaredError(add(matmul(x, w), b), y);
  const [dw, db] = gradients(loss, [w, b]) as [Tensor, Tensor];
  const lr = variable('lr', []);
  const p = plan({
    updates: [
      [w, sub(w, mul(lr, dw))],
      [b, sub(b, mul(lr, db))],
    ],
    outputs: { loss },
  });
  // A kernel may not store over what its epilogue reads: the new values are copied at the end.
  expect(shape(p)).toEqual([
    'matmul add sub',
    'pointwise square mul mul',
    'reduce mul',
    'matmul mul sub',
    'reduce mul sub',
    'pointwise',
    'pointwise',
  ]);
  expect(breaches(p, 8)).toEqual([]);
});
