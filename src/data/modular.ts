/**
 * Tables of binary operations, learned from some of their entries: arithmetic modulo p, and composition in the symmetric group S5.
 * Source: Power et al. 2022, arXiv:2201.02177. Whole numbers throughout.
 */
import { ConfigError } from '../core/errors';
import { stream, USE } from '../core/random';

/** c by a and b, modulo p: a + b, a − b, a·b, a/b with b ≠ 0, a² + b², a³ + ab; s5: a ∘ b in S5, for any p. */
export type ModularTask = 'add' | 'subtract' | 'multiply' | 'divide' | 'squares' | 'cubic' | 's5';

/** Entries of a table: the result of a[i] and b[i] is c[i]. */
export interface Entries {
  readonly n: number;
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly c: Uint32Array;
}
export interface OperationTable extends Entries {
  readonly task: ModularTask;
  /** Symbols that a, b and c are numbers of. */
  readonly order: number;
}

/** Largest modulus: a³ + ab and the number of entries stay far within whole numbers, a table within memory. */
const MOST = 1024;
export const isPrime = (n: number): boolean => {
  if (!Number.isInteger(n) || n < 2) return false;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
};

/** The permutations of 0…4 in lexicographic order: symbol i of S5 is the i-th, and maps j to its j-th entry. */
const permutations = (rest: readonly number[]): number[][] =>
  rest.length === 0 ? [[]] : rest.flatMap((first) => permutations(rest.filter((v) => v !== first)).map((tail) => [first].concat(tail)));
const composition = (): ((a: number, b: number) => number) => {
  const all = permutations([0, 1, 2, 3, 4]);
  const rank = new Map(all.map((g, i) => [g.join(), i]));
  return (a, b) => rank.get(all[b]!.map((j) => all[a]![j]!).join())!;
};
/** b⁻¹ for b = 0…p − 1, p prime; 0 for 0. */
const inverses = (p: number): readonly number[] => {
  const out = Array.from({ length: p }, () => 0);
  for (let b = 1; b < p; b++) for (let x = 1; x < p; x++) if ((b * x) % p === 1) out[b] = x;
  return out;
};

const operation = (task: ModularTask, p: number): ((a: number, b: number) => number) => {
  switch (task) {
    case 'add':
      return (a, b) => (a + b) % p;
    case 'subtract':
      return (a, b) => (a - b + p) % p;
    case 'multiply':
      return (a, b) => (a * b) % p;
    case 'divide': {
      const inverse = inverses(p);
      return (a, b) => (a * inverse[b]!) % p;
    }
    case 'squares':
      return (a, b) => (a * a + b * b) % p;
    case 'cubic':
      return (a, b) => (a ** 3 + a * b) % p;
    case 's5':
      return composition();
  }
};

/**
 * All entries, a outermost; division leaves out b = 0. Throws ConfigError for a modulus that is no whole number from 2 to 1024, or for
 * division by a modulus that is not prime. S5 ignores the modulus: its 120 elements are numbered lexicographically.
 */
export const operationTable = (task: ModularTask, modulus: number): OperationTable => {
  const s5 = task === 's5';
  if (!s5 && !(Number.isInteger(modulus) && modulus >= 2 && modulus <= MOST))
    throw new ConfigError(`the modulus is ${modulus}; it must be a whole number from 2 to ${MOST}`);
  if (task === 'divide' && !isPrime(modulus))
    throw new ConfigError(`division modulo ${modulus}: not every number has an inverse; the modulus must be prime`);
  const order = s5 ? 120 : modulus;
  const first = task === 'divide' ? 1 : 0;
  const columns = order - first;
  const n = order * columns;
  const f = operation(task, order);
  const a = Uint32Array.from({ length: n }, (_, i) => Math.floor(i / columns));
  const b = Uint32Array.from({ length: n }, (_, i) => first + (i % columns));
  return { task, order, n, a, b, c: a.map((v, i) => f(v, b[i]!)) };
};

/**
 * Numbers of the entries to train on, round(fraction·n) of them, and of the rest, each in ascending order. With one seed a smaller fraction is a part
 * of a larger one. Throws ConfigError where either set would be empty.
 */
export const splitEntries = (n: number, fraction: number, seed: number): { readonly train: Uint32Array; readonly test: Uint32Array } => {
  const count = Math.round(fraction * n);
  if (!(count >= 1 && count < n))
    throw new ConfigError(
      `a share of ${fraction} of ${n} entries to train on leaves ${count >= n ? 'none to test' : 'none'}; it must lie between 0 and 1`,
    );
  const random = stream(seed, USE.split);
  const key = Array.from({ length: n }, (_, i) => random.bits(i));
  const order = key.map((_, i) => i).toSorted((i, j) => key[i]! - key[j]! || i - j);
  return { train: Uint32Array.from(order.slice(0, count)).toSorted(), test: Uint32Array.from(order.slice(count)).toSorted() };
};

/** Some entries of a table, in the order of `rows`. */
export const takeEntries = ({ a, b, c }: Entries, rows: Uint32Array): Entries => ({
  n: rows.length,
  a: rows.map((i) => a[i]!),
  b: rows.map((i) => b[i]!),
  c: rows.map((i) => c[i]!),
});
