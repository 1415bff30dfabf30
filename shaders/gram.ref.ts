/** Float64 oracle, error bound and test shapes for gram.ts; the entry of a Gram matrix that exampleNorm.ref.ts shares. */
import { randomIndices } from './gather.ref';
import { gram, type Form, type GramDims, type GramOptions, type LayerDims } from './gram';
import { sumBound, type Dims, type Oracle } from './kernel';
import { dotM, exact } from './measured';
import type { Measured } from './program';

/** One set of examples: a (of a lookup index; of a sum nothing) and δ. */
export interface Layer {
  readonly a: Float64Array | undefined;
  readonly d: Float64Array;
}
/** The bindings of one set, taken off the front of `io`. */
export const takeLayer = (io: Float64Array[], form: Form): Layer => ({ a: form === 'sum' ? undefined : io.shift()!, d: io.shift()! });

const range = (n: number): readonly number[] => [...Array(n).keys()];
const rowOf = (x: Float64Array, row: number, width: number): readonly Measured[] =>
  Array.from(x.subarray(row * width, (row + 1) * width), exact);

/** Forms sum and scale: the gradient of example i, each feature a sum or a dot product over positions. */
const gradient = ({ a, d }: Layer, i: number, { T, q }: Dims<LayerDims>): readonly Measured[] =>
  range(q).map((k) => {
    const at = range(T).map((t) => (i * T + t) * q + k);
    if (a)
      return dotM(
        at.map((j) => exact(a[j]!)),
        at.map((j) => exact(d[j]!)),
      );
    const terms = at.map((j) => d[j]!);
    return {
      value: terms.reduce((s, v) => s + v, 0),
      bound: sumBound(
        T,
        terms.reduce((s, v) => s + Math.abs(v), 0),
      ),
    };
  });

/** ⟨g_i, g2_j⟩ of one layer. Position pairs that do not match in a lookup add nothing, and no error. */
export const entry = (
  x: Layer,
  i: number,
  y: Layer,
  j: number,
  d: Dims<LayerDims>,
  { form, bias }: { form: Form; bias: boolean },
): Measured => {
  const { T, p, q } = d;
  if (form === 'sum' || form === 'scale') return dotM(gradient(x, i, d), gradient(y, j, d));
  const one = bias ? [exact(1)] : [];
  const pairs = range(T * T)
    .map((ts) => [i * T + Math.floor(ts / T), j * T + (ts % T)] as const)
    .filter(([t, s]) => form === 'outer' || (x.a![t] === y.a![s] && x.a![t]! < p));
  const inputs = pairs.map(([t, s]) =>
    form === 'outer' ? dotM([...one, ...rowOf(x.a!, t, p)], [...one, ...rowOf(y.a!, s, p)]) : exact(1),
  );
  return dotM(
    inputs,
    pairs.map(([t, s]) => dotM(rowOf(x.d, t, q), rowOf(y.d, s, q))),
  );
};

/** before + m in f32; without `before`, m as it is. */
export const accumulated = (m: Measured, before: number | undefined): Measured =>
  before === undefined ? m : { value: before + m.value, bound: m.bound + sumBound(2, Math.abs(before) + Math.abs(m.value) + m.bound) };

/** Rows of a table of p, now and then p itself, which is past its end. */
export const layerInput = (binding: string, size: number, { p }: Dims<LayerDims>, random: () => number): Float64Array | undefined =>
  binding.startsWith('index') ? randomIndices(size, p + 1, random) : undefined;

export const gramRef: Oracle<GramDims, GramOptions> = {
  kernel: gram,
  // On small integers all partial sums fit a significand: T²(9p + 1)·9q ≤ 2²⁴ in each.
  cases: [
    { n: 1, m: 1, T: 1, p: 1, q: 1 }, // smallest
    { n: 32, m: 32, T: 1, p: 8, q: 8 }, // one workgroup of 4×4
    { n: 37, m: 9, T: 1, p: 7, q: 5 }, // ragged everywhere
    { n: 9, m: 35, T: 1, p: 12, q: 4 }, // ragged in the tile only
    { n: 5, m: 6, T: 3, p: 5, q: 5 }, // positions, ragged features
    { n: 6, m: 34, T: 2, p: 8, q: 8 },
    { n: 2, m: 3, T: 16, p: 3, q: 4 }, // many positions
    { n: 3, m: 5, T: 1, p: 1000, q: 12 }, // long dot products: exercise the bound
    { n: 5, m: 2, T: 2, p: 200, q: 200 },
  ],
  exactOnIntegers: true,
  input: layerInput,
  eval: (io, d, o) => {
    const rest = [...io];
    const x = takeLayer(rest, o.form);
    const y = takeLayer(rest, o.form);
    const out = range(d.n * d.m).map((at) =>
      accumulated(entry(x, Math.floor(at / d.m), y, at % d.m, d, o), o.accumulate ? rest[0]![at]! : undefined),
    );
    return [{ value: Float64Array.from(out, (e) => e.value), bound: Float64Array.from(out, (e) => e.bound) }];
  },
};
