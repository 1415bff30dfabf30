import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../core/errors';
import { RandomState } from './mt19937';

/** Drawn by numpy.random.RandomState (NumPy 2.4) with these seeds; each list starts from a fresh generator. */
const NUMPY = [
  {
    seed: 0,
    bits: [2357136044, 2546248239, 3071714933, 3626093760, 2588848963],
    later: { 623: 3791854820, 624: 341544762, 1300: 2137935524 },
    rand: [0.5488135039273248, 0.7151893663724195, 0.6027633760716439],
    randn: [1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675],
    choice: [44, 47, 0, 1, 0, 835, 3, 1819583497, 1650906866, 1879422756],
    permutation: [2, 8, 4, 9, 1, 6, 7, 3, 0, 5],
    mixed: [1.764052345967664, 3, 0.4001572083672233, 0.8579456176227568],
    shuffle: 'cabde',
  },
  {
    seed: 42,
    bits: [1608637542, 3421126067, 4083286876, 787846414, 3143890026],
    later: { 623: 1077437785, 624: 108880612, 1300: 373319790 },
    rand: [0.3745401188473625, 0.9507143064099162, 0.7319939418114051],
    randn: [0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597],
    choice: [38, 28, 0, 0, 2, 71, 20, 670094950, 1914837113, 669991378],
    permutation: [8, 1, 5, 0, 7, 2, 9, 4, 3, 6],
    mixed: [0.4967141530112327, 2, -0.13826430117118466, 0.7796910002727693],
    shuffle: 'becad',
  },
  {
    seed: 4294967295,
    bits: [419326371, 479346978, 3918654476, 2416749639, 3388880820],
    later: { 623: 1027084080, 624: 3860652269, 1300: 2429485148 },
    rand: [0.0976320289940138, 0.9123828453026218, 0.78903530185164],
    randn: [0.6484086742306527, 0.6693235306338161, -1.0805437227474493, 0.2845010447986309, 0.11388773652167104],
    choice: [35, 34, 0, 0, 0, 576, 22, 77050329, 1217888032, 4163996287],
    permutation: [6, 9, 5, 1, 8, 0, 7, 4, 2, 3],
    mixed: [0.6484086742306527, 1, 0.6693235306338161, 0.2835616616122866],
    shuffle: 'ebacd',
  },
] as const;
const CHOICES = [48, 48, 1, 2, 3, 1000, 48, 2 ** 31 + 1, 2 ** 31 + 1, 2 ** 32];

/**
 * Two libraries' logarithms, each within 1 unit in the last place, differ by at most 2; the square root halves that, and the
 * quotient, root and product may each then round to the other neighbour: 1 + ½ + 1 + 1 < 4 units of 2⁻⁵² relative.
 */
const expectNormal = (value: number, numpy: number): void => {
  expect(Math.abs(value - numpy)).toBeLessThanOrEqual(4 * 2 ** -52 * Math.abs(numpy));
};

test.each(NUMPY)('seed $seed draws what NumPy draws', ({ seed, bits, later, rand, randn, choice, permutation, mixed, shuffle }) => {
  const fresh = (): RandomState => new RandomState(seed);
  let random = fresh();
  const words = Array.from({ length: 1301 }, () => random.bits());
  expect(words.slice(0, 5)).toEqual(bits);
  for (const [i, word] of Object.entries(later)) expect(words[Number(i)], `word ${i}`).toBe(word);
  random = fresh();
  expect(rand.map(() => random.rand())).toEqual(rand);
  random = fresh();
  for (const value of randn) expectNormal(random.randn(), value);
  random = fresh();
  expect(CHOICES.map((n) => random.choice(n))).toEqual(choice);
  expect([...fresh().permutation(10)]).toEqual(permutation);
  random = fresh();
  expectNormal(random.randn(), mixed[0]);
  expect(random.choice(7)).toBe(mixed[1]);
  expectNormal(random.randn(), mixed[2]); // the spare of the first pair, in spite of the choice between
  expect(random.rand()).toBe(mixed[3]);
  const letters = Uint8Array.from([0, 1, 2, 3, 4]);
  fresh().shuffle(letters);
  expect([...letters].map((i) => 'abcde'[i]).join('')).toBe(shuffle);
});

test('choices stay in range and permutations hold each number once', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 2 ** 32 }), fc.nat({ max: 40 }), (seed, n, length) => {
      const random = new RandomState(seed);
      const value = random.choice(n);
      expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      expect([...random.permutation(length)].toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
    }),
  );
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses the seed %s', (seed) => {
  expect(() => new RandomState(seed)).toThrow(ConfigError);
});

test.each([0, -3, 1.5, 2 ** 32 + 1])('refuses a choice among %s', (n) => {
  expect(() => new RandomState(0).choice(n)).toThrow(ConfigError);
});
