/** What a trainer is made of: data, objectives, metrics. */
import type { Shape } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import type { Model, Parameters } from '../models/index';
import { variable } from '../ops/index';
import type { Optimiser, PerReplica } from '../optim/index';
import type { HostArray } from './executor';
import type { SharpnessOptions } from './sharpness';

/**
 * Examples and targets; x is a Uint32Array where the model takes tokens. `target`: shape of one target: [] for a class label, [k] for an f32 vector, or for k labels,
 * one a position, where y is a Uint32Array. At least one example; labels and tokens below what the graph chooses from, values that float32 holds. A NaN is let
 * through: the loss is NaN then, and the message about it says where the NaN is. Loss and metrics need not read all of it.
 */
export interface TrainerData {
  readonly x: HostArray;
  readonly y: HostArray;
  readonly n: number;
  readonly target: Shape;
  /** Each replica has its own x or y: R times the values. */
  readonly xPerReplica?: boolean;
  readonly yPerReplica?: boolean;
  /**
   * A weight for each example, f32 [n], handed to objectives: replicas with fewer examples than others have rows of weight 0. The library's objectives divide
   * by the number of examples, so that weights of mean 1 leave a mean a mean over the examples that count; PyTorch's divide by Σ weight, which here is an
   * option of theirs: (output, y, weight) => crossEntropy(output, y, weight, { divideBy: 'weights' }).
   */
  readonly weight?: HostArray;
  readonly weightPerReplica?: boolean;
}
/**
 * A scalar of the model's output [n, outputs] ([n, positions, outputs] where it reads out at every position), the targets [n, …target] and, where the data have them, the examples' weights [n]. Say in
 * its name whether it is a sum or a mean.
 */
export type Objective = (output: Tensor, target: Tensor, weight?: Tensor) => Tensor;
/** Named tensors of a model's parameters; variables they use are the caller's to write. */
export type Inspection = (parameters: Parameters) => Readonly<Record<string, Tensor>>;
/**
 * `updateNorm`: of what the optimiser adds to the parameters, decay included. `exampleNorms`: Σ_i ‖g_i‖² over the batch, g_i the gradient of the
 * example's own loss, which must be averaged over examples: what gradient noise follows from, beside `gradientNorm`. `layerNoise`: both of them layer by
 * layer, a weight with its bias, as `gradientNorm.<weight>` and `exampleNorms.<weight>`; the squares add up to the whole. `parameterNorms`: of each parameter, as
 * `weightNorm.<name>`.
 */
export type StepMetric = 'loss' | 'gradientNorm' | 'weightNorm' | 'updateNorm' | 'exampleNorms' | 'layerNoise' | 'parameterNorms';

export interface TrainerOptions {
  readonly model: Model;
  readonly loss: Objective;
  readonly optimiser: Optimiser;
  readonly data: TrainerData;
  readonly test?: TrainerData;
  /** Examples per step, drawn without replacement within an epoch. Default: all of them, in order. */
  readonly batch?: number;
  /** One per model, whole numbers in [0, 2³²). Default [0]. */
  readonly seeds?: readonly number[];
  /** Seeds of the minibatch order; a single number: all replicas see the same batches. Default: the seeds. */
  readonly batchSeeds?: PerReplica;
  /** Multiplies the initial parameters. Default 1. */
  readonly initScale?: PerReplica;
  /**
   * 0 or 1 for each element of the layout (or R times as many): masked parameters are 0 and stay so. They are none of the network's: every metric and the
   * sharpness are those of the parameters kept.
   */
  readonly mask?: Float32Array;
  /**
   * Recorded at every step, of the batch and the parameters before the update. Norms are Euclidean, for values whose squares float32 holds: a norm beyond
   * 1.8e19 is ∞, which counts as divergence, and one below 1e-22 may be 0. `norm` has no such limits. Default loss.
   */
  readonly metrics?: readonly StepMetric[];
  /**
   * Recorded by the plan 'eval', on the whole training and test set, as `train.<name>` and `test.<name>`. All of a set are NaN for a replica whose outputs
   * or loss on it are not finite, error rates too.
   */
  readonly evaluate?: Readonly<Record<string, Objective>>;
  /** Adds the plan 'sharpness', whose metric `sharpness` is the largest eigenvalue of the loss's Hessian; see sharpness.ts. */
  readonly sharpness?: SharpnessOptions;
  /** The set that `evaluate` is kept to. Default: both, where there are both. */
  readonly evaluateOn?: 'train' | 'test';
  /** Further plans, by key, whose outputs `session.run` reads: what is looked at inside a model while it is being trained. */
  readonly inspect?: Readonly<Record<string, Inspection>>;
}

/** Targets are u32 where they are class labels: one an example, or a Uint32Array of them. */
export const targetVariable = (name: string, { n, target, y }: TrainerData, perReplica = true): Tensor =>
  variable(name, [n, ...target], { dtype: target.length === 0 || y instanceof Uint32Array ? 'u32' : 'f32', perReplica });
