import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromFloat16, fromInteger64 } from './numberFormats';

describe('binary16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 1365 / 4096],
    [0x3c00, 1],
    [0xc100, -2.5],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('%i is %d', (bits, value) => {
    expect(fromFloat16(Uint16Array.of(bits))).toEqual(Float32Array.of(value));
  });
  it('rises with its bits, from 0 to infinity', () => {
    const all = fromFloat16(Uint16Array.from({ length: 0x7c01 }, (_, b) => b));
    expect(all.every((v, i) => i === 0 || v > all[i - 1]!)).toBe(true);
  });
});

it('bfloat16 is the upper half of float32', () => {
  fc.assert(
    fc.property(fc.uint16Array(), (bits) => {
      const wide = new Uint32Array(fromBfloat16(bits).buffer);
      expect([...wide]).toEqual([...bits].map((b) => b * 65536));
    }),
  );
});

const refuse = (index: number, value: bigint): never => {
  throw new RangeError(`${index}: ${value}`);
};
describe('64-bit integers', () => {
  it('that float64 holds are given, whatever their size', () => {
    expect([...fromInteger64(BigInt64Array.of(-(2n ** 63n), 3n, 2n ** 53n + 2n), refuse)]).toEqual([-(2 ** 63), 3, 2 ** 53 + 2]);
    expect([...fromInteger64(BigUint64Array.of(2n ** 63n, 0n), refuse)]).toEqual([2 ** 63, 0]);
  });
  it('that it does not hold are refused by index', () => {
    expect(() => fromInteger64(BigInt64Array.of(1n, -(2n ** 53n) - 1n), refuse)).toThrow('1: -9007199254740993');
    expect(() => fromInteger64(BigUint64Array.of(2n ** 64n - 1n), refuse)).toThrow('0: 18446744073709551615');
  });
});
