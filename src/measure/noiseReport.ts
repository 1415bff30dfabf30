/** The noise of a model's gradient in one call; gradientNoise.ts has the estimators and their source. */
import { gradientColumns, type NamedLayer } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import type { Model } from '../models/index';
import { exampleNorm } from '../ops/index';
import type { Executor, HostArray } from '../runtime/executor';
import type { Objective, TrainerData } from '../runtime/trainer';
import { covarianceSpectrum, noiseOf, signalToNoise, type NoiseEstimate } from './gradientNoise';
import { columnsOf, openLoss, placesOf, type PerExampleOptions } from './lossBlocks';
import { perExampleGram } from './perExample';
import { roundingsOf, UNIT32 } from './rounding';

export interface NoiseOptions extends PerExampleOptions {
  /** How many of the largest eigenvalues of Σ̂ to give, from the n × n Gram matrix and its eigendecomposition on the host, O(n³). Default 10; 0: none. */
  readonly eigenvalues?: number;
}
/** Estimates for the parameters of one layer: a weight and its bias, or one parameter. */
export interface LayerNoise extends NoiseEstimate {
  readonly names: readonly string[];
  /**
   * |G|²̂ over tr Σ̂ / n, of this layer's parameters: how far the mean over the n examples stands out of its noise. No unit. Infinity where tr Σ̂ is below
   * rounding, and NaN where |G|²̂ is too.
   */
  readonly signalToNoise: number;
}
/** Over all parameters; what is below the rounding of its sums is 0. tr Σ̂ and |G|²̂ in the loss' unit squared over the parameters', both unbiased sums over parameters. */
export interface NoiseReport extends NoiseEstimate {
  readonly examples: number;
  /** ḡ, the mean over the n examples, [layout.total]. */
  readonly gradient: Float64Array;
  /** B_simple = tr Σ̂/|G|²̂, in examples; 0 where tr Σ̂ is below rounding, NaN where |G|²̂ ≤ 0: the gradient is lost in its noise, take more examples. Of one set: average the two over steps by NoiseScale. */
  readonly simple: number;
  readonly signalToNoise: number;
  readonly layers: readonly LayerNoise[];
  /** Of Σ̂ = (n − 1)⁻¹ Σ_i (g_i − ḡ)(g_i − ḡ)ᵀ, largest first. None is negative, and they sum to tr Σ̂ if all are given, both up to rounding. */
  readonly eigenvalues: Float64Array;
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** An eigendecomposition of more examples takes minutes. */
const MOST = 2048;

const checkOptions = (n: number, eigenvalues: number): void => {
  if (!(n >= 2)) throw new ConfigError(`gradientNoise: the noise of ${n} examples is not defined; take at least 2`);
  if (!Number.isInteger(eigenvalues) || eigenvalues < 0)
    throw new ConfigError(`gradientNoise: eigenvalues is ${eigenvalues}; it must be an integer ≥ 0`);
  if (eigenvalues > 0 && n > MOST)
    throw new ConfigError(
      `gradientNoise: the eigenvalues of ${n} examples would take minutes, ${MOST} are allowed: pass eigenvalues: 0, or take fewer examples`,
    );
};

/**
 * tr Σ̂, |G|²̂, B_simple, per-layer signal-to-noise and the largest eigenvalues of the covariance of single examples' gradients. `loss`: a mean over
 * examples. Sums over examples run in float64 on the host. Throws as perExampleNorms, and ConfigError for fewer than 2 examples or too many for
 * eigenvalues.
 */
export const gradientNoise = async (
  executor: Executor,
  model: Model,
  theta: HostArray,
  loss: Objective,
  data: TrainerData,
  options: NoiseOptions = {},
): Promise<NoiseReport> => {
  const { n } = data;
  const { eigenvalues: wanted = 10, block = Math.min(n, 256), variables = {} } = options;
  checkOptions(n, wanted);
  let layers: readonly NamedLayer[] = [];
  using run = await openLoss({ op: 'gradientNoise', executor, model, theta, loss, data, block, variables }, ['left'], ([found]) => {
    layers = found!;
    return { ...columnsOf(layers, gradientColumns), ...Object.fromEntries(layers.map((layer, at) => [`norms${at}`, exampleNorm(layer)])) };
  });
  const gradient = new Float64Array(model.layout.total);
  const sumSquares = new Float64Array(layers.length);
  for (let first = 0; first < n; first += block) {
    const results = await run.at(first);
    run.addColumns(results, layers, gradient, block / n);
    layers.forEach((_, at) => {
      results[`norms${at}`]!.data.subarray(0, n - first).forEach((v) => {
        sumSquares[at]! += v * block * block;
      });
    });
  }
  const squaredMean = layers.map((layer) => placesOf(model.layout, layer).reduce((total, p) => total + gradient[p]! ** 2, 0));
  const terms = layers.map((layer) => roundingsOf(layer, block));
  const rounding = { terms: terms.reduce((a, b) => Math.max(a, b), 0) + layers.length };
  const total = noiseOf(sum(sumSquares), sum(squaredMean), n, rounding);
  const spectrum =
    wanted > 0
      ? covarianceSpectrum((await perExampleGram(executor, model, theta, loss, data, { ...options, block })).data, n, {
          ...rounding,
          unit: UNIT32,
        })
      : new Float64Array(0);
  return {
    ...total,
    examples: n,
    gradient,
    simple: total.squaredGradient > 0 ? total.trace / total.squaredGradient : NaN,
    signalToNoise: signalToNoise(total, n),
    layers: layers.map(({ names }, at) => {
      const estimate = noiseOf(sumSquares[at]!, squaredMean[at]!, n, { terms: terms[at]! });
      return Object.assign(estimate, { names, signalToNoise: signalToNoise(estimate, n) });
    }),
    eigenvalues: spectrum.subarray(0, wanted),
  };
};
