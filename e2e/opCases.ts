/** The matrix over ops: for every op an arbitrary of small graphs that apply it once, with the domains its inputs may take. */
import fc from 'fast-check';
import { FUNCTIONS, type FnName } from '../shaders/functions';
import { stream } from '../src/core/random';
import { sizeOf, type Shape } from '../src/core/shape';
import { apply, applyAll, type Tensor } from '../src/graph/tensor';
import {
  argmax,
  averagePool1d,
  batchIndices,
  broadcastTo,
  choice,
  conv1d,
  fold,
  gather,
  logSoftmax,
  matmul,
  max,
  maxPool1d,
  mean,
  normal,
  pack,
  pointwiseOp,
  reshape,
  scatterAdd,
  slice,
  softmax,
  softmaxCrossEntropyOp,
  square,
  sum,
  transpose,
  unfold,
  uniform,
  variable,
  windowCount,
  type Part,
  type Windows,
  attentionGradOp,
  attentionOp,
  headApply,
  headScores,
  headSpread,
  normaliseGradOp,
  normaliseOp,
  placePosition,
  takePosition,
} from '../src/ops/index';

/**
 * What an input's elements may be. On the grid, so that all arithmetic but division and the transcendental functions is exact:
 *   real      multiples of ⅛ in [−2, 2]
 *   even, odd multiples of ¼, and those plus ⅛: never equal to each other
 *   positive  multiples of ⅛ in [½, 2]           nonzero   multiples of ⅛ with ¼ ≤ |x| ≤ 2
 *   distinct  a random order of multiples of ⅛ around 0, no two alike
 * index: u32 below `below`. word: any u32.
 */
export type Domain = 'real' | 'even' | 'odd' | 'positive' | 'nonzero' | 'distinct' | 'index' | 'word';
export interface InputSpec {
  readonly shape: Shape;
  readonly domain: Domain;
  readonly below?: number;
}
export interface OpCase {
  readonly label: string;
  readonly inputs: readonly InputSpec[];
  readonly apply: (xs: readonly Tensor[]) => Tensor;
  /** A derivative rule multiplies by a constant that f32 cannot hold, and so errs by 2⁻²⁴ of itself. */
  readonly inexactRule?: boolean;
}

const isInteger = ({ domain }: InputSpec): boolean => domain === 'index' || domain === 'word';
/** The case's inputs as variables x0, x1, …; bit i of `shared`: all replicas share input i. */
export const variablesOf = ({ inputs }: OpCase, shared = 0): readonly Tensor[] =>
  inputs.map((s, i) => variable(`x${i}`, s.shape, { dtype: isInteger(s) ? 'u32' : 'f32', perReplica: ((shared >> i) & 1) === 0 }));

const STEP = 1 / 8;
const onGrid = (domain: Domain, k: (below: number) => number): number => {
  switch (domain) {
    case 'even':
      return (k(17) - 8) * 2 * STEP;
    case 'odd':
      return ((k(16) - 8) * 2 + 1) * STEP;
    case 'positive':
      return (4 + k(13)) * STEP;
    case 'nonzero':
      return (k(2) === 0 ? 1 : -1) * (2 + k(15)) * STEP;
    default:
      return (k(33) - 16) * STEP;
  }
};
const shuffled = (n: number, k: (below: number) => number): readonly number[] => {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = k(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};
/** Elements of one input. `grid` false: reals with all the digits of f32, within half a grid step of a grid value. */
export const draw = ({ shape, domain, below = 1 }: InputSpec, seed: number, grid = true): Float64Array | Uint32Array => {
  const { bits, uniform: unit } = stream(seed, 1);
  let at = 0;
  const k = (n: number): number => bits(at++) % n;
  const n = sizeOf(shape);
  if (domain === 'index') return Uint32Array.from({ length: n }, () => k(below));
  if (domain === 'word') return Uint32Array.from({ length: n }, () => bits(at++));
  const order = domain === 'distinct' ? shuffled(n, k) : [];
  const off = (): number => (grid ? 0 : (unit(at++) - 0.5) * STEP * 0.99);
  return Float64Array.from({ length: n }, (_, i) =>
    Math.fround((domain === 'distinct' ? (order[i]! - (n >> 1)) * STEP : onGrid(domain, k)) + off()),
  );
};
/** Multiples of ⅛ in [−1, 1]: directions of perturbation and cotangents. */
export const direction = (n: number, seed: number): Float64Array => {
  const { bits } = stream(seed, 2);
  return Float64Array.from({ length: n }, (_, i) => ((bits(i) % 17) - 8) * STEP);
};

const dim = fc.integer({ min: 1, max: 5 });
const shapeOf = (minLength: number, maxLength: number): fc.Arbitrary<Shape> => fc.array(dim, { minLength, maxLength });
const op = (label: string, apply: OpCase['apply'], ...inputs: readonly InputSpec[]): OpCase => ({ label, apply, inputs });
const real = (shape: Shape): InputSpec => ({ shape, domain: 'real' });

/** A shape that broadcasts to `out`: some leading axes left out, some of the others 1. */
const broadcastable = (out: Shape): fc.Arbitrary<Shape> =>
  fc
    .tuple(fc.nat({ max: out.length }), fc.array(fc.boolean(), { minLength: out.length, maxLength: out.length }))
    .map(([drop, unit]) => out.map((d, i) => (unit[i] ? 1 : d)).slice(drop));
/** `count` shapes that broadcast with each other, one of them in full more often than not. */
const broadcasts = (count: number): fc.Arbitrary<readonly Shape[]> =>
  shapeOf(0, 4).chain((out) => fc.tuple(...Array.from({ length: count }, () => fc.oneof(fc.constant(out), broadcastable(out)))));

const DOMAINS: Partial<Record<FnName, readonly Domain[]>> = {
  div: ['real', 'positive'],
  max: ['even', 'odd'],
  min: ['even', 'odd'],
  greater: ['even', 'odd'],
  where: ['nonzero', 'real', 'real'],
  abs: ['nonzero'],
  sign: ['nonzero'],
  relu: ['nonzero'],
  step: ['nonzero'],
  sqrt: ['positive'],
  log: ['positive'],
  equal: ['index', 'index'],
  toFloat: ['index'],
  addInt: ['word', 'word'],
};
const pointwiseCases = (name: FnName): fc.Arbitrary<OpCase> =>
  broadcasts(FUNCTIONS[name].args.length).map((shapes) => ({
    label: `${name} ${JSON.stringify(shapes)}`,
    inexactRule: name === 'erf' || name === 'sinTurn' || name === 'cosTurn',
    inputs: shapes.map((shape, i): InputSpec => ({ shape, domain: DOMAINS[name]?.[i] ?? 'real', below: 3 })),
    apply: (xs) => apply(pointwiseOp, xs, { fn: name }),
  }));

const broadcastTos = shapeOf(0, 4).chain((out) =>
  broadcastable(out).map((from) => op(`broadcastTo ${JSON.stringify([from, out])}`, ([x]) => broadcastTo(x!, out), real(from))),
);
const reshapes = shapeOf(1, 4).chain((from) =>
  fc
    .constantFrom<Shape[]>([sizeOf(from)], from.toReversed(), [1, ...from], [...from, 1])
    .map((to) => op(`reshape ${JSON.stringify([from, to])}`, ([x]) => reshape(x!, to), real(from))),
);
const permutation = (n: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray(
    Array.from({ length: n }, (_, i) => i),
    { minLength: n },
  );
const transposes = shapeOf(1, 4).chain((from) =>
  permutation(from.length).map((axes) => op(`transpose ${JSON.stringify([from, axes])}`, ([x]) => transpose(x!, axes), real(from))),
);

/** Aligned slices are views, which need a source of a multiple of four elements; the others are copied. */
const slices = fc
  .record({ blocks: fc.nat({ max: 2 }), extra: fc.nat({ max: 3 }), rest: fc.integer({ min: 4, max: 9 }), shape: shapeOf(0, 1) })
  .map(({ blocks, extra, rest, shape }) => {
    const offset = 64 * blocks + extra;
    return op(
      `slice of ${offset + rest + 1} at ${offset} ${JSON.stringify(shape)}`,
      ([x]) => slice(x!, offset, [...shape, 1]),
      real([offset + rest + 1]),
    );
  });
/** Aligned parts are computed, so that their producers write them in place where the planner lets them. */
const packs = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(0, 1, 3, 64), shapeOf(0, 2), fc.boolean()), { minLength: 1, maxLength: 3 }), fc.nat({ max: 5 }))
  .map(([parts, gap]) => {
    let end = 0;
    const placed = parts.map(([skip, shape, aligned]) => {
      const offset = aligned ? Math.ceil((end + skip) / 64) * 64 : end + skip;
      end = offset + sizeOf(shape);
      return { shape, offset, aligned };
    });
    const partsOf = (xs: readonly Tensor[]): readonly Part[] =>
      placed.map(({ offset, aligned }, i) => ({ tensor: aligned ? square(xs[i]!) : xs[i]!, offset }));
    return op(
      `pack ${JSON.stringify(placed)} into ${end + gap}`,
      (xs) => pack(partsOf(xs), end + gap),
      ...placed.map(({ shape }) => real(shape)),
    );
  });

const matmuls = fc
  .record({
    M: fc.integer({ min: 1, max: 8 }),
    K: fc.integer({ min: 1, max: 8 }),
    N: fc.integer({ min: 1, max: 20 }),
    transA: fc.boolean(),
    transB: fc.boolean(),
    batch: shapeOf(0, 2),
    shared: fc.constantFrom('none', 'A', 'B'),
  })
  .map(({ M, K, N, transA, transB, batch, shared }) => {
    const a = [...(shared === 'A' ? [] : batch), ...(transA ? [K, M] : [M, K])];
    const b = [...(shared === 'B' ? [] : batch), ...(transB ? [N, K] : [K, N])];
    return op(`matmul ${JSON.stringify([a, b, { transA, transB }])}`, ([x, y]) => matmul(x!, y!, { transA, transB }), real(a), real(b));
  });

/** A product by a kernel that stores by fours, straight into a pack whose length may be no multiple of four. */
const packedProducts = fc
  .record({ M: dim, K: dim, N: fc.constantFrom(4, 8), start: fc.constantFrom(0, 64), gap: fc.nat({ max: 3 }) })
  .map(({ M, K, N, start, gap }) => {
    const total = start + M * N + gap;
    return op(
      `pack of [${M},${K}]·[${K},${N}] at ${start} of ${total}`,
      ([a, b]) => pack([{ tensor: matmul(a!, b!), offset: start }], total),
      real([M, K]),
      real([K, N]),
    );
  });

const REDUCTIONS = { sum, mean, max } as const;
const reductionOf = (kind: keyof typeof REDUCTIONS, shape: Shape, axes: readonly number[] | undefined, keepDims: boolean): OpCase =>
  op(`${kind} ${JSON.stringify([shape, axes, keepDims])}`, ([x]) => REDUCTIONS[kind](x!, axes, { keepDims }), {
    shape,
    domain: kind === 'max' ? 'distinct' : 'real',
  });
const reductions = (kind: keyof typeof REDUCTIONS): fc.Arbitrary<OpCase> =>
  shapeOf(1, 4).chain((shape) =>
    fc
      .tuple(
        fc.option(
          fc.subarray(
            shape.map((_, i) => i),
            { minLength: 1 },
          ),
          { nil: undefined },
        ),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([axes, negative, keepDims]) => reductionOf(kind, shape, negative ? axes?.map((a) => a - shape.length) : axes, keepDims)),
  );
/** Past 1,024 terms to a sum; 1,031 is a prime and does not split in two. */
const longReductions = fc
  .tuple(
    fc.constantFrom(1031, 1100, 2048),
    fc.constantFrom<Shape[]>([], [3], [4]),
    fc.boolean(),
    fc.constantFrom<('sum' | 'max')[]>('sum', 'max'),
  )
  .map(([K, other, first, kind]) => reductionOf(kind, first ? [K, ...other] : [...other, K], [first ? 0 : other.length], false));
const argmaxes = shapeOf(1, 4).chain((shape) =>
  fc
    .nat({ max: shape.length - 1 })
    .map((axis) => op(`argmax ${JSON.stringify([shape, axis])}`, ([x]) => argmax(x!, axis), { shape, domain: 'distinct' })),
);
const choices = shapeOf(1, 3).map((shape) => op(`choice ${JSON.stringify(shape)}`, ([x]) => choice(x!), { shape, domain: 'distinct' }));

const rowPicks = fc.record({ V: dim, n: fc.integer({ min: 1, max: 7 }), rest: shapeOf(0, 2) });
const gathers = rowPicks.map(({ V, n, rest }) =>
  op(`gather ${JSON.stringify([V, n, rest])}`, ([x, i]) => gather(x!, i!), real([V, ...rest]), { shape: [n], domain: 'index', below: V }),
);
/** Indices may point one row beyond the end: scatterAdd passes over them. */
const scatters = rowPicks.map(({ V, n, rest }) =>
  op(`scatterAdd ${JSON.stringify([V, n, rest])}`, ([x, i]) => scatterAdd(x!, i!, V), real([n, ...rest]), {
    shape: [n],
    domain: 'index',
    below: V + 1,
  }),
);

/** Windows over sequences, at least one of them. */
interface WindowCase {
  readonly n: number;
  readonly length: number;
  readonly C: number;
  readonly windows: Required<Windows>;
  readonly T: number;
}
const windowed = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 7 }),
    C: dim,
    size: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat({ max: 2 }),
  })
  .map(({ n, length, C, ...windows }): WindowCase => ({ n, length, C, windows, T: windowCount(length, windows) }))
  .filter(({ T }) => T >= 1);
const unfolds = windowed.map(({ n, length, C, windows }) =>
  op(`unfold ${JSON.stringify([n, length, C, windows])}`, ([x]) => unfold(x!, length, windows), real([n * length, C])),
);
const folds = windowed.map(({ n, length, C, windows, T }) =>
  op(`fold ${JSON.stringify([n, length, C, windows])}`, ([y]) => fold(y!, length, windows), real([n * T, windows.size * C])),
);
const convolutions = fc
  .tuple(windowed, dim)
  .map(([{ n, length, C, windows }, out]) =>
    op(
      `conv1d ${JSON.stringify([n, length, C, windows, out])}`,
      ([x, w, b]) => conv1d(x!, w!, b, windows),
      real([n, length, C]),
      real([windows.size * C, out]),
      real([out]),
    ),
  );
const averagePools = windowed.map(({ n, length, C, windows }) =>
  op(`averagePool1d ${JSON.stringify([n, length, C, windows])}`, ([x]) => averagePool1d(x!, windows), real([n, length, C])),
);
const maxPools = windowed
  .filter(({ length, windows }) => windows.size <= length)
  .map(({ n, length, C, windows: { size, stride } }) =>
    op(`maxPool1d ${JSON.stringify([n, length, C, size, stride])}`, ([x]) => maxPool1d(x!, { size, stride }), {
      shape: [n, length, C],
      domain: 'distinct',
    }),
  );

const softmaxes = (log: boolean): fc.Arbitrary<OpCase> =>
  shapeOf(1, 3).map((shape) =>
    op(`${log ? 'logSoftmax' : 'softmax'} ${JSON.stringify(shape)}`, ([x]) => (log ? logSoftmax : softmax)(x!), real(shape)),
  );
const crossEntropies = (output: number): fc.Arbitrary<OpCase> =>
  shapeOf(1, 3).map((shape) =>
    op(`softmaxCrossEntropy.${output} ${JSON.stringify(shape)}`, (xs) => applyAll(softmaxCrossEntropyOp, xs)[output]!, real(shape), {
      shape: shape.slice(0, -1),
      domain: 'index',
      below: shape.at(-1)!,
    }),
  );

/** Queries [n,S,h,d], keys [n,T,h,d], weights [n,h,S,T]; four features take the kernels' vector variants. */
const heads = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    S: fc.integer({ min: 1, max: 3 }),
    more: fc.nat({ max: 2 }),
    h: fc.integer({ min: 1, max: 2 }),
    d: fc.constantFrom(1, 2, 3, 4),
    causal: fc.boolean(),
  })
  .map(({ n, S, more, h, d, causal }) => ({
    causal,
    q: [n, S, h, d] as Shape,
    k: [n, S + more, h, d] as Shape,
    w: [n, h, S, S + more] as Shape,
  }));
const headProducts = fc.tuple(heads, fc.constantFrom('scores', 'apply', 'spread'), fc.boolean()).map(([{ causal, q, k, w }, form, low]) => {
  const label = `${form}${causal ? ', causal' : ''} ${JSON.stringify([q, k])}`;
  if (form === 'scores') return op(label, ([a, b]) => headScores(a!, b!, { causal, fill: low ? 'low' : 'zero' }), real(q), real(k));
  return form === 'apply'
    ? op(label, ([a, b]) => headApply(a!, b!, { causal }), real(w), real(k))
    : op(label, ([a, b]) => headSpread(a!, b!, { causal }), real(w), real(q));
});
const attentions = fc
  .tuple(heads, fc.nat({ max: 1 }))
  .map(([{ causal, q, k }, output]) =>
    op(
      `attention.${output}${causal ? ', causal' : ''} ${JSON.stringify([q, k])}`,
      (xs) => applyAll(attentionOp, xs, { causal })[output]!,
      real(q),
      real(k),
      real(k),
    ),
  );
const attentionGrads = fc
  .tuple(heads, fc.nat({ max: 2 }))
  .map(([{ causal, q, k, w }, output]) =>
    op(
      `attentionGrad.${output}${causal ? ', causal' : ''} ${JSON.stringify([q, k])}`,
      (xs) => applyAll(attentionGradOp, xs, { causal })[output]!,
      real(q),
      real(k),
      real(k),
      real(w),
      real(q),
    ),
  );

/** ε = ½ keeps rows of equal numbers from magnifying what they are given. */
const NORM = { eps: 0.5 };
const norms = fc
  .record({
    lead: shapeOf(0, 2),
    C: fc.constantFrom(1, 3, 4, 8),
    kind: fc.constantFrom<('layer' | 'rms')[]>('layer', 'rms'),
    vectors: fc.nat({ max: 2 }),
    output: fc.nat({ max: 2 }),
  })
  .map(({ lead, C, kind, vectors, output }) => {
    const at = Math.min(output, vectors > 0 ? 2 : 1);
    return op(
      `${kind} norm.${at} ${JSON.stringify([...lead, C])} with ${vectors} vectors`,
      (xs) => applyAll(normaliseOp, xs, { kind, ...NORM })[at]!,
      real([...lead, C]),
      ...Array.from({ length: vectors }, () => real([C])),
    );
  });
const normGrads = fc
  .record({
    lead: shapeOf(0, 2),
    C: fc.constantFrom(1, 3, 4, 8),
    kind: fc.constantFrom<('layer' | 'rms')[]>('layer', 'rms'),
    scaled: fc.boolean(),
  })
  .map(({ lead, C, kind, scaled }) => {
    const whole = real([...lead, C]);
    return op(
      `${kind} normaliseGrad ${JSON.stringify(whole.shape)}${scaled ? ', scaled' : ''}`,
      (xs) => apply(normaliseGradOp, xs, { kind }),
      whole,
      real([...lead, 1]),
      whole,
      ...(scaled ? [real([C])] : []),
    );
  });
const positions = fc
  .record({ n: dim, T: dim, rest: shapeOf(0, 2), t: fc.nat(), place: fc.boolean() })
  .map(({ n, T, rest, t, place }) =>
    place
      ? op(`placePosition ${t % T} ${JSON.stringify([n, T, ...rest])}`, ([x]) => placePosition(x!, t % T, T), real([n, ...rest]))
      : op(`takePosition ${t % T} ${JSON.stringify([n, T, ...rest])}`, ([x]) => takePosition(x!, t % T), real([n, T, ...rest])),
  );

const key: InputSpec = { shape: [2], domain: 'word' };
const draws = (name: string, f: typeof uniform): fc.Arbitrary<OpCase> =>
  fc
    .tuple(shapeOf(0, 3), fc.nat({ max: 99 }))
    .map(([shape, use]) => op(`${name} ${JSON.stringify(shape)}`, ([k]) => f(k!, shape, use), key));
const batches = fc
  .integer({ min: 1, max: 40 })
  .chain((n) =>
    fc
      .integer({ min: 1, max: n })
      .map((batch) =>
        op(
          `batchIndices ${batch} of ${n}`,
          ([step, seed]) => batchIndices(step!, seed!, n, batch),
          { shape: [], domain: 'index', below: 1000 },
          { shape: [], domain: 'word' },
        ),
      ),
  );

/** Every op that is not pointwise. */
const OP_CASES: Readonly<Record<string, fc.Arbitrary<OpCase>>> = {
  broadcastTo: broadcastTos,
  reshape: reshapes,
  transpose: transposes,
  slice: slices,
  pack: packs,
  matmul: matmuls,
  'pack of products': packedProducts,
  sum: reductions('sum'),
  mean: reductions('mean'),
  max: reductions('max'),
  'long reductions': longReductions,
  argmax: argmaxes,
  choice: choices,
  gather: gathers,
  scatterAdd: scatters,
  unfold: unfolds,
  fold: folds,
  conv1d: convolutions,
  averagePool1d: averagePools,
  maxPool1d: maxPools,
  softmax: softmaxes(false),
  logSoftmax: softmaxes(true),
  'softmaxCrossEntropy, loss': crossEntropies(0),
  'softmaxCrossEntropy, residual': crossEntropies(1),
  headProduct: headProducts,
  attention: attentions,
  attentionGrad: attentionGrads,
  normalise: norms,
  normaliseGrad: normGrads,
  position: positions,
  uniform: draws('uniform', uniform),
  normal: draws('normal', normal),
  batchIndices: batches,
};

/** Every pointwise function and every other op, by name. */
export const OP_MATRIX: readonly (readonly [string, fc.Arbitrary<OpCase>])[] = [
  ...(Object.keys(FUNCTIONS) as FnName[]).map((name) => [name, pointwiseCases(name)] as const),
  ...Object.entries(OP_CASES),
];
