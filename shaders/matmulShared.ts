/**
 * matmulShared: matmul through workgroup memory, for adapters where that is fast memory of its own.
 *
 * Shapes, epilogue, column sums, numerics: as matmul.ts; the same bindings and dims.
 * Tiles    64 threads load a tile of op(A) and of op(B), `tile` = rows × columns × k, wait, and each multiplies its 8 × 8 or 4 × 8 of C in named vec4
 *          registers. Threads that load next to one another read next to one another, in either orientation. vecA and vecB not with transA and
 *          transB, where four elements of a tile are a column's.
 * Order    four products at a time, k ascending: the bits of matmul.ts.
 * Source   Volkov & Demmel (2008), Benchmarking GPUs to tune dense linear algebra.
 * Oracle   matmul.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Kernel } from './kernel';
import {
  DIMS,
  matmulBindings,
  matmulFlops,
  OPERAND_VALUES,
  operandsFit,
  range,
  stores,
  sumsCode,
  XYZW,
  type MatmulDims,
  type Operands,
} from './matmulCore';
import { decodeProgram, programPrelude } from './program';

/** Rows, columns and k of a workgroup's tile. */
export const SHARED_TILES = { '64x64x8': [64, 64, 8], '32x64x16': [32, 64, 16] } as const;
export type SharedTile = keyof typeof SHARED_TILES;
export type MatmulSharedOptions = Operands & { tile: SharedTile };
/** Threads down and across. */
const SIDE = 8;
const THREADS = SIDE * SIDE;

/** Floats of workgroup memory. */
export const sharedFloats = (tile: SharedTile): number => {
  const [rows, cols, depth] = SHARED_TILES[tile];
  return (rows + cols) * depth;
};

/** op(A)[row, k…k+3], 0 past K. */
const readA = ({ transA, vecA, tailK }: Operands): string => {
  const at = (kk: number): string => (tailK ? `min(k + ${kk}u, dims.K - 1u)` : `k + ${kk}u`);
  const value = vecA
    ? `a[(base + row * dims.K + ${tailK ? 'min(k, max(dims.K, 4u) - 4u)' : 'k'}) / 4u]`
    : `vec4f(${range(4)
        .map((kk) => (transA ? `a[base + (${at(kk)}) * dims.M + row]` : `a[base + row * dims.K + ${at(kk)}]`))
        .join(', ')})`;
  return `fn read_a(base: u32, m: u32, k: u32) -> vec4f {
  let row = min(m, dims.M - 1u);
  return ${tailK ? `select(vec4f(), ${value}, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(dims.K))` : value};
}`;
};
const column = (c: number): string => `min(n + ${c}u, dims.N - 1u)`;
/** op(B)[k, n…n+3], 0 past K: a product of A's 0 and an infinite number would be NaN. */
const readB = ({ transB, vecB, tailK }: Operands): string => {
  const value = vecB
    ? 'b[(base + row * dims.N + min(n, max(dims.N, 4u) - 4u)) / 4u]'
    : `vec4f(${range(4)
        .map((c) => (transB ? `b[base + ${column(c)} * dims.K + row]` : `b[base + row * dims.N + ${column(c)}]`))
        .join(', ')})`;
  return `fn read_b(base: u32, k: u32, n: u32) -> vec4f {
  let row = ${tailK ? 'min(k, dims.K - 1u)' : 'k'};
  return ${tailK ? `select(vec4f(), ${value}, k < dims.K)` : value};
}`;
};

/** A line for each of a thread's share of `count` elements, e. */
const lines = (count: number, line: string): string =>
  range(count / THREADS)
    .map((q) => `{ let e = thread + ${q * THREADS}u; ${line} }`)
    .join('\n');
/** Lines by which the threads fill both tiles; what is read side by side is a row of A or of its transpose, likewise of B. */
const fill = ({ transA, transB, tile }: MatmulSharedOptions): string => {
  const [rows, cols, depth] = SHARED_TILES[tile];
  const a = lines(
    (rows * depth) / 4,
    transA
      ? `let r = e % ${rows}u; let q = e / ${rows}u; tile_a[r * ${depth / 4}u + q] = read_a(baseA, top + r, start + 4u * q);`
      : `let r = e / ${depth / 4}u; let q = e % ${depth / 4}u; tile_a[e] = read_a(baseA, top + r, start + 4u * q);`,
  );
  const b = lines(
    (depth * cols) / 4,
    transB
      ? `let k = e % ${depth}u; let q = e / ${depth}u; tile_b[k * ${cols / 4}u + q] = read_b(baseB, start + k, left + 4u * q);`
      : `let k = e / ${cols / 4}u; let q = e % ${cols / 4}u; tile_b[e] = read_b(baseB, start + k, left + 4u * q);`,
  );
  return `${a}\n${b}`;
};

const code = (o: MatmulSharedOptions): string => {
  const [rows, cols, depth] = SHARED_TILES[o.tile];
  const [own, quads] = [rows / SIDE, cols / SIDE / 4];
  const each = (f: (i: number, j: number) => string): string =>
    range(own)
      .flatMap((i) => range(quads).map((j) => f(i, j)))
      .join('\n');
  return wgsl`${prologue(DIMS, matmulBindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vecC)}
var<workgroup> tile_a: array<vec4f, ${(rows * depth) / 4}>;
var<workgroup> tile_b: array<vec4f, ${(depth * cols) / 4}>;
${readA(o)}
${readB(o)}

@compute @workgroup_size(${SIDE}, ${SIDE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) thread: u32) {
  let replica = group.z / dims.batch;
  let batch = group.z % dims.batch;
  let top = group.y * ${rows}u;
  let left = group.x * ${cols}u;
  let m0 = top + local.y * ${own}u;
  let n0 = left + local.x * ${4 * quads}u;
  let baseA = replica * dims.rs_a + batch * dims.strideA;
  let baseB = replica * dims.rs_b + batch * dims.strideB;
  let baseC = batch * dims.M * dims.N;
  ${each((i, j) => `var c${i}_${j} = vec4f();`)}
  for (var start = 0u; start < dims.K; start += ${depth}u) {
    ${fill(o)}
    workgroupBarrier();
    for (var q = 0u; q < ${depth / 4}u; q++) {
      ${range(own)
        .map((i) => `let a4_${i} = tile_a[(local.y * ${own}u + ${i}u) * ${depth / 4}u + q];`)
        .join('\n')}
      ${range(4)
        .flatMap((kk) =>
          range(quads).map((j) => `let b${kk}_${j} = tile_b[(4u * q + ${kk}u) * ${cols / 4}u + local.x * ${quads}u + ${j}u];`),
        )
        .join('\n')}
      ${each(
        (i, j) =>
          `c${i}_${j} += ${range(4)
            .map((kk) => `a4_${i}.${XYZW[kk]!} * b${kk}_${j}`)
            .join(' + ')};`,
      )}
    }
    workgroupBarrier();
  }
  ${stores(o, own, quads, 'skipped')}
  ${
    o.columnSums
      ? `let strideK_b = dims.N${o.vecB ? ' / 4u' : ''};
  ${range(4 * quads)
    .map((c) =>
      o.vecB && c % 4 > 0
        ? ''
        : `let b${c} = (baseB + min(n0 + ${c}u, ${o.vecB ? 'max(dims.N, 4u) - 4u' : 'dims.N - 1u'}))${o.vecB ? ' / 4u' : ''};`,
    )
    .join('\n')}
  ${sumsCode(o, quads, 'skipped')}`
      : ''
  }
}`;
};

export const matmulShared: Kernel<MatmulDims, MatmulSharedOptions> = {
  name: 'matmulShared',
  dims: DIMS,
  options: { ...OPERAND_VALUES, tile: ['64x64x8', '32x64x16'] },
  bindings: matmulBindings,
  valid: (d, o) => operandsFit(SHARED_TILES[o.tile][2])(d, o) && !(o.transA && o.vecA) && !(o.transB && o.vecB),
  workgroups: ({ batch, M, N }, { tile }, R) => {
    const [rows, cols] = SHARED_TILES[tile];
    return [ceilDiv(N, cols), ceilDiv(M, rows), R * batch];
  },
  flops: matmulFlops,
  code,
};
