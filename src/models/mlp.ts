/**
 * Fully connected networks: h_l = φ(h_{l−1} W_l + b_l), the last layer linear. W_l is [fan_in, fan_out].
 *
 * Initialisation, variances of W: he 2/fan_in (He et al. 2015), lecun 1/fan_in, xavier 2/(fan_in + fan_out) (Glorot & Bengio 2010), biases 0;
 * pytorch: W and b uniform on ±1/√fan_in, what torch.nn.Linear does.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { matmul } from '../ops/matmul';
import { add } from '../ops/pointwise';
import { layoutOf, type Init, type ParameterSpec } from './layout';
import { activate, type Activation, type Model } from './model';

export type InitScheme = 'he' | 'lecun' | 'xavier' | 'pytorch';
export interface MlpOptions {
  /** Inputs, hidden widths…, outputs. At least two numbers. */
  readonly widths: readonly number[];
  /** Default relu. */
  readonly activation?: Activation;
  /** Default he. */
  readonly init?: InitScheme;
  /** Default true. */
  readonly bias?: boolean;
}

const normal = (variance: number): Init => ({ kind: 'normal', std: Math.sqrt(variance) });
const initOf = (scheme: InitScheme, fanIn: number, fanOut: number): { readonly weight: Init; readonly bias: Init } => {
  switch (scheme) {
    case 'he': return { weight: normal(2 / fanIn), bias: { kind: 'zeros' } };
    case 'lecun': return { weight: normal(1 / fanIn), bias: { kind: 'zeros' } };
    case 'xavier': return { weight: normal(2 / (fanIn + fanOut)), bias: { kind: 'zeros' } };
    case 'pytorch': { const init: Init = { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }; return { weight: init, bias: init }; }
  }
};

/** x [n, in] · w [in, out] + b [out]. */
export const linearLayer = (x: Tensor, w: Tensor, b?: Tensor): Tensor => (b ? add(matmul(x, w), b) : matmul(x, w));

/** Throws ConfigError for fewer than two widths or one that is no positive integer. */
export const mlp = ({ widths, activation = 'relu', init = 'he', bias = true }: MlpOptions): Model => {
  if (widths.length < 2 || widths.some((w) => !Number.isInteger(w) || w < 1)) throw new ConfigError(`mlp: widths must be at least two positive integers, got [${widths.join(', ')}]`);
  const layers = widths.slice(1).map((fanOut, l) => ({ l: l + 1, fanIn: widths[l]!, fanOut }));
  const specs = layers.flatMap(({ l, fanIn, fanOut }): ParameterSpec[] => {
    const start = initOf(init, fanIn, fanOut);
    const weight: ParameterSpec = { name: `W${l}`, shape: [fanIn, fanOut], init: start.weight, bias: false };
    return bias ? [weight, { name: `b${l}`, shape: [fanOut], init: start.bias, bias: true }] : [weight];
  });
  return {
    name: `mlp ${widths.join('-')}`, layout: layoutOf(specs), input: [widths[0]!], outputs: widths.at(-1)!,
    apply: (params, x) => layers.reduce((h, { l }) => {
      const z = linearLayer(h, params[`W${l}`]!, params[`b${l}`]);
      return l < layers.length ? activate(activation, z) : z;
    }, x),
  };
};

/** y = xW + b: one layer, no hidden units. */
export const linear = (inputs: number, outputs: number, o: { readonly bias?: boolean; readonly init?: InitScheme } = {}): Model =>
  ({ ...mlp({ widths: [inputs, outputs], ...o }), name: `linear ${inputs}-${outputs}` });
