/**
 * Float64 linear algebra for closed forms: minimum-norm least squares, ridge, symmetric eigenpairs, thin SVD.
 *
 * Matrices are row-major. Decompositions are ml-matrix's, save the least-squares path: an SVD there takes over ten times as
 * long as a pivoted QR, and a Gram matrix would square the condition number, which is largest exactly where double descent
 * looks, at n ≈ p.
 */
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { ConfigError, ShapeError } from '../core/errors';
import { positive } from './check';
import { applyQ, applyQT, dot, pivotedQR, rankOf, solveR, solveRT, type PivotedQR } from './qr';

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
  return productTransposed(A, transpose(B));
}

/** A·Bᵀ: every entry a dot product of two contiguous rows. */
function productTransposed(A: Dense, B: Dense): Dense {
  const out = new Float64Array(A.rows * B.rows);
  for (let i = 0; i < A.rows; i++)
    for (let j = 0; j < B.rows; j++) out[i * B.rows + j] = dot(A.data, i * A.cols, B.data, j * A.cols, A.cols);
  return { data: out, rows: A.rows, cols: B.rows };
}

/** A·Aᵀ, each off-diagonal entry computed once. */
function gram(A: Dense): Dense {
  const { data, rows, cols } = A;
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) out[i * rows + j] = out[j * rows + i] = dot(data, i * cols, data, j * cols, cols);
  return { data: out, rows, cols: rows };
}

const toMatrix = ({ data, rows, cols }: Dense): Matrix => Matrix.from1DArray(rows, cols, data);

function fromMatrix(matrix: Matrix): Dense {
  const { rows, columns: cols } = matrix;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] = matrix.get(i, j);
  return { data, rows, cols };
}

/**
 * Relative cut below which a singular value, or a pivoted |r_jj|, counts as 0: max(rows, cols)·2⁻⁵², the size of the rounding
 * that a decomposition leaves in place of an exact zero. It is relative to the largest value.
 */
export const rankTolerance = (rows: number, cols: number): number => Math.max(rows, cols) * Number.EPSILON;

function requireRows(op: string, X: Dense, Y: Dense): void {
  if (X.rows !== Y.rows) throw new ShapeError(op, `X is ${shape(X)} but Y is ${shape(Y)}: both need one row per example`);
}

function requireFinite(op: string, { data }: Dense): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ConfigError(`${op}: entry ${bad} is ${data[bad]}`);
}

/** The leading r×k block of R as the k-long contiguous columns of its transpose. */
function leadingRows({ m, k, packed }: PivotedQR, r: number): Float64Array {
  const out = new Float64Array(r * k);
  for (let i = 0; i < r; i++) for (let j = i; j < k; j++) out[i * k + j] = packed[j * m + i]!;
  return out;
}

/** Writes R⁺c over the k numbers c, whose first r are Qᵀy: back substitution, or for rank r < k a second QR, of [R₁₁ R₁₂]ᵀ. */
function pseudoR(qr: PivotedQR, r: number, second: PivotedQR | undefined, c: Float64Array): void {
  if (!second) { solveR(qr, r, c); return; }
  c.fill(0, r);
  permuteIn(second.pivot, c);
  solveRT(second, r, c);
  applyQ(second, c);
}

/** Writes (Rᵀ)⁺c over the k numbers c; entries from r on are 0 after. */
function pseudoRT(qr: PivotedQR, r: number, second: PivotedQR | undefined, c: Float64Array): void {
  if (!second) { solveRT(qr, r, c); return; }
  applyQT(second, c);
  solveR(second, r, c);
  c.fill(0, r);
  permuteOut(second.pivot, c);
}

/** c ← Pᵀc: entry j becomes what was at pivot[j]. */
function permuteIn(pivot: Int32Array, c: Float64Array): void {
  const held = c.slice(0, pivot.length);
  for (let j = 0; j < pivot.length; j++) c[j] = held[pivot[j]!]!;
}

/** c ← Pc: what was at j goes to pivot[j]. */
function permuteOut(pivot: Int32Array, c: Float64Array): void {
  const held = c.slice(0, pivot.length);
  for (let j = 0; j < pivot.length; j++) c[pivot[j]!] = held[j]!;
}

/**
 * X⁺Y: of the W minimising Σ‖XW − Y‖² (a sum over examples and outputs), the one of least norm. X [n,d], Y [n,k], W [d,k].
 *
 * Pivoted QR of the taller of X and Xᵀ. Where the numerical rank r (rankTolerance) is below min(n, d), the trailing block of
 * R is dropped and a second QR of what remains makes the decomposition orthogonal on both sides, so any shape and rank gives
 * X⁺Y. Backward stable: the error grows with the condition number, not its square, wherever Y is fitted exactly.
 * Cost 2·a·b² − ⅔·b³ flops, a ≥ b the sizes of X, and 2·b·r² − ⅔·r³ more where r < b; then 4ab a right-hand side.
 * Source: Golub & Van Loan (2013), §5.5.2 (complete orthogonal decomposition). Throws ShapeError if the rows differ.
 */
export function minNorm(X: Dense, Y: Dense): Dense {
  requireRows('minNorm', X, Y);
  const tall = X.rows >= X.cols;
  const [m, k] = tall ? [X.rows, X.cols] : [X.cols, X.rows];
  const qr = pivotedQR(tall ? transpose(X).data : X.data.slice(), m, k);
  const r = rankOf(qr, rankTolerance(m, k));
  const second = r < k ? pivotedQR(leadingRows(qr, r), k, r) : undefined;
  const out = new Float64Array(X.cols * Y.cols);
  const work = new Float64Array(m);
  for (let j = 0; j < Y.cols; j++) {
    work.fill(0);
    for (let i = 0; i < X.rows; i++) work[i] = Y.data[i * Y.cols + j]!;
    if (tall) {
      applyQT(qr, work);
      pseudoR(qr, r, second, work.subarray(0, k));
      permuteOut(qr.pivot, work);
    } else {
      permuteIn(qr.pivot, work);
      pseudoRT(qr, r, second, work.subarray(0, k));
      applyQ(qr, work);
    }
    for (let i = 0; i < X.cols; i++) out[i * Y.cols + j] = work[i]!;
  }
  return { data: out, rows: X.cols, cols: Y.cols };
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
  const condition = 1 + dot(X.data, 0, X.data, 0, X.data.length) / lambda;
  const accurate = Math.min(X.rows, X.cols) * Number.EPSILON * condition <= 2 ** -26;
  if (!accurate) return wide ? ridgeWide(X, Y, lambda) : ridgeTall(X, Y, lambda);
  const Xt = transpose(X);
  const G = gram(wide ? X : Xt);
  for (let i = 0; i < G.rows; i++) G.data[i * G.rows + i]! += lambda;
  const solved = fromMatrix(new CholeskyDecomposition(toMatrix(G)).solve(toMatrix(wide ? Y : multiply(Xt, Y))));
  return wide ? multiply(Xt, solved) : solved;
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

/**
 * Thin SVD. Where one side is over 1.5 times the other, of the square R of a pivoted QR: the SVD's cost grows with the long
 * side several times faster than the QR's. Throws ConfigError if X is not finite, where the iteration would not end.
 */
export function svd(X: Dense): Svd {
  requireFinite('svd', X);
  if (X.rows < X.cols) {
    const { U: V, s, V: U } = svd(transpose(X));
    return { U, s, V };
  }
  return X.rows > 1.5 * X.cols ? svdThroughQR(X) : svdDirect(X);
}

function svdDirect(X: Dense): Svd {
  const { leftSingularVectors, diagonal, rightSingularVectors } = new SingularValueDecomposition(toMatrix(X));
  return { U: fromMatrix(leftSingularVectors), s: Float64Array.from(diagonal), V: fromMatrix(rightSingularVectors) };
}

/** X·P = Q·R and Rᵀ = V′·diag(s)·U′ᵀ give U = Q·U′ and V = P·V′. */
function svdThroughQR(X: Dense): Svd {
  const { rows: m, cols: k } = X;
  const qr = pivotedQR(transpose(X).data, m, k);
  const R = transpose({ data: leadingRows(qr, k), rows: k, cols: k }); // leadingRows is R itself, row-major, so this is Rᵀ
  const { U: Vr, s, V: Ur } = svdDirect(R);
  const Ut = new Float64Array(k * m);
  const columns = transpose(Ur).data;
  for (let j = 0; j < k; j++) {
    Ut.set(columns.subarray(j * k, (j + 1) * k), j * m);
    applyQ(qr, Ut, j * m);
  }
  const V = new Float64Array(k * k);
  qr.pivot.forEach((row, i) => V.set(Vr.data.subarray(i * k, (i + 1) * k), row * k));
  return { U: transpose({ data: Ut, rows: k, cols: m }), s, V: { data: V, rows: k, cols: k } };
}
