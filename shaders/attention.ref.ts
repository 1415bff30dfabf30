/** Float64 oracle, error bound and test shapes for attention.ts. */
import { attention, type AttentionOptions } from './attention';
import { pairElements, queryElements, type HeadDims } from './headProduct';
import { empty, headCases, keyAt, keysOf, pairAt, put, queryAt, range } from './headProduct.ref';
import type { Oracle } from './kernel';
import { divM, dotM, exact, expDifferenceM, totalM } from './measured';
import type { Measured } from './program';

/** Softmax of scores that err. The largest of them, whichever it is in f32, lies within the largest error of the exact maximum. */
const softmaxM = (scores: readonly Measured[]): readonly Measured[] => {
  const top = { value: Math.max(...scores.map((z) => z.value)), bound: Math.max(...scores.map((z) => z.bound)) };
  const weights = scores.map((z) => expDifferenceM(z, top));
  const total = totalM(weights);
  return weights.map((w) => divM(w, total));
};

export const attentionRef: Oracle<HeadDims, AttentionOptions> = {
  kernel: attention,
  cases: headCases,
  exactOnIntegers: false,
  eval: ([q, k, v], sizes, { causal }) => {
    const { n, S, h, d } = sizes;
    const out = empty(queryElements(sizes));
    const weights = empty(pairElements(sizes));
    for (const i of range(n))
      for (const head of range(h))
        for (const t of range(S)) {
          const seen = keysOf(sizes, t, causal);
          const query = range(d).map((c) => exact(q![queryAt(sizes, i, t, head, c)]!));
          const p = softmaxM(
            seen.map((s) =>
              dotM(
                query,
                range(d).map((c) => exact(k![keyAt(sizes, i, s, head, c)]!)),
              ),
            ),
          );
          for (const s of seen) put(weights, pairAt(sizes, i, head, t, s), p[s]!);
          for (const c of range(d))
            put(
              out,
              queryAt(sizes, i, t, head, c),
              dotM(
                p,
                seen.map((s) => exact(v![keyAt(sizes, i, s, head, c)]!)),
              ),
            );
        }
    return [out, weights];
  },
};
