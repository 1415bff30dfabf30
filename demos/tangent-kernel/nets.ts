/** The networks of all variants: NTK parametrisation, no biases, one output; and their infinite-width kernel. */
import { stream, USE } from '../../src/core/random';
import type { Config } from '../../src/lab/study';
import { infiniteWidth, inputGram, type KernelActivation, type WideNetwork } from '../../src/theory/infiniteWidth';
import { dense, type Dense } from '../../src/theory/linalg';
import { num } from './config';

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

/** The width variant's inputs, uniform on the sphere of radius √d: one set for all seeds. */
export const sphereInputs = (c: Config): Dense => {
  const [n, d] = [num(c, 'inputs'), num(c, 'inputDimension')];
  const x = stream(num(c, 'seed'), USE.data).fillNormal(new Float64Array(n * d));
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const scale = Math.sqrt(d / row.reduce((s, v) => s + v * v, 0));
    row.forEach((v, j) => {
      row[j] = Math.fround(v * scale);
    });
  }
  return dense(x, n, d);
};
