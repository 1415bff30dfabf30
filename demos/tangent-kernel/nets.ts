/** The networks of all studies, in NTK parametrisation, without biases and with one output; and their infinite-width kernel. */
import { infiniteWidth, inputGram, type KernelActivation, type WideNetwork } from '../../src/theory/infiniteWidth';
import type { Dense } from '../../src/theory/linalg';

/** ReLU keeps its scale from layer to layer with σw² = 2; erf, which cannot, has 1. */
export const weightVariance = (activation: KernelActivation): number => (activation === 'relu' ? 2 : 1);
export const wideOf = (activation: KernelActivation, depth: number): WideNetwork => ({
  activation,
  depth,
  weightVariance: weightVariance(activation),
  biasVariance: 0,
});

/** Θ of the infinitely wide network between X and X2, or X itself. */
export const wideKernel = (X: Dense, activation: KernelActivation, depth: number, X2?: Dense): Dense =>
  infiniteWidth(inputGram(X, X2), wideOf(activation, depth)).ntk;
