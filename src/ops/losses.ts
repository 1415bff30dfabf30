/** Losses and metrics made of other ops. Every one says whether it is a sum or a mean. */
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { equal, mul, square, sub } from './pointwise';
import { argmax, mean } from './reduce';
import { sum } from './sum';
import { reshape } from './reshape';
import { softmaxCrossEntropy } from './softmaxCrossEntropy';

/** Mean over examples of values [n], each times its weight where weights [n] are given; those should have mean 1. */
export const weightedMean = (values: Tensor, weight?: Tensor): Tensor => mean(weight ? mul(values, weight) : values);
/** Mean over examples of −ln softmax(logits)[label], in nats. */
export const crossEntropy = (logits: Tensor, labels: Tensor, weight?: Tensor): Tensor =>
  weightedMean(softmaxCrossEntropy(logits, labels), weight);
/** Mean over examples and outputs of (prediction − target)². */
export const meanSquaredError = (prediction: Tensor, target: Tensor, weight?: Tensor): Tensor => {
  const squares = square(sub(prediction, target));
  return weight
    ? weightedMean(mean(reshape(squares, [weight.shape[0]!, sizeOf(squares.shape) / weight.shape[0]!]), [1]), weight)
    : mean(squares);
};
/** ½ · mean over examples of the squared distance summed over outputs: the loss whose gradient descent has a closed form for a linear model. */
export const halfSquaredError = (prediction: Tensor, target: Tensor): Tensor =>
  mul(sum(square(sub(prediction, target))), 0.5 / prediction.shape[0]!);
/** Share of examples whose largest logit is not at the label. */
export const errorRate = (logits: Tensor, labels: Tensor, weight?: Tensor): Tensor =>
  sub(1, weightedMean(equal(argmax(logits), labels), weight));
/** errorRate where the targets are one-hot vectors [n, classes]. */
export const oneHotErrorRate = (logits: Tensor, target: Tensor, weight?: Tensor): Tensor => errorRate(logits, argmax(target), weight);
/** Sum of squares of all elements. */
export const squaredNorm = (x: Tensor): Tensor => sum(square(x));
