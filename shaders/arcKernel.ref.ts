/** Float64 oracles, error bounds and test inputs for arcKernel.ts; `arcPair` and `arcOwn` carry the errors of a layer's inputs on to its outputs. */
import {
  ANGLE_ULPS,
  arcKernel,
  arcKernelDiagonal,
  type ArcActivation,
  type ArcDiagonalOptions,
  type ArcDims,
  type ArcOptions,
} from './arcKernel';
import { TINY32, U32, type Oracle, type Oracled } from './kernel';
import { evalProgram, namedProgram, type Measured } from './program';

const exact = (value: number): Measured => ({ value, bound: 0 });
/** A value with what it inherited, and `ulps` roundings of its own. */
const rounded = (value: number, inherited: number, ulps: number): Measured => ({
  value,
  bound: inherited + ulps * U32 * (Math.abs(value) + inherited) + TINY32,
});
/** Largest distance from `value` to f over all combinations of arguments; for f monotone in each. */
const spread = (value: number, f: (a: number, b: number) => number, as: readonly number[], bs: readonly number[]): number =>
  Math.max(...as.flatMap((a) => bs.map((b) => Math.abs(f(a, b) - value))));
const around = ({ value, bound }: Measured): readonly [number, number] => [value - bound, value + bound];

/** WGSL's sqrt, and half the error of the product under it. */
const ROOT_ULPS = 5;
const meanOf = (q: number, q2: number): number => Math.sqrt(Math.max(q, 0) * Math.max(q2, 0));
/** √(s² − k²), 0 outside. */
const rootOf = (s: number, k: number): number => Math.sqrt(Math.max((s - k) * (s + k), 0));
/** φ = π − θ, of k clamped to [−s, s]. */
const reluAngle = (s: number, k: number): number => Math.atan2(rootOf(s, k), -Math.min(Math.max(k, -s), s));
/** s = √(qq′): exact where both are known to be the same number, or where the product is 0. Below the domain the kernel may have 0. */
const geometricMean = (q: Measured, q2: Measured): Measured => {
  const value = meanOf(q.value, q2.value);
  const known = q.bound === 0 && q2.bound === 0;
  if (known && (q.value === q2.value || value === 0)) return exact(value);
  const inherited = spread(value, meanOf, around(q), around(q2));
  const flushed = Math.min(q.value, q2.value) < TINY32 ? value : 0;
  return { value, bound: inherited + ROOT_ULPS * U32 * (value + inherited) + flushed };
};

/** T and Ṫ. */
export interface Dual {
  readonly T: Measured;
  readonly dT: Measured;
}
/** s and the clamped k: its bound includes what the clamp moves it where s errs; r = √(s² − k²) and the r that s and k may have made of it. */
interface Inside {
  readonly s: Measured;
  readonly k: Measured;
  readonly r: number;
  readonly low: number;
  readonly high: number;
}

const inside = (s: Measured, given: Measured): Inside => {
  const value = Math.min(Math.max(given.value, -s.value), s.value);
  const touched = Math.abs(given.value) + given.bound > s.value - s.bound;
  const k = { value, bound: given.bound + (touched ? s.bound : 0) };
  const size = Math.abs(value);
  const [low, high] = [rootOf(Math.max(s.value - s.bound, 0), size + k.bound), rootOf(s.value + s.bound, Math.max(size - k.bound, 0))];
  return { s, k, r: rootOf(s.value, size), low, high };
};

/**
 * T: |∂T/∂k| ≤ ½ and |∂T/∂s| ≤ 1/2π carry s and k over. φ falls from π to 0 as k/s falls from 1 to −1, so the corners bound it; there, and not in
 * a derivative that is infinite at k = s, is the half of the digits that θ loses. Rounding of r² (3, so 1.5 of r) and of the root (4.5) is 6 of r,
 * which moves φ by 6·r·|k|/s².
 */
const reluDual = ({ s, k, r, high }: Inside): Dual => {
  const angle = s.value === 0 ? Math.PI : reluAngle(s.value, k.value);
  const least = s.value - s.bound;
  const size = Math.abs(k.value) + k.bound;
  const turned = s.value + s.bound === 0 ? 0 : least > 0 ? Math.min((6 * U32 * high * size) / least ** 2, Math.PI) : Math.PI;
  const reached =
    s.bound === 0 && k.bound === 0
      ? 0
      : spread(
          angle,
          reluAngle,
          around(s).map((v) => Math.max(v, 0)),
          around(k),
        );
  const slope = rounded(angle / (2 * Math.PI), (reached + turned) / (2 * Math.PI), ANGLE_ULPS + 2);
  // Of T, r and φ give 6·r and ANGLE_ULPS·φ|k|; the factors 1/2π, products and the sum 4 of each.
  const own = ((6 + 4) * U32 * high) / (2 * Math.PI) + (ANGLE_ULPS + 4) * U32 * (slope.value + slope.bound) * size;
  return {
    T: { value: (r + angle * k.value) / (2 * Math.PI), bound: 0.5 * k.bound + s.bound / (2 * Math.PI) + own + 3 * TINY32 },
    dT: slope,
  };
};

const erfRoot = (sum: number, r: number): number => Math.sqrt(1 + 2 * Math.max(sum, 0) + 4 * r * r);
const erfValue = (k: number, root: number): number => (2 / Math.PI) * Math.atan2(2 * k, root);
/** √D from its own range: r² errs by 3, a part of a sum of positive terms that errs by 4 more in D, 2 in √D; the root by 4.5. */
const erfDual = ({ k, r, low, high }: Inside, q: Measured, q2: Measured): Dual => {
  const value = erfRoot(q.value + q2.value, r);
  const inherited = spread(value, erfRoot, around({ value: q.value + q2.value, bound: q.bound + q2.bound }), [low, high]);
  const root = rounded(value, inherited, (3 + 4) / 2 + 4.5);
  const T = erfValue(k.value, value);
  const slope = 4 / Math.PI / value;
  return {
    T: rounded(T, spread(T, erfValue, around(k), around(root)), ANGLE_ULPS + 2),
    dT: rounded(slope, 4 / Math.PI / Math.max(root.value - root.bound, 1) - slope, 4), // division 2.5, its constant 0.5
  };
};

/** T and Ṫ of a pair, from values that err: k the kernel between the two, q and q2 of each with itself. Convex ranges of q, q2 and k, taken as unrelated. NaN where one is not finite. */
export const arcPair = (activation: ArcActivation, q: Measured, q2: Measured, k: Measured): Dual => {
  if (![q, q2, k].every(({ value }) => Number.isFinite(value))) return { T: exact(NaN), dT: exact(NaN) };
  const at = inside(geometricMean(q, q2), k);
  return activation === 'relu' ? reluDual(at) : erfDual(at, q, q2);
};
/** T and Ṫ of an input with itself, q = q′ = k in one and the same number: r = 0 exactly, so q's error enters through T(q) = q/2 or erf's T(q) alone. */
export const arcOwn = (activation: ArcActivation, q: Measured): Dual => {
  const at = arcPair(activation, exact(q.value), exact(q.value), exact(q.value));
  if (activation === 'relu')
    return { T: { value: at.T.value, bound: at.T.bound * (1 + q.bound / (q.value || 1)) + q.bound / 2 }, dT: at.dT };
  const again = around(q)
    .map((v) => Math.max(v, 0))
    .map((v) => arcPair('erf', exact(v), exact(v), exact(v)));
  const over = (pick: (d: Dual) => Measured): Measured => ({
    value: pick(at).value,
    bound: Math.max(...[at, ...again].map(pick).map(({ value, bound }) => bound + Math.abs(value - pick(at).value))),
  });
  return { T: over((d) => d.T), dT: over((d) => d.dT) };
};

const LAYER = namedProgram(
  ['T', 'dT', 'theta', 'sw2', 'sb2'],
  [
    ['nngp', 'mul', 'sw2', 'T'],
    ['nngp', 'add', 'nngp', 'sb2'],
    ['ntk', 'mul', 'sw2', 'dT'],
    ['ntk', 'mul', 'ntk', 'theta'],
    ['ntk', 'add', 'nngp', 'ntk'],
  ],
  ['nngp', 'ntk'],
);
/** Σ and Θ of the next layer. `hyper`: σw², σb², both exact. */
export const arcLayer = (
  { T, dT }: Dual,
  theta: Measured,
  hyper: ArrayLike<number>,
): { readonly nngp: Measured; readonly ntk: Measured } => {
  const [nngp, ntk] = evalProgram(LAYER, [T, dT, theta, exact(hyper[0]!), exact(hyper[1]!)]);
  return { nngp: nngp!, ntk: ntk! };
};

const collect = (results: readonly Measured[]): Oracled => ({
  value: Float64Array.from(results, ({ value }) => value),
  bound: Float64Array.from(results, ({ bound }) => bound),
});

/** Variances over eight decades, and of an input of zeros; each but 0.3 the square of a short number, so that products have exact roots. */
const VARIANCES = [1, 2.25, 1e-4, 0.3, 0, 2, 1e4, 0.5] as const;
/** What all variances of a case are multiplied by, in the cases whose products leave f32's range; an even power of 2, so that roots stay exact. */
const SCALED: ReadonlyMap<number, number> = new Map([
  [9, 2 ** -66],
  [10, 2 ** 66],
  [11, 2 ** -44],
  [12, 2 ** 54],
]);
const scaleOf = ({ n }: { readonly n: number }): number => SCALED.get(n) ?? 1;
const rowVariance = (i: number): number => Math.fround(VARIANCES[(3 * i) % VARIANCES.length]!);
const colVariance = (j: number): number => Math.fround(VARIANCES[(5 * j + (j >> 3)) % VARIANCES.length]!);
/** Cosines: parallel exactly, up to and beyond rounding; orthogonal; opposite; anything between. */
const cosine = (random: () => number): number => {
  const small = Math.abs(random());
  switch (Math.floor(Math.abs(random()) * 2 ** 20) % 8) {
    case 0:
      return 1;
    case 1:
      return 0;
    case 2:
      return -1;
    case 3:
      return 1 - small * 2 ** -18;
    case 4:
      return 1 + small * 2 ** -21;
    case 5:
      return small * 2 ** -16 - 1;
    default:
      return random();
  }
};
const hyperDraw = (random: () => number, scale: number): Float64Array =>
  Float64Array.of(0.5 + 2 * Math.abs(random()), (scale * Math.max(random(), 0)) / 2);

export const arcKernelRef: Oracle<ArcDims, ArcOptions> = {
  kernel: arcKernel,
  cases: [
    { n: 1, m: 1 },
    { n: 8, m: 8 }, // smallest; exactly one workgroup
    { n: 7, m: 5 },
    { n: 1, m: 67 }, // ragged
    { n: 33, m: 33 },
    { n: 19, m: 70 }, // several workgroups
    ...[...SCALED.keys()].flatMap((n) => [
      { n, m: n },
      { n, m: 13 },
    ]),
  ],
  exactOnIntegers: false,
  eval: ([K, theta, qa, qb, hyper], { n, m }, { activation, self }) => {
    const pairs = Array.from({ length: n * m }, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m];
      const k = self && i === j ? qa![i]! : K![at]!;
      return arcLayer(arcPair(activation, exact(qa![i]!), exact(qb![j]!), exact(k)), exact(theta![at]!), hyper!);
    });
    return [collect(pairs.map((p) => p.nngp)), collect(pairs.map((p) => p.ntk))];
  },
  input: (binding, size, { n, m }, random) => {
    const scale = scaleOf({ n });
    switch (binding) {
      case 'qa':
        return Float64Array.from({ length: size }, (_, i) => scale * rowVariance(i));
      case 'qb':
        return Float64Array.from({ length: size }, (_, j) => scale * colVariance(j));
      case 'K':
        return Float64Array.from(
          { length: size },
          (_, at) => scale * Math.sqrt(rowVariance(Math.floor(at / m)) * colVariance(at % m)) * cosine(random),
        );
      case 'hyper':
        return hyperDraw(random, scale);
      default:
        return undefined;
    }
  },
};

export const arcKernelDiagonalRef: Oracle<'n', ArcDiagonalOptions> = {
  kernel: arcKernelDiagonal,
  cases: [1, 64, 7, 131, ...SCALED.keys()].map((n) => ({ n })),
  exactOnIntegers: false,
  eval: ([q, hyper], { n }, { activation }) => [
    collect(Array.from({ length: n }, (_, i) => arcLayer(arcOwn(activation, exact(q![i]!)), exact(0), hyper!).nngp)),
  ],
  input: (binding, size, d, random) => {
    const scale = scaleOf(d);
    if (binding === 'hyper') return hyperDraw(random, scale);
    return binding === 'q' ? Float64Array.from({ length: size }, (_, i) => scale * rowVariance(i)) : undefined;
  },
};
