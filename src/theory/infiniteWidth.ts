/**
 * Networks of infinite width at initialisation (NNGP) and under gradient descent (NTK), in the NTK parametrisation, in float64:
 *
 *   Σ⁰ = σw²·x·x′/d + σb² = Θ⁰;   Σˡ = σw²·T(Σˡ⁻¹) + σb²;   Θˡ = Σˡ + σw²·Ṫ(Σˡ⁻¹) ⊙ Θˡ⁻¹.
 *
 * With k = Σ(x,x′), and q, q′ its values at (x,x) and (x′,x′):
 *   ReLU  φ = π − θ = atan2(√(qq′ − k²), −k),   T = [√(qq′ − k²) + φk]/2π,   Ṫ = φ/2π
 *   erf   D = (1 + 2q)(1 + 2q′) − 4k²,          T = (2/π)·atan2(2k, √D) = (2/π)·arcsin(2k/√((1+2q)(1+2q′))),   Ṫ = (4/π)/√D
 * A kernel of one output; of several outputs that share nothing but the input it is this one times the identity.
 *
 * qq′ − k² is computed as (s − k)(s + k), s = √(qq′), with |k| held to s, which rounding may exceed; D = 1 + 2(q + q′) + 4(qq′ − k²) has
 * positive terms alone. ∂T/∂k = Ṫ ≤ ½ for ReLU, so T keeps its accuracy, but ∂θ/∂k = −1/√(qq′ − k²): a relative error ε of k moves θ by
 * up to √(2ε) near k = s, 2e-8 in float64. Where k = q = q′ to the bit, as on the diagonal of inputGram of one set, θ is exactly 0.
 * Source: Cho & Saul 2009 (ReLU); Williams 1997 (erf); Jacot, Gabriel & Hongler 2018, arXiv:1806.07572; Lee et al. 2019, arXiv:1902.06720.
 */
import { ConfigError, ShapeError } from '../core/errors';
import { integer, nonNegative, positive } from './check';
import type { Dense } from './linalg';

export type KernelActivation = 'relu' | 'erf';
export interface WideNetwork {
  readonly activation: KernelActivation;
  /** L, hidden layers: 0 is linear regression. */
  readonly depth: number;
  /** σw² > 0, of every weight before it is divided by √(fan-in). */
  readonly weightVariance: number;
  /** σb² ≥ 0. */
  readonly biasVariance: number;
}
/** Inner products over d of two sets of inputs: gram [n,m] between them, and each set with itself, ‖x‖²/d: rows [n], cols [m]. */
export interface InputGram {
  readonly gram: Dense;
  readonly rows: Float64Array;
  readonly cols: Float64Array;
}
/** Σᴸ and Θᴸ [n,m]. */
export interface WideKernels {
  readonly nngp: Dense;
  readonly ntk: Dense;
}

/** Throws ConfigError unless depth is an integer ≥ 0, σw² > 0 and σb² ≥ 0. */
export function checkNetwork({ depth, weightVariance, biasVariance }: WideNetwork): void {
  integer('depth', depth, 0);
  positive('weightVariance', weightVariance);
  nonNegative('biasVariance', biasVariance);
}

function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum / a.length;
}

const rowsOf = ({ data, rows, cols }: Dense): Float64Array[] =>
  Array.from({ length: rows }, (_, i) => data.subarray(i * cols, (i + 1) * cols));
const squares = (list: readonly Float64Array[]): Float64Array => Float64Array.from(list, (x) => innerProduct(x, x));

/** Of X [n,d] with X2 [m,d], or with itself. Sums run over the d inputs in order, so that equal rows give equal bits. Throws ShapeError where d differs. */
export function inputGram(X: Dense, X2: Dense = X): InputGram {
  if (X.cols !== X2.cols)
    throw new ShapeError('inputGram', `X is [${X.rows},${X.cols}] but X2 is [${X2.rows},${X2.cols}]: both need the same inputs`);
  const [a, b] = [rowsOf(X), rowsOf(X2)];
  const gram = Float64Array.from({ length: X.rows * X2.rows }, (_, at) => innerProduct(a[Math.floor(at / X2.rows)]!, b[at % X2.rows]!));
  return { gram: { data: gram, rows: X.rows, cols: X2.rows }, rows: squares(a), cols: squares(b) };
}

/** E[φ(u)φ(v)] and E[φ′(u)φ′(v)] of the activation φ over (u, v) ~ N(0, [[q, k], [k, q2]]). */
export interface DualActivation {
  readonly T: number;
  readonly dT: number;
}

/**
 * A power of 2 by which q, q2 and k are multiplied where q·q2 leaves float64's range, or nearly; 1 for all others. ReLU's T is proportional to it.
 * The scaled product lies in [2⁻⁸⁴⁴, 2⁹⁸⁸] and neither of the two leaves the range.
 */
const scaleFor = (q: number, q2: number): number => {
  const product = q * q2;
  if (product > 2 ** 1000) return 2 ** -530;
  return product < 2 ** -900 && Math.max(q, q2) < 2 ** 400 ? 2 ** 600 : 1;
};

/** |k| is held to √(q·q2). At q·q2 = 0 the angle is taken as 0, as between equal inputs. NaN where q, q2 or k is not finite. */
export function dualActivation(activation: KernelActivation, q: number, q2: number, k: number): DualActivation {
  if (![q, q2, k].every(Number.isFinite)) return { T: NaN, dT: NaN };
  const scale = scaleFor(q, q2);
  const s = Math.sqrt(q * scale * (q2 * scale)); // q itself where q2 = q: the root of a square is exact
  const inside = Math.min(Math.max(k * scale, -s), s);
  const gap = (s - inside) * (s + inside); // qq′ − k², scaled
  if (activation === 'erf') {
    // √D of values scaled down only: next to 1, small ones need no scale.
    const [unit, back] = [Math.min(scale, 1), Math.min(1 / scale, 1)];
    const root = Math.sqrt(unit * unit + 2 * (q * unit + q2 * unit) * unit + 4 * (gap * back * back));
    return { T: (2 / Math.PI) * Math.atan2(2 * inside * back, root), dT: (4 / Math.PI / root) * unit };
  }
  const angle = s === 0 ? Math.PI : Math.atan2(Math.sqrt(gap), -inside);
  return { T: (Math.sqrt(gap) + angle * inside) / (2 * Math.PI) / scale, dT: angle / (2 * Math.PI) };
}

function checkGram({ gram: { rows: n, cols: m }, rows, cols }: InputGram): void {
  const fits = rows.length === n && cols.length === m;
  if (!fits)
    throw new ShapeError('infiniteWidth', `the Gram matrix is [${n},${m}], its diagonals have ${rows.length} and ${cols.length} entries`);
  for (const q of [...rows, ...cols]) {
    if (!(q >= 0 && q < Infinity))
      throw new ConfigError(`infiniteWidth: a diagonal entry of the Gram matrix is ${q}; it must be finite and ≥ 0`);
  }
}

/** Σᴸ and Θᴸ between two sets of inputs. Throws ShapeError where sizes differ, ConfigError outside the domain. */
export function infiniteWidth(input: InputGram, network: WideNetwork): WideKernels {
  checkNetwork(network);
  checkGram(input);
  const { activation, depth, weightVariance, biasVariance } = network;
  const { rows, cols } = input.gram;
  const layer = (value: number): number => weightVariance * value + biasVariance;
  let [q, q2] = [input.rows.map(layer), input.cols.map(layer)];
  const nngp = input.gram.data.map(layer);
  const ntk = nngp.slice();
  const advance = (v: number): number => layer(dualActivation(activation, v, v, v).T);
  for (let l = 0; l < depth; l++) {
    for (let at = 0; at < nngp.length; at++) {
      const { T, dT } = dualActivation(activation, q[Math.floor(at / cols)]!, q2[at % cols]!, nngp[at]!);
      nngp[at] = layer(T);
      ntk[at] = nngp[at]! + weightVariance * dT * ntk[at]!;
    }
    [q, q2] = [q.map(advance), q2.map(advance)];
  }
  return { nngp: { data: nngp, rows, cols }, ntk: { data: ntk, rows, cols } };
}

/**
 * Θ(φ) = [sin φ + 2(π − φ)cos φ]/π for |φ| ≤ π, continued evenly and 2π-periodically: the NTK of a bias-free ReLU network with one hidden
 * layer at inputs an angle φ apart, scaled to Θ(0) = 2 (σw² = 2, ‖x‖² = d/2).
 */
export function circleNtk(phi: number): number {
  const turn = 2 * Math.PI;
  const angle = Math.abs(phi - turn * Math.round(phi / turn));
  return (Math.sin(angle) + 2 * (Math.PI - angle) * Math.cos(angle)) / Math.PI;
}

/**
 * λ_k = (1/2π)∫Θ(φ)cos kφ dφ over a period, k ≥ 0: the eigenvalue of the average over the circle for cos kφ and sin kφ, so that frequency k
 * is learned at a rate in proportion to λ_k. Closed form, from ∫₀^π sin φ cos kφ = 2/(1 − k²) and ∫₀^π (π − φ)cos mφ = 2/m² (m odd):
 * λ₁ = ½; 2(k² + 3)/(π(k² − 1))² for even k; exactly 0 for odd k ≥ 3. Throws ConfigError unless k is an integer ≥ 0.
 */
export function circleEigenvalue(k: number): number {
  integer('k', k, 0);
  if (k === 1) return 0.5;
  return k % 2 === 1 ? 0 : (2 * (k * k + 3)) / (Math.PI * (k * k - 1)) ** 2;
}
