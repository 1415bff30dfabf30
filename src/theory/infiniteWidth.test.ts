import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../core/errors';
import {
  circleEigenvalue,
  circleNtk,
  dualActivation,
  infiniteWidth,
  inputGram,
  type KernelActivation,
  type WideNetwork,
} from './infiniteWidth';
import { dense, multiply, svd, symmetricEigen, transpose, type Dense } from './linalg';
import { fill, normals, onSphere } from './testRandom';

const network = (activation: KernelActivation, depth: number, weightVariance: number, biasVariance = 0): WideNetwork => ({
  activation,
  depth,
  weightVariance,
  biasVariance,
});
const NETWORKS = [network('relu', 1, 2), network('relu', 3, 1.7, 0.3), network('erf', 1, 1), network('erf', 4, 2.5, 0.1)];
const matrix = (rows: readonly (readonly number[])[]): Dense => dense(Float64Array.from(rows.flat()), rows.length, rows[0]!.length);
const between = (X: Dense, X2: Dense | undefined, net: WideNetwork) => infiniteWidth(inputGram(X, X2), net);
const worst = (A: Dense, B: Dense): number => A.data.reduce((most, a, i) => Math.max(most, Math.abs(a - B.data[i]!)), 0);
const largest = ({ data }: Dense): number => data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const scaled = (A: Dense, by: number): Dense => ({ ...A, data: A.data.map((v) => v * by) });
const minus = (A: Dense, B: Dense): Dense => ({ ...A, data: A.data.map((a, i) => a - B.data[i]!) });
/** Half of the last digit that the golden values are given to. */
const PRINTED = 0.5e-6;

describe('golden values', () => {
  // ‖x‖² = d = 2: the same input, an orthogonal one, and one at 45°.
  const x = matrix([[Math.SQRT2, 0]]);
  const others = matrix([
    [Math.SQRT2, 0],
    [0, Math.SQRT2],
    [1, 1],
  ]);
  it.each([
    [network('relu', 1, 2), [2, 0.63662, 1.510818], [4, 0.63662, 2.571479]],
    [network('relu', 2, 2), [2, 0.987462, 1.584348], [6, 1.371417, 3.570974]],
    [network('erf', 1, 1), [0.464559, 0, 0.312506], [1.033969, 0, 0.652793]],
  ] as const)('%o', (net, sigma, theta) => {
    const { nngp, ntk } = between(x, others, net);
    sigma.forEach((want, j) => expect(Math.abs(nngp.data[j]! - want)).toBeLessThanOrEqual(PRINTED));
    theta.forEach((want, j) => expect(Math.abs(ntk.data[j]! - want)).toBeLessThanOrEqual(PRINTED));
  });
});

/** E[f(u)f(v)] by the trapezium rule over a disc of the independent normals behind (u, v), in polar coordinates. */
const expectation = (f: (u: number) => number, q: number, q2: number, k: number): number => {
  const [radii, angles, end] = [2000, 2880, 9];
  let sum = 0;
  for (let i = 1; i < radii; i++)
    for (let j = 0; j < angles; j++) {
      const [r, a] = [(i * end) / radii, (2 * Math.PI * (j + 0.5)) / angles];
      const u = Math.sqrt(q) * r * Math.cos(a);
      const v = (k / Math.sqrt(q)) * r * Math.cos(a) + Math.sqrt(q2 - (k * k) / q) * r * Math.sin(a);
      sum += f(u) * f(v) * Math.exp((-r * r) / 2) * r;
    }
  return (sum * (end / radii)) / angles;
};
/** erf′. */
const erfSlope = (u: number): number => (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u);

describe('the dual activations', () => {
  it.each([
    [1, 2, 0.7],
    [0.5, 0.5, -0.3],
    [3, 1, 0],
  ])('are the expectations that they stand for: q = %d, q′ = %d, k = %d', (q, q2, k) => {
    const { T, dT } = dualActivation('relu', q, q2, k);
    // The grid's kinks and jumps move by less than a cell: (2π/2880)² and (9/2000)² for T, and one cell of 2880 on each of four edges for Ṫ.
    expect(Math.abs(expectation((u) => Math.max(u, 0), q, q2, k) - T)).toBeLessThanOrEqual(
      (((2 * Math.PI) / 2880) ** 2 + (9 / 2000) ** 2) * 2 * Math.sqrt(q * q2),
    );
    expect(Math.abs(expectation((u) => Number(u > 0), q, q2, k) - dT)).toBeLessThanOrEqual(4 / 2880 + (9 / 2000) ** 2);
    // erf is analytic, where the rule is exact but for the end of the radius' range and the radial step: (9/2000)²/12 of a slope of 1.
    expect(Math.abs(expectation(erfSlope, q, q2, k) - dualActivation('erf', q, q2, k).dT)).toBeLessThanOrEqual((9 / 2000) ** 2);
  });
  it('have Ṫ as the derivative of T', () => {
    for (const activation of ['relu', 'erf'] as const)
      for (const k of [-0.9, -0.2, 0, 0.5, 1.1]) {
        const h = 2 ** -10;
        const T = (x: number): number => dualActivation(activation, 1.5, 1.2, x).T;
        const D = (step: number): number => (T(k + step) - T(k - step)) / (2 * step);
        const [first, second] = [(4 * D(h) - D(2 * h)) / 3, (4 * D(2 * h) - D(4 * h)) / 3];
        // Richardson: the difference is 15 times the error of the first. Rounding: 2⁻⁵⁰ of values below 1, over h.
        expect(Math.abs(dualActivation(activation, 1.5, 1.2, k).dT - first)).toBeLessThanOrEqual(Math.abs(first - second) + 2 ** -50 / h);
      }
  });
  it('hold k to √(qq′), and take inputs of zeros as parallel', () => {
    for (const activation of ['relu', 'erf'] as const) {
      expect(dualActivation(activation, 1, 4, 2.5)).toEqual(dualActivation(activation, 1, 4, 2));
      expect(dualActivation(activation, 1, 4, -2.5)).toEqual(dualActivation(activation, 1, 4, -2));
    }
    for (const k of [0, 1, -1]) expect(dualActivation('relu', 0, 3, k)).toEqual({ T: 0, dT: 0.5 });
    expect(dualActivation('erf', 0, 0, 0)).toEqual({ T: 0, dT: 4 / Math.PI });
  });
  it('keep their digits where q·q2 leaves float64’s range', () => {
    for (const scale of [2 ** -480, 2 ** -1000, 2 ** 520, 2 ** 1020])
      for (const [q, q2, k] of [
        [1, 1.5, 0.75],
        [1.25, 1.25, -1],
        [1, 2, 1.25],
      ] as const) {
        const { T, dT } = dualActivation('relu', q, q2, k);
        expect(dualActivation('relu', scale * q, scale * q2, scale * k)).toEqual({ T: scale * T, dT });
        // erf is 2u/√π near 0, and the sign of u far out: k̂ = k/√(qq′). What is left out is of the order of q, and of 1/q.
        const far = dualActivation('erf', scale * q, scale * q2, scale * k);
        const want =
          scale < 1
            ? { T: (4 / Math.PI) * scale * k, dT: 4 / Math.PI }
            : { T: (2 / Math.PI) * Math.asin(k / Math.sqrt(q * q2)), dT: 2 / Math.PI / Math.sqrt(q * q2 - k * k) / scale };
        expect(Math.abs(far.T / want.T - 1)).toBeLessThanOrEqual(16 * Number.EPSILON);
        expect(Math.abs(far.dT / want.dT - 1)).toBeLessThanOrEqual(16 * Number.EPSILON);
      }
    // One of the two alone is out of the ordinary: the product is not.
    const even = dualActivation('relu', 1, 1, 0.5);
    expect(dualActivation('relu', 2 ** -1000, 2 ** 990, 2 ** -6)).toEqual({ T: even.T * 2 ** -5, dT: even.dT });
    expect(dualActivation('relu', 0, 2 ** 1000, 1)).toEqual({ T: 0, dT: 0.5 });
  });
  it('are NaN of what is not finite', () => {
    for (const activation of ['relu', 'erf'] as const)
      for (const odd of [NaN, Infinity])
        for (const [q, q2, k] of [
          [odd, 1, 0.5],
          [1, odd, 0.5],
          [1, 1, odd],
        ] as const)
          expect(dualActivation(activation, q, q2, k)).toEqual({ T: NaN, dT: NaN });
  });
  it('keep the digits of nearly parallel inputs that the angle has', () => {
    // k = q − δ is exact; the angle is acos(1 − ε) = 2·asin√(ε/2), ε = δ/q, near 2⁻¹⁵. π − θ rounds to ε·π, and a few more ε come from its parts.
    const [q, delta] = [1.1, 2 ** -31];
    const angle = Math.PI - 2 * Math.PI * dualActivation('relu', q, q, q - delta).dT;
    const want = 2 * Math.asin(Math.sqrt(delta / q / 2));
    expect(Math.abs(angle - want)).toBeLessThanOrEqual(8 * Number.EPSILON * Math.PI);
    expect(want).toBeGreaterThan(2 ** -16);
  });
});

describe.each(NETWORKS)('%o', (net) => {
  const next = normals(7);
  const X = fill(9, 5, next);
  it('is symmetric to the bit, positive semidefinite, and so is what Θ has over Σ', () => {
    const { nngp, ntk } = between(X, undefined, net);
    for (const K of [nngp, ntk, minus(ntk, nngp)]) {
      expect(worst(K, transpose(K))).toBe(0);
      // An eigenvalue moves by no more than the rounding: some 30 operations a layer, and √ε of the angle where inputs are parallel: here none are.
      expect(symmetricEigen(K).values[0]!).toBeGreaterThanOrEqual(-9 * 30 * (net.depth + 1) * Number.EPSILON * largest(K) * 9);
    }
  });
  it('has Θ ≥ Σ for inputs of non-negative products', () => {
    const { nngp, ntk } = between({ ...X, data: X.data.map(Math.abs) }, undefined, net);
    ntk.data.forEach((value, i) => expect(value).toBeGreaterThan(nngp.data[i]!));
  });
  it('is the block of the joint kernel between two sets, to the bit', () => {
    const Y = fill(4, 5, next);
    const joint = between(dense(Float64Array.of(...X.data, ...Y.data), 13, 5), undefined, net);
    const cross = between(Y, X, net);
    for (const which of ['nngp', 'ntk'] as const) {
      const block = Float64Array.from({ length: 4 * 9 }, (_, at) => joint[which].data[(9 + Math.floor(at / 9)) * 13 + (at % 9)]!);
      expect(cross[which]).toEqual({ data: block, rows: 4, cols: 9 });
    }
  });
});

describe('structure', () => {
  it('is homogeneous for ReLU without biases: K(ax, bx′) = ab·K(x, x′)', () => {
    const [X, Y] = [fill(4, 3, normals(1)), fill(5, 3, normals(2))];
    const net = network('relu', 3, 2);
    const [one, other] = [between(X, Y, net), between(scaled(X, 4), scaled(Y, 0.5), net)]; // powers of 2: exact but for √, of an even one
    for (const which of ['nngp', 'ntk'] as const) one[which].data.forEach((v, i) => expect(other[which].data[i]).toBe(2 * v));
  });
  it('depends on norms and angles alone', () => {
    const X = onSphere(6, 4, 2, normals(3));
    const { U } = svd(fill(4, 4, normals(4)));
    const [one, other] = [between(X, undefined, NETWORKS[3]!), between(multiply(X, U), undefined, NETWORKS[3]!)];
    // Inner products of 4 terms and a rotation to 16ε; a kernel of erf has slopes of at most σw²·4/π a layer, and Θ sums depth of them.
    const growth = ((2.5 * 4) / Math.PI) ** 4;
    expect(worst(one.ntk, other.ntk)).toBeLessThanOrEqual(5 * 32 * 16 * Number.EPSILON * growth * largest(one.ntk));
  });
  it('with no hidden layer is the input’s kernel', () => {
    const X = matrix([
      [1, 2],
      [3, -1],
    ]);
    const { nngp, ntk } = between(X, undefined, network('relu', 0, 3, 0.5));
    expect([...nngp.data]).toEqual([8, 2, 2, 15.5]);
    expect(ntk).toEqual(nngp);
  });
  it('refuses what it has no formula for', () => {
    const X = matrix([[1, 2]]);
    expect(() => inputGram(X, matrix([[1]]))).toThrow(ShapeError);
    expect(() => infiniteWidth({ ...inputGram(X), rows: new Float64Array(2) }, NETWORKS[0]!)).toThrow(ShapeError);
    expect(() => infiniteWidth({ ...inputGram(X), rows: Float64Array.of(-1) }, NETWORKS[0]!)).toThrow(ConfigError);
    for (const bad of [{ depth: 1.5 }, { weightVariance: 0 }, { biasVariance: -1 }])
      expect(() => between(X, undefined, { ...NETWORKS[0]!, ...bad })).toThrow(ConfigError);
  });
});

describe('the circle', () => {
  it('has the NTK of one hidden ReLU layer', () => {
    for (const phi of [0, 0.1, 1, 2, 3, Math.PI, 4, -1, 7]) {
      const X = matrix([
        [1, 0],
        [Math.cos(phi), Math.sin(phi)],
      ]); // ‖x‖² = d/2
      // cos φ of norm 1 errs by 4ε; the angle by √(8ε) where it is 0 or π, and its part in Θ is at most that.
      const slack = Math.abs(Math.sin(phi)) < 0.05 ? Math.sqrt(8 * Number.EPSILON) : (16 * Number.EPSILON) / Math.abs(Math.sin(phi));
      expect(Math.abs(between(X, undefined, network('relu', 1, 2)).ntk.data[1]! - circleNtk(phi))).toBeLessThanOrEqual(2 * slack);
    }
  });
  it.each([
    [0, 0.607927],
    [1, 0.5],
    [2, 0.157611],
    [4, 0.017112],
  ])('has λ_%i = %d', (k, want) => {
    expect(Math.abs(circleEigenvalue(k) - want)).toBeLessThanOrEqual(PRINTED);
  });
  it('has the Fourier coefficients of its kernel, by the trapezium rule', () => {
    // Aliasing: the rule gives Σ_j λ_{k + jN}; λ_k falls as 2/(π²k²), so what aliases is below 2·Σ_j 2/(πjN/2)² < 4/N²·(8/6).
    const N = 4096;
    for (let k = 0; k <= 12; k++) {
      let sum = 0;
      for (let i = 0; i < N; i++) sum += circleNtk((2 * Math.PI * i) / N) * Math.cos((2 * Math.PI * i * k) / N);
      expect(Math.abs(sum / N - circleEigenvalue(k))).toBeLessThanOrEqual(16 / 3 / N ** 2 + N * Number.EPSILON);
    }
  });
  it('never sees odd frequencies from 3 on', () => {
    for (const k of [3, 5, 7, 101]) expect(circleEigenvalue(k)).toBe(0);
    expect(() => circleEigenvalue(-1)).toThrow(ConfigError);
  });
});
