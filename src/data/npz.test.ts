import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { writeNpy } from './npy';
import { readNpz } from './npz';
import { zipEntries } from './zip';

/**
 * numpy.savez_compressed(f, X=numpy.array([[1, 2], [3, 4.5]], '>f8'), y=numpy.array([1, 0]), names=numpy.array(['a', 'b'])), as NumPy 2.4
 * writes it: the sizes in the local headers are those of ZIP64.
 */
const BY_NUMPY =
  'UEsDBC0AAAAIAAAAIQCCpOvt//////////8FABQAWC5ucHkBABAAoAAAAAAAAABUAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEndL' +
  'zClOBYoXZyQWpAL5GkY6CkaaOgq1CmQDLvsPDGDgwAClOaC0EIQGAFBLAwQtAAAACAAAACEAcfs5q///////////BQAUAHkubnB5AQAQAJAAAAAAAAAASAAAAAAAAACb7Bfq' +
  'GxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgZUAABQSwMELQAAAAgAAAAhAKcv4Oz//////////wkAFABu' +
  'YW1lcy5ucHkBABAAiAAAAAAAAABLAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG4Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAK5EBgaG' +
  'JCAGAFBLAQItAy0AAAAIAAAAIQCCpOvtVAAAAKAAAAAFAAAAAAAAAAAAAACAAQAAAABYLm5weVBLAQItAy0AAAAIAAAAIQBx+zmrSAAAAJAAAAAFAAAAAAAAAAAAAACAAYsA' +
  'AAB5Lm5weVBLAQItAy0AAAAIAAAAIQCnL+DsSwAAAIgAAAAJAAAAAAAAAAAAAACAAQoBAABuYW1lcy5ucHlQSwUGAAAAAAMAAwCdAAAAkAEAAAAA';

const numbers = (...values: number[]): Uint8Array => writeNpy({ dtype: 'f8', shape: [values.length], data: Float64Array.from(values) });
const archive = (files: Zippable, level: 0 | 9 = 9): Uint8Array => zipSync(files, { level });
/** Finds a record by its signature, and writes a number at an offset of it. */
const patched = (bytes: Uint8Array, signature: number, offset: number, value: number, width: 2 | 4 = 4): Uint8Array => {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== signature) at++;
  if (width === 2) view.setUint16(at + offset, value, true);
  else view.setUint32(at + offset, value, true);
  return out;
};
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
/** The arrays of an archive, all of them read. */
const all = (bytes: Uint8Array, maxBytes = 2 ** 20) => {
  const { names, read } = readNpz(bytes, { maxBytes });
  return names.map((name) => [name, read(name).data] as const);
};

it('reads what NumPy writes, lists what it does not read', () => {
  const { names, read, summary } = readNpz(Uint8Array.from(atob(BY_NUMPY), (c) => c.charCodeAt(0)));
  expect(names).toEqual(['X', 'y', 'names']);
  expect(read('X')).toEqual({ dtype: 'f8', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4.5) });
  expect(read('y')).toEqual({ dtype: 'i8', shape: [2], data: BigInt64Array.of(1n, 0n) });
  expect(() => read('names')).toThrow('texts. If they are labels');
  expect(() => read('z')).toThrow(ConfigError);
  expect(summary()).toBe('X (f8 [2,2]), y (i8 [2]), names (no array of numbers)');
});

it.each([0, 9] as const)('reads an archive of level %i with other files in it, behind a comment', (level) => {
  const bytes = archive({ 'a.npy': numbers(1, 2), 'folder/b.npy': numbers(3), 'readme.txt': numbers(4) }, level);
  const commented = Uint8Array.of(...patched(bytes, END, 20, 3, 2), 0x68, 0x69, 0x21);
  expect(all(commented)).toEqual([
    ['a', Float64Array.of(1, 2)],
    ['folder/b', Float64Array.of(3)],
  ]);
});

it('lists a dozen arrays of many', () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}.npy`, numbers(i)]));
  expect(readNpz(archive(files)).summary()).toMatch(/^a0 \(f8 \[1\]\), .*a11 \(f8 \[1\]\) and 8 more$/);
});

describe('refuses', () => {
  const bytes = archive({ 'x.npy': numbers(...Array.from({ length: 100 }, (_, i) => i % 3)) });
  const two = archive({ 'x.npy': numbers(1, 2, 3), 'z.npy': numbers(1, 2) }, 0);
  it('every archive cut short', () => {
    for (let n = 0; n < bytes.length; n++) expect(() => all(bytes.subarray(0, n)), `${n} bytes`).toThrow(FormatError);
  });
  it('a changed byte of the contents, stored or compressed', () => {
    for (const [whole, from, to] of [
      [bytes, 35, 60],
      [two, 35, 187],
    ] as const)
      for (let at = from; at < to; at++) {
        const changed = whole.slice();
        changed[at]! ^= 4;
        expect(() => all(changed), `byte ${at}`).toThrow(FormatError);
      }
  });
  it.each([
    ['no archive', numbers(1), 'its directory is missing'],
    ['an archive without arrays', archive({ 'a.csv': numbers(1) }), 'holds no .npy file'],
    ['a name twice', patched(two, CENTRAL, 46, 0x706e2e7a), "holds 'z.npy' twice"], // 'x.np' becomes 'z.np'
    ['encryption', patched(bytes, CENTRAL, 8, 1, 2), "'x.npy' in the zip archive is encrypted"],
    ['another method', patched(bytes, CENTRAL, 10, 12, 2), 'compressed by method 12'],
    ['more entries than records', patched(bytes, END, 10, 2, 2), 'directory is damaged'],
    ['ZIP64', patched(bytes, END, 10, 0xffff, 2), 'beyond 4 GiB'],
    ['a directory beyond the end', patched(bytes, END, 16, 0xfffffff0), 'directory is damaged'],
    ['an entry that lies nowhere', patched(bytes, CENTRAL, 42, 0x7fffffff), 'directory is damaged'],
    ['an entry that starts with something else', patched(bytes, LOCAL, 0, 0x04034b51), 'directory is damaged'],
    ['an entry longer than the file', patched(bytes, CENTRAL, 20, 0xfffffffe), 'directory is damaged'],
    ['a size that no compression reaches', patched(bytes, CENTRAL, 24, 2 ** 19), 'cannot hold the 524288'],
    ['a size beyond the limit', patched(bytes, CENTRAL, 24, 0xfffffff0), "'x.npy' in the zip archive has 4294967280 bytes; the limit is"],
    ['contents that are longer', patched(bytes, CENTRAL, 24, 900), 'it decompresses to more than 900 bytes'],
    ['contents that are shorter', patched(bytes, CENTRAL, 24, 930), "'x.npy' in the zip archive has 928 bytes; its directory says 930"],
    ['a stored size that differs', patched(two, CENTRAL, 24, 151), 'has 152 bytes, which cannot hold the 151'],
    ['another checksum', patched(bytes, CENTRAL, 16, 5), "'x.npy' in the archive is damaged"],
  ])('%s', (_, file, message) => {
    expect(() => all(file)).toThrow(FormatError);
    expect(() => all(file)).toThrow(message);
  });
  it('entries that share bytes, which hold far more than the file', () => {
    const second = zipEntries(two)[1]!.data.byteOffset - two.byteOffset - 35;
    const shared = two.slice();
    const view = new DataView(shared.buffer);
    for (let at = 0; at < shared.length - 46; at++)
      if (view.getUint32(at, true) === CENTRAL && view.getUint32(at + 42, true) === second) view.setUint32(at + 42, 0, true);
    expect(() => all(shared)).toThrow('shares bytes with another entry');
  });
  it('a file, or an array, beyond the limit', () => {
    expect(() => all(bytes, bytes.length - 1)).toThrow(`the limit is ${bytes.length - 1}`);
    expect(() => all(bytes, 900)).toThrow("'x.npy' in the zip archive has 928 bytes; the limit is 900");
  });
});
