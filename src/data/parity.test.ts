import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { sparseParity } from './parity';

/** A fixed seed beyond this many standard errors has probability 6e-7 if the generator is right. */
const SIGMAS = 5;
const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((s, v) => s + v, 0) / all.length;
};

describe('sparse parity', () => {
  const data = sparseParity({ n: 4000, d: 9, k: 3, seed: 5 });
  const bit = (i: number, j: number): number => data.x[9 * i + j]!;

  it('is ±1, and y the product of the first k', () => {
    expect([data.n, data.d, data.outputs, data.x.length]).toEqual([4000, 9, 1, 36_000]);
    expect(new Set(data.x)).toEqual(new Set([1, -1]));
    data.y.forEach((y, i) => {
      expect(y).toBe(bit(i, 0) * bit(i, 1) * bit(i, 2));
    });
  });
  it('leaves y uncorrelated with every coordinate and every pair of the k', () => {
    const rows = Array.from(data.y, (y, i) => ({ y, i }));
    const close = (f: (i: number) => number): void => {
      expect(Math.abs(mean(rows.map(({ y, i }) => y * f(i))))).toBeLessThan(SIGMAS / Math.sqrt(4000));
    };
    for (let j = 0; j < 9; j++) {
      close((i) => bit(i, j));
      close((i) => bit(i, j) * data.y[i]!);
    }
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      close((i) => bit(i, a) * bit(i, b));
  });
  it('has rows that depend on the seed and their number alone', () => {
    const later = sparseParity({ n: 10, d: 9, k: 3, seed: 5, firstRow: 7 });
    expect(later.x).toEqual(data.x.slice(63, 153));
    expect(sparseParity({ n: 10, d: 9, k: 3, seed: 6 }).x).not.toEqual(data.x.slice(0, 90));
  });
  it.each([{ k: 0 }, { k: 10 }, { d: 0 }, { n: 0 }, { n: 1.5 }, { firstRow: -1 }])('refuses %o', (wrong) => {
    expect(() => sparseParity({ n: 4, d: 9, k: 2, seed: 1, ...wrong })).toThrow(ConfigError);
  });
});
