/**
 * batchIndices: the examples of minibatch number `step`, drawn without replacement by a keyed permutation of each epoch.
 *
 * Shapes   step [1] u32, key [1] u32: the seed, out [B] u32 in [0, n).
 * Draw     perEpoch = ⌊n/B⌋ batches an epoch (the remainder of n/B is left out, another one each epoch); epoch = ⌊step/perEpoch⌋;
 *          out[i] = π(B·(step mod perEpoch) + i), π the permutation of [0, n) keyed by (seed, epoch). B = n: full batches, shuffled.
 * Method   π is a Feistel network on 2b bits, 2^(2b) the first power of four ≥ max(n, 64), with cycle walking: the network is
 *          applied until it lands below n, fewer than 4 times on average (64/n for n ≤ 16). Nothing is stored.
 *          Eight rounds, each a MurmurHash3 finaliser of one half and a Threefry word of (seed, epoch).
 * Errors   B > n or B = 0: every index is 0xffffffff, which gather turns to NaN. src/core/random.ts refuses it beforehand.
 * Source   Black & Rogaway (2002), Ciphers with arbitrary finite domains, §4 (cycle walking); Appleby, MurmurHash3 (fmix32).
 * Oracle   permutation.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { THREEFRY_WGSL, threefry2x32 } from './threefry';

/** The `use` word of the streams that key the epochs' permutations. */
export const USE_BATCH = 1;
const ROUNDS = 8;
/** Bits of a half, at least: on two bits, even 16 rounds leave the orders of 5 elements measurably unequal. */
const MIN_HALF = 3;
const GROUP = 64;
const PER_THREAD = 4;

export type BatchDims = 'n' | 'B';

const bindings: readonly Binding<BatchDims>[] = [
  { name: 'step', dtype: 'u32', access: 'read', size: () => 1 },
  { name: 'key', dtype: 'u32', access: 'read', size: () => 1 },
  { name: 'out', dtype: 'u32', access: 'write', size: ({ B }) => B },
];

/** A bijection of u32. */
const mix = (h: number): number => {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** The permutation π of [0, n) that belongs to (seed, epoch), as a function of i in [0, n). n in [1, 2³²). */
export const permutation = (seed: number, epoch: number, n: number): ((i: number) => number) => {
  const keys = Array.from({ length: ROUNDS / 2 }, (_, j) => threefry2x32(seed, USE_BATCH, j, epoch)).flat();
  const half = Math.max(MIN_HALF, (33 - Math.clz32(n - 1)) >> 1);
  const mask = 2 ** half - 1;
  const network = (x: number): number => {
    let l = x >>> half;
    let r = x & mask;
    for (let k = 0; k < ROUNDS; k += 2) {
      l ^= mix(r ^ keys[k]!) & mask;
      r ^= mix(l ^ keys[k + 1]!) & mask;
    }
    return ((l << half) | r) >>> 0;
  };
  return (i) => {
    let x = network(i);
    while (x >= n) x = network(x);
    return x;
  };
};

/** The B indices of minibatch number `step`; requires 1 ≤ B ≤ n. Same values as the kernel's. */
export const batchIndices = (seed: number, step: number, n: number, B: number): Uint32Array => {
  const perEpoch = Math.floor(n / B);
  const at = permutation(seed, Math.floor(step / perEpoch), n);
  return Uint32Array.from({ length: B }, (_, i) => at((step % perEpoch) * B + i));
};

const rounds = (): string =>
  Array.from({ length: ROUNDS / 2 }, (_, k) => `    l ^= mix(r ^ keys${k}.x) & mask; r ^= mix(l ^ keys${k}.y) & mask;`).join('\n');

const roundKeys = (): string =>
  Array.from({ length: ROUNDS / 2 }, (_, j) => `  let keys${j} = threefry2x32(vec2u(seed, ${USE_BATCH}u), vec2u(${j}u, epoch));`).join(
    '\n',
  );

const code = (): string => wgsl`${prologue(['n', 'B'], bindings)}
${THREEFRY_WGSL}

fn mix(h: u32) -> u32 {
  let x = (h ^ (h >> 16u)) * 0x85ebca6bu;
  let y = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return y ^ (y >> 16u);
}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first = (${FLAT_GROUP} * ${GROUP}u + local.x) * ${PER_THREAD}u;
  if (first >= dims.B) { return; }
  let base = group.z * dims.rs_out;
  let step = step[group.z * dims.rs_step];
  let seed = key[group.z * dims.rs_key];
  let perEpoch = max(dims.n / dims.B, 1u);
  let epoch = step / perEpoch;
  let start = (step % perEpoch) * dims.B;
${roundKeys()}
  let half = max(${MIN_HALF}u, (33u - countLeadingZeros(dims.n - 1u)) >> 1u);
  let mask = (1u << half) - 1u;
  for (var i = first; i < min(first + ${PER_THREAD}u, dims.B); i++) {
    // A walk ends because it starts below n and a bijection's cycles close. A batch larger than n would start beyond.
    if (dims.B > dims.n) { out[base + i] = 0xffffffffu; continue; }
    var x = start + i;
    loop {
      var l = x >> half;
      var r = x & mask;
${rounds()}
      x = (l << half) | r;
      if (x < dims.n) { break; }
    }
    out[base + i] = x;
  }
}`;

export const batchIndicesKernel: Kernel<BatchDims, Record<never, never>> = {
  name: 'batchIndices',
  dims: ['n', 'B'],
  options: {},
  bindings: () => bindings,
  workgroups: ({ B }, _, R) => flatGrid(ceilDiv(B, GROUP * PER_THREAD), R),
  flops: () => 0,
  code,
};
