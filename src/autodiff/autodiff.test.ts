/**
 * The transformations as functions: structures in and out, what has no derivative, and where the derivative is a convention. Values are small
 * integers and halves, so that every result is exact; e2e/ops.test.ts holds the rules against differences.
 */
import { describe, expect, it } from 'vitest';
import { NoRuleError, ShapeError } from '../core/errors';
import { topological, type Tensor } from '../graph/tensor';
import {
  abs,
  add,
  argmax,
  constant,
  crossEntropy,
  equal,
  gather,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  relu,
  reshape,
  scatterAdd,
  schedule,
  sgd,
  slice,
  softmax,
  square,
  sub,
  sum,
  toFloat,
  variable,
} from '../ops/index';
import { interpret, type Values } from '../ops/interpret.testing';
import { cotangents, grad, gradients, hvp, jvp, tangents, valueAndGrad, vjp } from './index';

const a = variable('a', [3]);
const b = variable('b', [3]);
const scalar = variable('s', []);
const labels = variable('labels', [2], { dtype: 'u32' });
const VALUES: Values = { a: [1, 2, -3], b: [4, -5, 6], s: [2], labels: [2, 0], m: [1, 2, 3, 4, 5, 6] };
const valueOf = (t: Tensor, values: Values = VALUES): readonly number[] => [...interpret({ t }, values).values['t']!];
const namesOf = (...roots: readonly Tensor[]): readonly string[] =>
  topological(roots).map(({ op, attrs }) => String(attrs['fn'] ?? op.name));

/** Σ x²y. */
const cubic = (x: Tensor, y: Tensor): Tensor => sum(mul(square(x), y));
const cubicOf = ([x, y]: readonly Tensor[]): Tensor => cubic(x!, y!);
const slopeAt = (f: (x: Tensor) => Tensor, x: readonly number[]): readonly number[] => valueOf(grad((t: Tensor) => sum(f(t)))(a), { a: x });
const refusal = (f: () => unknown): unknown => {
  try {
    f();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('structures', () => {
  it('differentiates a record into a record of the same names', () => {
    const [value, g] = valueAndGrad(({ x, y }: Readonly<Record<'x' | 'y', Tensor>>) => cubic(x, y))({ x: a, y: b });
    expect(valueOf(value)).toEqual([4 - 20 + 54]);
    expect(Object.keys(g)).toEqual(['x', 'y']);
    expect(valueOf(g.x)).toEqual([8, -20, -36]); // 2xy
    expect(valueOf(g.y)).toEqual([1, 4, 9]); // x²
  });
  it('differentiates a list into a list, and a tensor into a tensor', () => {
    const g = grad(([x, y]: readonly Tensor[]) => sum(mul(x!, y!)))([a, b]);
    expect(g.map((t) => valueOf(t))).toEqual([VALUES['b'], VALUES['a']]);
    expect(valueOf(grad((x: Tensor) => sum(square(x)))(a))).toEqual([2, 4, -6]);
  });
  it('leaves the other arguments alone', () => {
    const g = grad((x: Tensor, y: Tensor, power: number) => sum(mul(y, power === 2 ? square(x) : x)))(a, b, 2);
    expect(valueOf(g)).toEqual([8, -20, -36]);
  });
  it('gives zeros of the right shape for what is not used', () => {
    const unused = variable('unused', [2, 3]);
    const g = grad(({ x }: { readonly x: Tensor; readonly unused: Tensor }) => sum(x))({ x: a, unused });
    expect(g.unused.shape).toEqual([2, 3]);
    expect(valueOf(g.unused)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(valueOf(g.x)).toEqual([1, 1, 1]);
  });
  it('differentiates with respect to an intermediate value, alone and beside what it depends on', () => {
    const h = square(a);
    const y = sum(mul(h, a));
    expect(valueOf(gradients(y, [h])[0]!)).toEqual([1, 2, -3]);
    const [dh, da] = gradients(y, [h, a]);
    expect(valueOf(dh!)).toEqual([1, 2, -3]);
    expect(valueOf(da!)).toEqual([3, 12, 27]); // 3a²
  });
  it('adds up the ways by which a value is reached', () => {
    expect(valueOf(grad((x: Tensor) => sum(add(mul(x, x), add(x, x))))(a))).toEqual([4, 6, -4]); // 2x + 2
  });
  it('survives graphs deeper than the stack', () => {
    let y: Tensor = scalar;
    for (let i = 0; i < 20_000; i++) y = relu(y);
    expect(valueOf(gradients(y, [scalar])[0]!)).toEqual([1]);
  });
  it('packs the gradients of slices into one vector without adding any', () => {
    const theta = variable('theta', [192]);
    const [g] = gradients(sum(mul(slice(theta, 0, [3]), mul(slice(theta, 64, [3]), slice(theta, 128, [3])))), [theta]);
    expect(namesOf(g!).filter((n) => n === 'pack')).toEqual(['pack']);
    expect(namesOf(g!)).not.toContain('add');
  });
});

describe('jvp, vjp and hvp', () => {
  it('jvp returns the value and the directional derivative', () => {
    const [y, dy] = jvp((x: Tensor) => mul(square(x), scalar), a, b);
    expect(valueOf(y)).toEqual([2, 8, 18]);
    expect(valueOf(dy)).toEqual([16, -40, -72]); // 2·2·a·b
  });
  it('jvp repeats the tangent of an input that is broadcast', () => {
    // The reshape sees a tangent of the sum's shape although only the scalar has one.
    const y = reshape(add(a, scalar), [3, 1]);
    expect(valueOf(tangents([y], [scalar], [constant(5)])[0]!)).toEqual([5, 5, 5]);
  });
  it('a missing tangent counts zero, and a result that depends on none has tangent zero', () => {
    expect(valueOf(tangents([mul(a, b)], [a, b], [null, a])[0]!)).toEqual([1, 4, 9]);
    expect(valueOf(tangents([square(b)], [a], [b])[0]!)).toEqual([0, 0, 0]);
  });
  it('vjp pulls a cotangent back, into the structure of the argument', () => {
    const [y, pullback] = vjp(({ x }: { readonly x: Tensor }) => mul(x, x), { x: a });
    expect(valueOf(y)).toEqual([1, 4, 9]);
    expect(valueOf(pullback(b).x)).toEqual([8, -20, -36]);
  });
  it('several results add up; one without a cotangent counts zero', () => {
    const ys = [square(a), mul(a, scalar), sum(a)];
    expect(valueOf(cotangents(ys, [b, a, null], [a])[0]!)).toEqual([10, -16, -42]); // 2ab + 2a
  });
  it('hvp is the exact difference of a quadratic gradient', () => {
    // The gradient of Σ x²y is quadratic, so its central difference with any step is its derivative.
    const [u, w] = [variable('u', [3]), variable('w', [3])];
    const direction: Values = { u: [1, -2, 1], w: [3, 1, -1] };
    const at = (sign: number): Values => ({
      a: [...VALUES['a']!].map((v, i) => v + sign * direction['u']![i]!),
      b: [...VALUES['b']!].map((v, i) => v + sign * direction['w']![i]!),
    });
    const gradient = grad(cubicOf)([a, b]);
    hvp(cubicOf, [a, b], [u, w]).forEach((h, i) => {
      const [plus, minus] = [valueOf(gradient[i]!, at(1)), valueOf(gradient[i]!, at(-1))];
      expect(valueOf(h, { ...VALUES, ...direction })).toEqual(plus.map((p, k) => (p - minus[k]!) / 2));
    });
  });
});

describe('integers', () => {
  it('have derivative zero, and let derivatives of floats pass by', () => {
    const m = variable('m', [2, 3]);
    const [dm, dl] = gradients(sum(mul(gather(m, labels), 2)), [m, labels]);
    // Row 2 is out of range and gives NaN in the value; in the gradient it falls on no row.
    expect(valueOf(dm!)).toEqual([2, 2, 2, 0, 0, 0]);
    expect(dl).toMatchObject({ shape: [2], dtype: 'f32' });
    expect(valueOf(dl!)).toEqual([0, 0]);
    expect(gradients(crossEntropy(m, labels), [m])[0]!.shape).toEqual([2, 3]);
  });
  it('cut off what reaches the result through them alone', () => {
    expect(valueOf(gradients(sum(toFloat(argmax(reshape(a, [1, 3])))), [a])[0]!)).toEqual([0, 0, 0]);
    expect(valueOf(gradients(mul(sum(equal(labels, labels)), sum(a)), [a])[0]!)).toEqual([2, 2, 2]);
  });
  it('scatterAdd gives no cotangent to a row that it passed over', () => {
    const x = variable('a', [3]);
    const index = variable('i', [3], { dtype: 'u32' });
    const [g] = cotangents([scatterAdd(x, index, 2)], [variable('s2', [2])], [x]);
    expect(valueOf(g!, { ...VALUES, i: [1, 2, 0], s2: [10, 20] })).toEqual([20, 0, 10]);
  });
});

describe('conventions where there is no derivative', () => {
  it('relu and abs have derivative 0 at 0', () => {
    expect(slopeAt(relu, [-1, 0, 1])).toEqual([0, 0, 1]);
    expect(slopeAt(abs, [-1, 0, 1])).toEqual([-1, 0, 1]);
    expect(
      valueOf(
        hvp((x: Tensor) => sum(square(relu(x))), a, b),
        { a: [-1, 0, 1], b: [1, 1, 1] },
      ),
    ).toEqual([0, 0, 2]);
  });
  it('the largest elements share the derivative of their maximum, in both modes', () => {
    const m = variable('m', [2, 3]);
    const values: Values = { m: [5, 5, 1, 2, 2, 2], v: [6, 9], t: [1, 3, 100, 3, 6, 9] };
    const y = max(m, [1]);
    expect(valueOf(cotangents([y], [variable('v', [2])], [m])[0]!, values)).toEqual([3, 3, 0, 3, 3, 3]);
    expect(valueOf(tangents([y], [m], [variable('t', [2, 3])])[0]!, values)).toEqual([2, 6]);
  });
  it('arguments that tie share the derivative of maximum and minimum', () => {
    for (const [f, wins] of [
      [maximum, [0, 0.5, 1]],
      [minimum, [1, 0.5, 0]],
    ] as const) {
      const values: Values = { a: [1, 2, 3], b: [2, 2, 2] };
      const [da, db] = gradients(sum(f(a, b)), [a, b]);
      expect(valueOf(da!, values)).toEqual(wins);
      expect(valueOf(db!, values)).toEqual(wins.map((w) => 1 - w));
      expect(valueOf(tangents([f(a, b)], [a, b], [a, a])[0]!, values)).toEqual([1, 2, 3]);
    }
  });
});

const expectShapeError = (f: () => unknown, message: string): void => {
  expect(refusal(f)).toBeInstanceOf(ShapeError);
  expect(f).toThrow(message);
};

describe('refusals', () => {
  it('names the shape of a function that is no scalar, and says what to do', () => {
    expectShapeError(() => grad((x: Tensor) => square(x))(a), 'grad: the function must return a scalar, not [3]: reduce it by sum or mean');
    expectShapeError(() => grad((x: Tensor) => argmax(x))(a), 'grad: the function must return f32, not u32');
  });
  it('names the tangent or cotangent of another shape', () => {
    expectShapeError(() => jvp((x: Tensor) => square(x), a, scalar), 'jvp: tangent 0 is [], its primal [3]');
    expectShapeError(() => vjp((x: Tensor) => sum(x), a)[1](b), "vjp: cotangent 0 is [3], its function's value []");
  });
  it('names the op that has no rule, and the rule', () => {
    const p = variable('p', [64]);
    const [next] = sgd(p, undefined, p, schedule(variable('step', [], { dtype: 'u32' }), variable('hyper', [12]), 'constant'));
    const forward = (): unknown => tangents([next!], [p], [p]);
    const reverse = (): unknown => gradients(sum(next!), [p]);
    for (const [f, rule] of [
      [forward, 'jvp'],
      [reverse, 'vjp'],
    ] as const) {
      expect(refusal(f)).toBeInstanceOf(NoRuleError);
      expect(refusal(f)).toMatchObject({ op: 'sgd', transform: rule });
      expect(f).toThrow(`${rule}: the op 'sgd' has no ${rule} rule; its result cannot be differentiated`);
    }
  });
  it('does not mind an op without a rule that the derivative does not pass through', () => {
    const p = variable('p', [64]);
    const [next] = sgd(p, undefined, p, schedule(variable('step', [], { dtype: 'u32' }), variable('hyper', [12]), 'constant'));
    expect(gradients(mul(sum(next!), scalar), [scalar])[0]!.shape).toEqual([]);
    expect(gradients(sum(next!), [next!])[0]!.shape).toEqual([64]);
  });
});

describe('known second derivatives', () => {
  it('of a quadratic form is its matrix, symmetrised', () => {
    const [A, x, v] = [variable('A', [2, 2]), variable('x', [2, 1]), variable('v', [2, 1])];
    const h = hvp((t: Tensor) => sum(matmul(t, matmul(A, t), { transA: true })), x, v);
    expect(valueOf(h, { A: [1, 2, 5, 3], x: [7, -1], v: [1, 10] })).toEqual([2 + 70, 7 + 60]);
  });
  it('of a linear function is zero', () => {
    expect(valueOf(hvp((t: Tensor) => mean(sub(t, b)), a, b))).toEqual([0, 0, 0]);
  });
  it('of the sum of a softmax is zero up to rounding, as the sum is 1', () => {
    // Each of the sums below is of 3 terms no larger than max |v| = 6, with at most 8 roundings of 2⁻⁵³ behind each term.
    for (const h of valueOf(hvp((t: Tensor) => sum(softmax(t)), a, b))) expect(Math.abs(h)).toBeLessThanOrEqual(3 * 8 * 6 * 2 ** -53);
  });
});
