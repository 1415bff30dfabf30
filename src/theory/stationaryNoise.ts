/**
 * SGD with constant step size on ½hθ², its gradient hθ + σξ with independent standard normal ξ, does not settle at 0 but around it. With heavy
 * ball, v ← βv + g, θ ← θ − ηv,
 *
 *   Var θ = ησ²(1 + β) / (h(1 − β)(2(1 + β) − ηh)),     0 < ηh < 2(1 + β),
 *
 * at β = 0 ησ²/(h(2 − ηh)). Both are what the iteration's covariance satisfies, P = APAᵀ + Q, solved exactly: no small step is assumed.
 * Source: Mandt, Hoffman & Blei 2017, arXiv:1704.04289 (small steps); Liu, Ziyin & Ueda 2020, arXiv:2012.03636 (any step).
 */
import { ConfigError } from '../core/errors';
import { nonNegative, positive } from './check';

export interface NoisyQuadratic {
  readonly eta: number;
  readonly h: number;
  /** Variance of the gradient's noise. */
  readonly sigma2: number;
  /** Momentum, in [0, 1). */
  readonly beta: number;
}

const checkBeta = (beta: number): number => {
  if (!(nonNegative('beta', beta) < 1)) throw new ConfigError(`beta is ${beta}; it must lie in [0, 1)`);
  return beta;
};
/** The step size at which the iteration stops converging, 2(1 + β)/h. */
export const largestStep = (h: number, beta: number): number => (2 * (1 + checkBeta(beta))) / positive('h', h);

const checked = (q: NoisyQuadratic): NoisyQuadratic => {
  nonNegative('sigma2', q.sigma2);
  if (!(positive('eta', q.eta) < largestStep(q.h, q.beta)))
    throw new ConfigError(
      `the step is ${q.eta}; it must be below 2(1 + β)/h = ${largestStep(q.h, q.beta)}, where the variance is infinite`,
    );
  return q;
};

/** Var θ in the long run. Throws ConfigError at and beyond the largest step. */
export const stationaryVariance = (q: NoisyQuadratic): number => {
  const { eta, h, sigma2, beta } = checked(q);
  return (eta * sigma2 * (1 + beta)) / (h * (1 - beta) * (2 * (1 + beta) - eta * h));
};

/** A covariance of (θ_t, θ_{t−1}): both variances and what they have in common. */
type Pair = readonly [now: number, common: number, before: number];
/** A M Aᵀ for θ_{t+1} = (1 + β − ηh)θ_t − βθ_{t−1}. */
const advance = ([a, c, b]: Pair, k: number, beta: number): Pair => [k * k * a - 2 * k * beta * c + beta * beta * b, k * a - beta * c, a];

/** Var θ_t, t = 0, 1, …, of the iteration started at rest at 0. Endless. */
export function* varianceFromRest(q: NoisyQuadratic): Generator<number, never> {
  const { eta, h, sigma2, beta } = checked(q);
  let P: Pair = [0, 0, 0];
  for (;;) {
    yield P[0];
    const [a, c, b] = advance(P, 1 + beta - eta * h, beta);
    P = [a + eta * eta * sigma2, c, b];
  }
}

/** Steps in which what is remembered of the start shrinks by e² in variance: −1/ln ρ, ρ the largest |eigenvalue| of the iteration. */
const memory = ({ eta, h, beta }: NoisyQuadratic): number => {
  const k = 1 + beta - eta * h;
  const root = k * k - 4 * beta;
  const rho = root < 0 ? Math.sqrt(beta) : (Math.abs(k) + Math.sqrt(root)) / 2;
  return rho === 0 ? 1 : -1 / Math.log(rho);
};

/** Steps from rest after which Var θ stays within `share` of its stationary value. */
export const settlingSteps = (q: NoisyQuadratic, share: number): number => {
  const limit = stationaryVariance({ ...q, sigma2: 1 });
  // Twice what pure exponential decay needs: equal eigenvalues add a factor t².
  const horizon = Math.ceil(2 * memory(q) * Math.log(1 / share)) + 10;
  let settled = 0;
  let t = 0;
  for (const variance of varianceFromRest({ ...q, sigma2: 1 })) {
    if (t > horizon) return settled;
    t++;
    if (Math.abs(variance / limit - 1) > share) settled = t;
  }
  return settled;
};
