/**
 * Linear regression on isotropic Gaussian features, the setting of the ridgeless risk formulas (Belkin, Hsu & Xu 2019;
 * Hastie et al. 2019): x ~ N(0, I_D), y = x·β + σε, ε ~ N(0, 1).
 */
import { ConfigError, ShapeError } from '../core/errors';
import { stream, USE } from '../core/random';
import { regression, type RegressionDataset } from './dataset';

export interface GaussianConfig {
  /** Number of examples. */
  readonly n: number;
  /** Number of features D. */
  readonly d: number;
  readonly seed: number;
  /** Standard deviation σ of the targets' noise; 0 by default. */
  readonly noise?: number;
  /** ‖β‖ of a β drawn uniformly over directions; 1 by default. Excludes `beta`. */
  readonly norm?: number;
  /** β itself, [d]. Excludes `norm`. */
  readonly beta?: ArrayLike<number>;
  /**
   * Number of the first row; 0 by default. Row i of a seed is the same whatever n and firstRow, so rows 0..n−1 are a training
   * set, a larger n extends it, and a later block of rows is a test set of the same β.
   */
  readonly firstRow?: number;
}

export interface GaussianRegression {
  /** x [n,d] and y [n,1], y with its noise. */
  readonly data: RegressionDataset;
  /** x·β [n], without noise. */
  readonly noiseless: Float64Array;
  /** [d]. */
  readonly beta: Float64Array;
}

/** Numbers in one stream. */
const STREAM_LENGTH = 2 ** 33;

const validate = ({ n, d, noise = 0, norm, beta, firstRow = 0 }: GaussianConfig): void => {
  if (!Number.isInteger(n) || n < 1 || !Number.isInteger(d) || d < 1)
    throw new ConfigError(`gaussianRegression: n and d must be integers of at least 1, got n=${n}, d=${d}`);
  if (!Number.isInteger(firstRow) || firstRow < 0)
    throw new ConfigError(`gaussianRegression: firstRow must be an integer of at least 0, got ${firstRow}`);
  if ((firstRow + n) * d > STREAM_LENGTH)
    throw new ConfigError(`gaussianRegression: (firstRow + n)·d = ${(firstRow + n) * d} exceeds the ${STREAM_LENGTH} numbers of a stream`);
  if (!(noise >= 0 && noise < Infinity)) throw new ConfigError(`gaussianRegression: noise must be finite and at least 0, got ${noise}`);
  if (norm !== undefined && beta) throw new ConfigError('gaussianRegression: give norm or beta, not both');
  if (norm !== undefined && !(norm >= 0 && norm < Infinity))
    throw new ConfigError(`gaussianRegression: norm must be finite and at least 0, got ${norm}`);
  if (beta && beta.length !== d) throw new ShapeError('gaussianRegression', `beta has ${beta.length} values, but d is ${d}`);
};

/** β [d], uniform over the sphere of radius `norm`. */
const drawBeta = (d: number, norm: number, seed: number): Float64Array => {
  const raw = stream(seed, USE.teacher).fillNormal(new Float64Array(d));
  const length = Math.sqrt(raw.reduce((sum, b) => sum + b * b, 0));
  return raw.map((b) => (norm * b) / length);
};

/** Throws ConfigError for a config that cannot be met and ShapeError for a β of another length than d. */
export const gaussianRegression = (config: GaussianConfig): GaussianRegression => {
  validate(config);
  const { n, d, seed, noise = 0, firstRow = 0 } = config;
  const y = stream(seed, USE.noise).fillNormal(new Float64Array(n), firstRow);
  const beta = config.beta ? Float64Array.from(config.beta) : drawBeta(d, config.norm ?? 1, seed);
  const x = stream(seed, USE.data).fillNormal(new Float64Array(n * d), firstRow * d);
  const noiseless = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += x[i * d + j]! * beta[j]!;
    noiseless[i] = sum;
    y[i] = sum + noise * y[i]!;
  }
  return { data: regression({ name: 'gaussian', n, d, x, y, outputs: 1 }), noiseless, beta };
};
