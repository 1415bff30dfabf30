import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NORMAL_ERROR, normalPair } from './normal';
import { threefry2x32 } from './threefry';

/** Box–Muller of the same words in float64; its own error is below 1e-14, absorbed by the slack of the bound's rounding up. */
const boxMuller = (w0: number, w1: number): readonly [number, number] => {
  const r = Math.sqrt(-2 * Math.log(((w0 | 1) >>> 0) * 2 ** -32));
  const theta = 2 * Math.PI * (w1 + 0.5) * 2 ** -32;
  return [r * Math.cos(theta), r * Math.sin(theta)];
};
const excess = (w0: number, w1: number): number => {
  const exact = boxMuller(w0, w1);
  return Math.max(...normalPair(w0, w1).map((z, i) => Math.abs(z - exact[i]!) / (NORMAL_ERROR * (1.5 + Math.abs(exact[i]!)))));
};
/** Words where a branch changes: powers of two, the ends of the range, √½ and √½/2, and their neighbours. */
const EDGES = [...Array.from({ length: 32 }, (_, k) => 2 ** k), 3037000499, 1518500249, 0].flatMap((w) =>
  [-2, -1, 0, 1, 2].map((d) => (w + d) >>> 0),
);
const EDGE_PAIRS = EDGES.flatMap((w0) => EDGES.map((w1) => [w0, w1] as const));

test('stays within the derived bound of float64 Box–Muller', () => {
  expect(EDGE_PAIRS.filter(([w0, w1]) => excess(w0, w1) > 1)).toEqual([]);
  const word = fc.nat({ max: 0xffffffff });
  fc.assert(
    fc.property(word, word, (w0, w1) => excess(w0, w1) <= 1),
    { numRuns: 20_000 },
  );
});

test('gives f32 values, the largest being √(64 ln 2) at u = 2⁻³², and no negative zero', () => {
  const z = EDGE_PAIRS.flatMap(([w0, w1]) => normalPair(w0, w1));
  expect(z.filter((x) => Object.is(x, -0) || Math.fround(x) !== x)).toEqual([]);
  expect(Math.abs(normalPair(0, 0)[0] - Math.sqrt(64 * Math.LN2))).toBeLessThanOrEqual(NORMAL_ERROR * (1.5 + 6.661));
});

test('turns by a quarter as w1 grows by 2³⁰', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 0x3fffffff }), (w0, w1) => {
      const [x, y] = normalPair(w0, w1);
      expect([1, 2, 3].map((q) => normalPair(w0, w1 + q * 2 ** 30))).toEqual([
        [0 - y, x],
        [0 - x, 0 - y],
        [y, 0 - x],
      ]);
    }),
  );
});

/** One N(0,1) quantile for all checks below: two-sided probability 1e-6 by chance, were the seed not fixed. */
const Z = 4.892;
const draws = (n: number): Float64Array => {
  const out = new Float64Array(n);
  for (let j = 0; j < n / 2; j++) out.set(normalPair(...threefry2x32(11, 7, j, 0)), 2 * j);
  return out;
};

test('has the moments of N(0, 1)', () => {
  const n = 2 ** 20;
  const z = draws(n);
  const mean = (f: (x: number, i: number) => number): number => z.reduce((sum, x, i) => sum + f(x, i), 0) / n;
  // Variances of one term: E z² = 1, E z⁴ − 1 = 2, E z⁶ = 15, E z⁸ − 9 = 96; products of independent neighbours: 1.
  const checks = [
    [mean((x) => x), 0, 1],
    [mean((x) => x * x), 1, 2],
    [mean((x) => x ** 3), 0, 15],
    [mean((x) => x ** 4), 3, 96],
    [mean((x, i) => x * z[i ^ 1]!), 0, 2], // each pair counted twice
    [mean((x, i) => x * z[(i + 2) % n]!), 0, 1],
  ] as const;
  for (const [got, want, variance] of checks) expect(Math.abs(got - want)).toBeLessThan(Z * Math.sqrt(variance / n));
});

test('has the tails of N(0, 1)', () => {
  const n = 2 ** 20;
  const z = draws(n);
  // P(|z| > t), Abramowitz & Stegun table 26.1.
  for (const [t, p] of [
    [1, 0.31731050786],
    [2, 0.0455002639],
    [3, 0.00269979606],
    [4, 0.00006334248],
  ] as const) {
    const count = z.reduce((sum, x) => sum + (Math.abs(x) > t ? 1 : 0), 0);
    expect(Math.abs(count - n * p)).toBeLessThan(Z * Math.sqrt(n * p * (1 - p)));
  }
});

/** Φ by its series Σ x^(2k+1)/(1·3···(2k+1)), without cancellation; float64 to about 1e-15 for |x| < 7. */
const cdf = (x: number): number => {
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) sum += term *= (x * x) / (2 * k + 1);
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
};

test('passes Kolmogorov–Smirnov against Φ', () => {
  const n = 2 ** 18;
  const z = draws(n).toSorted();
  const D = z.reduce((max, x, i) => Math.max(max, cdf(x) - i / n, (i + 1) / n - cdf(x)), 0);
  // P(D > d) ≤ 2·exp(−2nd²) for every n (Dvoretzky–Kiefer–Wolfowitz, constant by Massart 1990); 1e-6 here.
  expect(D).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * n)));
});
