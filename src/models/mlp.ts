/**
 * Fully connected networks: h_l = φ(h_{l−1} W_l + b_l), the last layer linear. W_l is [fan_in, fan_out]. With `residual`
 * hidden layers of equal width add to the one before.
 *
 * Initialisation, variances of W: he 2/fan_in (He et al. 2015), lecun 1/fan_in, xavier 2/(fan_in + fan_out) (Glorot & Bengio 2010), biases 0;
 * pytorch: W and b uniform on ±1/√fan_in, what torch.nn.Linear does.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { matmul } from '../ops/matmul';
import { broadcastTo } from '../ops/sum';
import { constant } from '../ops/leaf';
import { add, mul } from '../ops/pointwise';
import { layoutOf, type Init, type ParameterSpec } from './layout';
import { activate, type Activation, type Model } from './model';

export type InitScheme = 'he' | 'lecun' | 'xavier' | 'pytorch';
export interface MlpOptions {
  /** Inputs, hidden widths…, outputs. At least two numbers. */
  readonly widths: readonly number[];
  /** Default relu. */
  readonly activation?: Activation;
  /** he, lecun, xavier: normal, not truncated; pytorch: W and b uniform on ±1/√fan_in, as torch.nn.Linear starts. Default he. */
  readonly init?: InitScheme;
  /** Default true. */
  readonly bias?: boolean;
  /** A hidden layer as wide as the hidden layer before it adds to it: h_l = h_{l−1} + φ(h_{l−1} W_l + b_l). Default false. */
  readonly residual?: boolean;
  /**
   * standard: the variances are in the parameters, drawn by `init`. ntk: parameters are N(0, 1) and the forward pass scales them,
   * z = √(σw²/fan_in)·hW + √σb²·b, so that the tangent kernel has a limit at infinite width (Jacot et al. 2018). Default standard.
   */
  readonly parametrisation?: 'standard' | 'ntk';
  /** σw² of the ntk parametrisation. Default 2. */
  readonly weightVariance?: number;
  /** σb² of the ntk parametrisation; 0 leaves the biases out. Default 0. */
  readonly biasVariance?: number;
}

const normal = (variance: number): Init => ({ kind: 'normal', std: Math.sqrt(variance) });
export const initOf = (scheme: InitScheme, fanIn: number, fanOut: number): { readonly weight: Init; readonly bias: Init } => {
  switch (scheme) {
    case 'he':
      return { weight: normal(2 / fanIn), bias: { kind: 'zeros' } };
    case 'lecun':
      return { weight: normal(1 / fanIn), bias: { kind: 'zeros' } };
    case 'xavier':
      return { weight: normal(2 / (fanIn + fanOut)), bias: { kind: 'zeros' } };
    case 'pytorch': {
      const init: Init = { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
      return { weight: init, bias: init };
    }
  }
};

/** x [n, in] · w [in, out] + b [out]. */
export const linearLayer = (x: Tensor, w: Tensor, b?: Tensor): Tensor => (b ? add(matmul(x, w), b) : matmul(x, w));

/** a·(x W) + c·b, as (a x) W + b (c·1): both parameters are applied by ops that tell examples apart. */
const ntkLayer = (x: Tensor, w: Tensor, b: Tensor | undefined, a: number, c: number): Tensor => {
  const z = matmul(mul(x, a), w);
  return b ? add(z, mul(broadcastTo(constant(c), z.shape), b)) : z;
};

/**
 * A fully connected network, h ← φ(h W + b). Weights are [fan_in, fan_out], as in Flax and Keras: the transpose of torch.nn.Linear's weight [out, in]. Biases
 * start at 0 unless `init` is pytorch. Throws ConfigError for fewer than two widths or one that is no positive integer.
 */
export const mlp = (o: MlpOptions): Model => {
  const { widths, activation = 'relu', init = 'he' } = o;
  const scaled = o.parametrisation === 'ntk';
  const { weightVariance = 2, biasVariance = 0 } = o;
  const bias = scaled ? biasVariance > 0 : (o.bias ?? true);
  if (!(weightVariance > 0 && biasVariance >= 0))
    throw new ConfigError(`mlp: σw² is ${weightVariance} and σb² ${biasVariance}; the first must be positive, the second not negative`);
  if (widths.length < 2 || widths.some((w) => !Number.isInteger(w) || w < 1))
    throw new ConfigError(`mlp: widths must be at least two positive integers, got [${widths.join(', ')}]`);
  const layers = widths.slice(1).map((fanOut, l) => ({ l: l + 1, fanIn: widths[l]!, fanOut }));
  const specs = layers.flatMap(({ l, fanIn, fanOut }): ParameterSpec[] => {
    const start = scaled ? { weight: normal(1), bias: normal(1) } : initOf(init, fanIn, fanOut);
    const weight: ParameterSpec = { name: `W${l}`, shape: [fanIn, fanOut], init: start.weight, bias: false };
    return bias ? [weight, { name: `b${l}`, shape: [fanOut], init: start.bias, bias: true }] : [weight];
  });
  return {
    name: `${o.residual ? 'residual ' : ''}mlp ${widths.join('-')}`,
    layout: layoutOf(specs),
    input: [widths[0]!],
    outputs: widths.at(-1)!,
    apply: (params, x) =>
      layers.reduce((h, { l, fanIn, fanOut }) => {
        const [w, b] = [params[`W${l}`]!, params[`b${l}`]];
        // The scales stand on the activations and on the bias, not on the parameters: the layer keeps its per-example rules.
        const z = scaled ? ntkLayer(h, w, b, Math.sqrt(weightVariance / fanIn), Math.sqrt(biasVariance)) : linearLayer(h, w, b);
        if (l === layers.length) return z;
        const y = activate(activation, z);
        return o.residual && l > 1 && fanIn === fanOut ? add(h, y) : y;
      }, x),
  };
};

/** y = xW + b: one layer, no hidden units. */
export const linear = (inputs: number, outputs: number, o: { readonly bias?: boolean; readonly init?: InitScheme } = {}): Model => ({
  ...mlp({ widths: [inputs, outputs], ...o }),
  name: `linear ${inputs}-${outputs}`,
});
