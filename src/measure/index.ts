/** Measurements from the inside: per-example gradients, gradient noise, tangent kernels, Fourier circuits. */
export type { Extra } from './blocks';
export * from './dominantCurvature';
export * from './exampleProbe';
export * from './fourier';
export * from './gradientNoise';
export * from './infiniteWidth';
export type { PerExampleOptions } from './lossBlocks';
export * from './noiseReport';
export * from './ntk';
export * from './ntkVector';
export * from './perExample';
export { relativeRounding, type Rounding } from './rounding';
