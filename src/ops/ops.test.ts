/** What the ops refuse, what their builders simplify, and what the losses sum or average. e2e/ops.test.ts holds what they compute. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../core/errors';
import { topological, type Tensor } from '../graph/tensor';
import {
  adam,
  add,
  addInt,
  argmax,
  attention,
  batchIndices,
  broadcastTo,
  constant,
  crossEntropy,
  embedding,
  equal,
  errorRate,
  gather,
  headApply,
  headScores,
  layerNorm,
  halfSquaredError,
  matmul,
  max,
  mean,
  meanSquaredError,
  mergePacks,
  mul,
  normal,
  pack,
  placePosition,
  relu,
  reshape,
  rmsNorm,
  scatterAdd,
  schedule,
  sgd,
  slice,
  softmax,
  softmaxCrossEntropy,
  squaredNorm,
  sum,
  sumTo,
  takePosition,
  transpose,
  uniform,
  variable,
} from './index';
import { interpret, type Values } from './interpret.testing';

const x = variable('x', [2, 3]);
const y = variable('y', [4, 3]);
const vector = variable('vector', [5]);
const scalar = variable('scalar', []);
const heads = (n: number, positions: number): Tensor => variable('heads', [n, positions, 2, 4]);
const index = variable('index', [2], { dtype: 'u32' });
const count = variable('count', [], { dtype: 'u32' });
const flat = variable('flat', [64]);
const hyper = variable('hyper', [12]);
const valueOf = (t: Tensor, values: Values): readonly number[] => [...interpret({ t }, values).values['t']!];
const opsOf = (t: Tensor): readonly string[] => topological([t]).map(({ op }) => op.name);

const vectorAt = (offset: number, total = 192): Tensor => pack([{ tensor: vector, offset }], total);

describe('refusals name the op and the shapes', () => {
  it.each<readonly [op: string, build: () => unknown, message: string]>([
    ['add', () => add(x, y), '[2,3] and [4,3] do not broadcast: axis -2 is 2 against 4'],
    ['relu', () => relu(index), 'argument 0 is u32, must be f32'],
    ['equal', () => equal(index, vector), 'argument 1 is f32, must be u32'],
    ['addInt', () => addInt(x, count), 'argument 0 is f32, must be u32'],
    ['broadcastTo', () => broadcastTo(x, [3]), '[2,3] does not fit into [3]'],
    ['broadcastTo', () => broadcastTo(x, [2, 4]), '[2,3] and [2,4] do not broadcast: axis -1 is 3 against 4'],
    ['reshape', () => reshape(x, [5]), '[2,3] has 6 elements, [5] has 5'],
    ['reshape', () => reshape(x, [-2, -3]), 'the result would be [-2,-3]; every axis must be a positive integer'],
    ['transpose', () => transpose(x, [0, 0]), 'axes [0,0] are no permutation of the axes of [2,3]'],
    ['transpose', () => transpose(x, [0, 2]), 'axes [0,2] are no permutation of the axes of [2,3]'],
    ['transpose', () => transpose(variable('v', [1, 1, 1, 1, 1])), '[1,1,1,1,1] has rank 5; at most 4'],
    ['slice', () => slice(vector, 3, [3]), 'elements 3…6 of [5], which has 5'],
    ['slice', () => slice(vector, -1, [3]), 'elements -1…2 of [5], which has 5'],
    [
      'pack',
      () =>
        pack(
          [
            { tensor: x, offset: 0 },
            { tensor: vector, offset: 5 },
          ],
          64,
        ),
      'part 1 [5] starts at 5, before the end 6 of the part before it',
    ],
    ['pack', () => pack([{ tensor: x, offset: 60 }], 64), 'the parts end at 66, beyond the total of 64'],
    [
      'pack',
      () =>
        pack(
          [
            { tensor: x, offset: 0 },
            { tensor: index, offset: 8 },
          ],
          64,
        ),
      'part 1 is u32, part 0 is f32',
    ],
    ['matmul', () => matmul(x, y), 'op(A) is [2,3] (A [2,3]) but op(B) is [4,3] (B [4,3]): K differs'],
    ['matmul', () => matmul(x, vector), 'an operand is [5]; both need at least two axes'],
    ['matmul', () => matmul(variable('p', [2, 3, 4]), variable('q', [5, 4, 3])), 'the batches of A [2,3,4] and B [5,4,3] differ'],
    ['sum', () => sum(x, [2]), 'axis 2 of a tensor of rank 2'],
    ['max', () => max(x, [-3]), 'axis -3 of a tensor of rank 2'],
    ['argmax', () => argmax(scalar), 'axis -1 of a tensor of rank 0'],
    ['gather', () => gather(x, vector), 'the index is f32 [5]; it must be u32 with one axis'],
    ['gather', () => gather(scalar, index), 'the source is a scalar; it needs a first axis to index'],
    ['scatterAdd', () => scatterAdd(y, index, 3), 'the source is f32 [4,3], the index [2]: the first axes must agree'],
    ['gather', () => embedding(y, variable('floats', [2, 3])), 'the index is f32 [6]; it must be u32 with one axis'],
    ['attention', () => attention(heads(2, 3), heads(2, 4), heads(2, 3)), 'keys are [2,4,2,4], values [2,3,2,4]; their shapes must agree'],
    [
      'attention',
      () => attention(heads(2, 4), heads(2, 3), heads(2, 3)),
      '4 queries of 3 positions; causally the queries are the last positions',
    ],
    ['attention', () => attention(x, x, x, { form: 'composed' }), 'queries are [2,3], keys [2,3]; they must be [n,S,h,d] and [n,T,h,d]'],
    [
      'headProduct',
      () => headScores(heads(2, 3), heads(3, 3), { causal: true }),
      'queries are [2,3,2,4], keys [3,3,2,4]; they must be [n,S,h,d] and [n,T,h,d]',
    ],
    [
      'headProduct',
      () => headApply(heads(2, 2), heads(2, 3), { causal: false }),
      'weights are [2,2,2,4], what they weigh [2,3,2,4]; they must be [n,h,S,T] and [n,T,h,d]',
    ],
    ['normalise', () => layerNorm(x, vector), 'scale and bias of [2,3] must be [3], got [5]'],
    ['normalise', () => layerNorm(x, undefined, variable('b', [3])), 'a bias [3] without a scale; give both, or add the bias'],
    ['normalise', () => rmsNorm(scalar), 'the input is a scalar; it needs a last axis to normalise over'],
    ['takePosition', () => takePosition(x, 3), 'position 3 of [2,3]'],
    ['placePosition', () => placePosition(x, -1, 3), 'position -1 of 3, of [2,3]'],
    ['softmax', () => softmax(scalar), 'the input is a scalar; it needs a last axis to normalise over'],
    [
      'softmaxCrossEntropy',
      () => softmaxCrossEntropy(y, index),
      'logits are [4,3], labels u32 [2]; labels must be u32, one per row of logits',
    ],
    ['uniform', () => uniform(vector, [3], 1), 'the key is f32 [5]; it must be u32 [2]: seed and step'],
    ['normal', () => normal(count, [3], 1), 'the key is u32 []; it must be u32 [2]: seed and step'],
    ['batchIndices', () => batchIndices(count, count, 4, 5), 'a batch of 5 from 4 examples'],
    ['batchIndices', () => batchIndices(index, count, 4, 2), 'step and seed must be u32 scalars, got u32 [2]'],
    ['schedule', () => schedule(scalar, hyper, 'constant'), 'step is f32 [], hyper [12]; they must be u32 [1] and f32 [12]'],
    ['sgd', () => sgd(vector, undefined, vector, hyper), 'parameters must be one flat vector of a multiple of 64 elements, not [5]'],
    ['adam', () => adam(flat, flat, vector, flat, hyper), 'input 2 is [5], the parameters are [64]'],
  ])('%s', (op, build, message) => {
    let error: unknown;
    try {
      build();
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(ShapeError);
    expect(error).toMatchObject({ op, message: `${op}: ${message}` });
  });
});

describe('builders leave out what changes nothing', () => {
  it('sums with 0, products with 1, and shapes that stay', () => {
    for (const same of [
      add(x, 0),
      add(0, x),
      mul(x, 1),
      mul(1, x),
      reshape(x, [2, 3]),
      broadcastTo(x, [2, 3]),
      sum(x, []),
      sumTo(x, [2, 3]),
    ])
      expect(same).toBe(x);
  });
  it('but keep those that change the shape', () => {
    expect(add(x, variable('zero', [4, 1, 1])).shape).toEqual([4, 2, 3]);
    expect(mul(constant(1), constant(1)).shape).toEqual([]);
  });
  it('a batch times one shared matrix is a single product of more rows', () => {
    const z = matmul(variable('p', [7, 5, 4]), variable('q', [4, 3]));
    expect(z.shape).toEqual([7, 5, 3]);
    expect(topological([z]).find(({ op }) => op.name === 'matmul')!.outputs[0]!.shape).toEqual([35, 3]);
  });
  it('disjoint packs of one length merge into one pack; others do not', () => {
    const merged = mergePacks(vectorAt(128), mergePacks(vectorAt(0), vectorAt(64))!)!;
    expect(merged.node.attrs['offsets']).toEqual([0, 64, 128]);
    expect(opsOf(merged).filter((o) => o === 'pack')).toHaveLength(1);
    expect(mergePacks(vectorAt(0), vectorAt(4))).toBeUndefined();
    expect(mergePacks(vectorAt(0), vectorAt(64, 256))).toBeUndefined();
    expect(mergePacks(vectorAt(0), variable('whole', [192]))).toBeUndefined();
  });
  it('sumTo undoes broadcastTo up to the number of repeats', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.nat({ max: 4 }), (out, unit, drop) => {
        const from = out.map((d, i) => (unit[i] ? 1 : d)).slice(Math.min(drop, out.length));
        const size = from.reduce((n, d) => n * d, 1);
        const values = { t: Array.from({ length: size }, (_, i) => i - 2) };
        const repeats = out.reduce((n, d) => n * d, 1) / size;
        const back = sumTo(broadcastTo(variable('t', from), out), from);
        expect(back.shape).toEqual(from);
        expect(valueOf(back, values)).toEqual(values.t.map((v) => v * repeats));
      }),
    );
  });
});

describe('losses', () => {
  const values: Values = { x: [0, 0, 0, 1000, 0, 0], index: [1, 0], target: [1, 1, 1, 1, 1, 1] };
  const target = variable('target', [2, 3]);

  it('crossEntropy is the mean over examples, in nats', () => {
    // ln 3 for the even logits; 0 for the certain ones, as e^−1000 is 0.
    expect(valueOf(crossEntropy(x, index), values)).toEqual([Math.log1p(2) * 0.5]);
  });
  it('meanSquaredError is the mean over examples and outputs', () => {
    // The factor 1/6 of the mean is an f32.
    expect(valueOf(meanSquaredError(x, target), values)).toEqual([(5 + 999 ** 2) * Math.fround(1 / 6)]);
  });
  it('halfSquaredError is half the mean over examples of the sum over outputs', () => {
    expect(valueOf(halfSquaredError(x, target), values)).toEqual([(5 + 999 ** 2) / 4]);
  });
  it('errorRate is the share of wrong examples; ties go to the lowest class', () => {
    expect(valueOf(errorRate(x, index), values)).toEqual([0.5]);
    expect(valueOf(errorRate(x, index), { ...values, index: [0, 0] })).toEqual([0]);
  });
  it('weights are divided by the number of examples, or by themselves', () => {
    const weight = variable('weight', [2]);
    // The first example is wrong, the second right.
    const wrong: Values = { x: [0, 8, 0, 8, 0, 0], index: [0, 0], weight: [3, 5] };
    expect(valueOf(errorRate(x, index, weight), { ...wrong, weight: [0.5, 1.5] })).toEqual([1 / 4]);
    expect(valueOf(errorRate(x, index, weight, { divideBy: 'weights' }), wrong)).toEqual([3 / 8]);
    const errors = { x: [1, 1, 1, 3, 3, 3], target: [0, 0, 0, 1, 1, 1], weight: [3, 5] };
    const [first, second] = [3 * Math.fround(1 / 3), 12 * Math.fround(1 / 3)];
    expect(valueOf(meanSquaredError(x, target, weight), errors)).toEqual([(3 * first + 5 * second) / 2]);
    expect(valueOf(meanSquaredError(x, target, weight, { divideBy: 'weights' }), errors)).toEqual([(3 * first + 5 * second) / 8]);
    expect(valueOf(crossEntropy(x, index, weight, { divideBy: 'weights' }), { ...values, weight: [1, 3] })).toEqual([Math.log1p(2) / 4]);
  });
  it('squaredNorm sums over everything', () => {
    expect(valueOf(squaredNorm(target), values)).toEqual([6]);
  });
  it('mean is over the reduced axes alone', () => {
    expect(valueOf(mean(variable('x', [2, 2]), [1]), { x: [1, 3, 5, 9] })).toEqual([2, 7]);
  });
});

describe('random tensors', () => {
  const key = variable('key', [2], { dtype: 'u32' });
  const draws = (seed: number, step: number, use: number): readonly number[] => valueOf(uniform(key, [8], use), { key: [seed, step] });

  it('repeat with the same seed, step and use, and differ where one of them differs', () => {
    const first = draws(1, 2, 3);
    expect(draws(1, 2, 3)).toEqual(first);
    for (const other of [draws(2, 2, 3), draws(1, 3, 3), draws(1, 2, 4)]) expect(other).not.toEqual(first);
  });
  it('of a longer shape begin with those of a shorter one', () => {
    const [long, short] = [normal(key, [3, 5], 7), normal(key, [4], 7)].map((t) => valueOf(t, { key: [5, 6] })) as [
      readonly number[],
      readonly number[],
    ];
    expect(long.slice(0, 4)).toEqual(short);
  });
});
