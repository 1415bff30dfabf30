/**
 * gram: inner products of per-example gradients of one layer: out[i, j] = ⟨g_i, g2_j⟩, or out before + ⟨g_i, g2_j⟩ with `accumulate`. A sum
 * over the layer's parameters and over pairs of positions; a mean over nothing. No gradient is stored: nothing has size n×P.
 *
 * Forms    W [p, q] is used at T positions of each example; g_i is its gradient, δ the cotangents of the layer's output:
 *          outer   g_i = Σ_t a_it ⊗ δ_it, and with `bias` Σ_t δ_it beside it: out = Σ_{t,s} (a_it·a2_js + [bias])·(δ_it·δ2_js)
 *          sum     a bias alone, g_i = Σ_t δ_it: out = (Σ_t δ_it)·(Σ_s δ2_js); p is not used
 *          scale   a factor for each feature, g_i = Σ_t a_it ⊙ δ_it: out = (Σ_t a_it ⊙ δ_it)·(Σ_s a2_js ⊙ δ2_js); p = q
 *          lookup  row index_it of a table, g_i = Σ_t e(index_it) ⊗ δ_it: out = Σ_{t,s: index_it = index2_js < p} δ_it·δ2_js; an index ≥ p
 *                  reads no row and has no gradient, as in scatterAdd
 * Shapes   a [n·T, p] or index [n·T] u32, d = δ [n·T, q]; a2 or index2, d2 the same of m examples, and may be the same buffers; out [n, m].
 *          Row i·T + t is position t of example i. `shared`: T may pass 1; without it T = 1 and there is no loop over positions.
 * Numerics f32. Of each pair of positions both dot products, of p (+1) and q terms, then a dot product of T² terms; sum and scale: T
 *          terms for each feature, then a dot product of q. Of form outer both dot products must fit f32, not their product alone.
 *          Exact where no partial sum needs more than a significand: on integers up to 3 where T²(9p + 1)·9q ≤ 2²⁴.
 * Tiles    a thread keeps the dot products of 4×4 (or 1×1) outputs in registers and multiplies them there; it reads the inputs through the
 *          cache, four features at a time. vec: one load for the four, q (and p where rows of a are read) multiples of 4.
 * Cost     outer, lookup: T² pairs. sum, scale: the T positions are summed anew by every tile; for many of them run reduce.ts over T first.
 * Source   THEORY.md §6, §8: Hadamard products of small Gram matrices. Errors: Higham (2002), §3.1, §3.3.
 * Oracle   gram.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Binding, type Dims, type Kernel } from './kernel';

export const FORMS = ['outer', 'sum', 'scale', 'lookup'] as const;
export type Form = (typeof FORMS)[number];
/** Dims of the layer: positions an example, inputs (of a lookup: rows of the table), outputs. */
export type LayerDims = 'T' | 'p' | 'q';
export interface LayerOptions {
  readonly form: Form;
  readonly bias: boolean;
  readonly shared: boolean;
  readonly vec: boolean;
}
export type GramDims = LayerDims | 'n' | 'm';
export type GramOptions = { tile: '4x4' | '1x1'; vec: boolean; accumulate: boolean; bias: boolean; form: Form; shared: boolean };

const DIMS: readonly GramDims[] = ['n', 'm', 'T', 'p', 'q'];
/** Threads of a workgroup, down and across. */
const SIDE = 8;
const TILES = { '4x4': 4, '1x1': 1 } as const;
const XYZW = ['x', 'y', 'z', 'w'] as const;
const range = (n: number): readonly number[] => [...Array(n).keys()];

/** Whether these options can serve a layer of these dims. */
export const layerValid = ({ T, p, q }: Dims<LayerDims>, { form, bias, shared, vec }: LayerOptions): boolean =>
  (shared || T === 1) &&
  (!bias || form === 'outer') &&
  (form !== 'scale' || p === q) &&
  (!vec || (q % 4 === 0 && (form !== 'outer' || p % 4 === 0)));

/** The bindings of one set of `examples`: a or index (sum: neither), then d; named with `suffix`. */
export const layerBindings = <D extends string>(
  { form, vec }: Pick<LayerOptions, 'form' | 'vec'>,
  suffix: string,
  examples: (d: Dims<D | LayerDims>) => number,
): readonly Binding<D | LayerDims>[] => {
  const index: Binding<D | LayerDims> = { name: `index${suffix}`, dtype: 'u32', access: 'read', size: (d) => examples(d) * d.T };
  const rows = (name: string, width: 'p' | 'q'): Binding<D | LayerDims> => ({
    name: name + suffix,
    dtype: 'f32',
    access: 'read',
    size: (d) => examples(d) * d.T * d[width],
    vec4: vec,
  });
  return [...(form === 'lookup' ? [index] : form === 'sum' ? [] : [rows('a', 'p')]), rows('d', 'q')];
};

const bindings = (o: GramOptions): readonly Binding<GramDims>[] => [
  ...layerBindings<GramDims>(o, '', ({ n }) => n),
  ...layerBindings<GramDims>(o, '2', ({ m }) => m),
  { name: 'out', dtype: 'f32', access: o.accumulate ? 'readwrite' : 'write', size: ({ n, m }) => n * m },
];

/** One set of examples as a tile sees it: the suffix of its bindings, how many of its rows the tile has. */
export interface Side {
  readonly suffix: string;
  readonly rows: number;
}
/** WGSL variable of the position: of the left side, or of the right one. */
type Position = 't' | 's';
/** WGSL that defines `name`: elements k … k + width − 1 of a vector. */
type Load = (name: string, width: 1 | 4) => string;

const unit = (vec: boolean): string => (vec ? ' / 4u' : '');
const floats = (n: number): string => (n === 1 ? 'f32' : `vec${n}f`);

/** Lines that say where example `row(r)` of each row r begins in each binding of a side, in units of a load: <binding>_<r>. */
export const offsets = (o: LayerOptions, { suffix, rows }: Side, row: (r: number) => string): string => {
  const line =
    (name: string, width: string, vec: boolean) =>
    (r: number): string =>
      `let ${name}${suffix}_${r} = (replica * dims.rs_${name}${suffix} + ${row(r)} * dims.T${width})${unit(vec)};`;
  const first = o.form === 'lookup' ? line('index', '', false) : o.form === 'sum' ? () => '' : line('a', ' * dims.p', o.vec);
  return range(rows)
    .flatMap((r) => [first(r), line('d', ' * dims.q', o.vec)(r)])
    .join('\n');
};

/** Expression of elements k … k + width − 1 of a row of a or d. */
const elements = ({ shared, vec }: LayerOptions, suffix: string, name: 'a' | 'd', r: number, position: Position, width: 1 | 4): string => {
  const at = `${name}${suffix}_${r}${shared ? ` + ${position} * dims.${name === 'a' ? 'p' : 'q'}${unit(vec)}` : ''} + k`;
  return width === 1 || vec
    ? `${name}${suffix}[${at}]`
    : `vec4f(${range(4)
        .map((c) => `${name}${suffix}[${at} + ${c}u]`)
        .join(', ')})`;
};

/** The rows of a side at one position. */
const rowLoads = (o: LayerOptions, { suffix, rows }: Side, name: 'a' | 'd', position: Position): readonly Load[] =>
  range(rows).map(
    (r): Load =>
      (x, width) =>
        `let ${x} = ${elements(o, suffix, name, r, position, width)};`,
  );

/** Forms sum and scale: the gradients of a side, summed over positions. */
const gradientLoads = (o: LayerOptions, { suffix, rows }: Side): readonly Load[] =>
  range(rows).map((r): Load => (x, width) => {
    const term = `${o.form === 'scale' ? `${elements(o, suffix, 'a', r, 't', width)} * ` : ''}${elements(o, suffix, 'd', r, 't', width)}`;
    if (!o.shared) return `let ${x} = ${term};`;
    return `var ${x} = ${floats(width)}();\nfor (var t = 0u; t < dims.T; t++) { ${x} += ${term}; }`;
  });

/** Adds Σ_k left_i[k]·right_j[k] over k < K to component j of <acc><i>. The same list on both sides is loaded once. */
const dots = (acc: string, left: readonly Load[], right: readonly Load[], K: string, vec: boolean): string => {
  const own = left === right;
  const step = (width: 1 | 4): string => {
    const product = (i: number, j: number): string =>
      width === 4 ? `dot(x${i}, ${own ? 'x' : 'y'}${j})` : `x${i} * ${own ? 'x' : 'y'}${j}`;
    const loads = [...left.map((load, i) => load(`x${i}`, width)), ...(own ? [] : right.map((load, j) => load(`y${j}`, width)))];
    return [
      ...loads,
      ...left.map((_, i) => `${acc}${i} += ${floats(right.length)}(${right.map((_r, j) => product(i, j)).join(', ')});`),
    ].join('\n');
  };
  if (vec) return `for (var k = 0u; k < ${K} / 4u; k++) {\n${step(4)}\n}`;
  return `{\nvar k = 0u;\nfor (; k + 4u <= ${K}; k += 4u) {\n${step(4)}\n}\nfor (; k < ${K}; k++) {\n${step(1)}\n}\n}`;
};

/** Forms outer and lookup: what one pair of positions adds, handed to `add` as an expression for each row. */
const pair = (o: LayerOptions, left: Side, right: Side, add: (r: number, value: string) => string): string => {
  const rows = range(left.rows);
  const type = floats(right.rows);
  const own = left === right && !o.shared;
  const both = (acc: string, name: 'a' | 'd', K: string, start: string): string => {
    const xs = rowLoads(o, left, name, 't');
    const ys = own ? xs : rowLoads(o, right, name, 's');
    return `${rows.map((r) => `var ${acc}${r} = ${start};`).join('\n')}\n${dots(acc, xs, ys, K, o.vec)}`;
  };
  const cotangents = both('v', 'd', 'dims.q', `${type}()`);
  if (o.form === 'outer')
    return `${both('u', 'a', 'dims.p', `${type}(${o.bias ? '1.0' : '0.0'})`)}\n${cotangents}\n${rows.map((r) => add(r, `u${r} * v${r}`)).join('\n')}`;
  const index = (side: Side, r: number, position: Position): string =>
    `index${side.suffix}[index${side.suffix}_${r}${o.shared ? ` + ${position}` : ''}]`;
  const bools = right.rows === 1 ? 'bool' : `vec${right.rows}<bool>`;
  const words = right.rows === 1 ? 'u32' : `vec${right.rows}u`;
  // Few pairs read the same row of the table; the rest need no dot product.
  return `let wanted = ${words}(${range(right.rows)
    .map((j) => index(right, j, 's'))
    .join(', ')});
    ${rows.map((r) => `let row${r} = ${index(left, r, 't')};\nlet same${r} = (${words}(row${r}) == wanted) & ${bools}(row${r} < dims.p);`).join('\n')}
    if (any(${rows.map((r) => `same${r}`).join(' | ')})) {
      ${cotangents}
      ${rows.map((r) => add(r, `select(${type}(), v${r}, same${r})`)).join('\n')}
    }`;
};

/**
 * WGSL that defines c<r>, the inner products of row r of `left` with all rows of `right`, after `offsets` of both. The same side twice
 * means a row with itself: position pairs s < t then count double.
 */
export const products = (o: LayerOptions, left: Side, right: Side): string => {
  const own = left === right;
  const zeros = range(left.rows)
    .map((r) => `var c${r} = ${floats(right.rows)}();`)
    .join('\n');
  if (o.form === 'sum' || o.form === 'scale') {
    const xs = gradientLoads(o, left);
    return `${zeros}\n${dots('c', xs, own ? xs : gradientLoads(o, right), 'dims.q', o.vec)}`;
  }
  if (!o.shared) return `${zeros}\n${pair(o, left, right, (r, value) => `c${r} = ${value};`)}`;
  const weight = own ? 'select(1.0, 2.0, s < t) * ' : '';
  return `${zeros}
  for (var t = 0u; t < dims.T; t++) {
    for (var s = 0u; s < ${own ? 't + 1u' : 'dims.T'}; s++) {
      ${pair(o, left, right, (r, value) => `c${r} += ${weight}(${value});`)}
    }
  }`;
};

const code = (o: GramOptions): string => {
  const rows = TILES[o.tile];
  const left: Side = { suffix: '', rows };
  const right: Side = { suffix: '2', rows };
  const store = (r: number, j: number): string => `if (i0 + ${r}u < dims.n && j0 + ${j}u < dims.m) {
    let at = replica * dims.rs_out + (i0 + ${r}u) * dims.m + j0 + ${j}u;
    out[at] = ${o.accumulate ? 'out[at] + ' : ''}c${r}${rows === 1 ? '' : `.${XYZW[j]!}`};
  }`;
  return wgsl`${prologue(DIMS, bindings(o))}

@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let replica = group.z;
  let i0 = (group.y * ${SIDE}u + local.y) * ${rows}u;
  let j0 = (group.x * ${SIDE}u + local.x) * ${rows}u;
  // Rows past n and columns past m repeat the last ones and are not stored.
  ${offsets(o, left, (r) => `min(i0 + ${r}u, dims.n - 1u)`)}
  ${offsets(o, right, (j) => `min(j0 + ${j}u, dims.m - 1u)`)}
  ${products(o, left, right)}
  ${range(rows)
    .flatMap((r) => range(rows).map((j) => store(r, j)))
    .join('\n')}
}`;
};

/**
 * Operations of `products`: `outputs` from `pairs` pairs of positions each, of a lookup as if all matched, or (sum and scale) from
 * `gradients` sums over positions.
 */
export const productFlops = (
  outputs: number,
  pairs: number,
  gradients: number,
  { T, p, q }: Dims<LayerDims>,
  { form, bias }: Pick<LayerOptions, 'form' | 'bias'>,
): number => {
  if (form === 'outer') return outputs * pairs * (2 * p + 2 * q + (bias ? 3 : 2));
  if (form === 'lookup') return outputs * pairs * (2 * q + 1);
  return outputs * 2 * q + gradients * q * (form === 'scale' ? 2 * T - 1 : T - 1);
};

export const gram: Kernel<GramDims, GramOptions> = {
  name: 'gram',
  dims: DIMS,
  options: { tile: ['4x4', '1x1'], vec: [false, true], accumulate: [false, true], bias: [false, true], form: FORMS, shared: [false, true] },
  bindings,
  valid: layerValid,
  workgroups: ({ n, m }, { tile }, R) => [ceilDiv(m, SIDE * TILES[tile]), ceilDiv(n, SIDE * TILES[tile]), R],
  flops: ({ n, m, ...layer }, o) => productFlops(n * m, layer.T ** 2, n + m, layer, o) + (o.accumulate ? n * m : 0),
  code,
};
