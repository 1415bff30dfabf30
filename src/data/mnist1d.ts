/**
 * MNIST-1D (Greydanus & Kobak 2024, arXiv:2011.14439): ten hand-drawn templates of 12 points, each padded, stretched, scaled,
 * shifted, sheared and made noisy until it is a signal of 40. The defaults reproduce the published set of 4,000 + 1,000 examples,
 * which is why the random numbers are NumPy's and why the order of the draws below may not change.
 */
import { ConfigError } from '../core/errors';
import { classification, type ClassificationDataset, type Split } from './dataset';
import { RandomState } from './mt19937';
import { compensatedSum } from './sum';

export interface Mnist1dConfig {
  /** Examples of train and test together; a multiple of the 10 classes, which get equal shares. */
  readonly n: number;
  readonly seed: number;
  /** The first ⌊n · trainFraction⌋ examples of the shuffled set are the training set. */
  readonly trainFraction: number;
  /** Fewest and most zeros appended to a template, both included. */
  readonly padding: readonly [number, number];
  /** The signal is multiplied by 1 + scale·(u − ½), u uniform. */
  readonly scale: number;
  /** The signal is rotated right by 0..maxTranslation−1 positions. */
  readonly maxTranslation: number;
  /** Standard deviation of the noise that fills the padding, before it is smoothed. */
  readonly correlatedNoise: number;
  /** Standard deviation of the white noise added everywhere. */
  readonly whiteNoise: number;
  /** A line of slope −shear·(u − ½) over the whole signal is added, u uniform. */
  readonly shear: number;
  /** Features of an example. */
  readonly length: number;
  /** Apply one random permutation of the positions to all examples: destroys locality, keeps the information. */
  readonly shufflePositions: boolean;
}

export const MNIST1D_PUBLISHED: Mnist1dConfig = {
  n: 5000,
  seed: 42,
  trainFraction: 0.8,
  padding: [36, 60],
  scale: 0.4,
  maxTranslation: 48,
  correlatedNoise: 0.25,
  whiteNoise: 0.02,
  shear: 0.75,
  length: 40,
  shufflePositions: false,
};

const CLASSES = 10;
const TEMPLATE_LENGTH = 12;
/** Keeps a template's own zero (its first point) apart from the padding's zeros, which noise will replace. */
const NOT_PADDING = 1e-8;
const SMOOTHING_SIGMA = 2;
const SMOOTHING_RADIUS = 8; // ⌊truncate·σ + ½⌋ with SciPy's default truncate = 4

const DRAWN: readonly (readonly number[])[] = [
  [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
  [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
  [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
  [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
  [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
  [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
  [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
  [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
  [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
];

/** Mean and population standard deviation over all values. */
const moments = (values: Float64Array): { mean: number; deviation: number } => {
  const mean = compensatedSum(values) / values.length;
  return { mean, deviation: Math.sqrt(compensatedSum(values.map((v) => (v - mean) ** 2)) / values.length) };
};

/** Standardised, started at zero and divided by 6. */
const template = (drawn: readonly number[]): Float64Array => {
  const values = Float64Array.from(drawn);
  const { mean, deviation } = moments(values);
  const first = (values[0]! - mean) / deviation;
  return values.map((v) => ((v - mean) / deviation - first) / 6);
};

/** i-th of `count` evenly spaced points from 0 to 1, rounded as NumPy's linspace rounds it. */
const gridPoint = (i: number, count: number): number => (i === count - 1 ? 1 : i * (1 / (count - 1)));

/**
 * Linear interpolation of values on an even grid to `count` points on another. A point on a knot takes the knot's value without
 * arithmetic, as np.interp does: the search for padding below compares with zero exactly.
 */
const resample = (values: Float64Array, count: number): Float64Array => {
  const knots = values.length;
  const out = new Float64Array(count);
  let j = 0;
  for (let i = 0; i < count; i++) {
    const at = gridPoint(i, count);
    while (j < knots - 1 && gridPoint(j + 1, knots) <= at) j++;
    const left = gridPoint(j, knots);
    if (left === at) out[i] = values[j]!;
    else out[i] = ((values[j + 1]! - values[j]!) / (gridPoint(j + 1, knots) - left)) * (at - left) + values[j]!;
  }
  return out;
};

/** Half of the symmetric Gaussian window: weight at distance 0..SMOOTHING_RADIUS; the whole window sums to 1. */
const smoothingWindow = (): Float64Array => {
  const raw = Float64Array.from({ length: SMOOTHING_RADIUS + 1 }, (_, r) => Math.exp((-0.5 / SMOOTHING_SIGMA ** 2) * r * r));
  const total = raw.reduce((sum, w, r) => sum + (r === 0 ? w : 2 * w), 0);
  return raw.map((w) => w / total);
};

/** The smoothed signal at one position; outside it the signal is mirrored about its edges (d c b a | a b c d | d c b a). */
const smoothedAt = (signal: Float64Array, at: number, window: Float64Array): number => {
  const n = signal.length;
  const period = 2 * n;
  const mirrored = (i: number): number => {
    const wrapped = ((i % period) + period) % period;
    return signal[wrapped < n ? wrapped : period - 1 - wrapped]!;
  };
  let sum = signal[at]! * window[0]!;
  for (let r = SMOOTHING_RADIUS; r >= 1; r--) sum += (mirrored(at - r) + mirrored(at + r)) * window[r]!;
  return sum;
};

const normals = (random: RandomState, count: number, scale: number): Float64Array => {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = scale * random.randn();
  return out;
};

/** One example of `config.length` features, before the data set is standardised. The order of the draws is the published one. */
const drawExample = (shape: Float64Array, config: Mnist1dConfig, window: Float64Array, random: RandomState): Float64Array => {
  const [fewest, most] = config.padding;
  const padded = new Float64Array(TEMPLATE_LENGTH + fewest + Math.floor(random.rand() * (most - fewest + 1)));
  shape.forEach((v, i) => {
    padded[i] = v + NOT_PADDING;
  });
  const full = TEMPLATE_LENGTH + most;
  const stretched = resample(padded, full);
  const factor = 1 + config.scale * (random.rand() - 0.5);
  const shift = random.choice(config.maxTranslation);
  const filler = normals(random, full, config.correlatedNoise);
  const white = normals(random, full, config.whiteNoise);
  const slope = config.shear * (random.rand() - 0.5);
  const signal = new Float64Array(full);
  for (let i = 0; i < full; i++) {
    const moved = stretched[(i - shift + full) % full]! * factor;
    const filled = moved === 0 ? smoothedAt(filler, i, window) : moved;
    const position = i === full - 1 ? 0.5 : gridPoint(i, full) - 0.5;
    signal[i] = filled + white[i]! - slope * position;
  }
  return resample(signal, config.length);
};

const requireInteger = (name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void => {
  if (!Number.isSafeInteger(value) || value < low || value > high)
    throw new ConfigError(`mnist1d: ${name} must be an integer in [${low}, ${high}], got ${value}`);
};

/** Returns the number of training examples. */
const validate = (config: Mnist1dConfig): number => {
  const {
    n,
    trainFraction,
    padding: [fewest, most],
  } = config;
  requireInteger('n', n, CLASSES);
  if (n % CLASSES !== 0) throw new ConfigError(`mnist1d: n must be a multiple of the ${CLASSES} classes, got ${n}`);
  requireInteger('the least padding', fewest, 0);
  requireInteger('the most padding', most, fewest);
  requireInteger('maxTranslation', config.maxTranslation, 1, TEMPLATE_LENGTH + most);
  requireInteger('length', config.length, 2);
  for (const name of ['scale', 'correlatedNoise', 'whiteNoise', 'shear'] as const)
    if (!Number.isFinite(config[name])) throw new ConfigError(`mnist1d: ${name} must be finite, got ${config[name]}`);
  const nTrain = Math.trunc(n * trainFraction);
  if (!(nTrain >= 1 && nTrain < n))
    throw new ConfigError(`mnist1d: trainFraction must leave both parts an example; ${trainFraction} of ${n} is ${nTrain}`);
  return nTrain;
};

/**
 * Training and test set, x [n,length] float64 and 10 classes. As published, one mean and one standard deviation, over train and
 * test and all positions together, standardise both. Another n draws another set: its examples are not a superset of the
 * published ones. For 4,000 + 12,000 examples use n = 16,000 and trainFraction = 0.25.
 * Throws ConfigError for a config that cannot be met.
 */
export const mnist1d = (options: Partial<Mnist1dConfig> = {}): Split<ClassificationDataset> => {
  const config: Mnist1dConfig = { ...MNIST1D_PUBLISHED, ...options };
  const nTrain = validate(config);
  const { n, length: d } = config;
  const random = new RandomState(config.seed);
  const window = smoothingWindow();
  const templates = DRAWN.map(template);
  const perClass = n / CLASSES;
  const drawn = Array.from({ length: n }, (_, i) => drawExample(templates[Math.floor(i / perClass)]!, config, window, random));
  const order = random.permutation(n);
  const positions = config.shufflePositions ? random.permutation(d) : undefined;
  const raw = new Float64Array(n * d);
  order.forEach((from, i) => {
    raw.set(drawn[from]!, i * d);
  });
  const { mean, deviation } = moments(raw);
  const standard = raw.map((v) => (v - mean) / deviation);
  const x = positions ? standard.map((_, at) => standard[at - (at % d) + positions[at % d]!]!) : standard;
  const y = order.map((i) => Math.floor(i / perClass));
  const part = (name: string, from: number, to: number): ClassificationDataset =>
    classification({ name, n: to - from, d, x: x.slice(from * d, to * d), y: y.slice(from, to), classes: CLASSES });
  return { train: part('mnist1d train', 0, nTrain), test: part('mnist1d test', nTrain, n) };
};
