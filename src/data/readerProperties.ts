/** What every reader must hold on hostile input. For tests. */
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { FormatError } from '../core/errors';

/** Runs the reader and returns the lengths of all Uint8Arrays that it allocated by number. */
const allocations = (run: () => void): readonly number[] => {
  const lengths: number[] = [];
  const construct = (target: typeof Uint8Array, args: readonly unknown[]): object => {
    if (typeof args[0] === 'number') lengths.push(args[0]);
    return Reflect.construct(target, args);
  };
  vi.stubGlobal('Uint8Array', new Proxy(Uint8Array, { construct }));
  try {
    run();
  } finally {
    vi.unstubAllGlobals();
  }
  return lengths;
};

/** The reader returns or throws a FormatError, and asks for no more memory than the input has bytes. */
export const expectContained = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void => {
  const lengths = allocations(() => {
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  });
  expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(bytes.length);
};

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);

/** A valid file with some bytes overwritten, removed or inserted at a few places, most of them in its first 130 bytes (a header). */
const mutated = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> => {
  const place = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 130 }) }, fc.nat({ max: 10_000 }));
  const edit = fc.tuple(place, fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 4 }));
  return fc
    .tuple(valid, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([bytes, edits]) => edits.reduce((out, [at, remove, insert]) => splice(out, at % (out.length + 1), remove, insert), bytes));
};

/** Garbage, garbage after the file's first bytes, and mutations of valid files are all contained. */
export const expectContainedOnGarbage = (read: (bytes: Uint8Array) => unknown, valid: fc.Arbitrary<Uint8Array>): void => {
  const garbage = fc.uint8Array({ maxLength: 400 });
  const halfValid = fc
    .tuple(valid, fc.nat({ max: 130 }), garbage)
    .map(([bytes, keep, rest]) => Uint8Array.from([...bytes.subarray(0, keep), ...rest]));
  const input = fc.oneof(garbage, halfValid, { weight: 3, arbitrary: mutated(valid) });
  fc.assert(
    fc.property(input, (bytes) => {
      expectContained(read, bytes);
    }),
    { numRuns: 2000 },
  );
};

/** Every proper prefix of a valid file is refused, as is the file with bytes behind it. */
export const expectExactLength = (read: (bytes: Uint8Array) => unknown, valid: fc.Arbitrary<Uint8Array>): void => {
  const extra = fc.uint8Array({ minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(valid, fc.nat(), extra, (bytes, cut, more) => {
      expect(() => read(bytes.subarray(0, cut % bytes.length))).toThrow(FormatError);
      expect(() => read(Uint8Array.from([...bytes, ...more]))).toThrow(FormatError);
    }),
    { numRuns: 500 },
  );
};
