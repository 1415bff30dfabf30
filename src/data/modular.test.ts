import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { isPrime, operationTable, splitEntries, takeEntries, type ModularTask, type OperationTable } from './modular';

const PRIMES = [2, 3, 5, 7, 11, 13, 23];
const entries = ({ a, b, c, n }: OperationTable): readonly (readonly [number, number, number])[] =>
  Array.from({ length: n }, (_, i) => [a[i]!, b[i]!, c[i]!]);
/** The remainder of whole numbers by definition: p divides value − c. */
const congruent = (value: number, c: number, p: number): boolean => Number.isInteger((value - c) / p);

describe('tables', () => {
  /** What has to be ≡ 0 by each operation's own definition; a quotient by what it is the answer to. */
  const RULES: readonly (readonly [ModularTask, (a: number, b: number, c: number) => number])[] = [
    ['add', (a, b, c) => a + b - c],
    ['subtract', (a, b, c) => a - b - c],
    ['multiply', (a, b, c) => a * b - c],
    ['divide', (a, b, c) => b * c - a],
    ['squares', (a, b, c) => a * a + b * b - c],
    ['cubic', (a, b, c) => a * a * a + a * b - c],
  ];
  it.each(RULES)('of %s: every pair once, every result right', (task, zero) => {
    for (const p of PRIMES) {
      const table = operationTable(task, p);
      const all = entries(table);
      const pairs = new Set(all.map(([a, b]) => p * a + b));
      expect([table.order, table.n, pairs.size]).toEqual([p, task === 'divide' ? p * (p - 1) : p * p, all.length]);
      for (const [a, b, c] of all)
        expect(a < p && b < p && c < p && congruent(zero(a, b, c), 0, p), `${task} ${a} ${b} ${c} modulo ${p}`).toBe(true);
      expect(all.some(([, b]) => b === 0)).toBe(task !== 'divide');
    }
  });

  it('of S5: a group of 120 with unit 0, not commutative, whatever the modulus', () => {
    const table = operationTable('s5', 7);
    expect([table.order, table.n]).toEqual([120, 14_400]);
    const product = (a: number, b: number): number => table.c[120 * a + b]!;
    for (let a = 0; a < 120; a++) {
      expect([product(a, 0), product(0, a)]).toEqual([a, a]);
      expect(new Set(Array.from({ length: 120 }, (_, b) => product(a, b))).size).toBe(120);
      expect(new Set(Array.from({ length: 120 }, (_, b) => product(b, a))).size).toBe(120);
    }
    const element = fc.nat({ max: 119 });
    fc.assert(fc.property(element, element, element, (a, b, c) => product(product(a, b), c) === product(a, product(b, c))));
    expect(entries(table).some(([a, b, c]) => c !== product(b, a))).toBe(true);
    // Five elements of one conjugacy class each have these orders, 1 + 10 + 20 + 30 + 24 + 15 + 20 = 120 in all.
    const orders = Array.from({ length: 120 }, (_, a) => {
      let k = 1;
      for (let x = a; x !== 0; x = product(x, a)) k++;
      return k;
    });
    expect([1, 2, 3, 4, 5, 6].map((k) => orders.filter((o) => o === k).length)).toEqual([1, 25, 20, 30, 24, 20]);
  });

  it('refuses a modulus that is none, and division where not every number has an inverse', () => {
    for (const modulus of [1, 0, -5, 2.5, NaN, 1025]) expect(() => operationTable('add', modulus)).toThrow(ConfigError);
    for (const modulus of [4, 9, 15, 21]) expect(() => operationTable('divide', modulus)).toThrow('must be prime');
    expect(operationTable('add', 4).n).toBe(16);
    expect(Array.from({ length: 30 }, (_, n) => n).filter(isPrime)).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
  });
});

describe('the split', () => {
  const size = fc.integer({ min: 2, max: 400 });
  const permille = fc.integer({ min: 1, max: 999 });
  const seed = fc.nat({ max: 2 ** 32 - 1 });
  it('is a partition of the size asked for; a smaller share is a part of a larger one', () =>
    fc.assert(
      fc.property(size, permille, permille, seed, (n, i, j, s) => {
        const [f, g] = [Math.min(i, j) / 1000, Math.max(i, j) / 1000] as const;
        const count = (x: number): number => Math.round(x * n);
        fc.pre([f, g].every((x) => count(x) >= 1 && count(x) < n));
        const [less, more] = [splitEntries(n, f, s), splitEntries(n, g, s)];
        expect(less.train.length).toBe(count(f));
        expect([...less.train, ...less.test].toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        const larger = new Set(more.train);
        expect(less.train.every((row) => larger.has(row))).toBe(true);
        expect(splitEntries(n, f, s)).toEqual(less);
      }),
    ));

  it('depends on the seed, takes each entry as often as any other, and refuses an empty side', () => {
    const [n, seeds] = [60, 2000];
    const taken = new Float64Array(n);
    for (let s = 0; s < seeds; s++) for (const i of splitEntries(n, 0.3, s).train) taken[i]! += 1;
    // Six standard errors of a share: one of 60 exceeds them with probability 1e-7.
    for (const t of taken) expect(Math.abs(t / seeds - 0.3)).toBeLessThan(6 * Math.sqrt((0.3 * 0.7) / seeds));
    for (const f of [0, 1, -1, 2, 0.001, 0.999, NaN]) expect(() => splitEntries(n, f, 0)).toThrow(ConfigError);
  });

  it('takes entries with their results', () => {
    const table = operationTable('add', 5);
    expect(takeEntries(table, Uint32Array.of(7, 3))).toEqual({
      n: 2,
      a: Uint32Array.of(1, 0),
      b: Uint32Array.of(2, 3),
      c: Uint32Array.of(3, 3),
    });
  });
});
