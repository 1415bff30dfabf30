/** Models around a model, in float64: another scale, another origin, its tangent. */
import { describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { variable } from '../ops/index';
import { interpret } from '../ops/interpret.testing';
import { ANCHOR, centred, linearize, mlp, scaled, tangent, unpack, type Model } from './index';

const model = mlp({ widths: [3, 5, 2], activation: 'tanh' });
const { total } = model.layout;
const random = (n: number, seed: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.fround(stream(seed, 1).uniform(i) - 0.5));
const [theta, anchor, x] = [random(total, 1), random(total, 2), random(12, 3)];
const outputs = (m: Model, at: Float64Array, more: Readonly<Record<string, readonly number[] | Float64Array>> = {}): Float64Array =>
  interpret(
    { y: m.apply(unpack(m.layout, variable('theta', [total])), variable('x', [4, 3])) },
    { theta: at, x, [ANCHOR]: anchor, ...more },
  ).values['y']!;
/** Anchor + s·(theta − anchor). */
const between = (s: number): Float64Array => anchor.map((a, i) => a + s * (theta[i]! - a));
/** Sums of some tens of products of numbers below 1, in another order. */
const ROUNDING = 2 ** -46;
const expectNear = (got: Float64Array, want: (i: number) => number): void =>
  got.forEach((v, i) => expect(Math.abs(v - want(i))).toBeLessThanOrEqual(ROUNDING));
const combined = (a: Float64Array, b: Float64Array, i: number): number => (4 * b[i]! - a[i]!) / 3;

describe('around a model', () => {
  const [here, there] = [outputs(model, theta), outputs(model, anchor)];
  it('scaled is α times it, α a number or a variable', () => {
    expect(outputs(scaled(model, 4), theta)).toEqual(here.map((v) => 4 * v));
    expect(outputs(scaled(model, variable('alpha', [])), theta, { alpha: [0.5] })).toEqual(here.map((v) => v / 2));
  });
  it('centred is 0 at the anchor, whatever that is called', () => {
    expect(outputs(centred(model), anchor)).toEqual(here.map(() => 0));
    expect(outputs(centred(model, 'other'), theta, { other: anchor })).toEqual(here.map((v, i) => v - there[i]!));
  });
  it('the tangent is linear, 0 at the anchor, and meets the model there to first order', () => {
    const along = outputs(tangent(model), theta);
    expect(outputs(tangent(model), anchor).map(Math.abs)).toEqual(along.map(() => 0));
    expectNear(outputs(tangent(model), between(-3)), (i) => -3 * along[i]!);
    expectNear(outputs(linearize(model), theta), (i) => there[i]! + along[i]!);
    // Central differences err by h²/6 of a third derivative: Richardson's combination leaves a fourth order, a 16th of it at half the step.
    const slope = (h: number): Float64Array => {
      const back = outputs(model, between(-h));
      return outputs(model, between(h)).map((v, i) => (v - back[i]!) / (2 * h));
    };
    const [coarse, fine, finer] = [slope(2 ** -4), slope(2 ** -5), slope(2 ** -6)] as const;
    along.forEach((v, i) => {
      const last = combined(fine, finer, i);
      expect(Math.abs(v - last)).toBeLessThanOrEqual(Math.abs(combined(coarse, fine, i) - last) + ROUNDING * 2 ** 6);
    });
  });
});
