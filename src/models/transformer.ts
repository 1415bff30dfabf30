/**
 * Decoder-style transformers. Tokens [n, T] → embedding plus learned positions → `depth` blocks, each h ← h + attention(norm h), h ← h + mlp(norm h)
 * → norm → unembedding. Norms stand before what they feed, or nowhere; attention has no biases, the MLP has them.
 *
 * Parameters  embed [vocab, d], position [T, d]; of block l = 1, 2, …: block<l>.Wq, .Wk, .Wv, .Wo [d, d], whose columns (of Wo: rows) are the
 *             heads one after another, .Win [d, m], .bin [m], .Wout [m, d], .bout [d], .norm1.scale, .norm1.bias, .norm2.… [d]; norm.scale, norm.bias
 *             [d]; unembed [d, outputs], which a tied model takes from embed, transposed.
 * Init        weights are normal. nanda: variance 1/d, of unembed 1/outputs, as in the reference run below. lecun: 1/fan_in, of
 *             embed and position 1/d. Biases start at 0, scales at 1.
 * Sources     Vaswani et al. 2017, arXiv:1706.03762; Nanda et al. 2023, arXiv:2301.05217.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { attention } from '../ops/attention';
import { gather } from '../ops/gather';
import { matmul } from '../ops/matmul';
import { layerNorm, rmsNorm } from '../ops/normalise';
import { add, mul } from '../ops/pointwise';
import { takePosition } from '../ops/position';
import { reshape } from '../ops/reshape';
import { layoutOf, type Init, type Parameters, type ParameterSpec } from './layout';
import { linearLayer } from './mlp';
import { activate, type Activation, type Model } from './model';

export interface TransformerOptions {
  /** Tokens are 0 … vocab − 1; others give NaN. */
  readonly vocab: number;
  /** Tokens of an example, T. */
  readonly context: number;
  /** d. */
  readonly dModel: number;
  /** Divides d. */
  readonly heads: number;
  /** Hidden units of the MLP; 0: attention only. */
  readonly dMlp: number;
  /** Blocks. */
  readonly depth: number;
  /** Default layer. */
  readonly norm?: 'none' | 'layer' | 'rms';
  /** Added to the variance, or mean square, by the norms, under the root. Default 1e-5, as torch.nn.LayerNorm; torch.nn.RMSNorm has 2⁻²³, Flax 1e-6. */
  readonly eps?: number;
  /** Of the MLP. gelu is its tanh form, geluErf PyTorch's default. Default relu. */
  readonly activation?: Activation;
  /** The unembedding is the embedding, transposed. Gradients of single examples are then refused: embed is used twice. Default false. */
  readonly tied?: boolean;
  /** last: logits [n, outputs] at the last position, and the last block computes no more than they need. all: [n, T, outputs]. Default all. */
  readonly readout?: 'last' | 'all';
  /** Positions see those up to their own. Default true. */
  readonly causal?: boolean;
  /** Classes. Default vocab, and so it must be where tied. */
  readonly outputs?: number;
  /** Default nanda. */
  readonly init?: 'nanda' | 'lecun';
  /** Of the attention; see ops/attention.ts. Default fused. */
  readonly form?: 'fused' | 'composed';
}
type Complete = Required<TransformerOptions>;

/**
 * The reference run of grokking: a + b mod p from the tokens a, b, '=' (number p), read out at '='. d 128, 4 heads, MLP 512 ReLU, no norm. Train it full-batch
 * on 30 % of the p² pairs with AdamW: learning rate 1e-3, decay 1, β 0.9 and 0.98, 10 steps of warm-up, the first at
 * rate 0: `warmupFromZero`.
 */
export const modularAdditionTransformer = (p: number): TransformerOptions => ({
  vocab: p + 1,
  outputs: p,
  context: 3,
  dModel: 128,
  heads: 4,
  dMlp: 512,
  depth: 1,
  norm: 'none',
  activation: 'relu',
  readout: 'last',
  tied: false,
  causal: true,
});

const check = (o: Complete): void => {
  for (const name of ['vocab', 'context', 'dModel', 'heads', 'outputs'] as const)
    if (!Number.isInteger(o[name]) || o[name] < 1)
      throw new ConfigError(`transformer: ${name} is ${o[name]}; it must be a positive integer`);
  for (const name of ['dMlp', 'depth'] as const)
    if (!Number.isInteger(o[name]) || o[name] < 0)
      throw new ConfigError(`transformer: ${name} is ${o[name]}; it must be a whole number from 0`);
  if (o.dModel % o.heads !== 0) throw new ConfigError(`transformer: ${o.heads} heads do not divide dModel, ${o.dModel}`);
  if (o.tied && o.outputs !== o.vocab)
    throw new ConfigError(`transformer: tied, it has as many outputs as tokens; outputs is ${o.outputs}, vocab ${o.vocab}`);
};

const normal = (fanIn: number): Init => ({ kind: 'normal', std: 1 / Math.sqrt(fanIn) });
const zero = (name: string, size: number): ParameterSpec => ({ name, shape: [size], init: { kind: 'zeros' }, bias: true });
const normSpecs = (prefix: string, { norm, dModel }: Complete): readonly ParameterSpec[] => {
  const scale: ParameterSpec = { name: `${prefix}.scale`, shape: [dModel], init: { kind: 'constant', value: 1 }, bias: true };
  return norm === 'none' ? [] : norm === 'rms' ? [scale] : [scale, zero(`${prefix}.bias`, dModel)];
};
const specsOf = (o: Complete): readonly ParameterSpec[] => {
  const { vocab, context, dModel, dMlp, outputs, depth } = o;
  const weight = (name: string, rows: number, cols: number, variance = o.init === 'lecun' ? rows : dModel): ParameterSpec => ({
    name,
    shape: [rows, cols],
    init: normal(variance),
    bias: false,
  });
  const block = (at: string): readonly ParameterSpec[] => [
    ...normSpecs(`${at}.norm1`, o),
    ...['Wq', 'Wk', 'Wv', 'Wo'].map((w) => weight(`${at}.${w}`, dModel, dModel)),
    ...(dMlp === 0
      ? []
      : [
          ...normSpecs(`${at}.norm2`, o),
          weight(`${at}.Win`, dModel, dMlp),
          zero(`${at}.bin`, dMlp),
          weight(`${at}.Wout`, dMlp, dModel),
          zero(`${at}.bout`, dModel),
        ]),
  ];
  return [
    weight('embed', vocab, dModel, dModel),
    weight('position', context, dModel, dModel),
    ...Array.from({ length: depth }, (_, l) => block(`block${l + 1}`)).flat(),
    ...normSpecs('norm', o),
    ...(o.tied ? [] : [weight('unembed', dModel, outputs, o.init === 'lecun' ? dModel : outputs)]),
  ];
};

const normed = (prefix: string, params: Parameters, h: Tensor, { norm, eps }: Complete): Tensor => {
  const [scale, bias] = [params[`${prefix}.scale`], params[`${prefix}.bias`]];
  return norm === 'none' ? h : norm === 'rms' ? rmsNorm(h, scale, { eps }) : layerNorm(h, scale, bias, { eps });
};

/** The residual stream h [n·T, d], of which a block computes the last `queries` positions: 1 or T. */
interface Stream {
  readonly n: number;
  readonly T: number;
  readonly h: Tensor;
}
const last = ({ n, T }: Stream, h: Tensor): Tensor => takePosition(reshape(h, [n, T, h.shape[1]!]), T - 1);

/** What a block computes, at the positions it is asked for: all T, or S = 1, the last. */
export interface BlockTrace {
  /** The residual stream after it, [n·S, d]. */
  readonly h: Tensor;
  /** Of the attention, [n, heads, S, T]. */
  readonly weights: Tensor;
  /** The MLP's units after the activation, [n·S, dMlp]. */
  readonly hidden?: Tensor;
}
const block = (at: string, params: Parameters, stream: Stream, queries: number, o: Complete): BlockTrace => {
  const { n, T } = stream;
  const z = normed(`${at}.norm1`, params, stream.h, o);
  const asked = (h: Tensor): Tensor => (queries === T ? h : last(stream, h));
  const own = asked(stream.h);
  const heads = (h: Tensor, positions: number): Tensor => reshape(h, [n, positions, o.heads, o.dModel / o.heads]);
  const project = (w: string, h: Tensor): Tensor => matmul(h, params[`${at}.${w}`]!);
  // Scaled before it is split into heads, so that the factor joins the product.
  const q = heads(mul(project('Wq', z === stream.h ? own : asked(z)), 1 / Math.sqrt(o.dModel / o.heads)), queries);
  const { output, weights } = attention(q, heads(project('Wk', z), T), heads(project('Wv', z), T), {
    causal: o.causal,
    scale: 1,
    form: o.form,
  });
  const h = add(own, project('Wo', reshape(output, [n * queries, o.dModel])));
  if (o.dMlp === 0) return { h, weights };
  const hidden = activate(o.activation, linearLayer(normed(`${at}.norm2`, params, h, o), params[`${at}.Win`]!, params[`${at}.bin`]));
  return { h: add(h, linearLayer(hidden, params[`${at}.Wout`]!, params[`${at}.bout`])), weights, hidden };
};

/** A forward pass with what lies between: logits as the model's, embedded tokens [n·T, d] with their positions, and the blocks in order. */
export interface TransformerTrace {
  readonly logits: Tensor;
  readonly embedded: Tensor;
  readonly blocks: readonly BlockTrace[];
}
const forward = (params: Parameters, tokens: Tensor, o: Complete): TransformerTrace => {
  const [n, T] = tokens.shape as [number, number];
  const rows = gather(params['embed']!, reshape(tokens, [n * T]));
  // As rows of T·d, so that the positions are one vector that all examples add.
  const embedded = reshape(add(reshape(rows, [n, T * o.dModel]), reshape(params['position']!, [T * o.dModel])), [n * T, o.dModel]);
  const blocks: BlockTrace[] = [];
  for (let l = 1; l <= o.depth; l++)
    blocks.push(block(`block${l}`, params, { n, T, h: blocks.at(-1)?.h ?? embedded }, o.readout === 'last' && l === o.depth ? 1 : T, o));
  let h = blocks.at(-1)?.h ?? embedded;
  if (o.readout === 'last' && o.depth === 0) h = last({ n, T, h }, h);
  const z = normed('norm', params, h, o);
  const logits = o.tied ? matmul(z, params['embed']!, { transB: true }) : matmul(z, params['unembed']!);
  return { logits: o.readout === 'last' ? logits : reshape(logits, [n, T, o.outputs]), embedded, blocks };
};

const complete = (options: TransformerOptions): Complete => {
  const o: Complete = {
    norm: 'layer',
    eps: 1e-5,
    activation: 'relu',
    tied: false,
    readout: 'all',
    causal: true,
    outputs: options.vocab,
    init: 'nanda',
    form: 'fused',
    ...options,
  };
  check(o);
  return o;
};

/** The model's forward pass, to look inside: `tokens` u32 [n, context]. */
export const traceTransformer = (options: TransformerOptions, params: Parameters, tokens: Tensor): TransformerTrace =>
  forward(params, tokens, complete(options));

/**
 * Inputs are u32 tokens [n, context]. Weights multiply from the right, h·W: [d, d] and [d, m], the transposes of torch.nn.Linear's. Attention has no biases.
 * Throws ConfigError for sizes that do not fit.
 */
export const transformer = (options: TransformerOptions): Model => {
  const o = complete(options);
  return {
    name: `transformer ${o.vocab}-${o.dModel}×${o.depth}-${o.outputs}`,
    layout: layoutOf(specsOf(o)),
    input: [o.context],
    inputType: 'u32',
    outputs: o.outputs,
    apply: (params, tokens) => forward(params, tokens, o).logits,
  };
};
