/** Scalar functions of one vector x, made of many ops, for second derivatives. Smooth at the points they are given. */
import { cotangents, gradients, tangents } from '../src/autodiff/index';
import type { Shape } from '../src/core/shape';
import type { Tensor } from '../src/graph/tensor';
import { unpack } from '../src/models/layout';
import { cnn } from '../src/models/cnn';
import { mlp } from '../src/models/mlp';
import {
  add,
  averagePool1d,
  crossEntropy,
  div,
  exp,
  gather,
  log,
  logSoftmax,
  matmul,
  max,
  maxPool1d,
  mean,
  meanSquaredError,
  mul,
  relu,
  reshape,
  scatterAdd,
  sigmoid,
  slice,
  softmax,
  sqrt,
  attention,
  gelu,
  layerNorm,
  rmsNorm,
  square,
  sub,
  sum,
  tanh,
  transpose,
  variable,
} from '../src/ops/index';
import type { Values } from './evaluate';
import { direction, draw, type Domain } from './opCases';

export interface Composite {
  readonly name: string;
  readonly size: number;
  readonly f: (x: Tensor) => Tensor;
  /** x, the directions u and w, and the function's own data; on the grid of opCases.ts, or reals. */
  readonly values: (seed: number, grid?: boolean) => Values;
}
interface Extra {
  readonly shape: Shape;
  readonly domain: Domain;
  readonly below?: number;
}
const composite = (
  name: string,
  size: number,
  f: Composite['f'],
  domain: Domain = 'real',
  extra: Readonly<Record<string, Extra>> = {},
): Composite => ({
  name,
  size,
  f,
  values: (seed, grid = true) => ({
    x: draw({ shape: [size], domain }, seed, grid),
    u: direction(size, seed + 10),
    w: direction(size, seed + 11),
    ...Object.fromEntries(Object.entries(extra).map(([key, e], i) => [key, draw(e, seed + 20 + i, grid)])),
  }),
});

const data = variable('data', [6, 3], { perReplica: false });
const labels = variable('labels', [6], { dtype: 'u32', perReplica: false });
const examples: Readonly<Record<string, Extra>> = {
  data: { shape: [6, 3], domain: 'real' },
  labels: { shape: [6], domain: 'index', below: 4 },
};
const targets = variable('targets', [6, 4], { perReplica: false });
const network = mlp({ widths: [3, 5, 4, 4], activation: 'tanh' });
const wide = mlp({ widths: [3, 8, 4], activation: 'sigmoid' });
const convolutional = cnn({
  length: 3,
  layers: [
    { channels: 3, size: 2, padding: 1 },
    { channels: 2, size: 3, stride: 2, padding: 1 },
  ],
  outputs: 4,
  activation: 'tanh',
});
const picks = variable('picks', [7], { dtype: 'u32', perReplica: false });

/** Fused causal attention of two sequences of three positions on themselves, two heads, after a norm, and before another. */
const block = (x: Tensor): Tensor => {
  const h = layerNorm(reshape(x, [2, 3, 8]), variable('gain', [8], { perReplica: false }), variable('shift', [8], { perReplica: false }), {
    eps: 0.5,
  });
  const [q, k, v] = [gelu(h, { approximate: 'none' }), gelu(h), sigmoid(h)].map((t) => reshape(t, [2, 3, 2, 4])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const { output, weights } = attention(q, k, v, { scale: 0.5 });
  return add(sum(square(sub(rmsNorm(add(reshape(output, [2, 3, 8]), h), undefined, { eps: 0.5 }), 0.5))), sum(square(weights)));
};

/** Attention of 4 positions of width 3 on each other: batch-free, softmax of a product, product with a transpose. */
const unfused = (x: Tensor): Tensor => {
  const h = reshape(x, [4, 3]);
  const weights = softmax(mul(matmul(h, h, { transB: true }), 0.5));
  return sum(square(sub(matmul(weights, h), transpose(matmul(h, weights, { transA: true })))));
};

export const COMPOSITES: readonly Composite[] = [
  composite(
    'mean cross-entropy of a tanh network',
    network.layout.total,
    (x) => crossEntropy(network.apply(unpack(network.layout, x), data), labels),
    'real',
    examples,
  ),
  composite(
    'mean squared error of a sigmoid network',
    wide.layout.total,
    (x) => meanSquaredError(wide.apply(unpack(wide.layout, x), data), targets),
    'real',
    { ...examples, targets: { shape: [6, 4], domain: 'real' } },
  ),
  composite(
    'mean cross-entropy of a convolutional network',
    convolutional.layout.total,
    (x) => crossEntropy(convolutional.apply(unpack(convolutional.layout, x), data), labels),
    'real',
    examples,
  ),
  composite(
    'pools of a sequence',
    24,
    (x) => {
      const h = reshape(x, [2, 4, 3]);
      return sum(mul(square(maxPool1d(h, { size: 2, stride: 1 })), tanh(averagePool1d(h, { size: 2, stride: 2, padding: 1 }))));
    },
    'distinct',
  ),
  composite('unfused attention', 12, unfused),
  composite('a block of a transformer', 48, block, 'real', {
    gain: { shape: [8], domain: 'positive' },
    shift: { shape: [8], domain: 'real' },
  }),
  composite(
    'embedding and its transpose',
    15,
    (x) => {
      const rows = gather(reshape(x, [5, 3]), picks);
      return sum(mul(tanh(scatterAdd(square(rows), picks, 6)), 0.25));
    },
    'real',
    { picks: { shape: [7], domain: 'index', below: 5 } },
  ),
  composite(
    'normalisation by norm and by log-sum-exp',
    20,
    (x) => {
      const h = reshape(x, [4, 5]);
      const unit = div(h, sqrt(sum(square(h), [1], { keepDims: true })));
      return add(mean(exp(unit)), sum(mul(logSoftmax(h), unit)));
    },
    'positive',
  ),
  composite('the largest of each row, through relu', 24, (x) => sum(square(relu(max(reshape(x, [2, 3, 4]), [0, 2])))), 'distinct'),
  composite('slices of a vector against each other', 70, (x) => {
    const [a, b] = [slice(x, 0, [2, 3]), slice(x, 64, [3])];
    return add(sum(log(add(square(a), sigmoid(b)))), mean(square(slice(x, 5, [60]))));
  }),
];

/** Gradient; H u forward over reverse and reverse over reverse; H w. For an x, u and w that every replica has of its own. */
export const hessianOutputs = ({ f, size }: Composite): Readonly<Record<'gradient' | 'hu' | 'huReverse' | 'hw', Tensor>> => {
  const [x, u, w] = ['x', 'u', 'w'].map((name) => variable(name, [size])) as [Tensor, Tensor, Tensor];
  const gradient = gradients(f(x), [x]);
  return {
    gradient: gradient[0]!,
    hu: tangents(gradient, [x], [u])[0]!,
    huReverse: cotangents(gradient, [u], [x])[0]!,
    hw: tangents(gradient, [x], [w])[0]!,
  };
};
