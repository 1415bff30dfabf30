import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { infiniteWidth, inputGram } from './infiniteWidth';
import { choleskyRegression, kernelAlignment, labelAlignment, linearisedDynamics, relativeDistance } from './kernelRegression';
import { dense, minNorm, multiply, svd, transpose, type Dense } from './linalg';
import { fill, normals } from './testRandom';

const norm = ({ data }: Dense): number => Math.hypot(...data);
const minus = (A: Dense, B: Dense): Dense => ({ ...A, data: A.data.map((a, i) => a - B.data[i]!) });
const scaled = (A: Dense, by: number): Dense => ({ ...A, data: A.data.map((a) => a * by) });
const gramOf = (X: Dense, X2 = X): Dense => multiply(X, transpose(X2));
const eye = (n: number, by: number): Dense =>
  dense(
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? by : 0)),
    n,
    n,
  );
const sum = (A: Dense, B: Dense): Dense => ({ ...A, data: A.data.map((a, i) => a + B.data[i]!) });
const condition = (K: Dense): number => {
  const { s } = svd(K);
  return s[0]! / s.at(-1)!;
};
/** The NTK of a ReLU network with two hidden layers: n training and m test inputs of 4 numbers. */
const ntk = (n: number, m: number): { readonly theta: Dense; readonly cross: Dense; readonly next: () => number } => {
  const next = normals(100 * n + m);
  const [X, test] = [fill(n, 4, next), fill(m, 4, next)];
  const net = { activation: 'relu', depth: 2, weightVariance: 2, biasVariance: 0.1 } as const;
  return { theta: infiniteWidth(inputGram(X), net).ntk, cross: infiniteWidth(inputGram(test, X), net).ntk, next };
};

describe('choleskyRegression', () => {
  it.each([
    [1, 0],
    [12, 0],
    [12, 0.3],
    [25, 2],
  ])('solves (K + σ²I)c = Y and predicts K_*c: n = %i, σ² = %d', (n, noise) => {
    const { theta, cross, next } = ntk(n, 5);
    const Y = fill(n, 3, next);
    const { coefficients, predict } = choleskyRegression(theta, Y, noise);
    const A = sum(theta, eye(n, noise));
    // Cholesky solves a system whose matrix is off by 4n(3n + 1)·u of ‖A‖: Higham (2002), Theorem 10.4, with u = ε/2.
    const backward = 2 * n * (3 * n + 1) * Number.EPSILON * norm(A) * norm(coefficients);
    expect(norm(minus(multiply(A, coefficients), Y))).toBeLessThanOrEqual(backward + n * Number.EPSILON * norm(A) * norm(coefficients));
    const direct = multiply(cross, minNorm(A, Y));
    expect(norm(minus(predict(cross), direct))).toBeLessThanOrEqual(
      2 * condition(A) * 2 * n * (3 * n + 1) * Number.EPSILON * norm(cross) * norm(coefficients),
    );
  });
  it('takes a kernel that is symmetric up to rounding, as a GPU computes it', () => {
    const { theta, next } = ntk(6, 1);
    const Y = fill(6, 1, next);
    const uneven = { ...theta, data: theta.data.map((v, at) => (Math.floor(at / 6) < at % 6 ? v * (1 + 2 ** -20) : v * (1 - 2 ** -20))) };
    const even = { ...theta, data: theta.data.map((v, at) => (at % 7 === 0 ? v * (1 - 2 ** -20) : v)) }; // the mean of the two factors is 1
    const [got, want] = [choleskyRegression(uneven, Y, 1), choleskyRegression(even, Y, 1)].map((r) => r.coefficients) as [Dense, Dense];
    expect(norm(minus(got, want))).toBeLessThanOrEqual(condition(sum(theta, eye(6, 1))) * 4 * 6 * 19 * Number.EPSILON * norm(want));
  });
  it('interpolates without noise, and shrinks towards 0 with it', () => {
    const { theta, next } = ntk(10, 1);
    const Y = fill(10, 2, next);
    const at = (noise: number): Dense => choleskyRegression(theta, Y, noise).predict(theta);
    expect(norm(minus(at(0), Y))).toBeLessThanOrEqual(condition(theta) * 2 * 10 * 31 * Number.EPSILON * norm(Y));
    expect([0, 0.1, 1, 10].map((noise) => norm(at(noise)))).toEqual(
      [0, 0.1, 1, 10].map((noise) => norm(at(noise))).toSorted((a, b) => b - a),
    );
  });
  it.each([
    [
      'a duplicate input',
      dense(Float64Array.of(4, 4, 2, 4, 4, 2, 2, 2, 3), 3, 3),
      /not positive definite.*pivot, of example 1, is 0,.*Add noise.*duplicate/,
    ],
    ['an indefinite matrix', dense(Float64Array.of(1, 2, 2, 1), 2, 2), /pivot, of example 1, is -3,/],
    ['a duplicate up to rounding', dense(Float64Array.of(1, 1, 1, 1 + Number.EPSILON), 2, 2), /pivot, of example 1, is 2\.2\d+e-16,/],
  ])('names the smallest pivot of %s, and noise cures it', (_, K, message) => {
    const Y = dense(new Float64Array(K.rows).fill(1), K.rows, 1);
    expect(() => choleskyRegression(K, Y, 0)).toThrow(ConfigError);
    expect(() => choleskyRegression(K, Y, 0)).toThrow(message);
    expect(() => choleskyRegression(K, Y, 2)).not.toThrow();
  });
  it('refuses what does not fit', () => {
    const Y = dense(new Float64Array(2), 2, 1);
    expect(() => choleskyRegression(dense(new Float64Array(6), 2, 3), Y, 1)).toThrow(/\[2,3\]; it must be square/);
    expect(() => choleskyRegression(eye(3, 1), Y, 1)).toThrow(/\[3,3\] but the targets are \[2,1\]/);
    expect(() => choleskyRegression(eye(2, NaN), Y, 1)).toThrow(ConfigError);
    expect(() => choleskyRegression(eye(2, 1), Y, -1)).toThrow(ConfigError);
    expect(() => choleskyRegression(eye(2, 1), Y, 0).predict(eye(3, 1))).toThrow(/test × train/);
  });
});

describe('linearisedDynamics', () => {
  it.each([
    [8, 0.3],
    [8, 0.99],
    [13, 1.02],
  ])('equals gradient descent in function space, step by step: n = %i, %d of the largest step', (n, share) => {
    const { theta, cross, next } = ntk(n, 4);
    const [Y, f0, start] = [fill(n, 2, next), fill(n, 2, next), fill(4, 2, next)];
    const eta = share * linearisedDynamics(theta, Y, f0, 1).maxStep;
    const { train, test } = linearisedDynamics(theta, Y, f0, eta);
    const growth = Math.max(1, 2 * share - 1); // largest |1 − η·rate|
    let [f, g] = [f0, start];
    const reach = (eta / n) * Math.max(norm(theta), norm(cross));
    for (let t = 0; t <= 60; t++) {
      // A step rounds a product of n terms of size η/n·‖Θ‖·‖f − Y‖, and an update; what it errs by grows by at most `growth` a step on the training
      // inputs, and there by what it is times reach on the others. The closed form's eigenpairs err by n²ε‖Θ‖ (see linalg.test.ts), which t steps add up.
      const size = growth ** t * (norm(f0) + norm(Y)) + norm(start) + (t + 1) * reach * (norm(f0) + norm(Y));
      const bound = (t + 1) ** 2 * growth ** t * (n * n + 2) * Number.EPSILON * (1 + reach) ** 2 * size;
      expect(norm(minus(train(t), f))).toBeLessThanOrEqual(bound);
      expect(norm(minus(test(t, cross, start), g))).toBeLessThanOrEqual(bound);
      const residual = minus(f, Y);
      [f, g] = [minus(f, scaled(multiply(theta, residual), eta / n)), minus(g, scaled(multiply(cross, residual), eta / n))];
    }
  });
  it('starts at f₀ and ends, at t = ∞, at the targets and the kernel’s regression', () => {
    const { theta, cross, next } = ntk(9, 5);
    const [Y, f0, start] = [fill(9, 2, next), fill(9, 2, next), fill(5, 2, next)];
    const { train, test, maxStep } = linearisedDynamics(theta, Y, f0, 0.01);
    expect(0.01).toBeLessThan(maxStep);
    expect(train(0)).toEqual(f0);
    expect(test(0, cross, start)).toEqual(start);
    const rounding = 81 * Number.EPSILON * condition(theta) * (norm(Y) + norm(f0));
    expect(norm(minus(train(Infinity), Y))).toBeLessThanOrEqual(rounding);
    const regression = sum(start, choleskyRegression(theta, minus(Y, f0), 0).predict(cross));
    expect(norm(minus(test(Infinity, cross, start), regression))).toBeLessThanOrEqual(
      10 * rounding * (norm(cross) / norm(theta)) * condition(theta),
    );
    expect(norm(minus(test(2 ** 40, cross, start), test(Infinity, cross, start)))).toBeLessThanOrEqual(rounding * norm(cross));
  });
  it('of a full kernel of several outputs is gradient descent on them, in a mean over examples alone', () => {
    const [n, k, m, eta, steps] = [5, 3, 2, 0.05, 25];
    const { next } = ntk(n, m);
    // Features of (example, output) rows: outputs share parameters, so the kernel is no multiple of the identity over them.
    const [F, test] = [fill(n * k, 20, next), fill(m * k, 20, next)];
    const [theta, cross] = [gramOf(F), gramOf(test, F)];
    const [Y, f0, start] = [fill(n * k, 1, next), fill(n * k, 1, next), fill(m * k, 1, next)];
    const dynamics = linearisedDynamics(theta, Y, f0, eta, n);
    expect(Math.abs(dynamics.maxStep * dynamics.rates.at(-1)! - 2)).toBeLessThanOrEqual(4 * Number.EPSILON);
    expect(eta).toBeLessThan(dynamics.maxStep);
    let [f, g] = [f0, start];
    for (let t = 0; t < steps; t++) {
      const residual = minus(f, Y);
      [f, g] = [minus(f, scaled(multiply(theta, residual), eta / n)), minus(g, scaled(multiply(cross, residual), eta / n))];
    }
    // As above: rounding of a step, of products of n·k terms, and eigenpairs that err by (n·k)²ε, over the steps.
    const reach = (eta / n) * Math.max(norm(theta), norm(cross));
    const bound =
      (steps + 1) ** 2 * ((n * k) ** 2 + 2) * Number.EPSILON * (1 + reach) ** 2 * (norm(f0) + norm(Y) + norm(start)) * (1 + reach);
    expect(norm(minus(dynamics.train(steps), f))).toBeLessThanOrEqual(bound);
    expect(norm(minus(dynamics.test(steps, cross, start), g))).toBeLessThanOrEqual(bound);
    expect(norm(minus(linearisedDynamics(theta, Y, f0, eta).train(steps), f))).toBeGreaterThan(bound); // a mean over outputs too is slower
    for (const examples of [0, 4, 2.5]) expect(() => linearisedDynamics(theta, Y, f0, eta, examples)).toThrow(ConfigError);
  });
  it('never learns what the kernel does not see', () => {
    const X = dense(Float64Array.of(1, 1, 2), 3, 1); // rank 1: only the direction of (1, 1, 2) is learned
    const Y = dense(Float64Array.of(3, 3, 0), 3, 1);
    const { train, test, rates } = linearisedDynamics(gramOf(X), Y, dense(new Float64Array(3), 3, 1), 0.1);
    expect(Math.abs(rates[2]! - 2)).toBeLessThanOrEqual(9 * 2 * Number.EPSILON);
    const slack = 9 * 8 * Number.EPSILON * norm(Y); // of eigenpairs of [3,3], 9ε, over the part of Y in the seen direction
    expect(norm(minus(train(Infinity), X))).toBeLessThanOrEqual(slack); // (1·3 + 1·3)/6 = 1 times X
    expect(
      Math.abs(test(Infinity, gramOf(dense(Float64Array.of(5), 1, 1), X), dense(new Float64Array(1), 1, 1)).data[0]! - 5),
    ).toBeLessThanOrEqual(5 * slack);
  });
  it('ends at the projection of the targets where eigenvalues are 0 up to rounding', () => {
    const next = normals(12);
    const [X, Y] = [fill(12, 3, next), fill(12, 2, next)];
    const theta = gramOf(X);
    const { train, maxStep } = linearisedDynamics(theta, Y, scaled(Y, 0), 0.1);
    expect(maxStep).toBeGreaterThan(0.1);
    const { s } = svd(X);
    const gap = (s[0]! / s[2]!) ** 2; // eigenvectors err by n²ε over what the smallest eigenvalue that is seen stands out by
    expect(norm(minus(train(Infinity), multiply(X, minNorm(X, Y))))).toBeLessThanOrEqual(2 * 144 * Number.EPSILON * gap * norm(Y));
  });
  it('takes eigenvalues below 0, which only rounding makes, as 0', () => {
    const theta = dense(Float64Array.of(1, 0, 0, -(2 ** -40)), 2, 2);
    const Y = dense(Float64Array.of(1, 1), 2, 1);
    expect([...linearisedDynamics(theta, Y, scaled(Y, 0), 1).train(2 ** 45).data]).toEqual([1, 0]);
  });
  it('drifts at a constant rate where the kernel of the training inputs is 0', () => {
    const [Y, cross] = [dense(Float64Array.of(1, 2), 2, 1), dense(Float64Array.of(3, 4), 1, 2)];
    const { train, test, maxStep } = linearisedDynamics(eye(2, 0), Y, scaled(Y, 0), 0.5);
    expect(maxStep).toBe(Infinity);
    expect(train(8)).toEqual(scaled(Y, 0));
    expect(test(8, cross, dense(Float64Array.of(1), 1, 1)).data[0]).toBe(1 + (0.5 * 8 * (3 * 1 + 4 * 2)) / 2);
  });
  it('refuses what does not fit, and a limit that is not there', () => {
    const Y = dense(new Float64Array(2), 2, 1);
    const { train, test } = linearisedDynamics(eye(2, 1), Y, Y, 4); // maxStep is 4
    expect(() => train(Infinity)).toThrow(/diverges; it must be below 4/);
    expect(() => train(0.5)).toThrow(ConfigError);
    expect(() => train(-1)).toThrow(ConfigError);
    expect(() => test(1, eye(3, 1), Y)).toThrow(/test × train/);
    expect(() => test(1, eye(2, 1), dense(new Float64Array(1), 1, 1))).toThrow(/must be \[2,1\]/);
    expect(() => linearisedDynamics(eye(2, 1), Y, dense(new Float64Array(4), 2, 2), 1)).toThrow(ConfigError);
    expect(() => linearisedDynamics(eye(2, 1), Y, Y, 0)).toThrow(ConfigError);
    expect(() => linearisedDynamics(dense(new Float64Array(2), 2, 1), Y, Y, 1)).toThrow(ConfigError);
  });
});

describe('kernelAlignment', () => {
  const next = normals(5);
  const [n, p] = [14, 6];
  const X = fill(n, p, next);
  const other = gramOf(fill(n, 3, next));
  /** Three passes over n² entries, each of an n-term mean, on values no larger than max|K|; relative to what centring leaves of it. */
  const rounding = (K: Dense): number => {
    const left = Math.sqrt(kernelNorm(K));
    return (4 * n * n * Number.EPSILON * norm(K)) / left;
  };
  /** ‖HKH‖²_F by its definition, H as a matrix. */
  const kernelNorm = (K: Dense): number => {
    const H = sum(eye(n, 1), dense(new Float64Array(n * n).fill(-1 / n), n, n));
    return norm(multiply(multiply(H, K), H)) ** 2;
  };
  it('is 1 for a kernel with itself, in [0, 1] with another, and symmetric', () => {
    const K = gramOf(X);
    expect(Math.abs(kernelAlignment(K, K) - 1)).toBeLessThanOrEqual(rounding(K));
    const value = kernelAlignment(K, other);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
    expect(kernelAlignment(other, K)).toBe(value);
  });
  it('equals its definition with H as a matrix', () => {
    const H = sum(eye(n, 1), dense(new Float64Array(n * n).fill(-1 / n), n, n));
    const [a, b] = [gramOf(X), other].map((K) => multiply(multiply(H, K), H)) as [Dense, Dense];
    const want = a.data.reduce((total, v, i) => total + v * b.data[i]!, 0) / (norm(a) * norm(b));
    expect(Math.abs(kernelAlignment(gramOf(X), other) - want)).toBeLessThanOrEqual(rounding(gramOf(X)) + rounding(other));
  });
  it('does not see rotations of the features, scale, or a shift of all features', () => {
    const { U } = svd(fill(p, p, next));
    const rotated = gramOf(multiply(X, U));
    const shifted = gramOf({ ...X, data: X.data.map((v, i) => v + (i % p)) });
    const want = kernelAlignment(gramOf(X), other);
    for (const K of [rotated, scaled(gramOf(X), 7), shifted])
      expect(Math.abs(kernelAlignment(K, other) - want)).toBeLessThanOrEqual(rounding(gramOf(X)) + rounding(K) + 2 * rounding(other));
  });
  it('with labels is 1 for the labels’ own kernel and small for an unrelated one', () => {
    const y = dense(
      Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1)),
      n,
      1,
    );
    expect(Math.abs(labelAlignment(gramOf(y), y) - 1)).toBeLessThanOrEqual(rounding(gramOf(y)));
    const blind = dense(
      Float64Array.from({ length: n }, (_, i) => (i % 4 < 2 ? 1 : -1) * (i < 12 ? 1 : 0)),
      n,
      1,
    ); // orthogonal to y and to 1
    expect(Math.abs(labelAlignment(gramOf(blind), y))).toBeLessThanOrEqual(rounding(gramOf(y)));
  });
  it('refuses kernels without anything to align', () => {
    const constant = dense(new Float64Array(9).fill(0.1), 3, 3);
    expect(() => kernelAlignment(constant, eye(3, 1))).toThrow(/constant/);
    expect(() => kernelAlignment(eye(2, 1), eye(3, 1))).toThrow(/same inputs/);
    expect(() => labelAlignment(eye(3, 1), dense(new Float64Array(2), 2, 1))).toThrow(ConfigError);
  });
});

describe('relativeDistance', () => {
  it('is the Frobenius norm of the difference over that of the reference', () => {
    expect(relativeDistance(dense(Float64Array.of(4, 7), 1, 2), dense(Float64Array.of(3, 4), 1, 2))).toBe(Math.sqrt(10) / 5);
    expect(relativeDistance(eye(3, 2), eye(3, 2))).toBe(0);
    expect(() => relativeDistance(eye(2, 1), eye(3, 1))).toThrow(ConfigError);
    expect(() => relativeDistance(eye(2, 1), eye(2, 0))).toThrow(ConfigError);
  });
});
