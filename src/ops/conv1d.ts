/**
 * One-dimensional convolution (cross-correlation, as in PyTorch) and pooling of sequences [n, length, channels].
 *
 * A convolution is the matrix of windows (unfold.ts) times the weights, a pool a reduction of the windows: compositions, not kernels of their
 * own. At the sizes of this laboratory (40 positions, 25 channels, kernels of 3 to 5) a sequence and its windows stay in the cache, the window
 * matrix is three times the size of what it shows, and the product is the tuned one, with bias and activation in its epilogue. Weight
 * gradient, input gradient, tangents, second derivatives and the per-example forms of a weight shared over positions,
 * Σ_{t,s} (δ_t·δ_s)(a_t·a_s), are those of matmul, each right by one proof instead of several. Images, where the windows no longer fit, would
 * want a kernel that reads them in place.
 *
 * Throws ShapeError as unfold and matmul do.
 */
import { ShapeError } from '../core/errors';
import { showShape, sizeOf, type Shape } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { matmul } from './matmul';
import { add } from './pointwise';
import { max, mean } from './reduce';
import { reshape } from './reshape';
import { unfold, windowCount, type Windows } from './unfold';

const rowsOf = (
  op: string,
  x: Tensor,
): { readonly rows: Tensor; readonly n: number; readonly length: number; readonly channels: number } => {
  if (x.shape.length !== 3) throw new ShapeError(op, `the input is ${showShape(x.shape)}; it must be [n, length, channels]`);
  const [n, length, channels] = x.shape as Shape & readonly [number, number, number];
  return { rows: reshape(x, [n * length, channels]), n, length, channels };
};

/**
 * On sequences of `length` whose positions are rows: [n·length, in] → [n·T, out]. `w` [size·in, out], row j·in + c the weights of position j and
 * channel c of a window; `b` [out]. In rows, what follows pointwise runs in the product's own dispatch.
 */
export const convolveRows = (x: Tensor, length: number, w: Tensor, b: Tensor | undefined, windows: Windows): Tensor => {
  const y = matmul(unfold(x, length, windows), w);
  return b ? add(y, b) : y;
};
/**
 * Cross-correlation, as torch.nn.Conv1d and jax.lax.conv compute: [n, length, in] → [n, T, out], channels last. `w` [size·in, out], row j·in + c the weights
 * of position j and channel c; PyTorch's weight [out, in, size] is w[j·in + c, o] = weight[o, c, j].
 */
export const conv1d = (x: Tensor, w: Tensor, b: Tensor | undefined, windows: Windows): Tensor => {
  const { rows, n, length } = rowsOf('conv1d', x);
  const y = convolveRows(rows, length, w, b, windows);
  return reshape(y, [n, windowCount(length, windows), sizeOf(y.shape.slice(1))]);
};

/** The windows as an axis of their own, [n, T, size, channels]; by default they tile the sequence, leaving out a rest. */
const pooled = (op: string, x: Tensor, windows: Windows, reduce: (w: Tensor, axes: readonly number[]) => Tensor): Tensor => {
  const { rows, n, length, channels } = rowsOf(op, x);
  const tiled = { stride: windows.size, ...windows };
  return reduce(reshape(unfold(rows, length, tiled), [n, windowCount(length, tiled), windows.size, channels]), [2]);
};
/**
 * Largest of each window and channel: [n, length, C] → [n, T, C]. Stride: the size, unless given. The derivative is shared equally
 * among ties, as jax.numpy.max does; torch.nn.MaxPool1d gives it to the first.
 */
export const maxPool1d = (x: Tensor, windows: Omit<Windows, 'padding'>): Tensor => pooled('maxPool1d', x, windows, max);
/** Mean of each window and channel, zeros of the padding counted, as in torch.nn.AvgPool1d: [n, length, C] → [n, T, C]. Stride: the size, unless given. */
export const averagePool1d = (x: Tensor, windows: Windows): Tensor => pooled('averagePool1d', x, windows, mean);
