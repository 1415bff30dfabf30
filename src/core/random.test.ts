import fc from 'fast-check';
import { expect, test } from 'vitest';
import { threefry2x32 } from '../../shaders/threefry';
import { ConfigError } from './errors';
import { batchesPerEpoch, minibatch, stream, USE } from './random';

test('element i is word i & 1 of counter (i >> 1, step) under key (seed, use)', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 0xffffffff }), (seed, pair, step) => {
      const s = stream(seed, USE.init, step);
      expect([s.bits(2 * pair), s.bits(2 * pair + 1)]).toEqual(threefry2x32(seed, USE.init, pair, step));
    }),
  );
});

test('uniforms are (u >> 8)·2⁻²⁴', () => {
  const s = stream(3, USE.data);
  for (let i = 0; i < 1000; i++) {
    expect(s.uniform(i)).toBe(Math.floor(s.bits(i) / 256) / 2 ** 24);
    expect(s.uniform(i)).toBeLessThan(1);
  }
});

test('filling gives the same values as drawing one by one, from any place', () => {
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.nat({ max: 9 }), (first, n) => {
      const s = stream(4, USE.noise, 2);
      expect([...s.fillUniform(new Float32Array(n), first)]).toEqual(Array.from({ length: n }, (_, i) => s.uniform(first + i)));
      expect([...s.fillNormal(new Float64Array(n), first)]).toEqual(Array.from({ length: n }, (_, i) => s.normal(first + i)));
    }),
  );
});

test('seed, use and step each change the stream', () => {
  const streams = [stream(1, 2, 3), stream(2, 2, 3), stream(1, 3, 3), stream(1, 2, 4), stream(2, 1, 3)];
  expect(new Set(streams.map((s) => s.bits(0))).size).toBe(streams.length);
});

test('uses are distinct', () => {
  const uses = Object.values(USE);
  expect(new Set(uses).size).toBe(uses.length);
});

test('refuses what is not a u32', () => {
  for (const bad of [-1, 0.5, 2 ** 32, Number.NaN]) {
    expect(() => stream(bad, USE.init)).toThrow(ConfigError);
    expect(() => stream(0, USE.init, bad)).toThrow(ConfigError);
  }
});

test('minibatches: sizes outside 1…n are refused, the rest hold B distinct examples', () => {
  expect(() => minibatch(0, 0, 10, 11)).toThrow(ConfigError);
  expect(() => batchesPerEpoch(10, 0)).toThrow(ConfigError);
  expect(batchesPerEpoch(10, 3)).toBe(3);
  expect(new Set(minibatch(1, 7, 10, 10)).size).toBe(10);
});
