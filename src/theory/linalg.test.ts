import { describe, expect, it } from 'vitest';
import { ConfigError, ShapeError } from '../core/errors';
import { dense, minNorm, multiply, rankTolerance, ridge, svd, symmetricEigen, transpose, type Dense } from './linalg';
import { fill, normals } from './testRandom';

const matrix = (rows: readonly (readonly number[])[]): Dense => dense(Float64Array.from(rows.flat()), rows.length, rows[0]!.length);
const norm = ({ data }: Dense): number => Math.hypot(...data);
const minus = (A: Dense, B: Dense): Dense => ({ ...A, data: A.data.map((a, i) => a - B.data[i]!) });
const round = (A: Dense): Dense => ({ ...A, data: A.data.map((a) => Math.round(8 * a)) });

/** γ̃ of Higham (2002), Theorems 19.4 and 20.3, with its unstated small constant taken as 1 and ε = 2⁻⁵² as the roundoff. */
const gamma = (X: Dense): number => X.rows * X.cols * Number.EPSILON;

const SHAPES = [
  [1, 1],
  [7, 7],
  [40, 23],
  [23, 40],
  [64, 64],
  [1, 9],
  [9, 1],
  [30, 90],
] as const;

/** X⁺Y from the SVD, singular values at or under the rank tolerance dropped; also the condition number of what is kept. */
function pseudoInverse(X: Dense, Y: Dense): { readonly W: Dense; readonly condition: number } {
  const { U, s, V } = svd(X);
  const kept = s.filter((value) => value > rankTolerance(X.rows, X.cols) * s[0]!);
  const projected = multiply(transpose(U), Y);
  const scaled = projected.data.map((value, i) => (Math.floor(i / Y.cols) < kept.length ? value / s[Math.floor(i / Y.cols)]! : 0));
  return { W: multiply(V, { ...projected, data: scaled }), condition: s[0]! / kept.at(-1)! };
}

/** First-order change of X⁺Y under ‖ΔX‖ ≤ γ̃‖X‖ (Wedin; Higham 2002, Theorem 20.1), once for each of two computed answers. */
function wedin(X: Dense, Y: Dense, W: Dense, condition: number): number {
  const residual = norm(minus(multiply(X, W), Y));
  return 2 * gamma(X) * (2 * condition * norm(W) + ((condition ** 2 * residual) / norm(X)) * Math.sqrt(Math.min(X.rows, X.cols)));
}

describe('minNorm', () => {
  // Small integers whose decompositions round: each answer may be off by γ̃ times the condition number, below 8 here.
  it.each([
    {
      name: 'tall, consistent',
      X: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      y: [1, 2, 3],
      w: [1, 2],
    },
    { name: 'tall, inconsistent', X: [[1], [1], [1]], y: [1, 2, 6], w: [3] },
    { name: 'wide', X: [[1, 1]], y: [2], w: [1, 1] },
    {
      name: 'square of rank 1',
      X: [
        [1, 1],
        [1, 1],
      ],
      y: [1, 3],
      w: [1, 1],
    },
    {
      name: 'wide of rank 1',
      X: [
        [1, 1, 0],
        [2, 2, 0],
      ],
      y: [5, 0],
      w: [0.5, 0.5, 0],
    },
    {
      name: 'tall of rank 1',
      X: [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      y: [5, 5, 5],
      w: [1, 2],
    },
    {
      name: 'zero',
      X: [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      y: [1, 1, 1],
      w: [0, 0],
    },
  ])('solves by hand: $name', ({ X, y, w }) => {
    const W = minNorm(matrix(X), matrix(y.map((value) => [value])));
    W.data.forEach((value, i) => expect(Math.abs(value - w[i]!)).toBeLessThanOrEqual(8 * gamma(matrix(X)) * Math.hypot(...y)));
  });

  it.each(SHAPES)('equals the SVD’s pseudo-inverse for [%i,%i], three right-hand sides', (n, d) => {
    const next = normals(n * 100 + d);
    const [X, Y] = [fill(n, d, next), fill(n, 3, next)];
    const { W, condition } = pseudoInverse(X, Y);
    expect(norm(minus(minNorm(X, Y), W))).toBeLessThanOrEqual(wedin(X, Y, W, condition));
  });

  it.each([
    [20, 12, 5],
    [12, 20, 5],
    [15, 15, 14],
    [50, 10, 1],
  ])('equals it for [%i,%i] of rank %i', (n, d, r) => {
    const next = normals(n * 100 + d);
    const X = multiply(round(fill(n, r, next)), round(fill(r, d, next))); // integers, so the rank is exact
    const Y = fill(n, 2, next);
    const { W, condition } = pseudoInverse(X, Y);
    expect(norm(minus(minNorm(X, Y), W))).toBeLessThanOrEqual(wedin(X, Y, W, condition));
  });

  // condition ≈ 4/δ = 2³²; its square would leave no digit
  const delta = 2 ** -30;
  it.each([
    {
      name: 'square',
      X: [
        [1, 1],
        [1, 1 + delta],
      ],
      y: [2, 2 + delta],
      w: [1, 1],
    },
    {
      name: 'tall',
      X: [
        [1, 1],
        [1, 1 + delta],
        [0, 0],
      ],
      y: [2, 2 + delta, 0],
      w: [1, 1],
    },
    {
      name: 'wide',
      X: [
        [1, 1, 0],
        [1, 1 + delta, 0],
      ],
      y: [2, 2 + delta],
      w: [1, 1, 0],
    },
  ])('does not square the condition number: $name', ({ X, y, w }) => {
    const W = minNorm(matrix(X), matrix(y.map((value) => [value])));
    W.data.forEach((value, i) => expect(Math.abs(value - w[i]!)).toBeLessThanOrEqual((4 * gamma(matrix(X))) / delta));
  });

  it.each(['square', 'tall', 'wide'])('sees a singular direction that no r_jj and no residual shows: %s', (kind) => {
    // U has ones on its diagonal and −1 above, so it is its own R up to signs. Uv = e_n for v = (2ⁿ⁻², …, 2, 1, 1): σ_min is under
    // 1/‖v‖ < 2⁻⁵⁸, and v is the direction to drop up to 2⁻⁵⁸/σ₂, far inside the bound. Uᵀ is U with both its axes reversed.
    const n = 60;
    const U = matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (j > i ? -1 : Number(i === j)))));
    const padded = dense(
      Float64Array.from({ length: (n + 5) * n }, (_, at) => U.data[at] ?? 0),
      n + 5,
      n,
    );
    const X = { square: U, tall: padded, wide: transpose(padded) }[kind]!;
    const v = Float64Array.from({ length: n }, (_, i) => 2 ** Math.max(n - 2 - i, 0));
    if (kind === 'wide') v.reverse();
    const w = Float64Array.from({ length: X.cols }, (_, i) => (i < n ? (i % 3) - 1 : 0)); // XW = Y exactly, in integers
    const share = v.reduce((sum, value, i) => sum + value * w[i]!, 0) / v.reduce((sum, value) => sum + value * value, 0);
    const expected = dense(
      w.map((value, i) => value - share * (v[i] ?? 0)),
      X.cols,
      1,
    );
    const Y = multiply(X, dense(w, X.cols, 1));
    const { condition } = pseudoInverse(X, Y);
    expect(norm(minus(minNorm(X, Y), expected))).toBeLessThanOrEqual(wedin(X, Y, expected, condition));
  });

  it('leaves its arguments alone and refuses what does not fit', () => {
    const X = matrix([[1, 2, 3]]);
    minNorm(X, matrix([[1]]));
    expect([...X.data]).toEqual([1, 2, 3]);
    expect(() => minNorm(X, matrix([[1], [2]]))).toThrow(ShapeError);
    expect(() => minNorm(matrix([[1, NaN]]), matrix([[1]]))).toThrow(ConfigError);
    expect(() => dense(new Float64Array(3), 2, 2)).toThrow(ShapeError);
  });
});

describe('ridge', () => {
  it('shrinks each direction by s²/(s² + λ)', () => {
    const W = ridge(
      matrix([
        [2, 0],
        [0, 4],
        [0, 0],
      ]),
      matrix([
        [2, 4],
        [4, 8],
        [9, 9],
      ]),
      4,
    );
    // Shares 1/2 and 4/5 of [1 2; 1 2]; one square root, two divisions and a product round each entry.
    [0.5, 1, 0.8, 1.6].forEach((w, i) => expect(Math.abs(W.data[i]! / w - 1)).toBeLessThanOrEqual(2 * Number.EPSILON));
  });

  it.each(SHAPES)('equals least squares on [X; √λI] for [%i,%i]', (n, d) => {
    const next = normals(n * 100 + d);
    const [X, Y, lambda] = [fill(n, d, next), fill(n, 3, next), 0.25];
    const data = new Float64Array((n + d) * d);
    data.set(X.data);
    for (let i = 0; i < d; i++) data[(n + i) * d + i] = Math.sqrt(lambda);
    const targets = new Float64Array((n + d) * 3);
    targets.set(Y.data);
    const W = minNorm(dense(data, n + d, d), dense(targets, n + d, 3));
    const condition = 1 + norm(X) ** 2 / lambda; // of the Gram matrix: Cholesky is backward stable in that
    const bound = 2 * gamma(X) * condition * norm(W) + wedin(X, Y, W, Math.sqrt(condition));
    expect(norm(minus(ridge(X, Y, lambda), W))).toBeLessThanOrEqual(bound);
  });

  const ranks = [
    [30, 12, 12],
    [12, 30, 12],
    [30, 12, 5],
    [12, 30, 5],
  ] as const;
  it.each(ranks)('tends to minNorm for [%i,%i] of rank %i as λ sinks below the rounding of ‖X‖²', (n, d, r) => {
    const next = normals(n * 100 + d);
    const X = multiply(round(fill(n, r, next)), round(fill(r, d, next)));
    const Y = fill(n, 2, next);
    const { W, condition } = pseudoInverse(X, Y);
    // Direction s is shrunk by λ/(s² + λ), at most λ·condition²/s₀². The appended √λ lifts no null direction over rank tolerance.
    const lambda = 1e-30 * norm(X) ** 2;
    const shrunk = 1e-30 * (condition * Math.sqrt(r)) ** 2 * norm(W);
    expect(norm(minus(ridge(X, Y, lambda), W))).toBeLessThanOrEqual(shrunk + 2 * wedin(X, Y, W, condition));
  });

  it('is accurate where the Gram matrix would lose most digits', () => {
    // In u = w₁ + w₂ and v = w₁ − w₂ the problem separates: u = 2/(1+λ), and v = 2δ²/(δ²+λ) = 1 for δ² = λ.
    const [delta, lambda] = [2 ** -20, 2 ** -40];
    const W = ridge(
      matrix([
        [1, 1],
        [delta, -delta],
      ]),
      matrix([[2], [2 * delta]]),
      2 * lambda,
    );
    const bound = 16 * Number.EPSILON * 2 ** 20; // γ̃ of [4,2] twice over, times the condition number ‖X‖/√(2λ)
    expect(Math.abs(W.data[0]! + W.data[1]! - 2 / (1 + lambda))).toBeLessThanOrEqual(bound);
    expect(Math.abs(W.data[0]! - W.data[1]! - 1)).toBeLessThanOrEqual(bound);
  });

  it('refuses λ ≤ 0, NaN and other shapes', () => {
    const [X, Y] = [
      matrix([
        [1, 1],
        [1, 1],
      ]),
      matrix([[1], [1]]),
    ];
    expect(() => ridge(X, Y, 0)).toThrow(ConfigError);
    expect(() => ridge(matrix([[NaN]]), matrix([[1]]), 1)).toThrow(ConfigError);
    expect(() => ridge(X, matrix([[1]]), 1)).toThrow(ShapeError);
  });
});

describe('symmetricEigen', () => {
  it('sorts ascending, with orthonormal vectors that rebuild the matrix', () => {
    const { values } = symmetricEigen(
      matrix([
        [2, 1],
        [1, 2],
      ]),
    );
    expect(Math.abs(values[0]! - 1) + Math.abs(values[1]! - 3)).toBeLessThanOrEqual(16 * Number.EPSILON); // γ̃(4)·‖A‖, ‖A‖ < 4
    const B = fill(30, 30, normals(3));
    const A = multiply(B, transpose(B));
    const eigen = symmetricEigen(A);
    expect(eigen.values.every((value, i) => i === 0 || value >= eigen.values[i - 1]!)).toBe(true);
    const scaled = { ...eigen.vectors, data: eigen.vectors.data.map((v, i) => v * eigen.values[i % 30]!) };
    expect(norm(minus(multiply(scaled, transpose(eigen.vectors)), A))).toBeLessThanOrEqual(gamma(A) * norm(A));
  });

  it('refuses what it cannot decompose', () => {
    expect(() => symmetricEigen(matrix([[1, 2]]))).toThrow(ShapeError);
    expect(() => symmetricEigen(matrix([[NaN]]))).toThrow(ConfigError);
  });
});

describe('svd', () => {
  it.each(SHAPES)('rebuilds [%i,%i] from orthonormal factors and descending values', (n, d) => {
    const X = fill(n, d, normals(n * 100 + d));
    const { U, s, V } = svd(X);
    const r = Math.min(n, d);
    expect([U.rows, U.cols, V.rows, V.cols, s.length]).toEqual([n, r, d, r, r]);
    expect(s.every((value, i) => value >= 0 && (i === 0 || value <= s[i - 1]!))).toBe(true);
    const identity = dense(
      Float64Array.from({ length: r * r }, (_, i) => (i % (r + 1) === 0 ? 1 : 0)),
      r,
      r,
    );
    const slack = Math.max(gamma(X), 4 * Number.EPSILON); // at one entry the constant matters
    for (const factor of [U, V]) expect(norm(minus(multiply(transpose(factor), factor), identity))).toBeLessThanOrEqual(slack);
    const scaled = { ...U, data: U.data.map((u, i) => u * s[i % r]!) };
    expect(norm(minus(multiply(scaled, transpose(V)), X))).toBeLessThanOrEqual(slack * norm(X));
  });

  it('refuses a matrix that is not finite', () => {
    expect(() => svd(matrix([[1, Infinity]]))).toThrow(ConfigError);
  });
});
