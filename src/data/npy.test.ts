import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError } from '../core/errors';
import { labelledArrays, targetArrays, toFloat64, type NdArray } from './ndarray';
import { bitsOf, DTYPES, ndArrays } from './ndarray.arbitrary';
import { readNpy, writeNpy, type NpyWriteOptions } from './npy';
import { expectContained, expectContainedOnGarbage, expectExactLength } from './readerProperties';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A file with any header text, version 1 unless given. */
const file = (dictionary: string, payload: Uint8Array | number = 0, major = 1, minor = 0): Uint8Array => {
  const length = dictionary.length;
  const size = major === 1 ? [length & 255, length >> 8] : [length & 255, (length >> 8) & 255, (length >> 16) & 255, 0];
  const data = typeof payload === 'number' ? new Uint8Array(payload) : payload;
  return Uint8Array.from([...ascii('\x93NUMPY'), major, minor, ...size, ...ascii(dictionary), ...data]);
};
const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;

const options = fc.record({
  littleEndian: fc.boolean(),
  fortranOrder: fc.boolean(),
  version: fc.constantFrom(1 as const, 2 as const, 3 as const),
});
const files = fc.tuple(ndArrays(), options).map(([array, how]) => writeNpy(array, how));

describe('round trips', () => {
  test.each(DTYPES)('%s, any shape, order of bytes and of elements, and version', (dtype) => {
    fc.assert(
      fc.property(ndArrays([dtype]), options, (array, how) => {
        const bytes = writeNpy(array, how);
        expect(bytes.length % 64).toBe(array.data.byteLength % 64);
        expect(bitsOf(readNpy(bytes))).toEqual(bitsOf(array));
      }),
      { numRuns: 200 },
    );
  });

  test('from the middle of a larger buffer, from an ArrayBuffer, and into memory of its own', () => {
    const array: NdArray = { dtype: 'f8', shape: [2], data: Float64Array.of(1, 2) };
    const bytes = writeNpy(array);
    const shifted = Uint8Array.from([7, ...bytes, 7]).subarray(1, bytes.length + 1);
    const read = readNpy(shifted);
    expect(read).toEqual(array);
    shifted.fill(0);
    expect(read).toEqual(array);
    expect(readNpy(Uint8Array.from(bytes).buffer)).toEqual(array);
  });
});

test('column-major elements are reordered', () => {
  const columns = file(header("'|u1'", '(2, 3)', 'True'), Uint8Array.of(0, 3, 1, 4, 2, 5));
  expect(readNpy(columns)).toEqual({ dtype: 'u1', shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) });
});

/** Dictionaries and elements as NumPy 2.4 writes them. NumPy pads the dictionary with spaces and a line end to 128 bytes in all. */
const WRITTEN_BY_NUMPY: readonly {
  readonly says: string;
  readonly array: NdArray;
  readonly how?: NpyWriteOptions;
  readonly elements: readonly number[];
}[] = [
  {
    says: "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }",
    array: { dtype: 'f8', shape: [1, 3], data: Float64Array.of(1.5, -2, 3) },
    elements: [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 8, 0x40],
  },
  {
    says: "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }",
    array: { dtype: 'i4', shape: [2, 3], data: Int32Array.of(0, 1, 2, 3, 4, 5) },
    how: { fortranOrder: true },
    elements: [0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0],
  },
  {
    says: "{'descr': '>u2', 'fortran_order': False, 'shape': (2,), }",
    array: { dtype: 'u2', shape: [2], data: Uint16Array.of(1, 258) },
    how: { littleEndian: false },
    elements: [0, 1, 1, 2],
  },
  {
    says: "{'descr': '|b1', 'fortran_order': False, 'shape': (), }",
    array: { dtype: 'b1', shape: [], data: Uint8Array.of(1) },
    elements: [1],
  },
  {
    says: "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }",
    array: { dtype: 'i1', shape: [1], data: Int8Array.of(-1) },
    how: { version: 2 },
    elements: [0xff],
  },
  {
    says: "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }",
    array: { dtype: 'f4', shape: [0, 2], data: new Float32Array(0) },
    how: { version: 3 },
    elements: [],
  },
];

test.each(WRITTEN_BY_NUMPY)('writes the bytes that NumPy writes: $says', ({ says, array, how = {}, elements }) => {
  const { version = 1 } = how;
  const before = version === 1 ? 10 : 12;
  const numpy = file(`${says.padEnd(127 - before, ' ')}\n`, Uint8Array.from(elements), version);
  expect([...writeNpy(array, how)]).toEqual([...numpy]);
  expect(readNpy(numpy)).toEqual(array);
});

test.each([
  ["'<f2'", 'False', [0, 0x3c, 0, 0xc0, 0xff, 0x7b]],
  ["'>f2'", 'True', [0x3c, 0, 0xc0, 0, 0x7b, 0xff]],
])('half floats %s are given as f4', (descr, fortran, payload) => {
  const read = readNpy(file(header(descr, '(3, 1)', fortran), Uint8Array.from(payload)));
  expect(read).toEqual({ dtype: 'f4', shape: [3, 1], data: Float32Array.of(1, -2, 65504) });
});

test('other spellings of a header', () => {
  const expected = { dtype: 'u1', shape: [3], data: new Uint8Array(3) };
  expect(readNpy(file('{"shape":(3L,),"fortran_order":False,"descr":"|u1"}', 3))).toEqual(expected);
  expect(readNpy(file("{ 'fortran_order' : False , 'descr' : '<u1' , 'shape' : ( 3 , ) }\n", 3))).toEqual(expected);
});

test.each([
  ['empty', new Uint8Array(0), 'empty'],
  ['another magic', ascii('PNG and more'), 'magic'],
  ['a zip archive', ascii('PK\x03\x04'), '.npz, of which'],
  ['cut in the magic', ascii('\x93NUM'), 'truncated'],
  ['cut in the length', ascii('\x93NUMPY\x02\x00\x01'), 'truncated'],
  ['cut in the dictionary', file(header("'<f8'", '(1,)')).subarray(0, 30), 'truncated in its header'],
  ['version 4', file(header("'<f8'", '(1,)'), 8, 4), 'version 4.0'],
  ['version 1.1', file(header("'<f8'", '(1,)'), 8, 1, 1), 'version 1.1'],
  ['too few elements', file(header("'<f8'", '(2,)'), 15), '[2] of f8 needs 16 bytes, 15 follow'],
  ['trailing bytes', file(header("'<f8'", '(2,)'), 19), '3 trailing bytes'],
  ['complex numbers', file(header("'<c16'", '(1,)'), 16), 'unsupported dtype "<c16"'],
  ['objects', file(header("'|O'", '(1,)'), 8), 'unsupported dtype "|O"'],
  ['half floats, one byte short', file(header("'<f2'", '(2,)'), 3), '[2] of f2 needs 4 bytes, 3 follow'],
  ['long doubles', file(header("'<f16'", '(1,)'), 16), 'unsupported dtype "<f16"'],
  ['texts', file(header("'<U3'", '(1,)'), 12), 'unsupported dtype "<U3": texts. If they are labels, save numpy.unique('],
  ['no byte order', file(header("'|f8'", '(1,)'), 8), 'unsupported dtype "|f8"'],
  ['structured', file(header("[('a', '<f8')]", '(1,)'), 8), 'no structured arrays'],
  ['a boolean 2', file(header("'|b1'", '(2,)'), Uint8Array.of(1, 2)), 'element 1 of a boolean array is 2'],
  ['no shape', file("{'descr': '<f8', 'fortran_order': False}", 8), "no 'shape'"],
  ['an unknown key', file("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", 8), 'unknown key "x"'],
  ['a key twice', file("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", 8), "'descr' twice"],
  ['a negative axis', file(header("'<f8'", '(-1,)'), 8), 'not a Python dictionary'],
  ['a number for a tuple', file(header("'<f8'", '(1)'), 8), 'not a tuple'],
  ['a string for a flag', file(header("'<f8'", '(1,)', "'True'"), 8), 'fortran_order'],
  ['a flag 1', file(header("'<f8'", '(1,)', '1'), 8), 'fortran_order'],
  ['65 axes', file(header("'<f8'", `(${'1,'.repeat(65)})`), 8), '65 axes'],
  ['a long header', file(header("'<f8'", '(1,)').padEnd(10_001), 8), '10001 bytes'],
  ['an axis beyond 2^53', file(header("'<f8'", '(9007199254740993,)'), 8), 'longer than any file'],
  ['a product beyond 2^53', file(header("'<f8'", '(4294967296, 4294967296)'), 8), 'more than any file'],
  ['2^40 elements in a small file', file(header("'<f8'", '(1099511627776,)'), 8), 'truncated'],
])('refuses %s', (_, bytes, message) => {
  expect(() => readNpy(bytes)).toThrow(FormatError);
  expect(() => readNpy(bytes)).toThrow(message);
  expectContained(readNpy, bytes);
});

test('refuses a file beyond the limit, whatever it holds', () => {
  expect(() => readNpy(new Uint8Array(11), { maxBytes: 10 })).toThrow('11 bytes; the limit is 10');
});

test('hostile bytes are contained', () => {
  expectContainedOnGarbage(readNpy, files);
});
test('a file has exactly its length', () => {
  expectExactLength(readNpy, files);
});

test('writing refuses data that do not fill the shape', () => {
  expect(() => writeNpy({ dtype: 'u1', shape: [2, 2], data: new Uint8Array(3) })).toThrow(ShapeError);
});

const labels = (...values: bigint[]): NdArray => ({ dtype: 'i8', shape: [values.length], data: BigInt64Array.from(values) });

describe('arrays as data sets', () => {
  const x: NdArray = { dtype: 'f4', shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) };

  test('trailing axes become features', () => {
    expect(labelledArrays('a', x, labels(2n, 0n))).toMatchObject({
      n: 2,
      d: 2,
      classes: 3,
      x: Float64Array.of(1, 2, 3, 4),
      y: Uint32Array.of(2, 0),
    });
    expect(labelledArrays('a', x, labels(1n, 0n), 10).classes).toBe(10);
    expect(targetArrays('a', x, x)).toMatchObject({ n: 2, d: 2, outputs: 2, y: Float64Array.of(1, 2, 3, 4) });
  });

  test('refuses what does not fit', () => {
    expect(() => labelledArrays('a', x, labels(1n))).toThrow('differ in their number of examples');
    expect(() => labelledArrays('a', x, labels(1n, -1n))).toThrow('the label of example 1 is -1');
    expect(() => labelledArrays('a', x, labels(1n, 3n), 3)).toThrow('whole numbers in [0, 3)');
    expect(() => labelledArrays('a', x, { dtype: 'f8', shape: [2], data: Float64Array.of(0, 0.5) })).toThrow('is 0.5');
    expect(() => labelledArrays('a', x, x)).toThrow('not one number an example');
    expect(() => targetArrays('a', { ...x, shape: [] }, { ...x, shape: [] })).toThrow('scalar');
  });

  test('64-bit integers become float64 only where exact', () => {
    expect([...toFloat64(labels(2n ** 53n, -5n))]).toEqual([2 ** 53, -5]);
    expect(() => toFloat64(labels(2n ** 53n + 1n))).toThrow(FormatError);
  });
});
