/** Measurements from the inside: per-example gradients, gradient noise, tangent kernels, Fourier circuits. */
export * from './fourier';
export * from './gradientNoise';
export * from './infiniteWidth';
export * from './ntk';
export * from './perExample';
