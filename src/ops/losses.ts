/** Losses and metrics made of other ops. Every one says whether it is a sum or a mean. */
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { div, equal, mul, square, sub } from './pointwise';
import { argmax, mean } from './reduce';
import { sum } from './sum';
import { reshape } from './reshape';
import { softmaxCrossEntropy } from './softmaxCrossEntropy';

export interface WeightOptions {
  /**
   * What the weighted sum is divided by. examples: their number n, so that weights of mean 1 leave a mean a mean, and minibatches weigh what their weights
   * say. weights: Σ weight, as torch.nn.CrossEntropyLoss(weight=…) and np.average do. Default examples.
   */
  readonly divideBy?: 'examples' | 'weights';
}
/** Mean over examples of values [n]; of weights [n], (1/n)·Σ weight·value, or Σ weight·value/Σ weight with `divideBy: 'weights'`. */
export const weightedMean = (values: Tensor, weight?: Tensor, { divideBy = 'examples' }: WeightOptions = {}): Tensor => {
  if (!weight) return mean(values);
  return divideBy === 'weights' ? div(sum(mul(values, weight)), sum(weight)) : mean(mul(values, weight));
};
/** Mean over examples of −ln softmax(logits)[label], in nats: torch.nn.CrossEntropyLoss with its default reduction. Weights as weightedMean. */
export const crossEntropy = (logits: Tensor, labels: Tensor, weight?: Tensor, o?: WeightOptions): Tensor =>
  weightedMean(softmaxCrossEntropy(logits, labels), weight, o);
/** Mean over examples and outputs of (prediction − target)²: torch.nn.MSELoss, without a factor ½. Weights, one an example, as weightedMean. */
export const meanSquaredError = (prediction: Tensor, target: Tensor, weight?: Tensor, o?: WeightOptions): Tensor => {
  const squares = square(sub(prediction, target));
  return weight
    ? weightedMean(mean(reshape(squares, [weight.shape[0]!, sizeOf(squares.shape) / weight.shape[0]!]), [1]), weight, o)
    : mean(squares);
};
/** ½ · mean over examples of the squared distance summed over outputs: the loss whose gradient descent has a closed form for a linear model. */
export const halfSquaredError = (prediction: Tensor, target: Tensor): Tensor =>
  mul(sum(square(sub(prediction, target))), 0.5 / prediction.shape[0]!);
/** Share of examples whose largest logit is not at the label; the lowest class wins ties, as in argmax elsewhere. Weights as weightedMean, of mean 1 or by `divideBy`. */
export const errorRate = (logits: Tensor, labels: Tensor, weight?: Tensor, o?: WeightOptions): Tensor =>
  sub(1, weightedMean(equal(argmax(logits), labels), weight, o));
/** errorRate where the targets are one-hot vectors [n, classes]. */
export const oneHotErrorRate = (logits: Tensor, target: Tensor, weight?: Tensor, o?: WeightOptions): Tensor =>
  errorRate(logits, argmax(target), weight, o);
/** Sum of squares of all elements. */
export const squaredNorm = (x: Tensor): Tensor => sum(square(x));
