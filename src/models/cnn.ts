/**
 * One-dimensional convolutional networks: h_l = φ(conv(h_{l−1}, W_l) + b_l) on sequences, then one linear layer on all positions and channels
 * of the last. W_l is [size·in, out] with rows by position, then channel; the linear layer's rows likewise.
 *
 * Initialisations as in mlp.ts, with fan_in = size·in (and, for xavier, fan_out = size·out): what torch.nn.Conv1d and torch.nn.Linear do for pytorch.
 */
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import { convolveRows } from '../ops/conv1d';
import { reshape } from '../ops/reshape';
import { windowCount, type Windows } from '../ops/unfold';
import { layoutOf, type ParameterSpec } from './layout';
import { initOf, linearLayer, type InitScheme } from './mlp';
import { activate, type Activation, type Model } from './model';

/** A convolution: its windows and how many channels come out. */
export interface ConvLayer extends Windows {
  readonly channels: number;
}
export interface CnnOptions {
  /** Positions of an example. */
  readonly length: number;
  /** Channels of an example, which is [length, channels] row-major, or [length] where there is one. Default 1. */
  readonly channels?: number;
  readonly layers: readonly ConvLayer[];
  readonly outputs: number;
  /** Default relu. */
  readonly activation?: Activation;
  /** Default he. */
  readonly init?: InitScheme;
}

interface Placed extends ConvLayer {
  readonly l: number;
  readonly length: number;
  readonly fanIn: number;
}
/** Throws ConfigError where a layer's windows do not fit what the layers before leave. */
const place = ({ length, channels = 1, layers }: CnnOptions): { readonly placed: readonly Placed[]; readonly features: number } => {
  let [positions, width] = [length, channels];
  const placed = layers.map((layer, i): Placed => {
    const own = { ...layer, l: i + 1, length: positions, fanIn: layer.size * width };
    const next = windowCount(positions, layer);
    if (!(Number.isInteger(layer.channels) && layer.channels >= 1 && next >= 1))
      throw new ConfigError(
        `cnn: layer ${i + 1} has ${layer.channels} channels and windows of ${layer.size} over ${positions} positions; the channels must be a positive integer and one window must fit`,
      );
    [positions, width] = [next, layer.channels];
    return own;
  });
  return { placed, features: positions * width };
};

/**
 * A convolutional network over sequences, channels last. Weights as conv1d takes them, [size·in, out], and [features, outputs] of the last layer, whose rows
 * are by position, then channel: flattening PyTorch's [channels, length] gives another order. Throws ConfigError where the windows of a layer do not fit,
 * ShapeError for windows that are no positive integers.
 */
export const cnn = (o: CnnOptions): Model => {
  const { length, channels = 1, outputs, activation = 'relu', init = 'he' } = o;
  const { placed, features } = place(o);
  const specs = [
    ...placed.map(({ l, fanIn, size, channels: out }) => ({ l, fanIn, out, start: initOf(init, fanIn, size * out) })),
    { l: placed.length + 1, fanIn: features, out: outputs, start: initOf(init, features, outputs) },
  ].flatMap(({ l, fanIn, out, start }): ParameterSpec[] => [
    { name: `W${l}`, shape: [fanIn, out], init: start.weight, bias: false },
    { name: `b${l}`, shape: [out], init: start.bias, bias: true },
  ]);
  return {
    name: `cnn ${[channels, ...placed.map((p) => p.channels), outputs].join('-')}`,
    layout: layoutOf(specs),
    input: channels === 1 ? [length] : [length, channels],
    outputs,
    apply: (params, x) => {
      const n = x.shape[0]!;
      const rows = placed.reduce(
        (h, { l, length: positions, ...windows }) =>
          activate(activation, convolveRows(h, positions, params[`W${l}`]!, params[`b${l}`], windows)),
        reshape(x, [sizeOf(x.shape) / channels, channels]),
      );
      return linearLayer(reshape(rows, [n, features]), params[`W${placed.length + 1}`]!, params[`b${placed.length + 1}`]);
    },
  };
};
