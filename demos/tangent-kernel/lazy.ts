/**
 * How far the tangent kernel and the weights move in training: over the output scale α at one width, and over widths at α = 1. Seeds are
 * initialisations; all see the same examples. All α and seeds of a width are replicas of one plan.
 */
import { deriveSeed } from '../../src/core/random';
import type { Config, Row, RunContext } from '../../src/lab/study';
import { openNtk } from '../../src/measure/ntk';
import { metric } from '../../src/runtime/executor';
import { Trainer } from '../../src/runtime/trainer';
import { labelAlignment, relativeDistance } from '../../src/theory/kernelRegression';
import { symmetricEigen, type Dense } from '../../src/theory/linalg';
import { list, num } from './config';
import { alphaName, anchorName, dataOf, descent, networkOf, scaledLoss, scaledNet, stepSize } from './training';
import { problemsOf, type Examples } from './tasks';

/** One test example, which nothing looks at: generators want at least one. */
const NO_TESTS = 1;
const MEMBER = 'net';

/** Numbers of steps after which kernels are measured: 0, and from there each about half as many again, the last included. */
export const measuredSteps = (last: number): readonly number[] => {
  const grown = Array.from({ length: 40 }, (_, i) => Math.round(3 * 1.6 ** i));
  return [...new Set([0, 1, ...grown, last])].filter((t) => t <= last).toSorted((a, b) => a - b);
};

/** Replica r has α number ⌊r/seeds⌋ and seed r mod seeds, so that each seed starts alike at every α. */
interface Moved {
  readonly step: number;
  readonly kernels: readonly Dense[];
  /** ‖θ − θ₀‖/‖θ₀‖. */ readonly weights: readonly number[];
  readonly losses: readonly number[];
}

const norm = (v: ArrayLike<number>, from: number, size: number, minus?: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = from; i < from + size; i++) sum += (v[i]! - (minus?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
};

/** Trains α × seeds networks of one width and yields what is measured at `at`. */
async function* movement(
  c: Config,
  { executor, signal, control }: RunContext,
  set: Examples,
  width: number,
  alphas: readonly number[],
  at: readonly number[],
): AsyncGenerator<Moved> {
  const count = num(c, 'seeds');
  const R = alphas.length * count;
  const network = networkOf(c, set.X.cols, width);
  const seeds = Array.from({ length: R }, (_, r) => deriveSeed(num(c, 'seed'), r % count, width));
  using trainer = await Trainer.open(executor, {
    model: scaledNet(network, MEMBER),
    loss: scaledLoss(MEMBER),
    optimiser: descent(Array.from({ length: R }, () => stepSize(c, set))),
    data: dataOf([set]),
    seeds,
  });
  const { session } = trainer;
  const start = (await session.read('theta')).data.slice();
  session.write(anchorName(MEMBER), start);
  session.write(
    alphaName(MEMBER),
    Float32Array.from({ length: R }, (_, r) => alphas[Math.floor(r / count)]!),
  );
  const x = { x: Float32Array.from(set.X.data), n: set.X.rows };
  using kernels = await openNtk(executor, network, x, x, { replicas: R });
  const [n, size] = [set.X.rows, network.layout.total];
  for (const [i, step] of at.entries()) {
    const losses = Array.from({ length: R }, () => NaN);
    if (i > 0)
      for await (const b of trainer.train({ steps: step - at[i - 1]!, signal, control }))
        for (let r = 0; r < R; r++) losses[r] = metric(b, b.steps.length - 1, 'loss', r);
    if (signal.aborted) return;
    const { data } = await session.read('theta');
    const weights = seeds.map((_, r) => norm(data, r * size, size, start) / norm(start, r * size, size));
    yield { step, weights, losses, kernels: (await kernels.at(data)).map((k) => ({ data: Float64Array.from(k.data), rows: n, cols: n })) };
  }
}

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

export async function* runLazy(c: Config, context: RunContext): AsyncGenerator<Row> {
  const [alphas, widths, count] = [list(c, 'alphas'), list(c, 'lazyWidths'), num(c, 'seeds')];
  const set = problemsOf(c, NO_TESTS)(num(c, 'examples'), 0, 0).train;
  const at = measuredSteps(num(c, 'steps'));
  const last = at.at(-1)!;
  const total = last * (1 + widths.length);
  let steps = 0;
  let first: readonly Dense[] = [];
  for await (const m of movement(c, context, set, num(c, 'netWidth'), alphas, at)) {
    if (m.step === 0) first = m.kernels;
    yield* alphaRows(m, first, alphas, count, set.Y);
    if (m.step === last) yield* endRows(m, first, alphas, count, set.Y);
    steps = m.step * alphas.length * count;
    yield { kind: 'progress', done: m.step, total, phase: 'over α', steps };
  }
  for (const [w, width] of widths.entries()) {
    if (context.signal.aborted) return;
    for await (const m of movement(c, context, set, width, [1], [0, last])) {
      if (m.step === 0) first = m.kernels;
      else
        for (const [seed, K] of m.kernels.entries()) {
          yield { kind: 'point', chart: 'by-width', series: 'kernel', x: width, seed, y: relativeDistance(K, first[seed]!) };
          yield { kind: 'point', chart: 'by-width', series: 'weights', x: width, seed, y: m.weights[seed]! };
        }
      yield { kind: 'progress', done: last * (1 + w) + m.step, total, phase: 'over widths', steps: steps + (last * w + m.step) * count };
    }
  }
}

function* alphaRows(m: Moved, first: readonly Dense[], alphas: readonly number[], count: number, Y: Dense): Generator<Row> {
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
function* endRows(m: Moved, first: readonly Dense[], alphas: readonly number[], count: number, Y: Dense): Generator<Row> {
  for (let seed = 0; seed < count; seed++) {
    yield* spectrum('before', first[seed]!, seed);
    yield* spectrum('rich', m.kernels[seed]!, seed);
    yield* spectrum('lazy', m.kernels[(alphas.length - 1) * count + seed]!, seed);
  }
  yield* picture('kernel-before', first[0]!, Y);
  yield* picture('kernel-after', m.kernels[0]!, Y);
}
