import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../core/errors';
import { readIdx } from './idx';
import { ITEM_BYTES, toByteOrder, type DType, type NdArray } from './ndarray';
import { bitsOf, ndArrays } from './ndarray.arbitrary';
import { expectContained, expectContainedOnGarbage, expectExactLength } from './readerProperties';

const CODES: Partial<Record<DType, number>> = { u1: 0x08, i1: 0x09, i2: 0x0b, i4: 0x0c, f4: 0x0d, f8: 0x0e };
const u32 = (value: number): readonly number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

const encode = ({ dtype, shape, data }: NdArray): Uint8Array => {
  const elements = Uint8Array.from(new Uint8Array(data.buffer));
  toByteOrder(elements, ITEM_BYTES[dtype], false);
  return Uint8Array.from([0, 0, CODES[dtype]!, shape.length, ...shape.flatMap(u32), ...elements]);
};

const arrays = ndArrays(Object.keys(CODES) as DType[]);

test('reads every element type and shape', () => {
  fc.assert(
    fc.property(arrays, (array) => {
      expect(bitsOf(readIdx(encode(array)))).toEqual(bitsOf(array));
    }),
    { numRuns: 500 },
  );
});

test('reads bytes as the format describes them', () => {
  expect(readIdx(Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe))).toEqual({
    dtype: 'i2',
    shape: [1, 2],
    data: Int16Array.of(258, -2),
  });
  expect(readIdx(Uint8Array.of(0, 0, 0x08, 1, 0, 0, 0, 3, 5, 0, 255).buffer)).toEqual({
    dtype: 'u1',
    shape: [3],
    data: Uint8Array.of(5, 0, 255),
  });
});

test.each([
  ['empty', [], 'truncated'],
  ['gzip', [0x1f, 0x8b, 8, 0, 0], 'gzip'],
  ['text', [...'label,x'].map((c) => c.charCodeAt(0)), 'not an IDX file'],
  ['type 0x0a', [0, 0, 0x0a, 1, 0, 0, 0, 0], 'unsupported element type 0x0a'],
  ['cut in its header', [0, 0, 8, 2, 0, 0, 0, 1], '2 axes need 12 bytes, the file has 8'],
  ['short of elements', [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], '[3] of u1 needs 3 bytes, 2 follow'],
  ['trailing bytes', [0, 0, 8, 1, 0, 0, 0, 1, 1, 2], '1 trailing bytes'],
  ['2^32−1 elements in a small file', [0, 0, 14, 1, 255, 255, 255, 255, 1], 'truncated'],
  ['a product beyond 2^53', [0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1], 'more than any file'],
])('refuses %s', (_, values, message) => {
  const bytes = Uint8Array.from(values);
  expect(() => readIdx(bytes)).toThrow(FormatError);
  expect(() => readIdx(bytes)).toThrow(message);
  expectContained(readIdx, bytes);
});

test('refuses a file beyond the limit', () => {
  expect(() => readIdx(new Uint8Array(5), { maxBytes: 4 })).toThrow('5 bytes; the limit is 4');
});

test('hostile bytes are contained', () => {
  expectContainedOnGarbage(readIdx, arrays.map(encode));
});
test('a file has exactly its length', () => {
  expectExactLength(readIdx, arrays.map(encode));
});
