/** What the published format allows is read; what it forbids is refused, each by what is wrong with it. */
import { describe, expect, it, vi } from 'vitest';
import { FormatError } from '../core/errors';
import { readSafetensors } from './safetensors';
import { fileOf } from './safetensors.fixture';

const entry = (name: string, dtype: string, shape: string, begin: number | string, end: number | string): string =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
const one = (dtype: string, shape: string, bytes: ArrayBufferView<ArrayBuffer>): Uint8Array =>
  fileOf(`{${entry('t', dtype, shape, 0, bytes.byteLength)}}`, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));

describe('each element type', () => {
  it.each([
    ['F64', Float64Array.of(0.1, -2), Float64Array.of(0.1, -2)],
    ['F32', Float32Array.of(0.1, NaN), Float32Array.of(0.1, NaN)],
    ['F16', Uint16Array.of(0x3e00, 0xfbff), Float32Array.of(1.5, -65504)],
    ['BF16', Uint16Array.of(0x3fc0, 0x7f80), Float32Array.of(1.5, Infinity)],
    ['I64', BigInt64Array.of(-7n, 2n ** 60n), Float64Array.of(-7, 2 ** 60)],
    ['I32', Int32Array.of(-(2 ** 31), 16_777_217), Float64Array.of(-(2 ** 31), 16_777_217)],
    ['I16', Int16Array.of(-32768, 5), Float32Array.of(-32768, 5)],
    ['I8', Int8Array.of(-128, 127), Float32Array.of(-128, 127)],
    ['U64', BigUint64Array.of(2n ** 63n, 1n), Float64Array.of(2 ** 63, 1)],
    ['U32', Uint32Array.of(4_294_967_295, 3), Uint32Array.of(4_294_967_295, 3)],
    ['U16', Uint16Array.of(65535, 2), Float32Array.of(65535, 2)],
    ['U8', Uint8Array.of(255, 4), Float32Array.of(255, 4)],
    ['BOOL', Uint8Array.of(1, 0), Float32Array.of(1, 0)],
  ] as const)('%s', (dtype, stored, data) => {
    expect(readSafetensors(one(dtype, '[2,1]', stored)).tensors).toEqual({ t: { dtype, shape: [2, 1], data } });
  });
  it.each([
    ['an I64 beyond float64', one('I64', '[2]', BigInt64Array.of(0n, 2n ** 53n + 1n)), "value 1 of 't' is 9007199254740993"],
    ['a U64 beyond float64', one('U64', '[1]', BigUint64Array.of(2n ** 64n - 1n)), "value 0 of 't' is 18446744073709551615"],
    ['a BOOL of 3', one('BOOL', '[3]', Uint8Array.of(0, 1, 3)), "value 2 of the booleans 't' is 3"],
  ])('%s: refused', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(FormatError);
    expect(() => readSafetensors(file)).toThrow(message);
  });
});

describe('allowed', () => {
  it.each([
    ['no tensors', '{}', 0],
    ['spaces behind the header', '{}   ', 0],
    ['a scalar', `{${entry('s', 'F32', '[]', 0, 4)}}`, 4],
    ['an axis of length 0, wherever it lies', `{${entry('a', 'U8', '[2]', 0, 2)},${entry('e', 'F64', '[0,9]', 2, 2)}}`, 2],
    ['tensors out of order', `{${entry('b', 'U8', '[1]', 2, 3)},${entry('a', 'U8', '[2]', 0, 2)}}`, 3],
    ['one key in two entries', `{${entry('shape', 'U8', '[1]', 0, 1)},${entry('dtype', 'U8', '[1]', 1, 2)}}`, 2],
    ['quotes and backslashes in names', `{${entry('a\\"b\\\\', 'U8', '[1]', 0, 1)}}`, 1],
  ])('%s', (_, header, body) => {
    expect(() => readSafetensors(fileOf(header, new Uint8Array(body)))).not.toThrow();
  });
});

describe('forbidden', () => {
  const [a, b] = [entry('a', 'U8', '[4]', 0, 4), entry('b', 'U8', '[4]', 4, 8)];
  const meta = '"__metadata__":{}';
  it.each([
    ['a tensor inside another', `{${a},${entry('b', 'U8', '[2]', 1, 3)}}`, 4, "'b' lies at 1…3, on bytes of another tensor"],
    ['tensors that share a byte', `{${a},${entry('b', 'U8', '[2]', 3, 5)}}`, 5, "'b' lies at 3…5"],
    ['a hole at the start', `{${b}}`, 8, "the bytes 0…4 before 'b' belong to no tensor"],
    ['a hole between', `{${a},${entry('b', 'U8', '[2]', 5, 7)}}`, 7, "the bytes 4…5 before 'b'"],
    ['bytes behind the last', `{${a}}`, 5, 'the last 1 of 5 bytes belong to no tensor'],
    ['bytes of no tensor at all', '{}', 3, 'the last 3 of 3 bytes'],
    ['an entry twice', `{${a},${b},${a}}`, 8, "the key 'a' twice"],
    ['an entry twice, spelt otherwise', `{${a},${b},${entry('\\u0061', 'U8', '[0]', 8, 8)}}`, 8, "the key 'a' twice"],
    ['metadata twice', `{${meta},${meta}}`, 0, "the key '__metadata__' twice"],
    ['a key of an entry twice', `{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 1, "the key 'dtype' twice"],
    ['a key of the metadata twice', `{"__metadata__":{"x":"1","x":"2"}}`, 0, "the key 'x' twice"],
    ['a shape for fewer bytes', `{${entry('a', 'F16', '[3]', 0, 4)}}`, 4, "'a' [3] lies at 0…4 of 4 bytes"],
    ['a shape whose product overflows', `{${entry('a', 'U8', '[4294967296,4294967296,4294967296]', 0, 8)}}`, 8, 'does not fit its shape'],
    ['offsets in reverse', `{${entry('a', 'U8', '[4]', 4, 0)}}`, 4, "'a' [4] lies at 4…0"],
    ['offsets beyond the end', `{${entry('a', 'U8', '[9]', 0, 9)}}`, 8, "'a' [9] lies at 0…9 of 8 bytes"],
    ['a negative offset', `{${entry('a', 'U8', '[4]', -4, 0)}}`, 4, 'not whole'],
    ['a fraction', `{${entry('a', 'U8', '[4.0]', 0, 4)}}`, 4, 'not whole'],
    ['an exponent', `{${entry('a', 'U8', '[4e0]', 0, 4)}}`, 4, 'not whole'],
    ['a length beyond 2^53', `{${entry('a', 'U8', '[0,9007199254740993]', 0, 0)}}`, 0, "'a' is malformed"],
    ['text for a number', `{${entry('a', 'U8', '["4"]', 0, 4)}}`, 4, "'a' is malformed"],
    ['a list in a shape', `{${entry('a', 'U8', '[[4]]', 0, 4)}}`, 4, 'nested deeper'],
    ['a type in lower case', `{${entry('a', 'u8', '[4]', 0, 4)}}`, 4, "'a' is u8"],
    ['an array', '[1]', 0, "must begin with '{'"],
    ['a space before the header', ' {}', 0, "must begin with '{'"],
    ['a byte order mark', '\uFEFF{}', 0, "must begin with '{'"],
    ['an unfinished object', '{', 0, 'not a JSON object'],
    ['an unfinished string', `{"a`, 0, 'never closed'],
    ['something behind the object', '{}{}', 0, 'not a JSON object'],
    ['zeros behind the object', '{}\0\0', 0, 'not a JSON object'],
    ['an empty header', '', 0, "must begin with '{'"],
  ])('%s', (_, header, body, message) => {
    const file = fileOf(header, new Uint8Array(body));
    expect(() => readSafetensors(file)).toThrow(FormatError);
    expect(() => readSafetensors(file)).toThrow(message);
  });
  it('text that is not UTF-8', () => {
    const file = fileOf('{"__metadata__":{"x":"?"}}');
    file[file.indexOf(0x3f)] = 0xff;
    expect(() => readSafetensors(file)).toThrow('not a JSON object in UTF-8');
  });
  it.each([2n ** 24n + 1n, 2n ** 63n, 2n ** 64n - 1n])('a header of %d bytes in a shorter file', (length) => {
    const file = fileOf('{}');
    new DataView(file.buffer).setBigUint64(0, length, true);
    expect(() => readSafetensors(file)).toThrow('the header claims');
  });
  it('a header beyond 16 MiB, before it is looked at', () => {
    const file = new Uint8Array(8 + 2 ** 24 + 1);
    new DataView(file.buffer).setBigUint64(0, BigInt(2 ** 24 + 1), true);
    expect(() => readSafetensors(file)).toThrow('the header has 16777217 bytes');
  });
});

it('many tensors on the same bytes are refused before any is copied', () => {
  const body = 2 ** 20;
  const header = `{${Array.from({ length: 1000 }, (_, i) => entry(`t${i}`, 'U8', `[${body}]`, 0, body)).join()}}`;
  const file = fileOf(header, new Uint8Array(body));
  const copies = vi.spyOn(Uint8Array, 'from');
  expect(() => readSafetensors(file)).toThrow('on bytes of another tensor');
  expect(copies).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
