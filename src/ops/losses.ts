/** Losses and metrics made of other ops. Every one says whether it is a sum or a mean. */
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { abs, add, div, equal, greater, maximum, mul, sqrt, square, sub, where } from './pointwise';
import { argmax, choice, max, mean } from './reduce';
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
/** Share of examples whose largest logit is not at the label; the lowest class wins ties, as in argmax elsewhere. Logits with NaN are an error, whatever the label. Weights as weightedMean, of mean 1 or by `divideBy`. */
export const errorRate = (logits: Tensor, labels: Tensor, weight?: Tensor, o?: WeightOptions): Tensor =>
  sub(1, weightedMean(equal(choice(logits), labels), weight, o));
/** errorRate where the targets are one-hot vectors [n, classes]. */
export const oneHotErrorRate = (logits: Tensor, target: Tensor, weight?: Tensor, o?: WeightOptions): Tensor =>
  errorRate(logits, argmax(target), weight, o);
/** Where a sum of so many squares stays far from both ends of f32's range, and what brings others there: powers of 2, so that nothing rounds. */
const [LEAST, MOST, FACTOR] = [2 ** -40, 2 ** 40, 2 ** 80];
/** Euclidean norm of all elements of all tensors together, wherever it fits f32 itself, though its square may not; √ of the sum of squaredNorm to the bit elsewhere. */
export const norm = (...xs: readonly Tensor[]): Tensor => {
  const largest = xs.map((x) => max(abs(x))).reduce((a, b) => maximum(a, b));
  const [large, small] = [greater(largest, MOST), greater(LEAST, largest)];
  const byCase = (ifLarge: number, ifSmall: number): Tensor => where(large, ifLarge, where(small, ifSmall, 1));
  const scale = byCase(1 / FACTOR, FACTOR);
  const squares = xs.map((x) => squaredNorm(mul(x, scale))).reduce((a, b) => add(a, b));
  return mul(sqrt(squares), byCase(FACTOR, 1 / FACTOR));
};
/** Sum of squares of all elements; ∞ where that does not fit f32, so from elements of 1.8e19 on. */
export const squaredNorm = (x: Tensor): Tensor => sum(square(x));
