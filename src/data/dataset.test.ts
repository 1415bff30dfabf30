import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, ShapeError } from '../core/errors';
import { classification, MAX_FLOAT32, oneHot, regression, take, toFloat32 } from './dataset';
import { compensatedSum } from './sum';

const labelled = classification({ name: 'a', n: 3, d: 2, x: Float64Array.of(0.1, 1, 2, 3, 4, 5), y: Uint32Array.of(1, 0, 2), classes: 3 });
const targets = regression({ name: 'b', n: 3, d: 1, x: Float64Array.of(1, 2, 3), y: Float64Array.of(1, -1, 2, -2, 3, -3), outputs: 2 });

test('lengths and labels must fit', () => {
  expect(() => classification({ ...labelled, d: 3 })).toThrow(ShapeError);
  expect(() => classification({ ...labelled, y: Uint32Array.of(1) })).toThrow(ShapeError);
  expect(() => classification({ ...labelled, classNames: ['p', 'q'] })).toThrow(ShapeError);
  expect(() => classification({ ...labelled, classes: 2 })).toThrow('the label 2 of example 2');
  expect(() => regression({ ...targets, outputs: 1 })).toThrow(ShapeError);
});

test('take copies rows in the order asked for', () => {
  expect(take(labelled, [2, 0, 2])).toEqual({ ...labelled, x: Float64Array.of(4, 5, 0.1, 1, 4, 5), y: Uint32Array.of(2, 1, 2) });
  expect(take(targets, 2)).toEqual({ ...targets, n: 2, x: Float64Array.of(1, 2), y: Float64Array.of(1, -1, 2, -2) });
  expect(take(targets, 0).n).toBe(0);
  for (const rows of [4, -1, 0.5]) expect(() => take(labelled, rows)).toThrow(ConfigError);
  for (const row of [3, -1, 0.5]) expect(() => take(labelled, [0, row])).toThrow(ConfigError);
});

test('toFloat32 rounds to the nearest and keeps labels', () => {
  expect(toFloat32(labelled)).toEqual({ x: Float32Array.of(Math.fround(0.1), 1, 2, 3, 4, 5), y: Uint32Array.of(1, 0, 2) });
  expect(toFloat32(targets).y).toEqual(Float32Array.of(1, -1, 2, -2, 3, -3));
});

test('toFloat32 refuses what float32 cannot hold, by example and feature', () => {
  const beyond = { ...labelled, x: Float64Array.of(0, 1, 2, 3, MAX_FLOAT32, -1e39) };
  expect(() => toFloat32(beyond)).toThrow(ConfigError);
  expect(() => toFloat32(beyond)).toThrow('a: feature 1 of example 2 (both from 0) is -1e+39, too large for float32');
  expect(() => toFloat32({ ...targets, y: Float64Array.of(0, 0, 0, 1e40, 0, 0) })).toThrow('b: target 1 of example 1');
  expect(toFloat32({ ...targets, x: Float64Array.of(NaN, MAX_FLOAT32, -Infinity) }).x).toEqual(
    Float32Array.of(NaN, MAX_FLOAT32, -Infinity),
  );
});

test('one-hot targets', () => {
  expect(oneHot(labelled)).toMatchObject({ kind: 'regression', outputs: 3, y: Float64Array.of(0, 1, 0, 1, 0, 0, 0, 0, 1) });
});

test('the compensated sum keeps what a plain one loses', () => {
  expect(compensatedSum([1, 1e100, 1, -1e100])).toBe(2);
  // Integers below 2⁵³ in all partial sums: exact in any order.
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      expect(compensatedSum(values)).toBe(values.reduce((a, b) => a + b, 0));
    }),
  );
});
