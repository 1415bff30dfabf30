/**
 * headProduct: the three products of which attention and all its derivatives are made, head by head, on tensors whose heads lie side by
 * side in a position's row, so that nothing is transposed. Each is linear in both arguments, and their derivatives are each other.
 *
 * Forms    scores  W[i,h,t,s] = Σ_k a[i,t,h,k]·b[i,s,h,k]
 *          apply   A[i,t,h,k] = Σ_s W[i,h,t,s]·b[i,s,h,k]
 *          spread  B[i,s,h,k] = Σ_t W[i,h,t,s]·a[i,t,h,k]
 * Shapes   a, A [n,S,h,d]: S queries, the last S of T positions; b, B [n,T,h,d]; W [n,h,S,T]; f32, row-major. S ≤ T where causal.
 * Causal   query t sees key s where s ≤ t + T − S; sums leave the other pairs out, and scores have there 0, or with fill 'low' LOW,
 *          whose exponential is 0.
 * Numerics f32: dot products of d, T or S terms.
 * Tiles    one element a thread; vec: d a multiple of 4; four features a load, and a store where the result has features.
 * Oracle   headProduct.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, LARGEST32, prologue, wgsl, type Binding, type Dims, type Kernel } from './kernel';

/** Examples, queries, keys, heads, features of a head. */
export type HeadDims = 'n' | 'S' | 'T' | 'h' | 'd';
export const HEAD_DIMS: readonly HeadDims[] = ['n', 'S', 'T', 'h', 'd'];
export type HeadForm = 'scores' | 'apply' | 'spread';
export type HeadProductOptions = { form: HeadForm; causal: boolean; fill: 'zero' | 'low'; vec: boolean };
/** Score of a pair that is masked before a softmax: below every finite one. */
export const LOW = -LARGEST32;

const GROUP = 64;
export const queryElements = ({ n, S, h, d }: Dims<HeadDims>): number => n * S * h * d;
export const keyElements = ({ n, T, h, d }: Dims<HeadDims>): number => n * T * h * d;
export const pairElements = ({ n, S, T, h }: Dims<HeadDims>): number => n * h * S * T;
/** Pairs of a query and a key that it sees, over all examples and heads. */
export const seenPairs = ({ n, S, T, h }: Dims<HeadDims>, causal: boolean): number =>
  n * h * (causal ? S * (T - S) + (S * (S + 1)) / 2 : S * T);
/** WGSL: how many keys query `t` sees, the first ones. */
export const seenCode = (causal: boolean): string => (causal ? 't + dims.T - dims.S + 1u' : 'dims.T');
/** WGSL: the first query that sees key `s`. */
export const firstCode = (causal: boolean): string => (causal ? 'max(s, dims.T - dims.S) - (dims.T - dims.S)' : '0u');

const bindings = ({ form, vec }: HeadProductOptions): readonly Binding<HeadDims>[] => {
  const [queries, keys, pairs] = [{ size: queryElements, vec4: vec }, { size: keyElements, vec4: vec }, { size: pairElements }];
  const [left, right, out] = { scores: [queries, keys, pairs], apply: [pairs, keys, queries], spread: [pairs, queries, keys] }[form] as [
    typeof queries,
    typeof queries,
    typeof queries,
  ];
  return [
    { name: 'left', dtype: 'f32', access: 'read', ...left },
    { name: 'right', dtype: 'f32', access: 'read', ...right },
    { name: 'out', dtype: 'f32', access: 'write', ...out },
  ];
};

const scores = ({ causal, fill, vec }: HeadProductOptions, lanes: number): string => `
  let s = flat % dims.T;
  let t = flat / dims.T % dims.S;
  let head = flat / (dims.T * dims.S) % dims.h;
  let i = flat / (dims.T * dims.S * dims.h);
  let a = replica * dims.rs_left / ${lanes}u + ((i * dims.S + t) * dims.h + head) * width;
  let b = replica * dims.rs_right / ${lanes}u + ((i * dims.T + s) * dims.h + head) * width;
  var sum = 0.0;
  for (var k = 0u; k < width; k++) { sum += ${vec ? 'dot(left[a + k], right[b + k])' : 'left[a + k] * right[b + k]'}; }
  out[replica * dims.rs_out + flat] = ${causal ? `select(${fill === 'low' ? LOW : '0.0'}, sum, s < ${seenCode(true)})` : 'sum'};`;

/** apply sums over the keys s that query t sees, spread over the queries t that see key s. */
const weighted = ({ form, causal, vec }: HeadProductOptions, lanes: number): string => {
  const [own, own_n, other, other_n] = form === 'apply' ? ['t', 'S', 's', 'T'] : ['s', 'T', 't', 'S'];
  const [from, to] = form === 'apply' ? ['0u', seenCode(causal)] : [firstCode(causal), 'dims.S'];
  return `
  let k = flat % width;
  let head = flat / width % dims.h;
  let ${own} = flat / (width * dims.h) % dims.${own_n};
  let i = flat / (width * dims.h * dims.${own_n});
  let w = replica * dims.rs_left + (i * dims.h + head) * dims.S * dims.T;
  let b = replica * dims.rs_right / ${lanes}u + (i * dims.${other_n} * dims.h + head) * width + k;
  var sum = ${vec ? 'vec4f()' : '0.0'};
  for (var ${other} = ${from}; ${other} < ${to}; ${other}++) { sum += left[w + t * dims.T + s] * right[b + ${other} * dims.h * width]; }
  out[replica * dims.rs_out / ${lanes}u + flat] = sum;`;
};

const elements = (d: Dims<HeadDims>, { form, vec }: HeadProductOptions): number =>
  form === 'scores' ? pairElements(d) : (form === 'apply' ? queryElements(d) : keyElements(d)) / (vec ? 4 : 1);

const code = (o: HeadProductOptions): string => {
  const lanes = o.vec ? 4 : 1;
  const total =
    o.form === 'scores' ? 'dims.n * dims.h * dims.S * dims.T' : `dims.n * dims.${o.form === 'apply' ? 'S' : 'T'} * dims.h * width`;
  return wgsl`${prologue(HEAD_DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let flat = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let width = dims.d / ${lanes}u;
  if (flat >= ${total}) { return; }
  let replica = group.z;
  ${o.form === 'scores' ? scores(o, lanes) : weighted(o, lanes)}
}`;
};

export const headProduct: Kernel<HeadDims, HeadProductOptions> = {
  name: 'headProduct',
  dims: HEAD_DIMS,
  options: { form: ['scores', 'apply', 'spread'], causal: [false, true], fill: ['zero', 'low'], vec: [false, true] },
  bindings,
  valid: ({ S, T, d }, { form, causal, fill, vec }) =>
    (!vec || d % 4 === 0) && (!causal || S <= T) && (fill === 'zero' || (causal && form === 'scores')),
  workgroups: (d, o, R) => flatGrid(ceilDiv(elements(d, o), GROUP), R),
  flops: (d, { form, causal }) => 2 * d.d * (form === 'scores' ? pairElements(d) : seenPairs(d, causal)),
  code,
};
