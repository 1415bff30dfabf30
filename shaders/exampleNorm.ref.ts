/** Float64 oracle, error bound and test shapes for exampleNorm.ts. */
import { exampleNorm, type ExampleNormDims, type ExampleNormOptions } from './exampleNorm';
import { accumulated, entry, layerInput, takeLayer } from './gram.ref';
import type { Oracle } from './kernel';

export const exampleNormRef: Oracle<ExampleNormDims, ExampleNormOptions> = {
  kernel: exampleNorm,
  // On small integers all partial sums fit a significand, as in gram.ref.ts.
  cases: [
    { n: 1, T: 1, p: 1, q: 1 }, // smallest
    { n: 64, T: 1, p: 8, q: 8 }, // one workgroup
    { n: 67, T: 1, p: 7, q: 5 }, // ragged
    { n: 70, T: 1, p: 12, q: 4 },
    { n: 9, T: 3, p: 5, q: 5 }, // positions, ragged features
    { n: 66, T: 2, p: 8, q: 8 },
    { n: 3, T: 16, p: 3, q: 4 }, // many positions
    { n: 5, T: 1, p: 1000, q: 12 }, // long dot products: exercise the bound
    { n: 3, T: 2, p: 200, q: 200 },
  ],
  exactOnIntegers: true,
  input: layerInput,
  // The diagonal of the Gram matrix, whose bound counts each pair of positions twice and so is not below this kernel's.
  eval: (io, d, o) => {
    const rest = [...io];
    const layer = takeLayer(rest, o.form);
    const out = Array.from({ length: d.n }, (_, i) =>
      accumulated(entry(layer, i, layer, i, d, o), o.accumulate ? rest[0]![i]! : undefined),
    );
    return [{ value: Float64Array.from(out, (e) => e.value), bound: Float64Array.from(out, (e) => e.bound) }];
  },
};
