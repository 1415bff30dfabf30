/**
 * Householder QR with column pivoting on flat float64 storage: A·P = Q·R, A ∈ ℝ^{m×k} with m ≥ k, Q orthogonal m×m.
 *
 * Columns are contiguous, so both inner loops (a dot product and a scaled addition) run at unit stride; ml-matrix's QR goes
 * through get and set, does not pivot and takes about twice as long. Pivoting makes |r₀₀| ≥ |r₁₁| ≥ …, which reveals rank.
 * The norms that choose the pivot are recomputed while a column is updated: no downdating, hence none of its cancellation.
 *
 * Numerics Backward stable: R is exact for A + ΔA, ‖Δaⱼ‖ ≤ γ̃_{mk}‖aⱼ‖, whatever the condition number.
 * Source   Golub & Van Loan (2013), Matrix Computations, §5.4.2; Higham (2002), Theorem 19.4.
 */
import { ConfigError, ShapeError } from '../core/errors';

export interface PivotedQR {
  readonly m: number;
  readonly k: number;
  /** Column j at offset j·m: R in rows 0..j, below it the reflector's vector without its leading 1. */
  readonly packed: Float64Array;
  /** Reflector j is I − tau[j]·v·vᵀ. */
  readonly tau: Float64Array;
  /** Column j of A·P is column pivot[j] of A. */
  readonly pivot: Int32Array;
}

/** Σ a[ao+i]·b[bo+i] over `length` terms, in four partial sums: one chain of additions would wait on its own latency. */
export function dot(a: Float64Array, ao: number, b: Float64Array, bo: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[ao + i]! * b[bo + i]!;
    s1 += a[ao + i + 1]! * b[bo + i + 1]!;
    s2 += a[ao + i + 2]! * b[bo + i + 2]!;
    s3 += a[ao + i + 3]! * b[bo + i + 3]!;
  }
  for (; i < length; i++) s0 += a[ao + i]! * b[bo + i]!;
  return s0 + s1 + (s2 + s3);
}

/** b[bo+i] += s·a[ao+i]; returns Σ b[bo+i]² of the result, again in four partial sums. */
function addScaled(s: number, a: Float64Array, ao: number, b: Float64Array, bo: number, length: number): number {
  let q0 = 0;
  let q1 = 0;
  let q2 = 0;
  let q3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const b0 = (b[bo + i] = b[bo + i]! + s * a[ao + i]!);
    const b1 = (b[bo + i + 1] = b[bo + i + 1]! + s * a[ao + i + 1]!);
    const b2 = (b[bo + i + 2] = b[bo + i + 2]! + s * a[ao + i + 2]!);
    const b3 = (b[bo + i + 3] = b[bo + i + 3]! + s * a[ao + i + 3]!);
    q0 += b0 * b0;
    q1 += b1 * b1;
    q2 += b2 * b2;
    q3 += b3 * b3;
  }
  for (; i < length; i++) {
    const value = (b[bo + i] = b[bo + i]! + s * a[ao + i]!);
    q0 += value * value;
  }
  return q0 + q1 + (q2 + q3);
}

function swapColumns(packed: Float64Array, m: number, i: number, j: number): void {
  const held = packed.slice(i * m, (i + 1) * m);
  packed.copyWithin(i * m, j * m, (j + 1) * m);
  packed.set(held, j * m);
}

/** Turns column j, from row j down, into its reflector; returns tau. The column's square from row j is `square`. */
function reflector(packed: Float64Array, m: number, j: number, square: number): number {
  const at = j * m + j;
  const head = packed[at]!;
  if (square === 0) return 0;
  const beta = head > 0 ? -Math.sqrt(square) : Math.sqrt(square); // away from head: no cancellation in head − beta
  const scale = 1 / (head - beta);
  for (let i = at + 1; i < (j + 1) * m; i++) packed[i] = packed[i]! * scale;
  packed[at] = beta;
  return (beta - head) / beta;
}

/** Applies reflector j to the m numbers at b[bo]; returns the new Σ b[bo+i]² over i > j. */
function reflect({ m, packed, tau }: Pick<PivotedQR, 'm' | 'packed' | 'tau'>, j: number, b: Float64Array, bo: number): number {
  const v = j * m + j + 1;
  const rest = m - j - 1;
  const s = -tau[j]! * (b[bo + j]! + dot(packed, v, b, bo + j + 1, rest));
  b[bo + j] = b[bo + j]! + s;
  return addScaled(s, packed, v, b, bo + j + 1, rest);
}

/**
 * Factors the k contiguous columns of length m in `columns`, overwriting them. Throws ShapeError unless m ≥ k and the length is
 * m·k, ConfigError if a column's squared norm is not finite.
 */
export function pivotedQR(columns: Float64Array, m: number, k: number): PivotedQR {
  const fits = m >= k && columns.length === m * k;
  if (!fits) throw new ShapeError('pivotedQR', `${columns.length} numbers are no [${m},${k}] with rows ≥ columns`);
  const qr = { m, k, packed: columns, tau: new Float64Array(k), pivot: Int32Array.from({ length: k }, (_, j) => j) };
  const square = Float64Array.from({ length: k }, (_, j) => dot(columns, j * m, columns, j * m, m));
  if (!square.every(Number.isFinite)) throw new ConfigError('pivotedQR: the squared norm of a column is NaN or infinite');
  for (let j = 0; j < k; j++) {
    let best = j;
    for (let i = j + 1; i < k; i++) if (square[i]! > square[best]!) best = i;
    if (best !== j) {
      swapColumns(columns, m, j, best);
      [square[j], square[best]] = [square[best]!, square[j]!];
      [qr.pivot[j], qr.pivot[best]] = [qr.pivot[best]!, qr.pivot[j]!];
    }
    qr.tau[j] = reflector(columns, m, j, square[j]!);
    for (let i = j + 1; i < k; i++) square[i] = reflect(qr, j, columns, i * m);
  }
  return qr;
}

/** b ← Qᵀb for the m numbers at b[offset], from the first `count` reflectors. */
export function applyQT(qr: PivotedQR, b: Float64Array, offset = 0, count = qr.k): void {
  for (let j = 0; j < count; j++) reflect(qr, j, b, offset);
}

/** b ← Qb for the m numbers at b[offset], from the first `count` reflectors. */
export function applyQ(qr: PivotedQR, b: Float64Array, offset = 0, count = qr.k): void {
  for (let j = count - 1; j >= 0; j--) reflect(qr, j, b, offset);
}

/** b ← R⁻¹b for the leading r×r block of R, on the r numbers at b[offset]. No r_jj may be 0. */
export function solveR({ m, packed }: PivotedQR, r: number, b: Float64Array, offset = 0): void {
  for (let j = r - 1; j >= 0; j--) {
    const x = b[offset + j]! / packed[j * m + j]!;
    b[offset + j] = x;
    addScaled(-x, packed, j * m, b, offset, j);
  }
}

/** b ← R⁻ᵀb for the leading r×r block of R, on the r numbers at b[offset]. No r_jj may be 0. */
export function solveRT({ m, packed }: PivotedQR, r: number, b: Float64Array, offset = 0): void {
  for (let j = 0; j < r; j++) b[offset + j] = (b[offset + j]! - dot(packed, j * m, b, offset, j)) / packed[j * m + j]!;
}

/** Leading diagonal entries with |r_jj| > tolerance·|r₀₀|: the numerical rank. */
export function rankOf({ m, k, packed }: PivotedQR, tolerance: number): number {
  const cut = tolerance * Math.abs(packed[0] ?? 0);
  let rank = 0;
  while (rank < k && Math.abs(packed[rank * m + rank]!) > cut) rank++;
  return rank;
}
