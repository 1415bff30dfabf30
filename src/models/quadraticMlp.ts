/**
 * Two tokens through a hidden layer with quadratic activation: f_q(a, b) = 1/(2P√N)·Σ_k W_kq (U_ak + V_bk)², k over the N hidden units, P the
 * number of symbols, entries N(0, std²). No biases. Small enough to be solved by hand for modular addition.
 * Source: Gromov 2023, arXiv:2301.02679.
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { gather } from '../ops/gather';
import { matmul } from '../ops/matmul';
import { slice } from '../ops/pack';
import { add, mul, square } from '../ops/pointwise';
import { transpose } from '../ops/transpose';
import { layoutOf, type Init, type Parameters } from './layout';
import type { Model } from './model';

export interface QuadraticMlpOptions {
  /** P: of the inputs and of the outputs alike. */
  readonly symbols: number;
  /** N. */
  readonly hidden: number;
  /** Standard deviation of all entries. Default 1; a trainer's `initScale` multiplies it. */
  readonly std?: number;
}

/** What f divides the sum over hidden units by: 2P√N. */
export const quadraticScale = ({ symbols, hidden }: QuadraticMlpOptions): number => 2 * symbols * Math.sqrt(hidden);

/** The hidden layer [n, N] before W: (U_a + V_b)², for tokens u32 [n, 2]. */
const hiddenUnits = ({ U, V }: Parameters, tokens: Tensor): Tensor => {
  const n = tokens.shape[0]!;
  const columns = transpose(tokens, [1, 0]);
  return square(add(gather(U!, slice(columns, 0, [n])), gather(V!, slice(columns, n, [n]))));
};

/** Tokens u32 [n, 2] → [n, P]. Parameters U, V [P, N] and W [N, P]. Throws ConfigError for sizes that are no positive integers. */
export const quadraticMlp = (o: QuadraticMlpOptions): Model => {
  const { symbols, hidden, std = 1 } = o;
  for (const [name, size] of Object.entries({ symbols, hidden }))
    if (!Number.isInteger(size) || size < 1) throw new ConfigError(`quadraticMlp: ${name} is ${size}; it must be a positive integer`);
  if (!(std > 0)) throw new ConfigError(`quadraticMlp: the standard deviation is ${std}; it must be positive`);
  const init: Init = { kind: 'normal', std };
  return {
    name: `quadratic mlp ${symbols}-${hidden}-${symbols}`,
    input: [2],
    inputType: 'u32',
    outputs: symbols,
    layout: layoutOf([
      { name: 'U', shape: [symbols, hidden], init, bias: false },
      { name: 'V', shape: [symbols, hidden], init, bias: false },
      { name: 'W', shape: [hidden, symbols], init, bias: false },
    ]),
    apply: (params, tokens) => mul(matmul(hiddenUnits(params, tokens), params['W']!), 1 / quadraticScale(o)),
  };
};
