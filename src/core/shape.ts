/** Static shapes: rank, size and NumPy broadcasting. */
import { ShapeError } from './errors';

export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);
export const showShape = (shape: Shape): string => `[${shape.join(',')}]`;
/** Length of the last axis; 1 for a scalar. */
export const lastAxis = (shape: Shape): number => shape.at(-1) ?? 1;

/** NumPy's rule: align at the right; axes agree or one of them is 1. Throws ShapeError naming `op` and both shapes. */
export const broadcastShapes = (op: string, a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(op, `${showShape(a)} and ${showShape(b)} do not broadcast: axis ${i - rank} is ${x} against ${y}`);
    return x === 1 ? y : x;
  });
};

/** Axis numbers, negatives counted from the end, made sorted and unique. Throws ShapeError where out of range. */
export const normaliseAxes = (op: string, axes: readonly number[], rank: number): readonly number[] => {
  const out = axes.map((a) => {
    if (!Number.isInteger(a) || a < -rank || a >= rank) throw new ShapeError(op, `axis ${a} of a tensor of rank ${rank}`);
    return a < 0 ? a + rank : a;
  });
  return [...new Set(out)].toSorted((x, y) => x - y);
};

/** Row-major strides in elements. */
export const stridesOf = (shape: Shape): readonly number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));
