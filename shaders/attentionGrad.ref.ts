/** Float64 oracles, error bounds and test shapes for attentionGrad.ts. */
import type { AttentionOptions } from './attention';
import { attentionGradKeys, attentionGradQueries } from './attentionGrad';
import { keyElements, pairElements, queryElements, type HeadDims } from './headProduct';
import { empty, headCases, keyAt, keysOf, pairAt, put, queriesOf, queryAt, range } from './headProduct.ref';
import type { Oracle } from './kernel';
import { dotM, exact, mulM, subM } from './measured';

export const attentionGradQueriesRef: Oracle<HeadDims, AttentionOptions> = {
  kernel: attentionGradQueries,
  cases: headCases,
  exactOnIntegers: true,
  eval: ([k, v, w, g], sizes, { causal }) => {
    const { n, S, h, d } = sizes;
    const slopes = empty(pairElements(sizes));
    const dq = empty(queryElements(sizes));
    for (const i of range(n))
      for (const head of range(h))
        for (const t of range(S)) {
          const seen = keysOf(sizes, t, causal);
          const own = range(d).map((c) => exact(g![queryAt(sizes, i, t, head, c)]!));
          const weights = seen.map((s) => exact(w![pairAt(sizes, i, head, t, s)]!));
          const e = seen.map((s) =>
            dotM(
              own,
              range(d).map((c) => exact(v![keyAt(sizes, i, s, head, c)]!)),
            ),
          );
          const mean = dotM(weights, e);
          const slope = seen.map((s) => mulM(weights[s]!, subM(e[s]!, mean)));
          for (const s of seen) put(slopes, pairAt(sizes, i, head, t, s), slope[s]!);
          for (const c of range(d))
            put(
              dq,
              queryAt(sizes, i, t, head, c),
              dotM(
                slope,
                seen.map((s) => exact(k![keyAt(sizes, i, s, head, c)]!)),
              ),
            );
        }
    return [slopes, dq];
  },
};

export const attentionGradKeysRef: Oracle<HeadDims, AttentionOptions> = {
  kernel: attentionGradKeys,
  cases: headCases,
  exactOnIntegers: true,
  eval: ([q, w, g, slopes], sizes, { causal }) => {
    const { n, T, h, d } = sizes;
    const [dk, dv] = [empty(keyElements(sizes)), empty(keyElements(sizes))];
    for (const i of range(n))
      for (const head of range(h))
        for (const s of range(T)) {
          const seen = queriesOf(sizes, s, causal);
          const [slope, weights] = [slopes!, w!].map((x) => seen.map((t) => exact(x[pairAt(sizes, i, head, t, s)]!)));
          const column = (x: Float64Array, c: number): ReturnType<typeof exact>[] =>
            seen.map((t) => exact(x[queryAt(sizes, i, t, head, c)]!));
          for (const c of range(d)) {
            put(dk, keyAt(sizes, i, s, head, c), dotM(slope!, column(q!, c)));
            put(dv, keyAt(sizes, i, s, head, c), dotM(weights!, column(g!, c)));
          }
        }
    return [dk, dv];
  },
};
