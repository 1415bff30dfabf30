/**
 * matmulBroadcast: matmul for adapters with subgroups: the four threads of a quad compute the same rows, and share what they load of op(A).
 *
 * Shapes, epilogue, column sums, numerics: as matmul.ts; the same bindings and dims.
 * Tiles    threads keep 8 × 8 or 4 × 4 of C in named vec4 registers, four of them side by side in a quad. Every 16 k, each loads its rows of op(A) for
 *          four k and passes them round: a quarter of the loads.
 * Order    four products at a time, k ascending: the bits of matmul.ts.
 * Needs    subgroups, whose quads are four consecutive invocations: where they are not, results are wrong, which whoever chooses a variant checks.
 * Source   WGSL, §17.13 quad operations; Volkov & Demmel (2008), Benchmarking GPUs to tune dense linear algebra.
 * Oracle   matmul.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Kernel } from './kernel';
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
  stepCode,
  stores,
  sumsCode,
  XYZW,
  type MatmulDims,
  type Operands,
} from './matmulCore';
import { decodeProgram, programPrelude } from './program';

/** Rows and columns of a thread, and threads down and across a workgroup. */
export const BROADCAST_TILES = { '8x8': [8, 8, 8, 8], '4x4': [4, 4, 8, 8] } as const;
export type BroadcastTile = keyof typeof BROADCAST_TILES;
export type MatmulBroadcastOptions = Operands & { tile: BroadcastTile };
const QUAD = 4;

const code = (o: MatmulBroadcastOptions): string => {
  const [rows, cols, down, across] = BROADCAST_TILES[o.tile];
  const quads = cols / 4;
  const each = (f: (i: number, j: number) => string): string =>
    range(rows)
      .flatMap((i) => range(quads).map((j) => f(i, j)))
      .join('\n');
  // The condition is the same for all threads.
  const part = (q: number): string => `if (start + ${4 * q}u < dims.K) {
      let k = start + ${4 * q}u;
      ${range(rows)
        .map((i) => `let q4_${i} = quadBroadcast(a4_${i}, ${q}u);`)
        .join('\n')}
      ${stepCode(o)}
      ${range(quads)
        .map((j) => loadB(o, j))
        .join('\n')}
      ${each(
        (i, j) =>
          `c${i}_${j} += ${range(4)
            .map((kk) => `q4_${i}.${XYZW[kk]!} * b${kk}_${j}`)
            .join(' + ')};`,
      )}
    }`;
  return wgsl`enable subgroups;
${prologue(DIMS, matmulBindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vecC)}

@compute @workgroup_size(${across}, ${down})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m0 = (group.y * ${down}u + local.y) * ${rows}u;
  let n0 = (group.x * ${across}u + local.x) * ${cols}u;
  let replica = group.z / dims.batch;
  let batch = group.z % dims.batch;
  let baseA = replica * dims.rs_a + batch * dims.strideA;
  let baseB = replica * dims.rs_b + batch * dims.strideB;
  let baseC = batch * dims.M * dims.N;
  ${offsets(o, rows, cols)}
  ${each((i, j) => `var c${i}_${j} = vec4f();`)}
  for (var start = 0u; start < dims.K; start += ${4 * QUAD}u) {
    let k = start + 4u * (local.x % ${QUAD}u);
    ${stepCode(o)}
    ${loadA(o, rows)}
    ${range(QUAD).map(part).join('\n')}
  }
  ${stores(o, rows, quads, 'skipped')}
  ${sumsCode(o, quads, 'skipped')}
}`;
};

export const matmulBroadcast: Kernel<MatmulDims, MatmulBroadcastOptions> = {
  name: 'matmulBroadcast',
  needs: ['subgroups'],
  dims: DIMS,
  options: { ...OPERAND_VALUES, tile: ['4x4', '8x8'] },
  bindings: matmulBindings,
  valid: operandsFit(4 * QUAD),
  workgroups: ({ batch, M, N }, { tile }, R) => {
    const [rows, cols, down, across] = BROADCAST_TILES[tile];
    return [ceilDiv(N, cols * across), ceilDiv(M, rows * down), R * batch];
  },
  flops: matmulFlops,
  code,
};
