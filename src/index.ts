/**
 * Overparam: train many small networks on the GPU and measure them from the inside.
 *
 * Open an executor (`openGpu`, or `openReference` for float64 on the CPU), build functions of symbolic tensors, and either `compile`
 * them into functions of typed arrays or `train` a model. Names and conventions follow JAX and PyTorch.
 */
export * from './core/errors';
export * from './data/index';
export type { Tensor } from './graph/tensor';
export { grad, hvp, jvp, valueAndGrad, vjp, type Tree } from './autodiff/index';
export * as ops from './ops/index';
export {
  crossEntropy,
  errorRate,
  halfSquaredError,
  meanSquaredError,
  norm,
  oneHotErrorRate,
  squaredNorm,
  weightedMean,
  type WeightOptions,
} from './ops/losses';
export * from './measure/index';
export * from './models/index';
export { adam, adamw, sgd, type AdamOptions, type Optimiser, type PerReplica, type Schedule, type SgdOptions } from './optim/index';
export { plan, printPlan, type Plan } from './plan/index';
export { compile, type Compiled, type InputSpec } from './runtime/compile';
export {
  metric,
  type Divergence,
  type Executor,
  type HostArray,
  type MetricBatch,
  type Session,
  type TrainControl,
  type TrainOptions,
} from './runtime/executor';
export { openGpu, type GpuExecutor, type GpuOptions } from './runtime/gpu';
export { memoryStore, Tuner, type Finding, type FindingStore, type TunerOptions } from './runtime/tuner';
export { openReference } from './runtime/reference';
/** Closed forms in float64: kernel regression, linearised dynamics, infinite-width kernels, risks. */
export * as theory from './theory/index';
export { readSafetensors, writeSafetensors } from './runtime/safetensors';
export { predict, rows, train, type TrainRow } from './runtime/trainLoop';
export {
  Trainer,
  TrainerGroup,
  type Inspection,
  type Objective,
  type TrainerData,
  type TrainerOptions,
  type TrainerRun,
} from './runtime/trainer';
