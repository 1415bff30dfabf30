/**
 * For tests: a second opinion on what a graph means: every op evaluated node by node in float64, straight from its definition and with no
 * planner, kernel or oracle in between. Written to be obviously right, element by element over multi-indices; slow.
 *
 * Sums run in index order. Where every partial sum is representable the result is therefore the exact one, whatever order others use.
 */
import { fn } from '../../shaders/functions';
import { LARGEST32 } from '../../shaders/kernel';
import { minibatch, stream } from '../core/random';
import { sizeOf, stridesOf, type Shape } from '../core/shape';
import { topological, type Node, type Tensor } from '../graph/tensor';

/** Values of variables by name, for one replica. */
export type Values = Readonly<Record<string, ArrayLike<number> & Iterable<number>>>;

type Index = readonly number[];
type Data = Float64Array;
/** Outputs of a node from the data of its inputs. */
type Rule = (inputs: readonly Data[], node: Node) => readonly Data[];

const indicesOf = (shape: Shape): readonly Index[] =>
  shape.reduce<readonly Index[]>((all, d) => all.flatMap((i) => Array.from({ length: d }, (_, k) => [...i, k])), [[]]);
const flat = (index: Index, shape: Shape): number => stridesOf(shape).reduce((sum, s, a) => sum + s * index[a]!, 0);
/** Where an input of shape `x` is read for element `index` of a result it broadcasts to. */
const broadcast = (index: Index, x: Shape): number =>
  flat(
    x.map((d, a) => (d === 1 ? 0 : index[index.length - x.length + a]!)),
    x,
  );
const tabulate = (shape: Shape, f: (i: Index) => number): Data => Float64Array.from(indicesOf(shape), f);
const swapped = (index: Index, t: unknown): Index => (t === true ? [...index.slice(0, -2), index.at(-1)!, index.at(-2)!] : index);

/** Element [row, col] of matrix `batch` of a stack of them, or of the one that all share; `t`: stored transposed. */
const entry = (data: Data, shape: Shape, batch: Index, row: number, col: number, t: unknown): number =>
  data[flat(swapped([...batch.slice(0, shape.length - 2), row, col], t), shape)]!;
const matmul: Rule = ([a, b], { inputs: [A, B], attrs, outputs: [Y] }) => {
  const K = A!.shape.at(attrs['transA'] === true ? -2 : -1)!;
  return [
    tabulate(Y!.shape, (i) => {
      const [batch, m, n] = [i.slice(0, -2), i.at(-2)!, i.at(-1)!];
      let sum = 0;
      for (let k = 0; k < K; k++)
        sum += entry(a!, A!.shape, batch, m, k, attrs['transA']) * entry(b!, B!.shape, batch, k, n, attrs['transB']);
      return sum;
    }),
  ];
};

const reduce: Rule = ([x], { inputs: [X], attrs, outputs: [Y] }) => {
  const [axis, count] = [attrs['axis'] as number, attrs['count'] as number];
  const inner = indicesOf(X!.shape.slice(axis, axis + count));
  return [
    tabulate(Y!.shape, (i) => {
      const terms = inner.map((k) => x![flat([...i.slice(0, axis), ...k, ...i.slice(axis)], X!.shape)]!);
      if (attrs['kind'] === 'sum') return terms.reduce((s, t) => s + t, 0);
      const top = terms.reduce((s, t) => Math.max(s, t));
      if (attrs['kind'] === 'max') return top;
      const first = terms.findIndex((t) => Object.is(t, top) || t === top);
      return attrs['kind'] === 'choice' && Number.isNaN(top) ? 2 ** 32 - 1 : first;
    }),
  ];
};

interface Row {
  readonly z: Data;
  readonly top: number;
  readonly weights: Data;
  readonly others: number;
}
/** Each row of the last axis: e^(z−top), and their sum without the first largest, which is 1. */
const rowsOf = (x: Data, C: number): readonly Row[] =>
  Array.from({ length: x.length / C }, (_, r) => {
    const z = x.subarray(r * C, (r + 1) * C);
    const top = Math.max(...z);
    const weights = z.map((v) => Math.exp(v - top));
    return { z, top, weights, others: weights.reduce((s, w, j) => (j === z.indexOf(top) ? s : s + w), 0) };
  });
const softmax: Rule = ([x], { attrs, outputs: [Y] }) => {
  const one = ({ z, top, weights, others }: Row, j: number): number =>
    attrs['log'] === true ? z[j]! - top - Math.log1p(others) : weights[j]! / (1 + others);
  return [Float64Array.from(rowsOf(x!, Y!.shape.at(-1)!).flatMap((row) => Array.from(row.z, (_, j) => one(row, j))))];
};
const crossEntropy: Rule = ([x, labels], { inputs: [X] }) => {
  const rows = rowsOf(x!, X!.shape.at(-1)!);
  const loss = Float64Array.from(rows, ({ z, top, others }, r) => top - z[labels![r]!]! + Math.log1p(others));
  const residual = rows.flatMap(({ weights, others }, r) => {
    const wrong = weights.reduce((s, w, j) => (j === labels![r] ? s : s + w), 0);
    return Array.from(weights, (w, j) => (j === labels![r] ? -wrong : w) / (1 + others));
  });
  return [loss, Float64Array.from(residual)];
};

const gather: Rule = ([x, index], { inputs: [X], attrs, outputs: [Y] }) => {
  const missing = attrs['missing'] === 'zero' ? 0 : X!.dtype === 'f32' ? Number.NaN : 2 ** 32 - 1;
  return [tabulate(Y!.shape, ([i, ...rest]) => (index![i!]! < X!.shape[0]! ? x![flat([index![i!]!, ...rest], X!.shape)]! : missing))];
};
const scatterAdd: Rule = ([x, index], { inputs: [X], outputs: [Y] }) => {
  const y = new Float64Array(sizeOf(Y!.shape));
  for (const [i, ...rest] of indicesOf(X!.shape))
    if (index![i!]! < Y!.shape[0]!) y[flat([index![i!]!, ...rest], Y!.shape)]! += x![flat([i!, ...rest], X!.shape)]!;
  return [y];
};
/** For each element of the windows inside its sequence, [sequence, window, position in it, channel]: where it lies there, and in the sequence. */
const insideWindows = ({ attrs }: Node, windows: Shape): readonly (readonly [number, number])[] => {
  const [length, size, stride, padding] = ['length', 'size', 'stride', 'padding'].map((name) => attrs[name] as number) as [
    number,
    number,
    number,
    number,
  ];
  const T = Math.floor((length + 2 * padding - size) / stride) + 1;
  const split = [windows[0]! / T, T, size, windows[1]! / size];
  return indicesOf(split).flatMap(([e, t, j, c]) => {
    const position = t! * stride + j! - padding;
    return position >= 0 && position < length
      ? [[flat([e!, t!, j!, c!], split), flat([e!, position, c!], [split[0]!, length, split[3]!])] as const]
      : [];
  });
};
const unfold: Rule = ([x], node) => {
  const y = new Float64Array(sizeOf(node.outputs[0]!.shape));
  for (const [at, from] of insideWindows(node, node.outputs[0]!.shape)) y[at] = x![from]!;
  return [y];
};
const fold: Rule = ([y], node) => {
  const x = new Float64Array(sizeOf(node.outputs[0]!.shape));
  for (const [from, at] of insideWindows(node, node.inputs[0]!.shape)) x[at]! += y![from]!;
  return [x];
};
const pack: Rule = (parts, { attrs, outputs: [Y] }) => {
  const y = new Float64Array(sizeOf(Y!.shape));
  parts.forEach((p, i) => y.set(p, (attrs['offsets'] as readonly number[])[i]!));
  return [y];
};
const transpose: Rule = ([x], { inputs: [X], attrs, outputs: [Y] }) => {
  const axes = attrs['axes'] as readonly number[];
  return [
    tabulate(
      Y!.shape,
      (i) =>
        x![
          flat(
            X!.shape.map((_, a) => i[axes.indexOf(a)]!),
            X!.shape,
          )
        ]!,
    ),
  ];
};
const draw =
  (kind: 'uniform' | 'normal'): Rule =>
  ([key], { attrs, outputs: [Y] }) => {
    const source = stream(key![0]!, attrs['use'] as number, key![1]!);
    return [Float64Array.from({ length: sizeOf(Y!.shape) }, (_, i) => source[kind](i))];
  };

/** Element of [n, positions, heads, features], or of [n, heads, queries, keys]. */
const at = (x: Data, shape: Shape, ...index: Index): number => x[flat(index, shape)]!;
const dot = (n: number, a: (k: number) => number, b: (k: number) => number): number => {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a(k) * b(k);
  return sum;
};
/** Whether query t of S sees key s of T. */
const sees = (causal: unknown, t: number, s: number, S: number, T: number): boolean => causal !== true || s <= t + T - S;

const headProduct: Rule = ([x, y], { inputs: [X, Y], attrs: { form, causal, fill }, outputs: [Z] }) => {
  if (form === 'scores') {
    const [S, T, d] = [X!.shape[1]!, Y!.shape[1]!, X!.shape[3]!];
    return [
      tabulate(Z!.shape, ([i, h, t, s]) =>
        sees(causal, t!, s!, S, T)
          ? dot(
              d,
              (k) => at(x!, X!.shape, i!, t!, h!, k),
              (k) => at(y!, Y!.shape, i!, s!, h!, k),
            )
          : fill === 'low'
            ? -LARGEST32
            : 0,
      ),
    ];
  }
  const [S, T] = [X!.shape[2]!, X!.shape[3]!];
  return [
    tabulate(Z!.shape, ([i, p, h, k]) =>
      form === 'apply'
        ? dot(
            T,
            (s) => (sees(causal, p!, s, S, T) ? at(x!, X!.shape, i!, h!, p!, s) : 0),
            (s) => at(y!, Y!.shape, i!, s, h!, k!),
          )
        : dot(
            S,
            (t) => (sees(causal, t, p!, S, T) ? at(x!, X!.shape, i!, h!, t, p!) : 0),
            (t) => at(y!, Y!.shape, i!, t, h!, k!),
          ),
    ),
  ];
};

const attention: Rule = ([q, k, v], { inputs: [Q, K], attrs: { causal }, outputs: [Y, W] }) => {
  const [S, T, d] = [Q!.shape[1]!, K!.shape[1]!, Q!.shape[3]!];
  const score = (i: number, h: number, t: number, s: number): number =>
    dot(
      d,
      (c) => at(q!, Q!.shape, i, t, h, c),
      (c) => at(k!, K!.shape, i, s, h, c),
    );
  const weights = tabulate(W!.shape, ([i, h, t, s]) => {
    const seen = Array.from({ length: T }, (_, r) => r).filter((r) => sees(causal, t!, r, S, T));
    const top = Math.max(...seen.map((r) => score(i!, h!, t!, r)));
    const total = seen.reduce((sum, r) => sum + Math.exp(score(i!, h!, t!, r) - top), 0);
    return seen.includes(s!) ? Math.exp(score(i!, h!, t!, s!) - top) / total : 0;
  });
  return [
    tabulate(Y!.shape, ([i, t, h, c]) =>
      dot(
        T,
        (s) => at(weights, W!.shape, i!, h!, t!, s),
        (s) => at(v!, K!.shape, i!, s, h!, c!),
      ),
    ),
    weights,
  ];
};
const attentionGrad: Rule = ([q, k, v, w, g], { inputs: [Q, K, , W], attrs: { causal } }) => {
  const [S, T] = [W!.shape[2]!, W!.shape[3]!];
  const d = Q!.shape[3]!;
  const weight = (i: number, head: number, t: number, s: number): number =>
    sees(causal, t, s, S, T) ? at(w!, W!.shape, i, head, t, s) : 0;
  const e = (i: number, head: number, t: number, s: number): number =>
    dot(
      d,
      (c) => at(g!, Q!.shape, i, t, head, c),
      (c) => at(v!, K!.shape, i, s, head, c),
    );
  const slopes = tabulate(
    W!.shape,
    ([i, head, t, s]) =>
      weight(i!, head!, t!, s!) *
      (e(i!, head!, t!, s!) -
        dot(
          T,
          (r) => weight(i!, head!, t!, r),
          (r) => e(i!, head!, t!, r),
        )),
  );
  const spread = (x: Data, y: Data): Data =>
    tabulate(K!.shape, ([i, s, head, c]) =>
      dot(
        S,
        (t) => (sees(causal, t, s!, S, T) ? at(x, W!.shape, i!, head!, t, s!) : 0),
        (t) => at(y, Q!.shape, i!, t, head!, c!),
      ),
    );
  const dq = tabulate(Q!.shape, ([i, t, head, c]) =>
    dot(
      T,
      (s) => at(slopes, W!.shape, i!, head!, t!, s),
      (s) => at(k!, K!.shape, i!, s, head!, c!),
    ),
  );
  return [dq, spread(slopes, q!), spread(w!, g!)];
};

const matrixRows = (x: Data, C: number): readonly Data[] => Array.from({ length: x.length / C }, (_, r) => x.subarray(r * C, (r + 1) * C));
const normalise: Rule = ([x, scale, bias], { attrs: { kind, eps }, outputs: [Y] }) => {
  const C = Y!.shape.at(-1)!;
  const rows = matrixRows(x!, C).map((row) => {
    const mean = kind === 'layer' ? row.reduce((s, v) => s + v, 0) / C : 0;
    const r = 1 / Math.sqrt(row.reduce((s, v) => s + (v - mean) * (v - mean), 0) / C + Math.fround(eps as number));
    return { r, normal: row.map((v) => (v - mean) * r) };
  });
  const normal = Float64Array.from(rows.flatMap((row) => Array.from(row.normal)));
  const y = normal.map((z, i) => (scale ? (bias ? z * scale[i % C]! + bias[i % C]! : z * scale[i % C]!) : z));
  return [y, Float64Array.from(rows, ({ r }) => r), ...(scale ? [normal] : [])];
};
const normaliseGrad: Rule = ([normal, r, g, scale], { attrs: { kind }, outputs: [Y] }) => {
  const C = Y!.shape.at(-1)!;
  const d = matrixRows(scale ? g!.map((v, i) => v * scale[i % C]!) : g!, C);
  return [
    Float64Array.from(
      matrixRows(normal!, C).flatMap((z, row) => {
        const mean = kind === 'layer' ? d[row]!.reduce((s, v) => s + v, 0) / C : 0;
        const share =
          dot(
            C,
            (c) => d[row]![c]!,
            (c) => z[c]!,
          ) / C;
        return Array.from(z, (v, c) => r![row]! * (d[row]![c]! - mean - v * share));
      }),
    ),
  ];
};
const takePosition: Rule = ([x], { inputs: [X], attrs: { t }, outputs: [Y] }) => [
  tabulate(Y!.shape, ([i, ...rest]) => at(x!, X!.shape, i!, t as number, ...rest)),
];
const placePosition: Rule = ([x], { inputs: [X], attrs: { t }, outputs: [Y] }) => [
  tabulate(Y!.shape, ([i, s, ...rest]) => (s === t ? at(x!, X!.shape, i!, ...rest) : 0)),
];

const RULES: Readonly<Record<string, Rule>> = {
  constant: (_, { attrs }) => [Float64Array.of(attrs['value'] as number)],
  pointwise: (xs, { inputs, attrs, outputs: [Y] }) => [
    tabulate(Y!.shape, (i) => fn(String(attrs['fn'])).f64(...xs.map((x, k) => x[broadcast(i, inputs[k]!.shape)]!))),
  ],
  broadcastTo: ([x], { inputs: [X], outputs: [Y] }) => [tabulate(Y!.shape, (i) => x![broadcast(i, X!.shape)]!)],
  reshape: ([x]) => [x!],
  slice: ([x], { attrs, outputs: [Y] }) => [x!.slice(attrs['offset'] as number, (attrs['offset'] as number) + sizeOf(Y!.shape))],
  transpose,
  pack,
  matmul,
  sum: reduce,
  max: reduce,
  softmax,
  gather,
  scatterAdd,
  unfold,
  fold,
  headProduct,
  attention,
  attentionGrad,
  normalise,
  normaliseGrad,
  takePosition,
  placePosition,
  softmaxCrossEntropy: crossEntropy,
  uniform: draw('uniform'),
  normal: draw('normal'),
  batchIndices: ([step, seed], { attrs }) => [
    Float64Array.from(minibatch(seed![0]!, step![0]!, attrs['n'] as number, attrs['batch'] as number)),
  ],
};

export interface Interpreted {
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Largest absolute value of an f32 element anywhere in the graph, at least 1. */
  readonly largest: number;
}

/** Evaluates `outputs` for one replica. Throws RangeError for an op it has no rule for or a variable without a value. */
export const interpret = (outputs: Readonly<Record<string, Tensor>>, values: Values): Interpreted => {
  const known = new Map<Node, readonly Data[]>();
  let largest = 1;
  for (const node of topological(Object.values(outputs))) {
    const variable = node.op.name === 'variable' ? values[String(node.attrs['name'])] : undefined;
    const rule = variable ? (): readonly Data[] => [Float64Array.from(variable)] : RULES[node.op.name];
    if (!rule) throw new RangeError(`cannot interpret '${node.op.name}' ${JSON.stringify(node.attrs)}`);
    const results = rule(
      node.inputs.map((t) => known.get(t.node)![t.index]!),
      node,
    );
    results.forEach((data, k) => {
      if (node.outputs[k]!.dtype === 'f32') for (const v of data) if (Math.abs(v) > largest) largest = Math.abs(v);
    });
    known.set(node, results);
  }
  return { values: Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, known.get(t.node)![t.index]!])), largest };
};
