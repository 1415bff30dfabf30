/**
 * How noisy the gradient of a minibatch is. g_i are the gradients of single examples' losses, ḡ their mean over the batch of B, Σ their
 * covariance, G its expectation. Source: McCandlish et al. 2018, arXiv:1812.06162, appendix A.
 *
 *   tr Σ̂ = (Σ‖g_i‖² − B‖ḡ‖²)/(B − 1),   |G|²̂ = ‖ḡ‖² − tr Σ̂/B        both unbiased
 *   B_simple = tr Σ / |G|²               from averages of the two, never an average of ratios
 */
import { layersOf, parameterUses, type NamedLayer } from '../autodiff/index';
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { constant, exampleNorm, mul, squaredNorm, sum } from '../ops/index';
import { symmetricEigen } from '../theory/linalg';

/** Layers whose gradients are n⁻¹ of the examples' own: of a mean loss over n examples, a scalar. Throws NoRuleError. */
export const layersOfMean = (meanLoss: Tensor, parameters: Readonly<Record<string, Tensor>>, n: number): readonly NamedLayer[] =>
  layersOf(parameterUses([meanLoss], [constant(1)], parameters, n), parameters);

/** ‖g_i‖² of each example's own loss, [n], a sum over all parameters of these layers. */
export const squaredExampleNorms = (layers: readonly NamedLayer[], n: number): Tensor =>
  mul(layers.reduce<Tensor | undefined>((total, layer) => exampleNorm(layer, total), undefined) ?? constant(0), n * n);

/** What a step records of its noise: scalars, cheap beside the step. */
export interface NoiseTensors {
  /** Σ_i ‖g_i‖², a sum over examples and parameters. */
  readonly sumSquares: Tensor;
  /** ‖ḡ‖². */
  readonly squaredMean: Tensor;
}
/** `gradient`: of the mean loss, in whatever shape. The layers may be some of the model's, the gradient then of their parameters. */
export const noiseTensors = (layers: readonly NamedLayer[], gradient: Tensor, n: number): NoiseTensors => ({
  sumSquares: sum(squaredExampleNorms(layers, n)),
  squaredMean: squaredNorm(gradient),
});

export interface NoiseEstimate {
  /** tr Σ̂. */ readonly trace: number;
  /** |G|²̂; negative values are noise about 0. */ readonly squaredGradient: number;
}

/** From one batch of B ≥ 2 examples. Throws ConfigError. */
export const noiseOf = (sumSquares: number, squaredMean: number, B: number): NoiseEstimate => {
  if (!Number.isInteger(B) || B < 2) throw new ConfigError(`the noise of a batch of ${B} is not defined; take at least 2 examples`);
  const trace = (sumSquares - B * squaredMean) / (B - 1);
  return { trace, squaredGradient: squaredMean - trace / B };
};

/** A batch's size and the squared norm of its mean gradient. */
export interface BatchNorm {
  readonly B: number;
  readonly squaredMean: number;
}
/** From the mean gradients of two batches of different sizes: needs no per-example gradients. Throws ConfigError. */
export const noiseOfTwo = (small: BatchNorm, big: BatchNorm): NoiseEstimate => {
  if (!(small.B >= 1 && small.B < big.B))
    throw new ConfigError(`two batch sizes that differ are needed, the smaller first; got ${small.B} and ${big.B}`);
  return {
    squaredGradient: (big.B * big.squaredMean - small.B * small.squaredMean) / (big.B - small.B),
    trace: (small.squaredMean - big.squaredMean) / (1 / small.B - 1 / big.B),
  };
};

/** B_simple from exponential averages of numerator and denominator apart, each freed of its start at 0. */
export class NoiseScale {
  #trace = 0;
  #squared = 0;
  #weight = 0;

  /** `decay` of the averages, from 0 (the last estimate alone) to below 1. Throws ConfigError. */
  constructor(private readonly decay = 0.95) {
    if (!(decay >= 0 && decay < 1)) throw new ConfigError(`the decay of the averages is ${decay}; it must be from 0 to below 1`);
  }

  update({ trace, squaredGradient }: NoiseEstimate): void {
    const share = 1 - this.decay;
    this.#trace += share * (trace - this.#trace);
    this.#squared += share * (squaredGradient - this.#squared);
    this.#weight += share * (1 - this.#weight);
  }
  get trace(): number {
    return this.#trace / this.#weight;
  }
  get squaredGradient(): number {
    return this.#squared / this.#weight;
  }
  /** Critical batch size, in examples; NaN before the first estimate, and where the average of |G|² is not positive: the gradient is lost in its noise. */
  get simple(): number {
    return this.#squared > 0 ? this.#trace / this.#squared : NaN;
  }
}

/** |G|²̂ over the variance of the batch's mean gradient, tr Σ̂ / B: how far the gradient stands out. */
export const signalToNoise = ({ trace, squaredGradient }: NoiseEstimate, B: number): number => (squaredGradient * B) / trace;

/**
 * Eigenvalues of Σ̂ = (B − 1)⁻¹ Σ_i (g_i − ḡ)(g_i − ḡ)ᵀ, largest first, the B − 1 that can differ from 0: those of the centred Gram matrix, so
 * that the parameters' number does not enter. `gram`: ⟨g_i, g_j⟩, [B, B] row-major, of which the symmetric part counts. O(B³). Throws ConfigError where
 * it is not square or not finite.
 */
export const covarianceSpectrum = (gram: ArrayLike<number>, B: number): Float64Array => {
  if (!(B >= 2) || gram.length !== B * B)
    throw new ConfigError(`a Gram matrix of ${B} examples has ${B * B} entries, at least 4; got ${gram.length}`);
  const means = Float64Array.from({ length: B }, (_, i) => {
    let s = 0;
    for (let j = 0; j < B; j++) s += gram[i * B + j]! + gram[j * B + i]!;
    return s / (2 * B);
  });
  const all = means.reduce((s, v) => s + v, 0) / B;
  const centred = Float64Array.from(
    { length: B * B },
    (_, at) => (gram[at]! - means[Math.floor(at / B)]! - means[at % B]! + all) / (B - 1),
  );
  return symmetricEigen({ data: centred, rows: B, cols: B })
    .values.toReversed()
    .subarray(0, B - 1);
};
