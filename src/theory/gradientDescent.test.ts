import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { gradientDescent } from './gradientDescent';
import { minNorm, multiply, transpose, type Dense } from './linalg';
import { fill, normals } from './testRandom';

const norm = ({ data }: Dense): number => Math.hypot(...data);
const distance = (A: Dense, B: Dense): number => Math.hypot(...A.data.map((a, i) => a - B.data[i]!));

/** W₀ = 0, W₁, … by the iteration itself on (1/2n)‖XW − Y‖². */
function* steps(X: Dense, Y: Dense, eta: number): Generator<Dense, never> {
  const Xt = transpose(X);
  const W: Dense = { data: new Float64Array(X.cols * Y.cols), rows: X.cols, cols: Y.cols };
  for (;;) {
    yield W;
    const fitted = multiply(X, W);
    const gradient = multiply(Xt, { ...fitted, data: fitted.data.map((value, i) => value - Y.data[i]!) });
    for (let i = 0; i < W.data.length; i++) W.data[i]! -= (eta * gradient.data[i]!) / X.rows;
  }
}

const problem = (n: number, d: number): readonly [Dense, Dense] => {
  const next = normals(n * 100 + d);
  return [fill(n, d, next), fill(n, 2, next)];
};

describe('gradient descent in closed form', () => {
  const runs = [
    [20, 8, 0.2],
    [20, 8, 0.95],
    [8, 20, 0.5],
    [12, 12, 0.7],
    [8, 20, 1.05],
  ] as const;
  it.each(runs)('equals every step of the iteration: [%i,%i] at %d of the largest step', (n, d, share) => {
    const [X, Y] = problem(n, d);
    const descent = gradientDescent(X, Y);
    const eta = share * descent.maxStep;
    const growth = Math.max(1, 2 * share - 1); // largest |1 − η·curvature|
    const smallest = descent.curvatures.at(-1)!;
    const condition = Math.sqrt(descent.curvatures[0]! / smallest);
    let t = 0;
    for (const W of steps(X, Y, eta)) {
      // A step rounds its two products by (n+d)·ε of η/n·‖X‖(‖X‖‖W‖ + ‖Y‖); an error made at one step grows by at most `growth`
      // at each later one. The closed form carries the error of an SVD, n·d·ε, times the condition number.
      const size = norm(W) + norm(descent.limit);
      const rounding = (n + d) * Number.EPSILON * (1 + (eta / n) * norm(X) ** 2) * (size + norm(Y) / norm(X));
      const bound = (t + 1) * growth ** t * rounding + n * d * Number.EPSILON * condition * (t + 1) * size;
      expect(distance(W, descent.at(t, eta))).toBeLessThanOrEqual(bound);
      if (t++ === 200) break;
    }
  });

  it('starts at 0 and ends at X⁺Y', () => {
    for (const [n, d] of [
      [20, 8],
      [8, 20],
    ] as const) {
      const [X, Y] = problem(n, d);
      const { at, limit, maxStep, curvatures } = gradientDescent(X, Y);
      expect(norm(at(0, maxStep / 2))).toBe(0);
      const slack = n * d * Number.EPSILON * (curvatures[0]! / curvatures.at(-1)!) * norm(limit); // condition² covers the misfit
      expect(distance(limit, minNorm(X, Y))).toBeLessThanOrEqual(slack);
      // What is left after t steps is at most (1 − η·smallest)^t of the limit.
      const eta = maxStep / 2;
      const t = Math.ceil((-53 * Math.LN2) / Math.log1p(-eta * curvatures.at(-1)!));
      expect(distance(at(t, eta), limit)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.sqrt(curvatures.length) * norm(limit));
    }
  });

  it('has 2/λmax for its largest stable step', () => {
    const [X, Y] = problem(20, 8);
    const { at, limit, maxStep, curvatures } = gradientDescent(X, Y);
    expect(maxStep).toBe(2 / curvatures[0]!);
    expect(distance(at(20_000, 0.999 * maxStep), limit)).toBeLessThan(distance(at(10_000, 0.999 * maxStep), limit));
    expect(distance(at(2000, 1.001 * maxStep), limit)).toBeGreaterThan(distance(at(1000, 1.001 * maxStep), limit));
  });

  it('knows a single direction: 1 − (1 − ηh)^t of the way', () => {
    const X: Dense = { data: Float64Array.of(2, 2), rows: 2, cols: 1 }; // h = 8/2 = 4
    const { at, maxStep } = gradientDescent(X, { ...X, data: Float64Array.of(6, 6) });
    expect(Math.abs(maxStep - 0.5)).toBeLessThanOrEqual(2 * Number.EPSILON);
    [0, 1.5, 2.25, 2.625].forEach((w, t) => expect(Math.abs(at(t, 0.125).data[0]! - w)).toBeLessThanOrEqual(8 * Number.EPSILON * 3));
  });

  it('stays at 0 where there is nothing to descend, and refuses bad steps', () => {
    const zero: Dense = { data: new Float64Array(4), rows: 2, cols: 2 };
    const { at, limit, maxStep } = gradientDescent(zero, zero);
    expect([...at(5, 1).data, ...limit.data, maxStep]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, Infinity]);
    expect(() => at(1.5, 1)).toThrow(ConfigError);
    expect(() => at(1, 0)).toThrow(ConfigError);
  });
});
