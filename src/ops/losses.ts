/** Losses and metrics made of other ops. Every one says whether it is a sum or a mean. */
import type { Tensor } from '../graph/tensor';
import { equal, mul, square, sub } from './pointwise';
import { argmax, mean, sum } from './reduce';
import { softmaxCrossEntropy } from './softmaxCrossEntropy';

/** Mean over examples of −ln softmax(logits)[label], in nats. */
export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor => mean(softmaxCrossEntropy(logits, labels));
/** Mean over examples and outputs of (prediction − target)². */
export const meanSquaredError = (prediction: Tensor, target: Tensor): Tensor => mean(square(sub(prediction, target)));
/** ½ · mean over examples of the squared distance summed over outputs: the loss whose gradient descent has a closed form for a linear model. */
export const halfSquaredError = (prediction: Tensor, target: Tensor): Tensor =>
  mul(sum(square(sub(prediction, target))), 0.5 / prediction.shape[0]!);
/** Share of examples whose largest logit is not at the label. */
export const errorRate = (logits: Tensor, labels: Tensor): Tensor => sub(1, mean(equal(argmax(logits), labels)));
/** Sum of squares of all elements. */
export const squaredNorm = (x: Tensor): Tensor => sum(square(x));
