/**
 * NumPy's legacy generator (`numpy.random.RandomState`), so that data sets published as "NumPy code and a seed" can be drawn here
 * with the same bits. MT19937: Matsumoto & Nishimura 1998. Everything new uses the counter-based streams of core/random instead.
 */
import { ConfigError } from '../core/errors';

const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX_A = 0x9908b0df;
const UINT32_COUNT = 2 ** 32;

const checkInteger = (what: string, value: number, low: number, high: number): void => {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new ConfigError(`RandomState: ${what} must be an integer in [${low}, ${high}], got ${value}`);
};

/** The state words that `init_genrand` makes of one 32-bit seed. */
const seededState = (seed: number): Uint32Array => {
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const previous = state[i - 1]!;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
};

/** One round over the 624 words, in place. */
const twist = (state: Uint32Array): void => {
  for (let i = 0; i < N; i++) {
    const y = (state[i]! & UPPER) | (state[i + 1 === N ? 0 : i + 1]! & LOWER);
    state[i] = state[i + M < N ? i + M : i + M - N]! ^ (y >>> 1) ^ (y & 1 ? MATRIX_A : 0);
  }
};

/** A sequential generator: each call moves the state on, in the order in which NumPy would. */
export class RandomState {
  readonly #state: Uint32Array;
  #position = N;
  /** The second normal of the last polar pair; undefined when there is none. */
  #spare: number | undefined;

  /** @param seed integer in [0, 2³²), as `np.random.seed(seed)`. Throws ConfigError for any other. */
  constructor(seed: number) {
    checkInteger('the seed', seed, 0, UINT32_COUNT - 1);
    this.#state = seededState(seed);
  }

  /** 32 tempered bits, as an integer in [0, 2³²). */
  bits(): number {
    if (this.#position === N) {
      twist(this.#state);
      this.#position = 0;
    }
    let y = this.#state[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform on [0, 1), a multiple of 2⁻⁵³ made of two 32-bit draws: `np.random.rand()`. */
  rand(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /**
   * Standard normal by Marsaglia's polar method: `np.random.randn()`. A pair is made at a time and its first value is kept for
   * the next call. Equal to NumPy up to the rounding of the two libraries' logarithms.
   */
  randn(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    let a = 0;
    let b = 0;
    let r2 = 0;
    do {
      a = 2 * this.rand() - 1;
      b = 2 * this.rand() - 1;
      r2 = a * a + b * b;
    } while (r2 >= 1 || r2 === 0);
    const f = Math.sqrt((-2 * Math.log(r2)) / r2);
    this.#spare = f * a;
    return f * b;
  }

  /** Uniform integer in [0, n), by masked rejection: `np.random.choice(n)` and `np.random.randint(n)`. n = 1 draws nothing. */
  choice(n: number): number {
    checkInteger('the number of choices', n, 1, UINT32_COUNT);
    const max = n - 1;
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.bits() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** Fisher–Yates from the end, in place: `np.random.shuffle`. */
  shuffle(values: { readonly length: number; [i: number]: number }): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.choice(i + 1);
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
    }
  }

  /** A uniformly random order of 0..n−1: `np.random.permutation(n)`. */
  permutation(n: number): Uint32Array {
    checkInteger('the length of a permutation', n, 0, UINT32_COUNT - 1);
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }
}
