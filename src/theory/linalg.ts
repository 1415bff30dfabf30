/**
 * Float64 linear algebra for closed forms: minimum-norm least squares, ridge, symmetric eigenpairs, thin SVD.
 *
 * Matrices are row-major; products and decompositions are ml-matrix's. Least squares goes through a QR where that is safe: an SVD
 * takes several times as long, and a Gram matrix would square the condition number, which is largest exactly where double
 * descent looks, at n ≈ p.
 */
import {
  CholeskyDecomposition,
  EigenvalueDecomposition,
  Matrix,
  pseudoInverse,
  QrDecomposition,
  SingularValueDecomposition,
} from 'ml-matrix';
import { ConfigError, ShapeError } from '../core/errors';
import { positive } from './check';

/** A row-major matrix: entry (i, j) is data[i·cols + j]. */
export interface Dense {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

const shape = ({ rows, cols }: Dense): string => `[${rows},${cols}]`;

/** Throws ShapeError unless both sizes are integers ≥ 1 and `data` has rows·cols numbers. Does not copy. */
export function dense(data: Float64Array, rows: number, cols: number): Dense {
  const valid = Number.isSafeInteger(rows) && Number.isSafeInteger(cols) && rows > 0 && cols > 0;
  if (!valid || data.length !== rows * cols) throw new ShapeError('dense', `${data.length} numbers do not fill [${rows},${cols}]`);
  return { data, rows, cols };
}

/** Aᵀ, as a copy. */
export function transpose({ data, rows, cols }: Dense): Dense {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return { data: out, rows: cols, cols: rows };
}

/** A·B. Throws ShapeError where the inner sizes differ. */
export function multiply(A: Dense, B: Dense): Dense {
  if (A.cols !== B.rows) throw new ShapeError('multiply', `${shape(A)} by ${shape(B)}: the inner sizes differ`);
  return fromMatrix(toMatrix(A).mmul(toMatrix(B)));
}

const toMatrix = ({ data, rows, cols }: Dense): Matrix => Matrix.from1DArray(rows, cols, data);

const fromMatrix = (matrix: Matrix): Dense => ({ data: Float64Array.from(matrix.to1DArray()), rows: matrix.rows, cols: matrix.columns });

/**
 * Relative cut at or below which a singular value counts as 0: max(rows, cols)·2⁻⁵², the size of the rounding that a
 * decomposition leaves in place of an exact zero. It is relative to the largest value.
 */
export const rankTolerance = (rows: number, cols: number): number => Math.max(rows, cols) * Number.EPSILON;

function requireRows(op: string, X: Dense, Y: Dense): void {
  if (X.rows !== Y.rows) throw new ShapeError(op, `X is ${shape(X)} but Y is ${shape(Y)}: both need one row per example`);
}

function requireFinite(op: string, { data }: Dense): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ConfigError(`${op}: entry ${bad} is ${data[bad]}`);
}

/** R⁻¹ for upper triangular R, column by column back substitution, so R·R⁻¹ = I up to rounding; not finite if an r_ii is 0. */
function invertUpper(R: Matrix): Matrix {
  const n = R.rows;
  const rows = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = n - 1; i >= 0; i--) {
    const row = rows[i]!;
    row[i] = 1;
    for (let k = i + 1; k < n; k++) {
      const factor = R.get(i, k);
      const below = rows[k]!;
      for (let j = k; j < n; j++) row[j]! -= factor * below[j]!;
    }
    const pivot = R.get(i, i);
    for (let j = i; j < n; j++) row[j]! /= pivot;
  }
  return new Matrix(rows);
}

/**
 * X⁺Y: of the W minimising Σ‖XW − Y‖² (a sum over examples and outputs), the one of least norm. X [n,d], Y [n,k], W [d,k].
 *
 * With QR the decomposition of the taller of X and Xᵀ, [a,b]: W = R⁻¹QᵀY, or W = XᵀR⁻¹(R⁻ᵀY) for wide X, which spares forming
 * Q = XᵀR⁻¹. Either error grows with the condition number, and with its square only times the part of Y that is not fitted.
 *
 * The QR does not pivot, so no |r_jj| need be small where X is singular to rounding, nor is there a residual to betray it if
 * Y = XW is solvable. ‖R⁻¹‖ decides instead: σ_min ≥ 1/‖R⁻¹‖_F. Unless that clears ab·2⁻⁵²·‖R‖_F, the backward error of the QR
 * and never below rankTolerance, the singular values of X decide what counts as 0 and W comes from ml-matrix's pseudo-inverse.
 *
 * Source: Higham (2002), Theorem 19.4 (QR), §20.2 and §21.3 (both solutions). Throws ShapeError if the rows differ, ConfigError
 * if X is not finite.
 */
export function minNorm(X: Dense, Y: Dense): Dense {
  requireRows('minNorm', X, Y);
  requireFinite('minNorm', X);
  const [A, B] = [toMatrix(X), toMatrix(Y)];
  const At = A.transpose();
  const tall = X.rows >= X.cols;
  const qr = new QrDecomposition(tall ? A : At);
  const R = qr.upperTriangularMatrix;
  const inverse = invertUpper(R);
  const fullRank = X.rows * X.cols * Number.EPSILON * R.norm() * inverse.norm() < 1; // false where the inverse is NaN
  if (!fullRank) return fromMatrix(pseudoInverse(A).mmul(B));
  return fromMatrix(tall ? qr.solve(B) : At.mmul(inverse.mmul(inverse.transpose().mmul(B))));
}

/**
 * The W minimising ‖XW − Y‖² + λ‖W‖², both sums, not means: a penalty λ beside the mean (1/n)‖XW − Y‖² is nλ here. X [n,d],
 * Y [n,k], W [d,k].
 *
 * Cholesky of the smaller of G = XᵀX + λI and XXᵀ + λI. Its error is the condition number of G, at most 1 + ‖X‖²_F/λ, times
 * min(n,d)·2⁻⁵²; where that would exceed 2⁻²⁶, half the digits, minNorm solves the problem with √λI appended to X instead,
 * which takes the square root of that condition number. Throws ShapeError if the rows differ, ConfigError unless λ > 0.
 */
export function ridge(X: Dense, Y: Dense, lambda: number): Dense {
  requireRows('ridge', X, Y);
  requireFinite('ridge', X);
  positive('lambda', lambda);
  const wide = X.rows < X.cols;
  const A = toMatrix(X);
  const condition = 1 + A.norm() ** 2 / lambda;
  const accurate = Math.min(X.rows, X.cols) * Number.EPSILON * condition <= 2 ** -26;
  if (!accurate) return wide ? ridgeWide(X, Y, lambda) : ridgeTall(X, Y, lambda);
  const At = A.transpose();
  const G = wide ? A.mmulByTranspose() : A.gram();
  const shifted = new CholeskyDecomposition(G.add(Matrix.eye(G.rows, G.rows, lambda)));
  const B = toMatrix(Y);
  return fromMatrix(wide ? At.mmul(shifted.solve(B)) : shifted.solve(At.mmul(B)));
}

/** X with √λ times the identity of its column count below. */
function appendRoot({ data, rows, cols }: Dense, lambda: number): Dense {
  const out = new Float64Array((rows + cols) * cols);
  out.set(data);
  for (let i = 0; i < cols; i++) out[(rows + i) * cols + i] = Math.sqrt(lambda);
  return { data: out, rows: rows + cols, cols };
}

/** Least squares on [X; √λI] W ≈ [Y; 0]. */
function ridgeTall(X: Dense, Y: Dense, lambda: number): Dense {
  const targets = new Float64Array((X.rows + X.cols) * Y.cols);
  targets.set(Y.data);
  return minNorm(appendRoot(X, lambda), { data: targets, rows: X.rows + X.cols, cols: Y.cols });
}

/** [X √λI][W; Z] = Y of least ‖W‖² + ‖Z‖². There Z = (Y − XW)/√λ, so that sum is the objective over λ. */
function ridgeWide(X: Dense, Y: Dense, lambda: number): Dense {
  const { data } = minNorm(transpose(appendRoot(transpose(X), lambda)), Y);
  return { data: data.slice(0, X.cols * Y.cols), rows: X.cols, cols: Y.cols };
}

/** Eigenpairs of a symmetric matrix: values ascending; column j of vectors, an orthonormal [n,n], belongs to values[j]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Dense;
}

/** Only the symmetric part (A + Aᵀ)/2 is decomposed. Throws ShapeError unless A is square, ConfigError if A is not finite. */
export function symmetricEigen(A: Dense): Eigen {
  if (A.rows !== A.cols) throw new ShapeError('symmetricEigen', `A is ${shape(A)}; it must be square`);
  requireFinite('symmetricEigen', A);
  const At = transpose(A);
  const mean = toMatrix({ ...A, data: A.data.map((value, i) => (value + At.data[i]!) / 2) });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(mean, { assumeSymmetric: true });
  return { values: Float64Array.from(realEigenvalues), vectors: fromMatrix(eigenvectorMatrix) };
}

/** X = U·diag(s)·Vᵀ with r = min(rows, cols): U [rows,r] and V [cols,r] have orthonormal columns, s descends. */
export interface Svd {
  readonly U: Dense;
  readonly s: Float64Array;
  readonly V: Dense;
}

/** Thin SVD. Throws ConfigError if X is not finite, where the iteration would not end. */
export function svd(X: Dense): Svd {
  requireFinite('svd', X);
  const found = new SingularValueDecomposition(toMatrix(X), { autoTranspose: true });
  const [U, V] = [fromMatrix(found.leftSingularVectors), fromMatrix(found.rightSingularVectors)];
  return { U, s: Float64Array.from(found.diagonal), V };
}
