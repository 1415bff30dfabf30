/**
 * For tests: a second opinion on what a graph means: every op evaluated node by node in float64, straight from its definition and with no
 * planner, kernel or oracle in between. Written to be obviously right, element by element over multi-indices; slow.
 *
 * Sums run in index order. Where every partial sum is representable the result is therefore the exact one, whatever order others use.
 */
import { fn } from '../../shaders/functions';
import { minibatch, stream } from '../core/random';
import { sizeOf, stridesOf, type Shape } from '../core/shape';
import { topological, type Node, type Tensor } from '../graph/tensor';

/** Values of variables by name, for one replica. */
export type Values = Readonly<Record<string, ArrayLike<number> & Iterable<number>>>;

type Index = readonly number[];
type Data = Float64Array;
/** Outputs of a node from the data of its inputs. */
type Rule = (inputs: readonly Data[], node: Node) => readonly Data[];

const indicesOf = (shape: Shape): readonly Index[] => shape.reduce<readonly Index[]>((all, d) => all.flatMap((i) => Array.from({ length: d }, (_, k) => [...i, k])), [[]]);
const flat = (index: Index, shape: Shape): number => stridesOf(shape).reduce((sum, s, a) => sum + s * index[a]!, 0);
/** Where an input of shape `x` is read for element `index` of a result it broadcasts to. */
const broadcast = (index: Index, x: Shape): number => flat(x.map((d, a) => (d === 1 ? 0 : index[index.length - x.length + a]!)), x);
const tabulate = (shape: Shape, f: (i: Index) => number): Data => Float64Array.from(indicesOf(shape), f);
const swapped = (index: Index, t: unknown): Index => (t === true ? [...index.slice(0, -2), index.at(-1)!, index.at(-2)!] : index);

/** Element [row, col] of matrix `batch` of a stack of them, or of the one that all share; `t`: stored transposed. */
const entry = (data: Data, shape: Shape, batch: Index, row: number, col: number, t: unknown): number =>
  data[flat(swapped([...batch.slice(0, shape.length - 2), row, col], t), shape)]!;
const matmul: Rule = ([a, b], { inputs: [A, B], attrs, outputs: [Y] }) => {
  const K = A!.shape.at(attrs['transA'] === true ? -2 : -1)!;
  return [tabulate(Y!.shape, (i) => {
    const [batch, m, n] = [i.slice(0, -2), i.at(-2)!, i.at(-1)!];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += entry(a!, A!.shape, batch, m, k, attrs['transA']) * entry(b!, B!.shape, batch, k, n, attrs['transB']);
    return sum;
  })];
};

const reduce: Rule = ([x], { inputs: [X], attrs, outputs: [Y] }) => {
  const [axis, count] = [attrs['axis'] as number, attrs['count'] as number];
  const inner = indicesOf(X!.shape.slice(axis, axis + count));
  return [tabulate(Y!.shape, (i) => {
    const terms = inner.map((k) => x![flat([...i.slice(0, axis), ...k, ...i.slice(axis)], X!.shape)]!);
    if (attrs['kind'] === 'sum') return terms.reduce((s, t) => s + t, 0);
    const top = terms.reduce((s, t) => Math.max(s, t));
    return attrs['kind'] === 'max' ? top : terms.indexOf(top);
  })];
};

interface Row { readonly z: Data; readonly top: number; readonly weights: Data; readonly others: number }
/** Each row of the last axis: e^(z−top), and their sum without the first largest, which is 1. */
const rowsOf = (x: Data, C: number): readonly Row[] => Array.from({ length: x.length / C }, (_, r) => {
  const z = x.subarray(r * C, (r + 1) * C);
  const top = Math.max(...z);
  const weights = z.map((v) => Math.exp(v - top));
  return { z, top, weights, others: weights.reduce((s, w, j) => (j === z.indexOf(top) ? s : s + w), 0) };
});
const softmax: Rule = ([x], { attrs, outputs: [Y] }) => {
  const one = ({ z, top, weights, others }: Row, j: number): number => (attrs['log'] === true ? z[j]! - top - Math.log1p(others) : weights[j]! / (1 + others));
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
  for (const [i, ...rest] of indicesOf(X!.shape)) if (index![i!]! < Y!.shape[0]!) y[flat([index![i!]!, ...rest], Y!.shape)]! += x![flat([i!, ...rest], X!.shape)]!;
  return [y];
};
/** For each element of the windows inside its sequence, [sequence, window, position in it, channel]: where it lies there, and in the sequence. */
const insideWindows = ({ attrs }: Node, windows: Shape): readonly (readonly [number, number])[] => {
  const [length, size, stride, padding] = ['length', 'size', 'stride', 'padding'].map((name) => attrs[name] as number) as [number, number, number, number];
  const T = Math.floor((length + 2 * padding - size) / stride) + 1;
  const split = [windows[0]! / T, T, size, windows[1]! / size];
  return indicesOf(split).flatMap(([e, t, j, c]) => {
    const position = t! * stride + j! - padding;
    return position >= 0 && position < length ? [[flat([e!, t!, j!, c!], split), flat([e!, position, c!], [split[0]!, length, split[3]!])] as const] : [];
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
  return [tabulate(Y!.shape, (i) => x![flat(X!.shape.map((_, a) => i[axes.indexOf(a)]!), X!.shape)]!)];
};
const draw = (kind: 'uniform' | 'normal'): Rule => ([key], { attrs, outputs: [Y] }) => {
  const source = stream(key![0]!, attrs['use'] as number, key![1]!);
  return [Float64Array.from({ length: sizeOf(Y!.shape) }, (_, i) => source[kind](i))];
};

const RULES: Readonly<Record<string, Rule>> = {
  constant: (_, { attrs }) => [Float64Array.of(attrs['value'] as number)],
  pointwise: (xs, { inputs, attrs, outputs: [Y] }) => [tabulate(Y!.shape, (i) => fn(String(attrs['fn'])).f64(...xs.map((x, k) => x[broadcast(i, inputs[k]!.shape)]!)))],
  broadcastTo: ([x], { inputs: [X], outputs: [Y] }) => [tabulate(Y!.shape, (i) => x![broadcast(i, X!.shape)]!)],
  reshape: ([x]) => [x!],
  slice: ([x], { attrs, outputs: [Y] }) => [x!.slice(attrs['offset'] as number, (attrs['offset'] as number) + sizeOf(Y!.shape))],
  transpose, pack, matmul, reduce, softmax, gather, scatterAdd, unfold, fold,
  softmaxCrossEntropy: crossEntropy,
  uniform: draw('uniform'),
  normal: draw('normal'),
  batchIndices: ([step, seed], { attrs }) => [Float64Array.from(minibatch(seed![0]!, step![0]!, attrs['n'] as number, attrs['batch'] as number))],
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
    const results = rule(node.inputs.map((t) => known.get(t.node)![t.index]!), node);
    results.forEach((data, k) => { if (node.outputs[k]!.dtype === 'f32') for (const v of data) if (Math.abs(v) > largest) largest = Math.abs(v); });
    known.set(node, results);
  }
  return { values: Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, known.get(t.node)![t.index]!])), largest };
};
