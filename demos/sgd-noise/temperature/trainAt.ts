/** Training with one batch size at every temperature, for the same time. */
import type { Row, RunContext } from '../../../src/lab/study';
import { dominantCurvature } from '../../../src/measure/index';
import { crossEntropy, errorRate } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { metric, type MetricBatch } from '../../../src/runtime/executor';
import { Trainer, type TrainerData } from '../../../src/runtime/trainer';
import { ascending, seedsOf } from '../settings';
import { atMost, modelOf, point } from '../training';
import type { Config } from './fields';
import { sizeSeries } from './series';

/** Times at which the training loss is measured on the way. */
const MARKS = 8;

/** Steps that a temperature and a batch size need for a share of the time. */
export const stepsFor = (c: Config, temperature: number, batch: number, share = 1): number =>
  Math.max(1, Math.round((share * c.time) / (temperature * batch)));

/**
 * One trainer; temperatures and seeds are its replicas. `before`, `total`: steps of the run before this batch size, and of all of it.
 *
 * Sharpness is the Rayleigh quotient of the last of some power iterations on the Hessian of the training loss: a lower bound of its largest
 * eigenvalue.
 */
export async function* trainAt(
  c: Config,
  { executor, signal, control }: RunContext<Config>,
  B: number,
  data: { readonly train: TrainerData; readonly test: TrainerData },
  { before, total }: { readonly before: number; readonly total: number },
): AsyncGenerator<Row> {
  const [temperatures, seeds, model] = [ascending(c.temperatures), seedsOf(c), modelOf(c)];
  const replicas = temperatures.flatMap((T) => seeds.map((seed) => ({ T, seed })));
  using trainer = await Trainer.open(executor, {
    model,
    loss: crossEntropy,
    optimiser: sgd({ lr: replicas.map(({ T }) => T * B) }),
    data: data.train,
    test: data.test,
    batch: atMost('a batch size', B, data.train.n, 'training examples'),
    seeds: replicas.map((r) => r.seed),
    evaluate: { loss: crossEntropy, error: errorRate },
  });
  const marks = new Map(
    temperatures.map((T) => [T, new Set(Array.from({ length: MARKS + 1 }, (_, i) => (i === 0 ? 0 : stepsFor(c, T, B, i / MARKS))))]),
  );
  const at = [...new Set(temperatures.flatMap((T) => Array.from(marks.get(T)!)))];
  const theta = new Float32Array(replicas.length * model.layout.total);
  // Hotter networks take fewer steps for the same time; their weights are kept when they are there.
  for (const T of temperatures.toReversed()) {
    const todo = stepsFor(c, T, B) - trainer.session.stepsDone;
    if (todo > 0)
      for await (const b of trainer.train({ steps: todo, probes: [{ plan: 'eval', at }], signal, control })) {
        if (b.plan === 'eval') yield* evaluated(c, b, B, marks);
        else
          yield {
            kind: 'progress',
            done: before + b.steps.at(-1)! + 1,
            total,
            phase: `batches of ${B}`,
            steps: (before + b.steps.at(-1)! + 1) * b.replicas,
          };
      }
    if (signal.aborted) return;
    const size = seeds.length * model.layout.total;
    const from = temperatures.indexOf(T) * size;
    theta.set((await trainer.session.read('theta')).data.subarray(from, from + size), from);
  }
  const sharpness = await dominantCurvature(executor, model, theta, crossEntropy, data.train, {
    replicas: replicas.length,
    iterations: c.iterations,
  });
  for (const [r, { value, residual }] of sharpness.entries()) {
    const { T } = replicas[r]!;
    yield point('sharpness', sizeSeries(B), T, r % seeds.length, value);
    yield point('residual', sizeSeries(B), T, r % seeds.length, residual);
  }
}

/** Of the replicas whose own time a mark is; the last mark is the end. */
function* evaluated(c: Config, b: MetricBatch, B: number, marks: ReadonlyMap<number, ReadonlySet<number>>): Generator<Row> {
  const [temperatures, seeds] = [ascending(c.temperatures), c.seeds];
  for (const [i, step] of b.steps.entries())
    for (const [k, T] of temperatures.entries()) {
      if (!marks.get(T)!.has(step)) continue;
      for (let seed = 0; seed < seeds; seed++) {
        const value = (name: string): number => metric(b, i, name, k * seeds + seed);
        if (k === 0 || k === temperatures.length - 1)
          yield point('course', `${k === 0 ? 'cold' : 'hot'}${B}`, step * T * B, seed, value('train.loss'));
        if (step !== stepsFor(c, T, B)) continue;
        yield point('loss', sizeSeries(B), T, seed, value('train.loss'));
        yield point('error', sizeSeries(B), T, seed, value('test.error'));
      }
    }
}
