/** What the values of a graph's u32 variables choose from: class labels from logits, tokens from a table's rows. */
import { topological, type Node, type Tensor } from '../graph/tensor';
import { gatherOp, scatterAddOp } from '../ops/gather';
import { variableOp } from '../ops/leaf';
import { sliceOp } from '../ops/pack';
import { pointwiseOp } from '../ops/pointwise';
import { maxOp } from '../ops/reduce';
import { reshapeOp } from '../ops/reshape';
import { softmaxCrossEntropyOp } from '../ops/softmaxCrossEntropy';
import { transposeOp } from '../ops/transpose';

export interface IndexLimit {
  /** Values are 0 … below − 1. */
  readonly below: number;
  readonly of: 'classes' | 'rows of a table';
}

/** The variable whose values a tensor holds, in whatever order; undefined where they are computed. */
const variableOf = (t: Tensor): string | undefined => {
  let { node } = t;
  while (node.op === reshapeOp || node.op === sliceOp || node.op === transposeOp || node.op === gatherOp) node = node.inputs[0]!.node;
  return node.op === variableOp ? String(node.attrs['name']) : undefined;
};
/** Classes that an argmax chooses from. */
const classesOf = ({ node }: Tensor): number | undefined =>
  node.op === maxOp && node.attrs['kind'] !== 'max' ? node.inputs[0]!.shape[Number(node.attrs['axis'])] : undefined;

const usesOf = ({ op, inputs, attrs, outputs }: Node): readonly (readonly [index: Tensor, limit: IndexLimit])[] => {
  const [a, b] = inputs;
  if (op === gatherOp) return [[b!, { below: a!.shape[0]!, of: 'rows of a table' }]];
  if (op === scatterAddOp) return [[b!, { below: outputs[0]!.shape[0]!, of: 'rows of a table' }]];
  if (op === softmaxCrossEntropyOp) return [[b!, { below: a!.shape.at(-1)!, of: 'classes' }]];
  if (op !== pointwiseOp || attrs['fn'] !== 'equal') return [];
  const pairs = [
    [b!, classesOf(a!)],
    [a!, classesOf(b!)],
  ] as const;
  return pairs.flatMap(([t, below]) => (below === undefined ? [] : [[t, { below, of: 'classes' }] as const]));
};

/** By variable, the least of what its uses allow. */
export const indexLimits = (roots: readonly Tensor[]): ReadonlyMap<string, IndexLimit> => {
  const limits = new Map<string, IndexLimit>();
  for (const [index, limit] of topological(roots).flatMap(usesOf)) {
    const name = variableOf(index);
    if (name !== undefined && limit.below < (limits.get(name)?.below ?? Infinity)) limits.set(name, limit);
  }
  return limits;
};
