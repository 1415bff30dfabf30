/** What is trained on a task: α(f(θ) − f(θ₀)) by gradient descent on the whole set, with the loss divided by α². */
import { centred, mlp, scaled, tangent, type Model } from '../../src/models/index';
import { div, greater, halfSquaredError, mean, mul, square, sub, variable } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import type { Objective, TrainerData } from '../../src/runtime/trainer';
import type { Dense } from '../../src/theory/linalg';
import { weightVariance, wideKernel } from './nets';
import type { Examples } from './tasks';

export interface NetworkSettings {
  readonly activation: 'relu' | 'erf';
  /** Hidden layers. */ readonly depth: number;
}
/** The network f itself, whose tangent kernel is measured. */
export const networkOf = ({ activation, depth }: NetworkSettings, inputs: number, width: number): Model =>
  mlp({
    widths: [inputs, ...Array.from({ length: depth }, () => width), 1],
    activation,
    parametrisation: 'ntk',
    weightVariance: weightVariance(activation),
  });

/** Variables to be written before training: θ₀ of each replica, and its α. */
export const anchorName = (member: string): string => `${member}.anchor`;
export const alphaName = (member: string): string => `${member}.alpha`;
const alphaOf = (member: string) => variable(alphaName(member), []);

/** α(f(θ) − f(θ₀)), the replicas with an α each. */
export const scaledNet = (network: Model, member: string): Model => scaled(centred(network, anchorName(member)), alphaOf(member));
/** J(θ₀)(θ − θ₀): what α(f − f₀) becomes as α grows, with the loss that goes with α = 1. */
export const tangentNet = (network: Model, member: string): Model => tangent(network, anchorName(member));

/** ½ mean over examples of the squared error, over α². */
export const scaledLoss =
  (member: string): Objective =>
  (output, target) =>
    mul(halfSquaredError(output, target), square(div(1, alphaOf(member))));
/** Share of examples with the wrong sign. */
export const signError: Objective = (output, target) => sub(1, mean(greater(mul(output, target), 0)));

/** Largest row sum of |K|: at least the largest eigenvalue, and near it where entries are of one sign. */
const rowSum = ({ data, rows }: Dense): number =>
  Math.max(...Array.from({ length: rows }, (_, i) => data.subarray(i * rows, (i + 1) * rows).reduce((s, v) => s + Math.abs(v), 0)));
/** η for these examples, as f32 has it. */
export const stepSize = ({ activation, depth }: NetworkSettings, rate: number, { X }: Examples): number =>
  Math.fround((rate * X.rows) / rowSum(wideKernel(X, activation, depth)));
export const descent = (rates: readonly number[]) => sgd({ lr: rates });

/** One set for all replicas, or one for each. */
export const dataOf = (sets: readonly Examples[]): TrainerData => {
  const { X } = sets[0]!;
  const join = (of: (e: Examples) => Dense): Float32Array => Float32Array.from(sets.flatMap((e) => Array.from(of(e).data)));
  const each = sets.length > 1;
  return { x: join((e) => e.X), y: join((e) => e.Y), n: X.rows, target: [1], xPerReplica: each, yPerReplica: each };
};
