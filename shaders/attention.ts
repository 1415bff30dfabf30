/**
 * attention: softmax attention of short sequences, head by head, in one dispatch: weights[i,h,t,:] = softmax_s(q[i,t,h,:]·k[i,s,h,:]) over the keys
 * s that query t sees, out[i,t,h,:] = Σ_s weights[i,h,t,s]·v[i,s,h,:]. Scores are not scaled: scale q.
 *
 * Shapes   q, out [n,S,h,d]: S queries, the last S of T positions; k, v [n,T,h,d]; weights [n,h,S,T]; f32, row-major.
 * Causal   query t sees key s where s ≤ t + T − S, else all. The weights of pairs that are not seen are 0.
 * Numerics as softmax.ts without the logarithm: weights are e^(score − top)/Σ, the largest e^0; no term can overflow. Scores of NaN, ∞, or −∞
 *          alone make a query's weights NaN, else −∞ has weight 0; what is not seen does not count. The bound carries
 *          the errors of the scores' dot products, of d terms, through exp, sum and division into the last dot product.
 * Tiles    a thread for each query of each head. It keeps scores in its row of `weights`, which the backward pass needs anyway: T has no
 *          limit, there are no barriers, and no array is indexed in registers. vec: four features a load; d a multiple of 4.
 * Cost     every thread reads all keys and values that its query sees, through the cache: meant for T up to about 64.
 * Source   Vaswani et al. 2017, arXiv:1706.03762.
 * Oracle   attention.ref.ts
 */
import { HEAD_DIMS, keyElements, pairElements, queryElements, seenCode, seenPairs, type HeadDims } from './headProduct';
import { ceilDiv, FLAT_GROUP, flatGrid, LARGEST32, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { isNotFinite, keepNan, nanWhere } from './nan';

export type AttentionOptions = { causal: boolean; vec: boolean };
const GROUP = 64;

const bindings = ({ vec }: AttentionOptions): readonly Binding<HeadDims>[] => [
  { name: 'q', dtype: 'f32', access: 'read', size: queryElements, vec4: vec },
  { name: 'k', dtype: 'f32', access: 'read', size: keyElements, vec4: vec },
  { name: 'v', dtype: 'f32', access: 'read', size: keyElements, vec4: vec },
  { name: 'out', dtype: 'f32', access: 'write', size: queryElements, vec4: vec },
  { name: 'weights', dtype: 'f32', access: 'write', size: pairElements },
];

/** WGSL of a thread for each (example, query, head), in the order of the rows of q: its numbers, and where its keys and pairs begin. */
export const queryThread = (vec: boolean, pairs: string): string => `
  let flat = ${FLAT_GROUP} * ${GROUP}u + local.x;
  if (flat >= dims.n * dims.S * dims.h) { return; }
  let replica = group.z;
  let head = flat % dims.h;
  let t = flat / dims.h % dims.S;
  let i = flat / (dims.h * dims.S);
  let width = dims.d / ${vec ? 4 : 1}u;
  let stride = dims.h * width;
  let key = i * dims.T * stride + head * width;
  let pair = replica * dims.rs_${pairs} + ((i * dims.h + head) * dims.S + t) * dims.T;`;
/** WGSL: the dot product over features of array `a` from `at` and array `b` from `bt`, as `sum`. */
export const featureDot = (vec: boolean, a: string, at: string, b: string, bt: string): string => {
  const [x, y] = [`${a}[${at} + c]`, `${b}[${bt} + c]`];
  return `
    var sum = 0.0;
    for (var c = 0u; c < width; c++) { sum += ${vec ? `dot(${x}, ${y})` : `${x} * ${y}`}; }`;
};

const code = (o: AttentionOptions): string => {
  const unit = o.vec ? ' / 4u' : '';
  return wgsl`${prologue(HEAD_DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  ${queryThread(o.vec, 'weights')}
  let own = replica * dims.rs_q${unit} + flat * width;
  let keys = replica * dims.rs_k${unit} + key;
  let values = replica * dims.rs_v${unit} + key;
  let result = replica * dims.rs_out${unit} + flat * width;
  let seen = ${seenCode(o.causal)};
  var top = ${-LARGEST32};
  for (var s = 0u; s < seen; s++) {
    ${featureDot(o.vec, 'q', 'own', 'k', 'keys + s * stride')}
    weights[pair + s] = sum;
    top = ${keepNan('f32', keepNan('f32', 'max(top, sum)', 'top'), 'sum')};
  }
  var total = ${nanWhere('f32', '0.0', isNotFinite('f32', 'top'))};
  for (var s = 0u; s < seen; s++) {
    let weight = exp(weights[pair + s] - top);
    weights[pair + s] = weight;
    total += weight;
  }
  // The largest weight is e^0 but where all scores are −∞.
  total = ${nanWhere('f32', 'total', 'total == 0.0')};
  for (var s = 0u; s < seen; s++) { weights[pair + s] = weights[pair + s] / total; }
  for (var s = seen; s < dims.T; s++) { weights[pair + s] = 0.0; }
  for (var c = 0u; c < width; c++) {
    var sum = ${o.vec ? 'vec4f()' : '0.0'};
    for (var s = 0u; s < seen; s++) { sum += weights[pair + s] * v[values + s * stride + c]; }
    out[result + c] = sum;
  }
}`;
};

export const attention: Kernel<HeadDims, AttentionOptions> = {
  name: 'attention',
  dims: HEAD_DIMS,
  options: { causal: [false, true], vec: [false, true] },
  bindings,
  valid: ({ S, T, d }, { causal, vec }) => (!vec || d % 4 === 0) && (!causal || S <= T),
  workgroups: ({ n, S, h }, _, R) => flatGrid(ceilDiv(n * S * h, GROUP), R),
  flops: (sizes, { causal }) => seenPairs(sizes, causal) * (4 * sizes.d + 5),
  code,
};
