/** Float64 oracle, error bound and test shapes for headProduct.ts; where the elements of heads lie, which attention's oracles share. */
import { headProduct, keyElements, LOW, pairElements, queryElements, type HeadDims, type HeadProductOptions } from './headProduct';
import { dotBound, type Dims, type Oracle, type Oracled } from './kernel';
import type { Measured } from './program';

export type HeadSizes = Dims<HeadDims>;
export const range = (to: number, from = 0): readonly number[] => Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i);

/** The keys that query t sees. */
export const keysOf = ({ S, T }: HeadSizes, t: number, causal: boolean): readonly number[] => range(causal ? t + T - S + 1 : T);
/** The queries that see key s. */
export const queriesOf = ({ S, T }: HeadSizes, s: number, causal: boolean): readonly number[] =>
  range(S, causal ? Math.max(0, s - (T - S)) : 0);

/** Index of (example, query, head, feature), of (example, key, head, feature), of (example, head, query, key). */
export const queryAt = ({ S, h, d }: HeadSizes, i: number, t: number, head: number, k: number): number => ((i * S + t) * h + head) * d + k;
export const keyAt = ({ T, h, d }: HeadSizes, i: number, s: number, head: number, k: number): number => ((i * T + s) * h + head) * d + k;
export const pairAt = ({ S, T, h }: HeadSizes, i: number, head: number, t: number, s: number): number => ((i * h + head) * S + t) * T + s;

export const empty = (n: number): Oracled => ({ value: new Float64Array(n), bound: new Float64Array(n) });
export const put = ({ value, bound }: Oracled, at: number, m: Measured): void => {
  value[at] = m.value;
  bound[at] = m.bound;
};

/** Smallest, square, one query of many keys, ragged, more queries than keys, long sums in several workgroups. */
export const headCases: readonly HeadSizes[] = [
  { n: 1, S: 1, T: 1, h: 1, d: 1 },
  { n: 3, S: 3, T: 3, h: 2, d: 4 },
  { n: 2, S: 1, T: 5, h: 3, d: 8 },
  { n: 2, S: 4, T: 7, h: 1, d: 5 },
  { n: 5, S: 2, T: 3, h: 4, d: 12 },
  { n: 2, S: 5, T: 2, h: 1, d: 4 },
  { n: 1, S: 20, T: 20, h: 2, d: 36 },
];

export const headProductRef: Oracle<HeadDims, HeadProductOptions> = {
  kernel: headProduct,
  cases: headCases,
  exactOnIntegers: ({ fill }) => fill === 'zero',
  eval: ([left, right], sizes, { form, causal, fill }) => {
    const { n, S, T, h, d } = sizes;
    const out = empty({ scores: pairElements, apply: queryElements, spread: keyElements }[form](sizes));
    const sum = (at: number, terms: readonly number[], a: (j: number) => number, b: (j: number) => number): void => {
      let [value, mag] = [0, 0];
      for (const j of terms) {
        const product = left![a(j)]! * right![b(j)]!;
        value += product;
        mag += Math.abs(product);
      }
      put(out, at, { value, bound: dotBound(terms.length, mag) });
    };
    for (const i of range(n))
      for (const head of range(h)) {
        const pair = (t: number, s: number): number => pairAt(sizes, i, head, t, s);
        if (form === 'scores')
          for (const t of range(S))
            for (const s of range(T)) {
              if (keysOf(sizes, t, causal).includes(s))
                sum(
                  pair(t, s),
                  range(d),
                  (k) => queryAt(sizes, i, t, head, k),
                  (k) => keyAt(sizes, i, s, head, k),
                );
              else out.value[pair(t, s)] = fill === 'low' ? LOW : 0;
            }
        if (form === 'apply')
          for (const t of range(S))
            for (const k of range(d))
              sum(
                queryAt(sizes, i, t, head, k),
                keysOf(sizes, t, causal),
                (s) => pair(t, s),
                (s) => keyAt(sizes, i, s, head, k),
              );
        if (form === 'spread')
          for (const s of range(T))
            for (const k of range(d))
              sum(
                keyAt(sizes, i, s, head, k),
                queriesOf(sizes, s, causal),
                (t) => pair(t, s),
                (t) => queryAt(sizes, i, t, head, k),
              );
      }
    return [out];
  },
};
