/**
 * attentionGradQueries, attentionGradKeys: the derivative of attention.ts, in two dispatches without atomics or barriers. With g the cotangent
 * of its result and w its weights: e[t,s] = g[t]·v[s], then
 *
 *   queries   slopes[t,s] = w[t,s]·(e[t,s] − Σ_r w[t,r]·e[t,r]), the cotangent of the scores;   dq[t] = Σ_s slopes[t,s]·k[s]
 *   keys      dk[s] = Σ_t slopes[t,s]·q[t];   dv[s] = Σ_t w[t,s]·g[t]
 *
 * head by head; sums over the pairs that are seen, a sum over queries in dk and dv, over nothing in the examples.
 * Shapes   q, g, dq [n,S,h,d]; k, v, dk, dv [n,T,h,d]; weights, slopes [n,h,S,T]; f32, row-major. See attention.ts for causal.
 * Numerics f32 dot products of d, T and S terms. Exact on integers up to 3 while 3·(9d·(3T + 1)·3)·T ≤ 2²⁴.
 * Tiles    queries: a thread for each query of each head, which keeps e in its row of `slopes`; keys: a thread for each feature (with vec, four) of
 *          each key of each head. d a multiple of 4 for vec.
 * Oracle   attentionGrad.ref.ts
 */
import { featureDot, queryThread, type AttentionOptions } from './attention';
import { firstCode, HEAD_DIMS, keyElements, pairElements, queryElements, seenCode, seenPairs, type HeadDims } from './headProduct';
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';

const GROUP = 64;
const rows = (name: string, of: 'queries' | 'keys', access: Binding['access'], vec4: boolean): Binding<HeadDims> => ({
  name,
  dtype: 'f32',
  access,
  size: of === 'queries' ? queryElements : keyElements,
  vec4,
});
const pairs = (name: string, access: Binding['access']): Binding<HeadDims> => ({ name, dtype: 'f32', access, size: pairElements });

const queryBindings = ({ vec }: AttentionOptions): readonly Binding<HeadDims>[] => [
  rows('k', 'keys', 'read', vec),
  rows('v', 'keys', 'read', vec),
  pairs('weights', 'read'),
  rows('g', 'queries', 'read', vec),
  pairs('slopes', 'write'),
  rows('dq', 'queries', 'write', vec),
];
const keyBindings = ({ vec }: AttentionOptions): readonly Binding<HeadDims>[] => [
  rows('q', 'queries', 'read', vec),
  pairs('weights', 'read'),
  rows('g', 'queries', 'read', vec),
  pairs('slopes', 'read'),
  rows('dk', 'keys', 'write', vec),
  rows('dv', 'keys', 'write', vec),
];

const queryCode = (o: AttentionOptions): string => {
  const unit = o.vec ? ' / 4u' : '';
  return wgsl`${prologue(HEAD_DIMS, queryBindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  ${queryThread(o.vec, 'slopes')}
  let weight = replica * dims.rs_weights + pair - replica * dims.rs_slopes;
  let own = replica * dims.rs_g${unit} + flat * width;
  let keys = replica * dims.rs_k${unit} + key;
  let values = replica * dims.rs_v${unit} + key;
  let result = replica * dims.rs_dq${unit} + flat * width;
  let seen = ${seenCode(o.causal)};
  var mean = 0.0;
  for (var s = 0u; s < seen; s++) {
    ${featureDot(o.vec, 'g', 'own', 'v', 'values + s * stride')}
    slopes[pair + s] = sum;
    mean += weights[weight + s] * sum;
  }
  for (var s = 0u; s < seen; s++) { slopes[pair + s] = weights[weight + s] * (slopes[pair + s] - mean); }
  for (var s = seen; s < dims.T; s++) { slopes[pair + s] = 0.0; }
  for (var c = 0u; c < width; c++) {
    var sum = ${o.vec ? 'vec4f()' : '0.0'};
    for (var s = 0u; s < seen; s++) { sum += slopes[pair + s] * k[keys + s * stride + c]; }
    dq[result + c] = sum;
  }
}`;
};

const keyCode = (o: AttentionOptions): string => {
  const unit = o.vec ? ' / 4u' : '';
  const zero = o.vec ? 'vec4f()' : '0.0';
  return wgsl`${prologue(HEAD_DIMS, keyBindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let flat = ${FLAT_GROUP} * ${GROUP}u + local.x;
  let width = dims.d${unit};
  let stride = dims.h * width;
  if (flat >= dims.n * dims.T * stride) { return; }
  let replica = group.z;
  let head = flat / width % dims.h;
  let s = flat / stride % dims.T;
  let i = flat / (stride * dims.T);
  let query = i * dims.S * stride + flat % stride;
  let queries = replica * dims.rs_q${unit} + query;
  let cotangents = replica * dims.rs_g${unit} + query;
  let pair = (i * dims.h + head) * dims.S * dims.T + s;
  let weight = replica * dims.rs_weights + pair;
  let slope = replica * dims.rs_slopes + pair;
  var sum_k = ${zero};
  var sum_v = ${zero};
  for (var t = ${firstCode(o.causal)}; t < dims.S; t++) {
    sum_k += slopes[slope + t * dims.T] * q[queries + t * stride];
    sum_v += weights[weight + t * dims.T] * g[cotangents + t * stride];
  }
  dk[replica * dims.rs_dk${unit} + flat] = sum_k;
  dv[replica * dims.rs_dv${unit} + flat] = sum_v;
}`;
};

const valid: NonNullable<Kernel<HeadDims, AttentionOptions>['valid']> = ({ S, T, d }, { causal, vec }) =>
  (!vec || d % 4 === 0) && (!causal || S <= T);

export const attentionGradQueries: Kernel<HeadDims, AttentionOptions> = {
  name: 'attentionGradQueries',
  dims: HEAD_DIMS,
  options: { causal: [false, true], vec: [false, true] },
  bindings: queryBindings,
  valid,
  workgroups: ({ n, S, h }, _, R) => flatGrid(ceilDiv(n * S * h, GROUP), R),
  flops: (sizes, { causal }) => seenPairs(sizes, causal) * (4 * sizes.d + 4),
  code: queryCode,
};

export const attentionGradKeys: Kernel<HeadDims, AttentionOptions> = {
  name: 'attentionGradKeys',
  dims: HEAD_DIMS,
  options: { causal: [false, true], vec: [false, true] },
  bindings: keyBindings,
  valid,
  workgroups: (sizes, { vec }, R) => flatGrid(ceilDiv(keyElements(sizes) / (vec ? 4 : 1), GROUP), R),
  flops: (sizes, { causal }) => seenPairs(sizes, causal) * 4 * sizes.d,
  code: keyCode,
};
