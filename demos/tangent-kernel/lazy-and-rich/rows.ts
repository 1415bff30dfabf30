/** The rows of what moved: change over α and time, and pictures of the kernel before and after. */
import type { Row } from '../../../src/lab/study';
import { labelAlignment, relativeDistance } from '../../../src/theory/kernelRegression';
import { symmetricEigen, type Dense } from '../../../src/theory/linalg';
import type { Moved } from './movement';

/** Eigenvalues as shares of their sum, largest first, to the rank that is drawn. */
function* spectrum(series: string, K: Dense, seed: number): Generator<Row> {
  const values = symmetricEigen(K).values.toReversed();
  const trace = values.reduce((s, v) => s + v, 0);
  for (const [i, v] of values.entries()) yield { kind: 'point', chart: 'spectrum', series, x: i + 1, seed, y: v / trace };
}

/** The kernel with examples in order of their label, as a share of its mean diagonal. */
function* picture(chart: string, K: Dense, Y: Dense): Generator<Row> {
  const order = Array.from(Y.data, (y, i) => ({ y, i }))
    .toSorted((a, b) => b.y - a.y)
    .map(({ i }) => i);
  const diagonal = order.reduce((s, i) => s + K.data[i * (K.cols + 1)]!, 0) / K.rows;
  for (const [p, i] of order.entries())
    for (const [q, j] of order.entries())
      yield { kind: 'cell', chart, x: p + 1, y: q + 1, seed: 0, value: K.data[i * K.cols + j]! / diagonal };
}

export function* alphaRows(m: Moved, first: readonly Dense[], alphas: readonly number[], count: number, Y: Dense): Generator<Row> {
  for (const [r, K] of m.kernels.entries()) {
    const [alpha, seed] = [alphas[Math.floor(r / count)]!, r % count];
    const change = relativeDistance(K, first[r]!);
    yield { kind: 'point', chart: 'alignment', series: `a${alpha}`, x: m.step, seed, y: labelAlignment(K, Y) };
    if (m.step === 0) continue;
    yield { kind: 'point', chart: 'over-time', series: `a${alpha}`, x: m.step, seed, y: change };
    // α² undone: ½ mean squared error of every network alike.
    yield { kind: 'point', chart: 'loss', series: `a${alpha}`, x: m.step, seed, y: m.losses[r]! * alpha * alpha };
    yield { kind: 'point', chart: 'by-alpha', series: 'kernel', x: alpha, seed, y: change };
    yield { kind: 'point', chart: 'by-alpha', series: 'weights', x: alpha, seed, y: m.weights[r]! };
  }
}

/** Kernels before and after the richest and the laziest training. */
export function* endRows(m: Moved, first: readonly Dense[], alphas: readonly number[], count: number, Y: Dense): Generator<Row> {
  for (let seed = 0; seed < count; seed++) {
    yield* spectrum('before', first[seed]!, seed);
    yield* spectrum('rich', m.kernels[seed]!, seed);
    yield* spectrum('lazy', m.kernels[(alphas.length - 1) * count + seed]!, seed);
  }
  yield* picture('kernel-before', first[0]!, Y);
  yield* picture('kernel-after', m.kernels[0]!, Y);
}
