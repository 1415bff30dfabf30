/** Float64 oracles, error bounds and test shapes for normalise.ts. */
import { empty, put, range } from './headProduct.ref';
import { LARGEST32, TINY32, type Dims, type Oracle } from './kernel';
import { addM, divM, dotM, exact, inverseSqrtM, mulM, subM, totalM } from './measured';
import type { Measured } from './program';
import { normalise, normaliseGrad, type NormaliseGradOptions, type NormaliseOptions, type NormDims, type NormKind } from './normalise';

/** Smallest, ragged, one workgroup, past one workgroup, long rows. */
const cases: readonly Dims<NormDims>[] = [
  { rows: 1, C: 1 },
  { rows: 7, C: 4 },
  { rows: 13, C: 7 },
  { rows: 64, C: 12 },
  { rows: 67, C: 33 },
  { rows: 3, C: 1000 },
];

const rowOf = (x: Float64Array, row: number, C: number): readonly Measured[] =>
  Array.from(x.subarray(row * C, (row + 1) * C), (v) => exact(v));
const mean = (sum: Measured, C: number): Measured => divM(sum, exact(C));

/** x̂ and r of one row. */
const normalised = (
  x: readonly Measured[],
  kind: NormKind,
  eps: number,
): { readonly normal: readonly Measured[]; readonly r: Measured } => {
  const middle = mean(totalM(x), x.length);
  const centred = kind === 'layer' ? x.map((v) => subM(v, middle)) : x;
  const square = dotM(centred, centred);
  // In a row that is scaled, what is below 2⁻¹²⁶ may be lost.
  if (square.value > LARGEST32 / 2 && square.value < Infinity && x.every(({ bound }) => bound === 0))
    return normalised(
      x.map(({ value }) => ({ value, bound: Math.min(Math.abs(value), TINY32 * 2 ** 80) })),
      kind,
      eps,
    );
  const r = inverseSqrtM(addM(mean(square, x.length), exact(Math.fround(eps))));
  return { normal: centred.map((v) => mulM(v, r)), r };
};

/** Every eighth row, from the sixth on, is so large that its squares leave f32's range, each by another power of 2. */
const sizeOfRow = (row: number): number => (row % 8 === 5 ? 2 ** (66 + Math.floor(row / 4)) : 1);

export const normaliseRef: Oracle<NormDims, NormaliseOptions> = {
  kernel: normalise,
  cases,
  exactOnIntegers: false,
  input: (binding, size, { C }, random) =>
    binding === 'x' ? Float64Array.from({ length: size }, (_, i) => sizeOfRow(Math.floor(i / C)) * random()) : undefined,
  eval: (io, { rows, C }, { kind, affine, save, eps }) => {
    const [x, scale, bias] = [io[0]!, affine === 'none' ? undefined : io[1]!, affine === 'both' ? io[2]! : undefined];
    const [out, inverse, saved] = [empty(rows * C), empty(rows), empty(rows * C)];
    for (const row of range(rows)) {
      const { normal, r } = normalised(rowOf(x, row, C), kind, eps);
      put(inverse, row, r);
      normal.forEach((z, c) => {
        const scaled = scale ? mulM(z, exact(scale[c]!)) : z;
        put(saved, row * C + c, z);
        put(out, row * C + c, bias ? addM(scaled, exact(bias[c]!)) : scaled);
      });
    }
    return [out, ...(save ? [inverse, ...(scale ? [saved] : [])] : [])];
  },
};

export const normaliseGradRef: Oracle<NormDims, NormaliseGradOptions> = {
  kernel: normaliseGrad,
  cases,
  exactOnIntegers: false,
  eval: ([normal, r, g, scale], { rows, C }, { kind, scaled }) => {
    const out = empty(rows * C);
    for (const row of range(rows)) {
      const z = rowOf(normal!, row, C);
      const d = rowOf(g!, row, C).map((v, c) => (scaled ? mulM(v, exact(scale![c]!)) : v));
      const middle = mean(totalM(d), C);
      const share = mean(dotM(d, z), C);
      d.forEach((v, c) => put(out, row * C + c, mulM(exact(r![row]!), subM(kind === 'layer' ? subM(v, middle) : v, mulM(z[c]!, share)))));
    }
    return [out];
  },
};
