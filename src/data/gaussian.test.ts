import { expect, test } from 'vitest';
import { ConfigError, ShapeError } from '../core/errors';
import { gaussianRegression } from './gaussian';
import { compensatedSum } from './sum';

const U = 2 ** -53;
/** A fixed seed beyond this many standard errors has probability 6e-7 if the generator is right. */
const SIGMAS = 5;

test('targets are x·β plus σ times noise that does not depend on σ or β', () => {
  const base = { n: 50, d: 7, seed: 11 };
  const beta = Float64Array.of(1, -2, 0, 0.5, 3, 0, 1);
  const quiet = gaussianRegression({ ...base, beta });
  expect(quiet.data.y).toEqual(quiet.noiseless);
  expect(quiet.beta).toEqual(beta);
  const { x } = quiet.data;
  for (let i = 0; i < 50; i++) {
    const terms = Array.from(beta, (b, j) => b * x[i * 7 + j]!);
    // Sums of 7 rounded products in another order: 7u·Σ|x_j β_j| for each of the two.
    expect(Math.abs(quiet.noiseless[i]! - compensatedSum(terms))).toBeLessThanOrEqual(14 * U * compensatedSum(terms.map(Math.abs)));
  }
  const zero = gaussianRegression({ ...base, beta: new Float64Array(7), noise: 1 });
  const loud = gaussianRegression({ ...base, beta, noise: 0.25 });
  expect(loud.data.x).toEqual(x);
  loud.data.y.forEach((y, i) => {
    expect(y).toBe(quiet.noiseless[i]! + 0.25 * zero.data.y[i]!);
  });
});

test('rows depend on the seed and their number alone', () => {
  const base = { d: 5, seed: 3, noise: 0.5 };
  const long = gaussianRegression({ ...base, n: 20 });
  const short = gaussianRegression({ ...base, n: 8 });
  const later = gaussianRegression({ ...base, n: 12, firstRow: 8 });
  expect([...short.data.x, ...later.data.x]).toEqual([...long.data.x]);
  expect([...short.data.y, ...later.data.y]).toEqual([...long.data.y]);
  expect(later.beta).toEqual(long.beta);
  expect(gaussianRegression({ ...base, seed: 4, n: 8 }).data.x).not.toEqual(short.data.x);
});

test('features and noise are standard normal, β has its norm', () => {
  const { data, noiseless, beta } = gaussianRegression({ n: 4000, d: 10, seed: 5, noise: 2, norm: 3 });
  const noise = data.y.map((y, i) => (y - noiseless[i]!) / 2);
  for (const values of [data.x, noise]) {
    const n = values.length;
    expect(Math.abs(compensatedSum(values) / n)).toBeLessThan(SIGMAS * Math.sqrt(1 / n));
    expect(Math.abs(compensatedSum(values.map((v) => v * v)) / n - 1)).toBeLessThan(SIGMAS * Math.sqrt(2 / n));
  }
  // Squares, 9 additions, root, product and quotient, then the squares and root here: fewer than 32 roundings.
  expect(Math.abs(Math.sqrt(compensatedSum(beta.map((b) => b * b))) - 3)).toBeLessThan(32 * U * 3);
});

test.each([
  { n: 0 },
  { d: 0 },
  { n: 1.5 },
  { noise: -1 },
  { noise: Number.NaN },
  { norm: -1 },
  { firstRow: -1 },
  { norm: 1, beta: [1, 2] },
  { seed: -1 },
  { n: 2 ** 32, d: 3 },
])('refuses %o', (change) => {
  expect(() => gaussianRegression({ n: 4, d: 2, seed: 0, ...change })).toThrow(ConfigError);
});

test('refuses a β of another length', () => {
  expect(() => gaussianRegression({ n: 4, d: 2, seed: 0, beta: [1] })).toThrow(ShapeError);
});
