/**
 * What is trained: a model of tokens (a, b) with its loss, and where its embedding and its units are found among its parameters. Whatever
 * measures a circuit asks for no more than this.
 */
import { ConfigError } from '../../src/core/errors';
import type { LossKind } from '../../src/measure/index';
import { modularAdditionTransformer, quadraticMlp, transformer, type Model, type Parameters } from '../../src/models/index';
import type { Tensor } from '../../src/graph/tensor';
import { crossEntropy, errorRate, meanSquaredError, mul, oneHotErrorRate, reshape } from '../../src/ops/index';
import type { HostArray } from '../../src/runtime/executor';
import type { Objective } from '../../src/runtime/trainer';
import { dense, type Dense } from '../../src/theory/index';
import type { Task } from './settings';

/** A network's parameters by name, row-major. */
export type Weights = Readonly<Record<string, HostArray>>;
export interface Learner {
  readonly model: Model;
  /** Tokens that follow a and b. */
  readonly suffix: readonly number[];
  /** Means over examples, weighted. */
  readonly loss: Objective;
  readonly error: Objective;
  readonly lossKind: LossKind;
  /** Shape of a target, and the targets of results c, one after another. */
  readonly target: readonly number[];
  readonly targets: (c: Uint32Array) => Float32Array | Uint32Array;
  /** One row a symbol. */
  readonly embedding: (w: Weights) => Dense;
  /** Absent where no units have weights from the symbols themselves: then none are grouped by frequency and silenced. */
  readonly units?: Units;
}
export interface Units {
  readonly count: number;
  /** Weights from the symbols of each position, [symbols,count]. */
  readonly parts: (w: Weights) => readonly Dense[];
  /** Parameters with some units silent: `alive` [count] is 1 or 0. */
  readonly silence: (params: Parameters, alive: Tensor) => Parameters;
}
/** Throws ConfigError where there are none. */
export const unitsOf = ({ model, units }: Learner): Units => {
  if (!units) throw new ConfigError(`${model.name} has no units with weights from the symbols`);
  return units;
};

const matrix = (data: HostArray, rows: number, cols: number): Dense => dense(Float64Array.from(data), rows, cols);
/** Row by row, the columns of one beside those of the other. */
const beside = (A: Dense, B: Dense): Dense => {
  const out = new Float64Array(A.data.length + B.data.length);
  for (let i = 0; i < A.rows; i++) {
    out.set(A.data.subarray(i * A.cols, (i + 1) * A.cols), i * (A.cols + B.cols));
    out.set(B.data.subarray(i * B.cols, (i + 1) * B.cols), i * (A.cols + B.cols) + A.cols);
  }
  return dense(out, A.rows, A.cols + B.cols);
};

/** The quadratic network, with squared error against one-hot targets. */
export const quadraticLearner = (symbols: number, hidden: number): Learner => {
  const parts = (w: Weights): readonly [Dense, Dense] => [matrix(w['U']!, symbols, hidden), matrix(w['V']!, symbols, hidden)];
  return {
    model: quadraticMlp({ symbols, hidden }),
    suffix: [],
    loss: meanSquaredError,
    error: oneHotErrorRate,
    lossKind: 'squared',
    target: [symbols],
    targets: (c) => {
      const y = new Float32Array(c.length * symbols);
      c.forEach((v, i) => {
        y[i * symbols + v] = 1;
      });
      return y;
    },
    embedding: (w) => beside(...parts(w)),
    units: { count: hidden, parts, silence: (params, alive) => ({ ...params, W: mul(params['W']!, reshape(alive, [hidden, 1])) }) },
  };
};
/** The published transformer: a, b and a sign of equality, number `symbols`, at which the answer is read. Its units see symbols only through the attention. */
export const transformerLearner = (symbols: number): Learner => {
  const options = modularAdditionTransformer(symbols);
  return {
    model: transformer(options),
    suffix: [symbols],
    loss: crossEntropy,
    error: errorRate,
    lossKind: 'crossEntropy',
    target: [],
    targets: (c) => c,
    embedding: (w) => matrix(w['embed']!.subarray(0, symbols * options.dModel), symbols, options.dModel),
  };
};
export const learnerOf = ({ model, hidden }: Pick<Task, 'model'> & { readonly hidden: number }, symbols: number): Learner =>
  model === 'transformer' ? transformerLearner(symbols) : quadraticLearner(symbols, hidden);
