/**
 * Regression with a kernel: the Gaussian-process mean, gradient descent on a linearised network, and how alike two kernels are.
 * Targets Y [n,k] have a row per example and a column per output; a kernel is that of one output and serves each. Float64.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { ConfigError } from '../core/errors';
import { integer, nonNegative, positive } from './check';
import { multiply, rankTolerance, symmetricEigen, transpose, type Dense } from './linalg';

const shape = ({ rows, cols }: Dense): string => `[${rows},${cols}]`;

function requireSquare(op: string, K: Dense): void {
  if (K.rows !== K.cols)
    throw new ConfigError(`${op}: the kernel is ${shape(K)}; it must be square, of the training inputs with themselves`);
  const bad = K.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new ConfigError(`${op}: entry ${bad} of the kernel is ${K.data[bad]}`);
}
function requireRows(op: string, K: Dense, Y: Dense): void {
  if (Y.rows !== K.rows)
    throw new ConfigError(`${op}: the kernel is ${shape(K)} but the targets are ${shape(Y)}: both need one row per example`);
}
function requireCross(op: string, cross: Dense, n: number): void {
  if (cross.cols !== n)
    throw new ConfigError(`${op}: the cross kernel is ${shape(cross)}; it must be test × train, and there are ${n} training examples`);
}

export interface KernelRegression {
  /** (K + σ²I)⁻¹Y [n,k]. */
  readonly coefficients: Dense;
  /** K_*(K + σ²I)⁻¹Y [m,k] for K_* [m,n], test × train. Throws ConfigError for other columns. */
  readonly predict: (cross: Dense) => Dense;
}

/** (K + Kᵀ)/2 + σ²I. */
function shifted(K: Dense, noise: number): Matrix {
  const n = K.rows;
  const out = new Matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out.set(i, j, (K.data[i * n + j]! + K.data[j * n + i]!) / 2 + (i === j ? noise : 0));
  return out;
}

/** The smallest pivot L_jj², or the first that is not positive, where the decomposition stopped meaning anything. */
function smallestPivot(A: Matrix, { lowerTriangularMatrix: L }: CholeskyDecomposition): { readonly pivot: number; readonly row: number } {
  let least = { pivot: Infinity, row: 0 };
  for (let j = 0; j < A.rows; j++) {
    let pivot = A.get(j, j);
    for (let k = 0; k < j; k++) pivot -= L.get(j, k) ** 2;
    if (pivot < least.pivot) least = { pivot, row: j };
    if (!(pivot > 0)) break;
  }
  return least;
}

/**
 * Mean of a Gaussian process with kernel K [n,n] given Y [n,k] with noise of variance σ² = `noise` ≥ 0 on each; also what a linearised network
 * trained to convergence predicts (K its NTK, σ² = 0, f₀ = 0). Cholesky of the symmetric part of K plus σ²I.
 *
 * The decomposition is exact for a matrix within n·2⁻⁵²·max K_ii of the one given (Higham 2002, Theorem 10.3, constant dropped), so a pivot at
 * or below that cannot be told from 0. Throws ConfigError, with the smallest pivot, where there is one, and where shapes do not fit.
 */
export function choleskyRegression(K: Dense, Y: Dense, noise: number): KernelRegression {
  requireSquare('choleskyRegression', K);
  requireRows('choleskyRegression', K, Y);
  nonNegative('noise', noise);
  const A = shifted(K, noise);
  const cholesky = new CholeskyDecomposition(A);
  const { pivot, row } = smallestPivot(A, cholesky);
  const cut = rankTolerance(A.rows, A.rows) * Math.max(...A.diagonal());
  if (!(pivot > cut)) {
    throw new ConfigError(
      `choleskyRegression: the kernel plus noise is not positive definite: its smallest pivot, of example ${row}, is ${pivot}, not above ${cut}, ` +
        'the rounding of its diagonal. Add noise (a jitter on the diagonal), or remove duplicate inputs',
    );
  }
  const solved = cholesky.solve(Matrix.from1DArray(Y.rows, Y.cols, Y.data));
  const coefficients: Dense = { data: Float64Array.from(solved.to1DArray()), rows: Y.rows, cols: Y.cols };
  return {
    coefficients,
    predict: (cross) => {
      requireCross('choleskyRegression', cross, K.rows);
      return multiply(cross, coefficients);
    },
  };
}

export interface LinearisedDynamics {
  /** f_t on the training inputs [n,k], t an integer ≥ 0 or Infinity. */
  readonly train: (t: number) => Dense;
  /** f_t on test inputs [m,k], from Θ_* [m,n] (test × train) and f₀ there [m,k]. */
  readonly test: (t: number, cross: Dense, f0: Dense) => Dense;
  /** Eigenvalues of Θ/n, n the examples, ascending, those below 0 taken as 0: the part of the residual along each decays as (1 − η·rate)^t. */
  readonly rates: Float64Array;
  /** 2/max(rates): the supremum of the steps that converge. +∞ when Θ = 0. */
  readonly maxStep: number;
}

/** 1 − (1 − a)^t for a ≥ 0 and an integer t, keeping the digits of a small a; at t = ∞ its limit for a < 2. */
function learned(a: number, t: number): number {
  if (t === 0 || a === 0) return 0;
  if (t === Infinity) return 1;
  return a < 1 ? -Math.expm1(t * Math.log1p(-a)) : 1 - (1 - a) ** t;
}

const plus = (A: Dense, B: Dense): Dense => ({ ...A, data: A.data.map((value, i) => value + B.data[i]!) });

function checkTime(t: number, eta: number, maxStep: number): void {
  if (!(t === Infinity || (Number.isSafeInteger(t) && t >= 0)))
    throw new ConfigError(`linearisedDynamics: t is ${t}; it must be an integer ≥ 0, or Infinity`);
  if (t === Infinity && eta >= maxStep)
    throw new ConfigError(`linearisedDynamics: there is no limit, a step of ${eta} diverges; it must be below ${maxStep}`);
}

/**
 * Gradient descent of step η on a network linearised at its start, with the loss (1/2n)‖f − Y‖², a mean over the n examples and a sum over
 * outputs: f_t = Y + (I − ηΘ/n)^t(f₀ − Y), and at test inputs f₀ + Θ_*Θ⁻¹(I − (I − ηΘ/n)^t)(Y − f₀). Takes one eigendecomposition of the
 * symmetric part of Θ [n,n]; each call then costs two products. Past maxStep it diverges, as the iteration does.
 *
 * A full kernel [n·k,n·k] of k outputs, outputs of an example next to each other, takes targets and f₀ as [n·k,1] and the number n of `examples`, which
 * is what the loss is a mean over; Θ_* is then [m·k,n·k].
 *
 * At t = ∞ directions with an eigenvalue at or below rankTolerance times the largest count as never learned; at finite t every one is used,
 * (1 − (1 − ηλ/n)^t)/λ becoming ηt/n at λ = 0. Source: Lee et al. 2019, arXiv:1902.06720, eqs. 8–11, in discrete time.
 * Throws ConfigError for shapes that do not fit, η ≤ 0, a t that is no step, and t = ∞ with η ≥ maxStep.
 */
export function linearisedDynamics(theta: Dense, Y: Dense, f0: Dense, eta: number, examples = theta.rows): LinearisedDynamics {
  requireSquare('linearisedDynamics', theta);
  for (const target of [Y, f0]) requireRows('linearisedDynamics', theta, target);
  if (f0.cols !== Y.cols) throw new ConfigError(`linearisedDynamics: f₀ is ${shape(f0)} but the targets are ${shape(Y)}`);
  positive('eta', eta);
  const [rows, n] = [theta.rows, integer('examples', examples, 1)];
  if (rows % n !== 0) throw new ConfigError(`linearisedDynamics: the kernel is ${shape(theta)}, which is no multiple of the ${n} examples`);
  const { values, vectors } = symmetricEigen(theta);
  const rates = values.map((value) => Math.max(value, 0) / n);
  const largest = rates.at(-1)!;
  const maxStep = 2 / largest;
  const residual = multiply(transpose(vectors), { ...Y, data: Y.data.map((y, i) => y - f0.data[i]!) });
  /** V·diag(weight)·Vᵀ(Y − f₀). */
  const combine = (weight: (rate: number) => number): Dense =>
    multiply(vectors, { ...residual, data: residual.data.map((c, i) => c * weight(rates[Math.floor(i / Y.cols)]!)) });
  const share =
    (t: number) =>
    (rate: number): number =>
      t === Infinity && rate <= rankTolerance(rows, rows) * largest ? 0 : learned(eta * rate, t);
  return {
    train: (t) => {
      checkTime(t, eta, maxStep);
      return plus(f0, combine(share(t)));
    },
    test: (t, cross, start) => {
      checkTime(t, eta, maxStep);
      requireCross('linearisedDynamics', cross, rows);
      const fits = start.rows === cross.rows && start.cols === Y.cols;
      if (!fits) throw new ConfigError(`linearisedDynamics: f₀ at the test inputs is ${shape(start)}, must be [${cross.rows},${Y.cols}]`);
      const weight = (rate: number): number => (rate === 0 ? (t === Infinity ? 0 : (eta * t) / n) : share(t)(rate) / (n * rate));
      return plus(start, multiply(cross, combine(weight)));
    },
    rates,
    maxStep,
  };
}

/** HKH with H = I − 11ᵀ/n: the kernel of centred features. */
function centred(K: Dense): Float64Array {
  const n = K.rows;
  const mean = (entry: (j: number) => number): number => Array.from({ length: n }, (_, j) => entry(j)).reduce((a, b) => a + b, 0) / n;
  const rows = Array.from({ length: n }, (_, i) => mean((j) => K.data[i * n + j]!));
  const cols = Array.from({ length: n }, (_, j) => mean((i) => K.data[i * n + j]!));
  const all = mean((i) => rows[i]!);
  return K.data.map((value, at) => value - rows[Math.floor(at / n)]! - cols[at % n]! + all);
}

/** √Σv². Not Math.hypot, whose arguments would overflow the stack for a kernel of some hundred inputs. */
const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

function requirePair(op: string, K: Dense, other: Dense): void {
  requireSquare(op, K);
  requireSquare(op, other);
  if (K.rows !== other.rows)
    throw new ConfigError(`${op}: the kernels are ${shape(K)} and ${shape(other)}; they must be of the same inputs`);
}

/**
 * Centred kernel alignment ⟨HKH, HK′H⟩_F/(‖HKH‖_F·‖HK′H‖_F), H = I − 11ᵀ/n: 1 for a kernel with itself, in [0, 1] for positive semidefinite
 * ones, unchanged by scaling either and, as K = XXᵀ, by rotating the features. Source: Cortes, Mohri & Rostamizadeh 2012,
 * arXiv:1203.0550; Kornblith et al. 2019, arXiv:1905.00414.
 * Throws ConfigError for shapes that do not fit and for a kernel that vanishes once centred, up to rounding, where it is undefined.
 */
export function kernelAlignment(K: Dense, other: Dense): number {
  requirePair('kernelAlignment', K, other);
  const [a, b] = [centred(K), centred(other)];
  const [sizeA, sizeB] = [norm(a), norm(b)];
  for (const [size, { data, rows }] of [
    [sizeA, K],
    [sizeB, other],
  ] as const)
    if (!(size > rankTolerance(rows, rows) * norm(data)))
      throw new ConfigError('kernelAlignment: a kernel is constant over all pairs of inputs; centring leaves nothing to align');
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! / sizeA) * (b[i]! / sizeB);
  return sum;
}

/** kernelAlignment of K [n,n] with YYᵀ, Y [n,k]: how much of the kernel is about the targets. Throws as it does. */
export function labelAlignment(K: Dense, Y: Dense): number {
  requireRows('labelAlignment', K, Y);
  return kernelAlignment(K, multiply(Y, transpose(Y)));
}

/** ‖K − reference‖_F/‖reference‖_F. Throws ConfigError for shapes that differ and for a reference of 0. */
export function relativeDistance(K: Dense, reference: Dense): number {
  if (K.rows !== reference.rows || K.cols !== reference.cols)
    throw new ConfigError(`relativeDistance: ${shape(K)} and ${shape(reference)} differ`);
  const size = norm(reference.data);
  if (!(size > 0)) throw new ConfigError('relativeDistance: the reference is 0 everywhere');
  return norm(K.data.map((value, i) => value - reference.data[i]!)) / size;
}
