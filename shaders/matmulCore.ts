/**
 * What the matmul kernels share: shapes and bindings, loads of either operand in either orientation, epilogue and column sums.
 * Every kernel of the family computes C[b,M,N] = epilogue(op(A)[b,M,K] · op(B)[b,K,N]) as matmul.ts says; they differ in who loads what.
 */
import { type Binding, type Dims } from './kernel';
import { decodeProgram, encodeProgram, epilogueBindings, IDENTITY, overwritten, programCode, programFlops } from './program';

/** sumsAt: where the column sums begin, in elements after C's first; 0 without them. */
export type MatmulDims = 'batch' | 'M' | 'K' | 'N' | 'strideA' | 'strideB' | 'sumsAt';
/**
 * vecA, vecB, vecC: four elements a load or store. tailK: K need not be a multiple of what a step takes. columnSums: Σ_k op(B)[k, :] too, behind
 * C in its buffer (of a weight's gradient, the bias's), for one batch and op(B) = B.
 */
export type Operands = {
  transA: boolean;
  transB: boolean;
  vecA: boolean;
  vecB: boolean;
  vecC: boolean;
  tailK: boolean;
  columnSums: boolean;
  epilogue: string;
};

export const DIMS: readonly MatmulDims[] = ['batch', 'M', 'K', 'N', 'strideA', 'strideB', 'sumsAt'];
export const range = (n: number): readonly number[] => [...Array(n).keys()];
export const XYZW = ['x', 'y', 'z', 'w'] as const;

export const matmulBindings = (o: Operands): readonly Binding<MatmulDims>[] => [
  { name: 'a', dtype: 'f32', access: 'read', size: ({ batch, strideA, M, K }) => (batch - 1) * strideA + M * K, vec4: o.vecA },
  { name: 'b', dtype: 'f32', access: 'read', size: ({ batch, strideB, K, N }) => (batch - 1) * strideB + K * N, vec4: o.vecB },
  {
    name: 'c',
    dtype: 'f32',
    access: overwritten(o.epilogue) === undefined ? 'write' : 'readwrite',
    size: ({ batch, M, N, sumsAt }) => (o.columnSums ? sumsAt + N : batch * M * N),
    vec4: o.vecC,
  },
  ...epilogueBindings<MatmulDims>(
    o.epilogue,
    ({ batch, M, N }) => batch * M * N,
    ({ N }) => N,
    o.vecC,
  ),
];
/** What any kernel of the family needs of the operands; `step`: k in a step of its loop. */
export const operandsFit =
  (step: number) =>
  (
    { batch, M, K, N, strideA, strideB, sumsAt }: Dims<MatmulDims>,
    { transA, transB, vecA, vecB, vecC, tailK, columnSums, epilogue }: Operands,
  ): boolean =>
    (tailK || K % step === 0) &&
    (!vecA || ((transA ? M : K) % 4 === 0 && (batch === 1 || strideA % 4 === 0))) &&
    (!vecB || ((transB ? K : N) % 4 === 0 && (batch === 1 || strideB % 4 === 0))) &&
    (!vecC || N % 4 === 0) &&
    (!columnSums || (overwritten(epilogue) === undefined && !transB && batch === 1 && sumsAt >= M * N && (!vecC || sumsAt % 4 === 0)));
export const matmulFlops = ({ batch, M, K, N }: Dims<MatmulDims>, { epilogue, columnSums }: Operands): number =>
  batch * M * N * (2 * K + programFlops(decodeProgram(epilogue))) + (columnSums ? K * N : 0);

/**
 * Lines at the head of a step that reads k … k+3. Each index is computed once, by name: a CPU rasteriser's compiler finds no common subexpressions. Past the
 * end the last k is repeated, and `live` is false.
 */
export const stepCode = ({ transA, transB, vecA, vecB, tailK }: Operands): string =>
  [
    ...range(4).map((kk) => `let k${kk} = ${tailK ? `min(k + ${kk}u, dims.K - 1u)` : `k + ${kk}u`};`),
    ...((vecA && !transA) || (vecB && transB) ? [`let quad_k = ${tailK ? 'min(k, max(dims.K, 4u) - 4u)' : 'k'} / 4u;`] : []),
    ...(transA ? range(4).map((kk) => `let row_a${kk} = k${kk} * strideK_a;`) : []),
    ...(transB ? [] : range(4).map((kk) => `let row_b${kk} = k${kk} * strideK_b;`)),
    ...(tailK ? ['let live = vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(dims.K);'] : []),
  ].join('\n');

const unit = (vec: boolean): string => (vec ? ' / 4u' : '');
/** Whether rows are read by fours, and columns read or stored so: then the last four are repeated past the end, else the last one. */
const rowsByFours = ({ transA, vecA }: Operands): boolean => transA && vecA;
const columnsByFours = ({ transB, vecB, vecC }: Operands): boolean => vecC || (vecB && !transB);
/** Row or column `from` + i, past `size` one of the last. */
const within = (from: string, i: number, size: string, byFours: boolean): string =>
  byFours ? `(min(${from} + ${4 * Math.floor(i / 4)}u, max(${size}, 4u) - 4u) + ${i % 4}u)` : `min(${from} + ${i}u, ${size} - 1u)`;

/** Lines before the loop: where each row of op(A) and each column of op(B) starts, in units of a load. */
export const offsets = (o: Operands, rows: number, cols: number): string => {
  const { transA, transB, vecA, vecB } = o;
  const row = (i: number): string => within('m0', i, 'dims.M', rowsByFours(o));
  const col = (j: number): string => within('n0', j, 'dims.N', columnsByFours(o));
  const a = range(rows).flatMap((i) => {
    if (!transA) return [`let a${i} = (baseA + ${row(i)} * dims.K)${unit(vecA)};`];
    return vecA && i % 4 !== 0 ? [] : [`let a${i} = (baseA + ${row(i)})${unit(vecA)};`]; // one load covers four rows
  });
  const b = range(cols).flatMap((j) => {
    if (transB) return [`let b${j} = (baseB + ${col(j)} * dims.K)${unit(vecB)};`];
    return vecB && j % 4 !== 0 ? [] : [`let b${j} = (baseB + ${col(j)})${unit(vecB)};`];
  });
  return [...a, ...b, `let strideK_a = dims.M${unit(vecA)};`, `let strideK_b = dims.N${unit(vecB)};`].join('\n');
};

/** A load, 0 past K on both sides: a product of 0 and an infinite number would be NaN. `lane`: the k of the step that it belongs to; else a vec4 of all four. */
const alive = ({ tailK }: Operands, load: string, lane?: number): string =>
  tailK ? `select(vec4f(), ${load}, live${lane === undefined ? '' : `.${XYZW[lane]!}`})` : load;

/** Lines that define a4_<i>: op(A)[m0+i, k…k+3]; k past K give 0. */
export const loadA = (o: Operands, rows: number): string => {
  const { transA, vecA } = o;
  return range(rows)
    .map((i) => {
      if (vecA && !transA) return `let a4_${i} = ${alive(o, `a[a${i} + quad_k]`)};`;
      if (vecA && i % 4 !== 0) return '';
      if (vecA) {
        const cols = range(4).map((kk) => `let t${i}_${kk} = ${alive(o, `a[a${i} + row_a${kk}]`, kk)};`);
        return [
          ...cols,
          ...range(4).map(
            (r) =>
              `let a4_${i + r} = vec4f(${range(4)
                .map((kk) => `t${i}_${kk}.${XYZW[r]!}`)
                .join(', ')});`,
          ),
        ].join('\n');
      }
      const element = (kk: number): string => (transA ? `a[a${i} + row_a${kk}]` : `a[a${i} + k${kk}]`);
      return `let a4_${i} = ${alive(o, `vec4f(${range(4).map(element).join(', ')})`)};`;
    })
    .join('\n');
};

/** Lines that define b<kk>_<j>: op(B)[k+kk, n0+4j…+3] as a vec4; k past K give 0. */
export const loadB = (o: Operands, j: number): string => {
  const { transB, vecB } = o;
  if (vecB && !transB)
    return range(4)
      .map((kk) => `let b${kk}_${j} = ${alive(o, `b[b${4 * j} + row_b${kk}]`, kk)};`)
      .join('\n');
  if (vecB) {
    const rows = range(4).map((c) => `let s${j}_${c} = ${alive(o, `b[b${4 * j + c} + quad_k]`)};`);
    return [
      ...rows,
      ...range(4).map(
        (kk) =>
          `let b${kk}_${j} = vec4f(${range(4)
            .map((c) => `s${j}_${c}.${XYZW[kk]!}`)
            .join(', ')});`,
      ),
    ].join('\n');
  }
  const element = (kk: number, c: number): string => (transB ? `b[b${4 * j + c} + k${kk}]` : `b[b${4 * j + c} + row_b${kk}]`);
  return range(4)
    .map(
      (kk) =>
        `let b${kk}_${j} = ${alive(
          o,
          `vec4f(${range(4)
            .map((c) => element(kk, c))
            .join(', ')})`,
          kk,
        )};`,
    )
    .join('\n');
};

/**
 * What becomes of rows and columns past the end: `skipped` by a branch; or `repeated`: read as the last ones (offsets), they have their values, which are
 * stored once more in their places. A CPU rasteriser's compiler takes long for many branches.
 */
export type Past = 'skipped' | 'repeated';

/**
 * Lines that store c<i>_<j> for all rows and column quads of a thread, through the epilogue. Where nothing is skipped, what it reads of a row or a column
 * is read once, beforehand: across branches, names would cost more than they save.
 */
export const stores = (o: Operands, rows: number, quads: number, past: Past): string => {
  const program = decodeProgram(o.epilogue);
  const width = o.vecC ? 4 : 1;
  const columns = range((4 * quads) / width).map((c) => c * width);
  const inputs = program.inputs.map((input, k) => ({ ...input, name: `e${k}`, over: k === program.outputs[0]!.inPlace })).slice(1);
  const [row, col] =
    past === 'repeated'
      ? [(i: number): string => `row${i}`, (c: number): string => `col${c}`]
      : [(i: number): string => `(m0 + ${i}u)`, (c: number): string => `(n0 + ${c}u)`];
  const splat = (e: { readonly dtype: string }, value: string): string => (o.vecC ? `vec4<${e.dtype}>(${value})` : value);
  const element = (e: (typeof inputs)[number], i: number, c: number): string => {
    const base = `replica * dims.rs_${e.name}`;
    if (e.over) return `c[(replica * dims.rs_c + at)${unit(o.vecC)}]`;
    if (e.mode === 'full') return `${e.name}[(${base} + at)${unit(o.vecC)}]`;
    if (e.mode === 'row') return `${e.name}[(${base} + ${col(c)})${unit(o.vecC)}]`;
    return splat(e, `${e.name}[${base}${e.mode === 'col' ? ` + batch * dims.M + ${row(i)}` : ''}]`);
  };
  const named = (e: (typeof inputs)[number], i: number, c: number): string =>
    e.mode === 'row' ? `${e.name}_col${c}` : e.mode === 'col' ? `${e.name}_row${i}` : `${e.name}_all`;
  const once = [
    ...range(rows).map((i) => `let row${i} = ${within('m0', i, 'dims.M', rowsByFours(o))};`),
    ...columns.map((c) => `let col${c} = ${within('n0', c, 'dims.N', columnsByFours(o))};`),
    ...inputs.flatMap((e) => {
      const places: readonly (readonly [number, number])[] =
        e.mode === 'row'
          ? columns.map((c) => [0, c])
          : e.mode === 'col'
            ? range(rows).map((i) => [i, 0])
            : e.mode === 'scalar'
              ? [[0, 0]]
              : [];
      return places.map(([i, c]) => `let ${named(e, i, c)} = ${element(e, i, c)};`);
    }),
  ];
  const one = (i: number, c: number): string => {
    const acc = `c${i}_${Math.floor(c / 4)}${o.vecC ? '' : `.${XYZW[c % 4]!}`}`;
    const loads = inputs.map((e) => (past === 'skipped' || e.mode === 'full' ? element(e, i, c) : named(e, i, c)));
    const { code, results } = programCode(program, [acc, ...loads], o.vecC);
    return `${past === 'skipped' ? `if (${row(i)} < dims.M && ${col(c)} < dims.N) ` : ''}{
      let at = baseC + ${row(i)} * dims.N + ${col(c)};
      ${code}
      c[(replica * dims.rs_c + at)${unit(o.vecC)}] = ${results[0]!};
    }`;
  };
  return [...(past === 'repeated' ? once : []), ...range(rows).flatMap((i) => columns.map((c) => one(i, c)))].join('\n');
};

/**
 * Column sums of B, by the threads of the first rows in a loop of their own: the main loop stays as it is. Behind a uniform or a divergent branch alike. Where
 * columns past the end are repeated, they have the last ones' sums.
 */
export const sumsCode = (o: Operands, quads: number, past: Past): string => {
  if (!o.columnSums) return '';
  const quad = (j: number, k: string): string =>
    o.vecB
      ? `b[b${4 * j} + ${k} * strideK_b]`
      : `vec4f(${range(4)
          .map((c) => `b[b${4 * j + c} + ${k} * strideK_b]`)
          .join(', ')})`;
  const each = (f: (j: number) => string): string => range(quads).map(f).join('\n');
  const one = (j: number, x: number): string => {
    const column = past === 'repeated' ? `col${4 * j + x}` : `n0 + ${4 * j + x}u`;
    const stored = `c[(replica * dims.rs_c + dims.sumsAt + ${column})${unit(o.vecC)}] = sum${j}${o.vecC ? '' : `.${XYZW[x]!}`};`;
    return past === 'repeated' ? stored : `if (${column} < dims.N) { ${stored} }`;
  };
  const put = (j: number): string => (o.vecC ? [0] : range(4)).map((x) => one(j, x)).join('\n');
  return `if (m0 == 0u) {
    ${each((j) => `var sum${j} = vec4f();`)}
    var k = 0u;
    for (; k + 4u <= dims.K; k += 4u) {
      ${each((j) => `sum${j} += (${quad(j, 'k')} + ${quad(j, '(k + 1u)')}) + (${quad(j, '(k + 2u)')} + ${quad(j, '(k + 3u)')});`)}
    }
    for (; k < dims.K; k++) {
      ${each((j) => `sum${j} += ${quad(j, 'k')};`)}
    }
    ${each(put)}
  }`;
};

/** max(acc + bias[col], 0) · mask[row, col] */
export const BIAS_RELU_MASK = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'row' },
    { dtype: 'f32', mode: 'full' },
  ],
  body: [
    ['add', 0, 1],
    ['relu', 3],
    ['mul', 4, 2],
  ],
  outputs: [{ value: 5, dtype: 'f32' }],
});
/** acc · mask[row, col], over the mask. */
export const MASK_IN_PLACE = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'full' },
  ],
  body: [['mul', 0, 1]],
  outputs: [{ value: 2, dtype: 'f32', inPlace: 1 }],
});
/** Option values of the operands that the test matrix enumerates. */
export const OPERAND_VALUES = {
  transA: [false, true],
  transB: [false, true],
  vecA: [false, true],
  vecB: [false, true],
  vecC: [false, true],
  tailK: [false, true],
  columnSums: [false, true],
  epilogue: [IDENTITY, BIAS_RELU_MASK, MASK_IN_PLACE],
} as const;
