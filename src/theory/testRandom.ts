/** Fixed-seed random draws for the tests of this folder alone; studies use the engine's counter-based generator. */
import type { Dense } from './linalg';

/** Uniforms in [0, 1): mulberry32, a 32-bit counter through a mixing function. */
export function uniforms(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normals by Box–Muller. */
export function normals(seed: number): () => number {
  const next = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** A [rows,cols] matrix of draws. */
export const fill = (rows: number, cols: number, next: () => number): Dense => ({
  data: Float64Array.from({ length: rows * cols }, next),
  rows,
  cols,
});

/** [rows,cols], each row uniform on the sphere of the given radius. */
export function onSphere(rows: number, cols: number, radius: number, next: () => number): Dense {
  const { data } = fill(rows, cols, next);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    const scale = radius / Math.hypot(...row);
    for (let j = 0; j < cols; j++) row[j]! *= scale;
  }
  return { data, rows, cols };
}
