/** The inputs on which kernels are compared. */
import { stream, USE } from '../../../src/core/random';
import { dense, type Dense } from '../../../src/theory/linalg';
import type { Config } from './fields';

/** Uniform on the sphere of radius √d, as float32 has them: one set for all seeds. */
export const sphereInputs = ({ inputs: n, inputDimension: d, seed }: Config): Dense => {
  const x = stream(seed, USE.data).fillNormal(new Float64Array(n * d));
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const scale = Math.sqrt(d / row.reduce((s, v) => s + v * v, 0));
    row.forEach((v, j) => {
      row[j] = Math.fround(v * scale);
    });
  }
  return dense(x, n, d);
};
