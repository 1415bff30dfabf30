/**
 * Fourier analysis over Z_p, p odd, and the quadratic network that solves addition modulo p by hand.
 *
 * Basis   e = 1/√p, c_k = √(2/p)·cos(2πka/p), s_k = √(2/p)·sin(2πka/p), k = 1…(p − 1)/2: orthonormal.
 * Weights U_ka = cos(2πσ_k a/p + φ_k), V_kb = cos(2πσ_k b/p + ψ_k), W_qk = cos(2πσ_k q/p + φ_k + ψ_k); for each frequency σ six units with
 *         φ = 2πj/6, ψ = 4φ, j = 0…5: all that is not cos(2πσ(a + b − q)/p) cancels. With the frequencies K,
 *         Σ_k W_qk (U_ka + V_kb)² = 3·Σ_{σ∈K} cos(2πσ(a + b − q)/p), which is (6/4)(p·δ_{q,a+b} − 1) with all of them.
 * Source  Gromov 2023, arXiv:2301.02679, with the number of phases made finite.
 */
import { ConfigError } from '../core/errors';
import { integer } from './check';
import { dense, type Dense } from './linalg';

/** Units to a frequency, one a phase. */
export const PHASES = 6;

/** Returns (p − 1)/2, the number of frequencies. Throws ConfigError unless p is an odd integer ≥ 3. */
export const frequencyCount = (p: number): number => {
  integer('the modulus', p, 3);
  if (p % 2 === 0) throw new ConfigError(`the modulus is ${p}; the Fourier basis here is that of odd ones`);
  return (p - 1) / 2;
};

/** 2πm/p with m reduced modulo p first, so that large multiples lose no digits. */
const turn = (m: number, p: number): number => (2 * Math.PI * (((m % p) + p) % p)) / p;

/** Rows e, c_1, s_1, c_2, s_2, …: [p,p], orthogonal. */
export const fourierBasis = (p: number): Dense => {
  const frequencies = frequencyCount(p);
  const rows = new Float64Array(p * p).fill(1 / Math.sqrt(p), 0, p);
  const scale = Math.sqrt(2 / p);
  for (let k = 1; k <= frequencies; k++)
    for (let a = 0; a < p; a++) {
      rows[(2 * k - 1) * p + a] = scale * Math.cos(turn(k * a, p));
      rows[2 * k * p + a] = scale * Math.sin(turn(k * a, p));
    }
  return dense(rows, p, p);
};

/** Row-major: U and V [p,N], W [N,p], as the quadratic network takes them. */
export interface QuadraticWeights {
  readonly U: Float64Array;
  readonly V: Float64Array;
  readonly W: Float64Array;
  readonly hidden: number;
}

const requireFrequencies = (p: number, frequencies: readonly number[]): void => {
  const most = frequencyCount(p);
  const wrong = frequencies.find((k, i) => !Number.isInteger(k) || k < 1 || k > most || frequencies.indexOf(k) !== i);
  if (wrong !== undefined)
    throw new ConfigError(`frequency ${wrong}: modulo ${p} they are the whole numbers from 1 to ${most}, each at most once`);
};

/**
 * The weights with the given frequencies, in units 6i…6i + 5 for the i-th, and zeros up to `hidden` units, by default 3(p − 1): room for all. W is
 * multiplied by `scale`. Throws ConfigError for frequencies that are none or repeated, or too few units.
 */
export const analyticWeights = (
  p: number,
  frequencies: readonly number[],
  o: { readonly hidden?: number; readonly scale?: number } = {},
): QuadraticWeights => {
  requireFrequencies(p, frequencies);
  const { hidden: N = PHASES * frequencyCount(p), scale = 1 } = o;
  if (!(N >= PHASES * frequencies.length))
    throw new ConfigError(`${frequencies.length} frequencies take ${PHASES * frequencies.length} hidden units; there are ${N}`);
  const [U, V, W] = [new Float64Array(p * N), new Float64Array(p * N), new Float64Array(N * p)];
  frequencies.forEach((sigma, i) => {
    for (let j = 0; j < PHASES; j++) {
      const unit = PHASES * i + j;
      // Phases are sixths of a turn, so they are reduced as whole numbers too.
      const wave = (a: number, sixths: number): number => Math.cos(turn(PHASES * sigma * a + p * sixths, PHASES * p));
      for (let a = 0; a < p; a++) {
        U[a * N + unit] = wave(a, j);
        V[a * N + unit] = wave(a, 4 * j);
        W[unit * p + a] = scale * wave(a, 5 * j);
      }
    }
  });
  return { U, V, W, hidden: N };
};

/** Σ_k W_qk (U_ka + V_kb)² for all a, b, q: [p·p,p], by its definition. */
export const quadraticLogits = (p: number, { U, V, W, hidden: N }: QuadraticWeights): Dense => {
  const out = new Float64Array(p * p * p);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++)
      for (let k = 0; k < N; k++) {
        const h = (U[a * N + k]! + V[b * N + k]!) ** 2;
        for (let q = 0; q < p; q++) out[(a * p + b) * p + q]! += h * W[k * p + q]!;
      }
  return dense(out, p * p, p);
};

/** 3·Σ_{σ∈K} cos(2πσd/p) for d = a + b − q = 0…p − 1: what quadraticLogits of analyticWeights comes to. Throws ConfigError as analyticWeights does. */
export const analyticLogits = (p: number, frequencies: readonly number[]): Float64Array => {
  requireFrequencies(p, frequencies);
  return Float64Array.from({ length: p }, (_, d) => frequencies.reduce((sum, k) => sum + 3 * Math.cos(turn(k * d, p)), 0));
};

/**
 * Mean over pairs and outputs of (f − one-hot)² where f is scaled to (2/p)·Σ_{σ∈K} cos(2πσ(a + b − q)/p), the projection of the one-hot table on
 * m frequencies: (1 − 2m/p)/p.
 */
export const analyticLoss = (p: number, frequencies: number): number => (1 - (2 * frequencies) / p) / p;
/** What W is multiplied by for that f, in a network that divides the sum over its units by `divisor`. */
export const analyticScale = (p: number, divisor: number): number => (2 * divisor) / (3 * p);

/**
 * Bound on the error of one logit of that f in floating point of unit roundoff `unit`, whatever the order of summation. The three factors and the
 * sum of two of them are rounded, then squared, multiplied, added over `hidden` units and scaled: at most hidden + 9 roundings of a sum whose
 * terms, 4·|scale|/divisor each at most, are 0 but for `used` units.
 */
export const analyticRounding = (p: number, used: number, hidden: number, unit: number): number => {
  const roundings = (hidden + 9) * unit;
  return ((roundings / (1 - roundings)) * used * 4 * 2) / (3 * p);
};
