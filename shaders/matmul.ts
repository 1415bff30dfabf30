/**
 * matmul: C[b,M,N] = epilogue(op(A)[b,M,K] · op(B)[b,K,N]) for each of `batch` b and each replica; f32, row-major.
 *
 * Shapes   A is [M,K], or [K,M] if transA. B is [K,N], or [N,K] if transB. Batches lie `strideA`, `strideB` elements apart (0: shared); C is
 *          contiguous. columnSums: Σ_k op(B)[k, :] [N] too, at element sumsAt of C's buffer; what lies between is not written.
 * Epilogue a pointwise program on each element of C before it is stored (bias, activation, derivative masks); its
 *          inputs see all of C, [batch·M·N], with rows of N. The column sums are stored as they are.
 * Numerics f32 accumulator, any order: |Ĉ − C| ≤ γ(K)·(|A|·|B|) + flushed subnormals, then the epilogue's own error.
 * Tiles    each thread keeps a block of C in named vec4 registers and reads A and B through the cache, four k at a
 *          time; no workgroup memory. vecA, vecB: four elements a load, for inputs whose inner axis is a multiple of 4.
 * Order    each element of C adds four products at a time, k ascending, whatever the tile: so all tiles give the same bits.
 * Source   Higham (2002), Accuracy and Stability of Numerical Algorithms, §3.5.
 * Oracle   matmul.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Kernel } from './kernel';
import {
  DIMS,
  loadA,
  loadB,
  matmulBindings,
  matmulFlops,
  offsets,
  OPERAND_VALUES,
  operandsFit,
  range,
  stores,
  sumsCode,
  stepCode,
  XYZW,
  type MatmulDims,
  type Operands,
} from './matmulCore';
import { decodeProgram, programPrelude } from './program';

export type { MatmulDims } from './matmulCore';
/**
 * Rows × columns a thread computes, and how the 64 threads of a workgroup lie over the tile: [rows, cols, threadsDown, threadsAcross]. 4x4flat: the threads
 * take one tile after another, of one product after another, so that many small products, of a batch or of replicas, share a workgroup.
 */
export const TILES = {
  '4x4flat': [4, 4, 1, 64],
  '4x4': [4, 4, 8, 8],
  '4x4tall': [4, 4, 16, 4],
  '1x4': [1, 4, 1, 64],
  '8x8': [8, 8, 8, 8],
} as const;
export type Tile = keyof typeof TILES;
export type MatmulOptions = Operands & { tile: Tile };

/** Lines that say which block of which product a thread computes. */
const place = (o: MatmulOptions): string => {
  const [rows, cols, down, across] = TILES[o.tile];
  if (o.tile !== '4x4flat')
    return `let product = group.z;
  let m0 = (group.y * ${down}u + local.y) * ${rows}u;
  let n0 = (group.x * ${across}u + local.x) * ${cols}u;`;
  return `let tiles_across = (dims.N + ${cols - 1}u) / ${cols}u;
  let tiles = tiles_across * ((dims.M + ${rows - 1}u) / ${rows}u);
  let flat = ${FLAT_GROUP} * ${down * across}u + local.x;
  let product = flat / tiles;
  if (product >= dims.R * dims.batch) { return; }
  let m0 = (flat % tiles) / tiles_across * ${rows}u;
  let n0 = (flat % tiles) % tiles_across * ${cols}u;`;
};

const code = (o: MatmulOptions): string => {
  const [rows, cols, down, across] = TILES[o.tile];
  const quads = cols / 4;
  const each = (f: (i: number, j: number) => string): string =>
    range(rows)
      .flatMap((i) => range(quads).map((j) => f(i, j)))
      .join('\n');
  // One write of each accumulator per four k: writes to variables are dear on a CPU rasteriser and free elsewhere.
  const fma = each(
    (i, j) =>
      `c${i}_${j} += ${range(4)
        .map((kk) => `a4_${i}.${XYZW[kk]!} * b${kk}_${j}`)
        .join(' + ')};`,
  );
  return wgsl`${prologue(DIMS, matmulBindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vecC)}

@compute @workgroup_size(${across}, ${down})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  ${place(o)}
  let replica = product / dims.batch;
  let batch = product % dims.batch;
  let baseA = replica * dims.rs_a + batch * dims.strideA;
  let baseB = replica * dims.rs_b + batch * dims.strideB;
  let baseC = batch * dims.M * dims.N;
  ${offsets(o, rows, cols)}
  ${each((i, j) => `var c${i}_${j} = vec4f();`)}
  for (var k = 0u; k < dims.K; k += 4u) {
    ${stepCode(o)}
    ${loadA(o, rows)}
    ${range(quads)
      .map((j) => loadB(o, j))
      .join('\n')}
    ${fma}
  }
  ${stores(o, rows, quads, 'skipped')}
  ${sumsCode(o, quads, 'skipped')}
}`;
};

export const matmul: Kernel<MatmulDims, MatmulOptions> = {
  name: 'matmul',
  dims: DIMS,
  options: { ...OPERAND_VALUES, tile: ['4x4', '4x4tall', '1x4', '8x8', '4x4flat'] },
  bindings: matmulBindings,
  // A transposed vec4 load covers four rows, which a tile of one row has not.
  valid: (d, o) => operandsFit(4)(d, o) && !(o.tile === '1x4' && o.transA && o.vecA),
  workgroups: ({ batch, M, N }, { tile }, R) => {
    const [rows, cols, down, across] = TILES[tile];
    if (tile === '4x4flat') return flatGrid(ceilDiv(ceilDiv(M, rows) * ceilDiv(N, cols) * R * batch, down * across), 1);
    return [ceilDiv(N, cols * across), ceilDiv(M, rows * down), R * batch];
  },
  flops: matmulFlops,
  code,
};
