import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../core/errors';
import { readGzip } from './gzip';
import { checkCrc, crc32, inflatePrefix } from './inflate';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const TEXT = ascii('seven ships, seven ships sailed');
/** A stored block of DEFLATE: final, type 0, length and its complement. */
const stored = ({ length }: Uint8Array): readonly number[] => [1, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255];
const u32 = (v: number): readonly number[] => [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24];
/** A file with the flags' own fields between header and contents. */
const file = (flags: number, fields: readonly number[], length = TEXT.length): Uint8Array =>
  Uint8Array.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...fields, ...stored(TEXT), ...TEXT, ...u32(crc32(TEXT)), ...u32(length));

it('CRC-32 has the value that is published for its check', () => {
  expect(crc32(ascii('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
  expect(() => checkCrc('zip', "'a'", ascii('123456788'), 0xcbf43926)).toThrow("zip: 'a' is damaged");
});

describe('reads', () => {
  it.each([
    ['no fields', 0, []],
    ['a name', 8, [...ascii('a.idx'), 0]],
    ['a comment', 16, [0x68, 0x69, 0]],
    ['extra bytes', 4, [3, 0, 0, 0, 0]],
    ['a checksum of the header, which is not looked at', 2, [1, 2]],
    ['all of them', 30, [1, 0, 9, 0x61, 0, 0x62, 0, 7, 7]],
  ])('%s', (_, flags, fields) => {
    expect(readGzip(file(flags, fields))).toEqual(TEXT);
  });
  it('what is compressed, from the middle of a buffer, up to the limit and no further', () => {
    const contents = Uint8Array.from({ length: 20_000 }, (_, i) => (i * i) % 251);
    const bytes = gzipSync(contents);
    const shifted = Uint8Array.of(1, 2, 3, ...bytes).subarray(3);
    expect(readGzip(shifted, { maxBytes: 20_000 })).toEqual(contents);
    expect(() => readGzip(shifted, { maxBytes: 19_999 })).toThrow('gzip: it decompresses to more than 19999 bytes');
  });
  it('nothing, compressed', () => {
    expect(readGzip(gzipSync(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });
});

it('a small file of many zeros is decompressed no further than its limit', () => {
  const bomb = gzipSync(new Uint8Array(2 ** 23), { level: 9 });
  expect(bomb.length).toBeLessThan(2 ** 23 / 1000);
  expect(() => readGzip(bomb, { maxBytes: 2 ** 20 })).toThrow('more than 1048576 bytes');
  expect(inflatePrefix('gzip', bomb.subarray(10, -8), 5)).toEqual(new Uint8Array(5));
});

describe('refuses', () => {
  const whole = gzipSync(ascii(Array.from({ length: 90 }, (_, i) => `${i * i} `).join('')), { filename: 'f' });
  it('every file cut short', () => {
    for (let n = 0; n < whole.length; n++) expect(() => readGzip(whole.subarray(0, n)), `${n} bytes`).toThrow(FormatError);
  });
  it('a changed byte of its contents or of its trailer, or reads the same: some bits are padding', () => {
    const contents = readGzip(whole);
    const outcomes = Array.from({ length: whole.length - 12 }, (_, i) => {
      const bytes = whole.slice();
      bytes[12 + i]! ^= 0x10;
      try {
        expect(readGzip(bytes)).toEqual(contents);
        return 'same';
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        return 'refused';
      }
    });
    expect(outcomes.slice(-8)).toEqual(Array.from({ length: 8 }, () => 'refused'));
  });
  it.each([
    ['another format', ascii('PK\x03\x04 and more of it'), 'this is not a gzip file'],
    ['another method', Uint8Array.of(0x1f, 0x8b, 7, ...new Uint8Array(20)), 'a method that gzip does not define'],
    ['reserved flags', file(0x20, []), 'a method that gzip does not define'],
    [
      'a name without an end',
      Uint8Array.of(0x1f, 0x8b, 8, 8, ...new Uint8Array(6).fill(1), ...new Uint8Array(20).fill(65)),
      'truncated in its header',
    ],
    ['extra bytes beyond the end', file(4, [255, 255]), 'truncated in its header'],
    ['another length', file(0, [], 5), 'the length 5, its contents have 31 bytes'],
    ['two files in one', Uint8Array.of(...file(0, []), ...gzipSync(ascii('second'))), 'several files in one'],
  ])('%s', (_, bytes, message) => {
    expect(() => readGzip(bytes)).toThrow(FormatError);
    expect(() => readGzip(bytes)).toThrow(message);
  });
});
