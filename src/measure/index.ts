/** Measurements from the inside: per-example gradients, gradient noise, tangent kernels. */
export * from './dominantCurvature';
export * from './gradientNoise';
export * from './infiniteWidth';
export * from './ntk';
export * from './perExample';
