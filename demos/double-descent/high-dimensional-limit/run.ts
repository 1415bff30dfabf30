/** Random ReLU features of a linear target on the sphere, along their number. Squared error, mean over test examples without noise. */
import { stream, USE } from '../../../src/core/random';
import type { Row, RunContext } from '../../../src/lab/study';
import { alongFeatures, type Problem } from '../randomFeatures';
import type { Config } from './fields';
import { TAU2 } from './theory';

/** Rows uniform on the sphere of radius √d. */
const sphere = (n: number, d: number, seed: number, first: number): Float32Array => {
  const x = stream(seed, USE.data).fillNormal(new Float32Array(n * d), first * d);
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const scale = Math.sqrt(d / row.reduce((s, v) => s + v * v, 0));
    row.forEach((v, j) => {
      row[j] = v * scale;
    });
  }
  return x;
};
/** y = x₀ (β a unit vector; the sphere makes all alike) + noise. */
const problemOf = ({ dimension: d, examples: n, tests }: Config, seed: number): Problem => {
  const x = sphere(n, d, seed, 0);
  const test = sphere(tests, d, seed, n);
  const noise = stream(seed, USE.noise).fillNormal(new Float64Array(n));
  return {
    x,
    y: noise.map((e, i) => x[i * d]! + Math.sqrt(TAU2) * e),
    n,
    d,
    outputs: 1,
    test: { x: test, y: Float64Array.from({ length: tests }, (_, i) => test[i * d]!), n: tests },
  };
};

export const run = (c: Config, context: RunContext<Config>): AsyncGenerator<Row> => alongFeatures(c, (seed) => problemOf(c, seed), context);
