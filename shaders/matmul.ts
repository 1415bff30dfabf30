/**
 * matmul: C[b,M,N] = epilogue(op(A)[b,M,K] · op(B)[b,K,N]) for each of `batch` b and each replica; f32, row-major.
 *
 * Shapes   A is [M,K], or [K,M] if transA. B is [K,N], or [N,K] if transB. Batches lie `strideA`, `strideB` elements apart (0: shared); C is contiguous.
 * Epilogue a pointwise program on each element of C before it is stored (bias, activation, derivative masks); its
 *          inputs see all of C, [batch·M·N], with rows of N.
 * Numerics f32 accumulator, any order: |Ĉ − C| ≤ γ(K)·(|A|·|B|) + flushed subnormals, then the epilogue's own error.
 * Tiles    each thread keeps a block of C in named vec4 registers and reads A and B through the cache, four k at a
 *          time; no workgroup memory. vecA, vecB: four elements a load, for inputs whose inner axis is a multiple of 4.
 * Source   Higham (2002), Accuracy and Stability of Numerical Algorithms, §3.5.
 * Oracle   matmul.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { decodeProgram, encodeProgram, epilogueBindings, IDENTITY, loadCode, programCode, programFlops, programPrelude } from './program';

/** Rows × columns a thread computes, and how the 64 threads of a workgroup lie over the tile: [rows, cols, threadsDown, threadsAcross]. */
export const TILES = { '4x4': [4, 4, 8, 8], '4x4tall': [4, 4, 16, 4], '1x4': [1, 4, 1, 64], '8x8': [8, 8, 8, 8] } as const;
export type Tile = keyof typeof TILES;
/** tailK: K need not be a multiple of 4. */
export type MatmulOptions = { transA: boolean; transB: boolean; tile: Tile; vecA: boolean; vecB: boolean; vecC: boolean; tailK: boolean; epilogue: string };
export type MatmulDims = 'batch' | 'M' | 'K' | 'N' | 'strideA' | 'strideB';

const DIMS: readonly MatmulDims[] = ['batch', 'M', 'K', 'N', 'strideA', 'strideB'];
const range = (n: number): readonly number[] => [...Array(n).keys()];
const XYZW = ['x', 'y', 'z', 'w'] as const;

const bindings = (o: MatmulOptions): readonly Binding<MatmulDims>[] => [
  { name: 'a', dtype: 'f32', access: 'read', size: ({ batch, strideA, M, K }) => (batch - 1) * strideA + M * K, vec4: o.vecA },
  { name: 'b', dtype: 'f32', access: 'read', size: ({ batch, strideB, K, N }) => (batch - 1) * strideB + K * N, vec4: o.vecB },
  { name: 'c', dtype: 'f32', access: 'write', size: ({ batch, M, N }) => batch * M * N, vec4: o.vecC },
  ...epilogueBindings<MatmulDims>(o.epilogue, ({ batch, M, N }) => batch * M * N, ({ N }) => N, o.vecC),
];

/** The k index of step kk: clamped only where K is ragged. */
const at = ({ tailK }: MatmulOptions, kk: number): string => (tailK ? `k${kk}` : `(k + ${kk}u)`);

const unit = (vec: boolean): string => (vec ? ' / 4u' : '');
/** Lines before the loop: where each row of op(A) and each column of op(B) starts, in units of a load. Rows past M and columns past N repeat the last ones. */
const offsets = ({ transA, transB, vecA, vecB }: MatmulOptions, rows: number, cols: number): string => {
  const a = range(rows).flatMap((i) => {
    if (!transA) return [`let a${i} = (baseA + min(m0 + ${i}u, dims.M - 1u) * dims.K)${unit(vecA)};`];
    if (vecA && i % 4 !== 0) return []; // one load covers four rows
    return [`let a${i} = (baseA + min(m0 + ${i}u, ${vecA ? 'max(dims.M, 4u) - 4u' : 'dims.M - 1u'}))${unit(vecA)};`];
  });
  const b = range(cols).flatMap((j) => {
    if (transB) return [`let b${j} = (baseB + min(n0 + ${j}u, dims.N - 1u) * dims.K)${unit(vecB)};`];
    if (vecB && j % 4 !== 0) return [];
    return [`let b${j} = (baseB + min(n0 + ${j}u, ${vecB ? 'max(dims.N, 4u) - 4u' : 'dims.N - 1u'}))${unit(vecB)};`];
  });
  return [...a, ...b, `let strideK_a = dims.M${unit(vecA)};`, `let strideK_b = dims.N${unit(vecB)};`].join('\n');
};

/** Lines that define a4_<i>: op(A)[m0+i, k…k+3]; k past K give 0. */
const loadA = (o: MatmulOptions, rows: number): string => {
  const { transA, vecA, tailK } = o;
  return range(rows).map((i) => {
    if (vecA && !transA) return `let a4_${i} = a[a${i} + k / 4u];`;
    if (vecA && i % 4 !== 0) return '';
    if (vecA) {
      const cols = range(4).map((kk) => `let t${i}_${kk} = a[a${i} + ${at(o, kk)} * strideK_a]${tailK ? ` * live.${XYZW[kk]!}` : ''};`);
      return [...cols, ...range(4).map((r) => `let a4_${i + r} = vec4f(${range(4).map((kk) => `t${i}_${kk}.${XYZW[r]!}`).join(', ')});`)].join('\n');
    }
    const element = (kk: number): string => (transA ? `a[a${i} + ${at(o, kk)} * strideK_a]` : `a[a${i} + ${at(o, kk)}]`);
    return `let a4_${i} = vec4f(${range(4).map(element).join(', ')})${tailK ? ' * live' : ''};`;
  }).join('\n');
};

/** Lines that define b<kk>_<j>: op(B)[k+kk, n0+4j…+3] as a vec4; k past K repeat the last one, which meets a 0 of A. */
const loadB = (o: MatmulOptions, quads: number): string => {
  const { transB, vecB } = o;
  return range(quads).map((j) => {
    if (vecB && !transB) return range(4).map((kk) => `let b${kk}_${j} = b[b${4 * j} + ${at(o, kk)} * strideK_b];`).join('\n');
    if (vecB) {
      const rows = range(4).map((c) => `let s${j}_${c} = b[b${4 * j + c} + k / 4u];`);
      return [...rows, ...range(4).map((kk) => `let b${kk}_${j} = vec4f(${range(4).map((c) => `s${j}_${c}.${XYZW[kk]!}`).join(', ')});`)].join('\n');
    }
    const element = (kk: number, c: number): string => (transB ? `b[b${4 * j + c} + ${at(o, kk)}]` : `b[b${4 * j + c} + ${at(o, kk)} * strideK_b]`);
    return range(4).map((kk) => `let b${kk}_${j} = vec4f(${range(4).map((c) => element(kk, c)).join(', ')});`).join('\n');
  }).join('\n');
};

const store = (o: MatmulOptions, i: number, j: number): string => {
  const program = decodeProgram(o.epilogue);
  const epilogue = (acc: string): ReturnType<typeof programCode> =>
    programCode(program, program.inputs.map((input, k) => (k === 0 ? acc : loadCode(input, `e${k}`, 'replica', 'at', 'dims.N', o.vecC))), o.vecC);
  if (o.vecC) {
    const { code, results } = epilogue(`c${i}_${j}`);
    return `if (m0 + ${i}u < dims.M && n0 + ${4 * j}u < dims.N) {
      let at = baseC + (m0 + ${i}u) * dims.N + n0 + ${4 * j}u;
      ${code}
      c[(replica * dims.rs_c + at) / 4u] = ${results[0]!};
    }`;
  }
  return range(4).map((x) => {
    const { code, results } = epilogue(`c${i}_${j}.${XYZW[x]!}`);
    return `if (m0 + ${i}u < dims.M && n0 + ${4 * j + x}u < dims.N) {
      let at = baseC + (m0 + ${i}u) * dims.N + n0 + ${4 * j + x}u;
      ${code}
      c[replica * dims.rs_c + at] = ${results[0]!};
    }`;
  }).join('\n');
};

const code = (o: MatmulOptions): string => {
  const [rows, cols, down, across] = TILES[o.tile];
  const quads = cols / 4;
  const each = (f: (i: number, j: number) => string): string => range(rows).flatMap((i) => range(quads).map((j) => f(i, j))).join('\n');
  // One write of each accumulator per four k: writes to variables are dear on a CPU rasteriser and free elsewhere.
  const fma = each((i, j) => `c${i}_${j} += ${range(4).map((kk) => `a4_${i}.${XYZW[kk]!} * b${kk}_${j}`).join(' + ')};`);
  return wgsl`${prologue(DIMS, bindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vecC)}

@compute @workgroup_size(${across}, ${down})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let replica = group.z / dims.batch;
  let batch = group.z % dims.batch;
  let m0 = (group.y * ${down}u + local.y) * ${rows}u;
  let n0 = (group.x * ${across}u + local.x) * ${cols}u;
  let baseA = replica * dims.rs_a + batch * dims.strideA;
  let baseB = replica * dims.rs_b + batch * dims.strideB;
  let baseC = batch * dims.M * dims.N;
  ${offsets(o, rows, cols)}
  ${each((i, j) => `var c${i}_${j} = vec4f();`)}
  for (var k = 0u; k < dims.K; k += 4u) {
#if ${o.tailK}
    ${range(4).map((kk) => `let k${kk} = min(k + ${kk}u, dims.K - 1u);`).join('\n')}
    let live = select(vec4f(0.0), vec4f(1.0), vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(dims.K));
#endif
    ${loadA(o, rows)}
    ${loadB(o, quads)}
    ${fma}
  }
  ${each((i, j) => store(o, i, j))}
}`;
};

/** max(acc + bias[col], 0) · mask[row, col] */
const BIAS_RELU_MASK = encodeProgram({
  inputs: [{ dtype: 'f32', mode: 'full' }, { dtype: 'f32', mode: 'row' }, { dtype: 'f32', mode: 'full' }],
  body: [['add', 0, 1], ['relu', 3], ['mul', 4, 2]],
  outputs: [{ value: 5, dtype: 'f32' }],
});

export const matmul: Kernel<MatmulDims, MatmulOptions> = {
  name: 'matmul',
  dims: DIMS,
  options: {
    transA: [false, true], transB: [false, true], tile: ['4x4', '4x4tall', '1x4', '8x8'],
    vecA: [false, true], vecB: [false, true], vecC: [false, true], tailK: [false, true], epilogue: [IDENTITY, BIAS_RELU_MASK],
  },
  bindings,
  // A transposed vec4 load covers four rows, which a tile of one row has not.
  valid: ({ batch, M, K, N, strideA, strideB }, { transA, transB, vecA, vecB, vecC, tailK, tile }) =>
    (tailK || K % 4 === 0) && !(tile === '1x4' && transA && vecA) &&
    (!vecA || ((transA ? M : K) % 4 === 0 && (batch === 1 || strideA % 4 === 0))) &&
    (!vecB || ((transB ? K : N) % 4 === 0 && (batch === 1 || strideB % 4 === 0))) && (!vecC || N % 4 === 0),
  workgroups: ({ batch, M, N }, { tile }, R) => {
    const [rows, cols, down, across] = TILES[tile];
    return [ceilDiv(N, cols * across), ceilDiv(M, rows * down), R * batch];
  },
  flops: ({ batch, M, K, N }, { epilogue }) => batch * M * N * (2 * K + programFlops(decodeProgram(epilogue))),
  code,
};
