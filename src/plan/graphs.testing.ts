/** For tests: random graphs of every kind of op, over variables some of which replicas share, with outputs, updates and metrics. */
import fc from 'fast-check';
import { stream } from '../core/random';
import { broadcastShapes, sameShape, sizeOf, type Shape } from '../core/shape';
import { topological, type Tensor } from '../graph/tensor';
import { broadcastTo, sum } from '../ops/sum';
import { gather, scatterAdd } from '../ops/gather';
import { constant, variable, variableOp } from '../ops/leaf';
import { matmul } from '../ops/matmul';
import { sgd } from '../ops/optimiser';
import { alignUp, pack, slice } from '../ops/pack';
import { abs, add, addInt, maximum, mul, neg, relu, square, step, sub, tanh, toFloat, where } from '../ops/pointwise';
import { argmax, max, mean } from '../ops/reduce';
import { reshape } from '../ops/reshape';
import { softmax } from '../ops/softmax';
import { softmaxCrossEntropy } from '../ops/softmaxCrossEntropy';
import { transpose } from '../ops/transpose';
import type { Values } from './interpret.testing';
import type { PlanOptions } from './index';

/** Draws one of the tensors so far that satisfies `ok`. */
type Pick = (ok: (t: Tensor) => boolean) => Tensor | undefined;
/** `n`: free choices. undefined: nothing so far fits. */
type Maker = (pick: Pick, n: number) => Tensor | undefined;

const MAX_SIZE = 600;
const isF32 = (t: Tensor): boolean => t.dtype === 'f32';
const isU32 = (t: Tensor): boolean => t.dtype === 'u32';
const fits = (a: Shape, b: Shape): boolean => {
  try {
    return sizeOf(broadcastShapes('test', a, b)) <= MAX_SIZE;
  } catch {
    return false;
  }
};
const unary =
  (f: (x: Tensor) => Tensor): Maker =>
  (pick) => {
    const x = pick(isF32);
    return x && f(x);
  };
const binary =
  (f: (a: Tensor, b: Tensor) => Tensor): Maker =>
  (pick) => {
    const a = pick(isF32);
    const b = a && pick((t) => isF32(t) && fits(a.shape, t.shape));
    return b && f(a, b);
  };
const product: Maker = (pick, n) => {
  const [transA, transB] = [n % 2 === 1, n % 4 > 1];
  const a = pick((t) => isF32(t) && t.shape.length >= 2 && t.shape.length <= 3);
  const K = a?.shape.at(transA ? -2 : -1);
  const b = a && pick((t) => isF32(t) && t.shape.length === 2 && t.shape.at(transB ? -1 : -2) === K);
  return b && matmul(a, b, { transA, transB });
};
const reduced =
  (f: (x: Tensor, axes?: readonly number[]) => Tensor): Maker =>
  (pick, n) => {
    const x = pick((t) => isF32(t) && t.shape.length > 0);
    return x && f(x, n % 3 === 0 ? undefined : [n % x.shape.length]);
  };
const reshaped: Maker = (pick, n) => {
  const x = pick(() => true);
  return x && reshape(x, [[sizeOf(x.shape)], [1, ...x.shape], [...x.shape, 1], x.shape.filter((d) => d > 1)][n % 4]!);
};
const sliced: Maker = (pick, n) => {
  const x = pick((t) => sizeOf(t.shape) >= 2);
  if (!x) return undefined;
  const size = sizeOf(x.shape);
  const offset = n % 2 === 0 ? 64 * (n % (Math.floor((size - 1) / 64) + 1)) : n % size;
  return slice(x, offset, [Math.min(size - offset, n % 3 === 0 ? 64 : 4)]);
};
const packed: Maker = (pick, n) => {
  const [a, b] = [pick(isF32), pick(isF32)];
  if (!a || !b) return undefined;
  // Aligned parts are written in place, the others copied; a ragged total gives ragged replica strides.
  const at = n % 3 === 0 ? sizeOf(a.shape) : alignUp(sizeOf(a.shape));
  const end = at + sizeOf(b.shape);
  return pack(
    [
      { tensor: a, offset: 0 },
      { tensor: b, offset: at },
    ],
    n % 2 === 0 ? alignUp(end) : end + (n % 5),
  );
};
const entropy: Maker = (pick) => {
  const z = pick((t) => isF32(t) && t.shape.length === 2 && t.shape[0] === 3 && t.shape[1]! >= 4);
  const labels = pick((t) => isU32(t) && sameShape(t.shape, [3]));
  return z && labels && softmaxCrossEntropy(z, labels);
};
const gathered: Maker = (pick) => {
  const x = pick((t) => t.shape.length > 0 && t.shape[0]! >= 4);
  const index = pick((t) => isU32(t) && t.shape.length === 1);
  return x && index && gather(x, index);
};
const scattered: Maker = (pick) => {
  const index = pick((t) => isU32(t) && t.shape.length === 1);
  const x = index && pick((t) => isF32(t) && t.shape[0] === index.shape[0]);
  return x && scatterAdd(x, index, 4);
};
const counted: Maker = (pick) => {
  const a = pick(isU32);
  const b = a && pick((t) => isU32(t) && fits(a.shape, t.shape));
  return b && addInt(a, b);
};
const flat = (t: Tensor): boolean => isF32(t) && sameShape(t.shape, [128]);
const descended: Maker = (pick, n) => {
  const [p, v, g, sched] = [pick(flat), pick(flat), pick(flat), pick((t) => isF32(t) && sameShape(t.shape, [8]))];
  return p && v && g && sched && sgd(p, v, g, sched)[n % 2];
};

/** Results are small integers where the inputs are: each is exact in f32, in whatever order sums run. */
const EXACT: readonly Maker[] = [
  binary(add),
  binary(sub),
  binary(mul),
  binary(maximum),
  product,
  reduced(sum),
  reduced(max),
  unary(relu),
  unary(neg),
  unary(step),
  unary(abs),
  reshaped,
  reshaped,
  sliced,
  packed,
  gathered,
  scattered,
  counted,
  () => constant(2),
  () => constant(3, 'u32'),
  (pick) => {
    const x = pick((t) => isF32(t) && t.shape.length > 0);
    return x && argmax(x);
  },
  (pick) => {
    const x = pick(isU32);
    return x && toFloat(x);
  },
  (pick) => {
    const x = pick((t) => t.shape.length <= 4);
    return x && transpose(x);
  },
  (pick, n) => {
    const x = pick((t) => t.shape.length < 3 && sizeOf(t.shape) < 100);
    return x && broadcastTo(x, n % 2 === 0 ? [2, ...x.shape] : [3, 1, ...x.shape]);
  },
  (pick) => {
    const a = pick(isF32);
    return a && where(step(a), a, 1);
  },
];
const REAL: readonly Maker[] = [
  ...EXACT,
  unary(square),
  unary(tanh),
  reduced(mean),
  entropy,
  descended,
  (pick) => {
    const x = pick((t) => isF32(t) && t.shape.length > 0);
    return x && softmax(x);
  },
];

const SHAPES: Readonly<Record<string, Shape>> = {
  scalar: [],
  four: [4],
  six: [6],
  matrix: [3, 4],
  tall: [6, 4],
  row: [1, 4],
  column: [3, 1],
  long: [128],
  momentum: [128],
  odd: [70],
  cube: [2, 3, 4],
  sched: [8],
};
const INTEGERS: Readonly<Record<string, Shape>> = { labels: [3], count: [], indices: [6] };

export interface Case {
  readonly options: PlanOptions;
  /** One table per replica; equal where replicas share. */
  readonly values: readonly Values[];
  /** Keeps a counterexample short: the printed plan says more than the graph's nodes. */
  readonly [fc.toStringMethod]: () => string;
}
interface Draw {
  readonly steps: readonly (readonly [kind: number, picks: number, n: number])[];
  readonly outputs: readonly number[];
  readonly updates: readonly (readonly [variable: number, value: number])[];
  readonly metrics: readonly number[];
  readonly shared: number;
  readonly replicas: number;
  readonly seed: number;
}

const variables = (shared: number): readonly Tensor[] =>
  [...Object.entries(SHAPES), ...Object.entries(INTEGERS)].map(([name, shape], i) =>
    variable(name, shape, { dtype: name in INTEGERS ? 'u32' : 'f32', perReplica: ((shared >> i) & 1) === 0 }),
  );

/** Tensors so far, the variables first. Later ones are picked more often, so that graphs grow deep. */
const grow = (leaves: readonly Tensor[], steps: Draw['steps'], makers: readonly Maker[]): readonly Tensor[] => {
  const all = [...leaves];
  for (const [kind, picks, n] of steps) {
    let turn = picks;
    const pick: Pick = (ok) => {
      const list = all.filter(ok);
      const recent = list.slice(-4);
      const from = turn % 2 === 0 && recent.length > 0 ? recent : list;
      turn = Math.imul(turn, 0x9e3779b1) >>> 1;
      return from[(turn >> 3) % from.length];
    };
    const made = makers[kind % makers.length]!(pick, n);
    if (made && sizeOf(made.shape) <= MAX_SIZE) all.push(made);
  }
  return all;
};

const isReplicated = (t: Tensor): boolean => topological([t]).some((n) => n.op === variableOp && n.attrs['perReplica'] === true);
const named = (tensors: readonly Tensor[], prefix: string): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(tensors.map((t, i) => [`${prefix}${i}`, t]));

const drawValues = (leaves: readonly Tensor[], { replicas, seed }: Draw, exact: boolean): readonly Values[] =>
  Array.from({ length: replicas }, (_, r) =>
    Object.fromEntries(
      leaves.map((t, i) => {
        const { uniform } = stream(seed, i, t.node.attrs['perReplica'] === true ? r : 0);
        const draw = (k: number): number =>
          t.dtype === 'u32' ? Math.floor(4 * uniform(k)) : exact ? Math.floor(5 * uniform(k)) - 2 : Math.fround(2 * uniform(k) - 1);
        return [String(t.node.attrs['name']), Float64Array.from({ length: sizeOf(t.shape) }, (_, k) => draw(k))];
      }),
    ),
  );

const at = (list: readonly Tensor[], k: number): Tensor => list[list.length - 1 - (k % list.length)]!;
const assemble = (draw: Draw, exact: boolean, maxBindings: number): Case => {
  const leaves = variables(draw.shared);
  const all = grow(leaves, draw.steps, exact ? EXACT : REAL);
  const updates = new Map<string, readonly [Tensor, Tensor]>();
  for (const [k, value] of draw.updates) {
    const target = at(leaves, k);
    const list = all.filter(
      (t) => t.dtype === target.dtype && sameShape(t.shape, target.shape) && (target.node.attrs['perReplica'] === true || !isReplicated(t)),
    );
    updates.set(String(target.node.attrs['name']), [target, at(list, value)]);
  }
  const scalars = all.filter((t) => isF32(t) && t.shape.length === 0);
  return {
    options: {
      name: 'random',
      replicas: draw.replicas,
      maxBindings,
      updates: [...updates.values()],
      outputs: named(
        draw.outputs.map((k) => at(all, k)),
        'out',
      ),
      metrics: named(
        draw.metrics.map((k) => at(scalars, k)),
        'metric',
      ),
    },
    values: drawValues(leaves, draw, exact),
    [fc.toStringMethod]: () => JSON.stringify(draw),
  };
};

/** `exact`: only ops and values whose results are exact in f32. */
export const cases = (exact: boolean, maxBindings: fc.Arbitrary<number>): fc.Arbitrary<Case> => {
  const n = fc.nat({ max: 2 ** 20 });
  const draw: fc.Arbitrary<Draw> = fc.record({
    steps: fc.array(fc.tuple(n, n, n), { minLength: 4, maxLength: exact ? 20 : 30 }),
    outputs: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 4 }),
    updates: fc.array(fc.tuple(n, fc.nat({ max: 40 })), { maxLength: 5 }),
    metrics: fc.array(n, { maxLength: 3 }),
    shared: n,
    replicas: fc.constantFrom(1, 2, 3),
    seed: n,
  });
  return fc.tuple(draw, maxBindings).map(([d, b]) => assemble(d, exact, b));
};
