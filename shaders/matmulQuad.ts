/**
 * matmulQuad: matmul for adapters whose subgroups exchange values cheaply, by quads of 2 × 2 threads.
 *
 * Shapes, epilogue, column sums, numerics: as matmul.ts; the same bindings and dims.
 * Tiles    a thread keeps `rows` × `cols` of C in named vec4 registers. A quad covers twice as many either way: its thread (x, y) loads its rows of A and
 *          its columns of B for four of every eight k, those of half x xor y, and gets the other half's rows from its neighbour in x and columns
 *          from its neighbour in y: half the loads for the same arithmetic.
 * Order    eight products at a time, paired k with k + 4: (p0 + p4) + (p1 + p5) + …; the pair's order differs between threads and addition
 *          commutes. Not the bits of matmul.ts.
 * Needs    subgroups, whose quads are four consecutive invocations.
 * Source   Higham (2002), §3.5.
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
  stores,
  sumsCode,
  stepCode,
  XYZW,
  type MatmulDims,
  type Operands,
  type Past,
} from './matmulCore';
import { decodeProgram, overwritten, programPrelude } from './program';

/** Quads of a workgroup, across and down, and the rows and columns of C that a thread computes. */
export const LAYOUTS = { wide: [4, 2, 8, 8], tall: [1, 4, 8, 8], deep: [2, 2, 16, 8], broad: [2, 4, 8, 16] } as const;
export type Layout = keyof typeof LAYOUTS;
export type MatmulQuadOptions = Operands & { layout: Layout };
/** Rows and columns of C that a workgroup computes. */
export const quadTile = (layout: Layout): readonly [rows: number, cols: number] => {
  const [across, down, rows, cols] = LAYOUTS[layout];
  return [2 * rows * down, 2 * cols * across];
};

/** c<i>_<j> plus its eight products. */
const product = (i: number, j: number): string => {
  const [p0, p1, p2, p3] = range(4).map((kk) => `(a4_${i}.${XYZW[kk]!} * b${kk}_${j} + pa_${i}.${XYZW[kk]!} * pb${kk}_${j})`);
  return `c${i}_${j} += (${p0} + ${p1}) + (${p2} + ${p3});`;
};

const code = (o: MatmulQuadOptions): string => {
  const [across, down, rows, cols] = LAYOUTS[o.layout];
  const quads = cols / 4;
  // Stored twice, what is overwritten would be read again.
  const past: Past = overwritten(o.epilogue) === undefined ? 'repeated' : 'skipped';
  const each = (f: (i: number, j: number) => string): string =>
    range(rows)
      .flatMap((i) => range(quads).map((j) => f(i, j)))
      .join('\n');
  const columns = (j: number): string => `{
      ${loadB(o, j)}
      ${range(4)
        .map((kk) => `let pb${kk}_${j} = quadSwapY(b${kk}_${j});`)
        .join('\n')}
      ${range(rows)
        .map((i) => product(i, j))
        .join('\n')}
    }`;
  return wgsl`enable subgroups;
${prologue(DIMS, matmulBindings(o))}
${programPrelude(decodeProgram(o.epilogue), o.vecC)}

@compute @workgroup_size(${4 * across * down})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let x = thread & 1u;
  let y = (thread >> 1u) & 1u;
  let quad = thread >> 2u;
  let half = 4u * (x ^ y);
  let replica = group.z / dims.batch;
  let batch = group.z % dims.batch;
  let m0 = ((group.y * ${down}u + quad / ${across}u) * 2u + y) * ${rows}u;
  let n0 = ((group.x * ${across}u + quad % ${across}u) * 2u + x) * ${cols}u;
  let baseA = replica * dims.rs_a + batch * dims.strideA;
  let baseB = replica * dims.rs_b + batch * dims.strideB;
  let baseC = batch * dims.M * dims.N;
  ${offsets(o, rows, cols)}
  ${each((i, j) => `var c${i}_${j} = vec4f();`)}
  for (var start = 0u; start < dims.K; start += 8u) {
    let k = start + half;
    ${stepCode(o)}
    ${loadA(o, rows)}
    ${range(rows)
      .map((i) => `let pa_${i} = quadSwapX(a4_${i});`)
      .join('\n')}
    ${range(quads).map(columns).join('\n')}
  }
  ${stores(o, rows, quads, past)}
  ${sumsCode(o, quads, past)}
}`;
};

export const matmulQuad: Kernel<MatmulDims, MatmulQuadOptions> = {
  name: 'matmulQuad',
  needs: ['subgroups'],
  dims: DIMS,
  options: { ...OPERAND_VALUES, layout: ['wide', 'tall', 'deep', 'broad'] },
  bindings: matmulBindings,
  valid: operandsFit(8),
  workgroups: ({ batch, M, N }, { layout }, R) => {
    const [rows, cols] = quadTile(layout);
    return [ceilDiv(N, cols), ceilDiv(M, rows), R * batch];
  },
  flops: matmulFlops,
  code,
};
