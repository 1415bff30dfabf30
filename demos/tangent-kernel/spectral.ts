/**
 * A wide bias-free ReLU network with one hidden layer learns aΣ_k cos kφ on even points of the unit circle by full-batch gradient descent on
 * the ½ mean squared error: how long each frequency takes, and what is left of it.
 */
import { deriveSeed } from '../../src/core/random';
import type { Config, Row, RunContext } from '../../src/lab/experiment';
import { mlp, unpack, type Model } from '../../src/models/index';
import { halfSquaredError, matmul, norm, sub, variable } from '../../src/ops/index';
import { sgd } from '../../src/optim/index';
import { plan } from '../../src/plan/index';
import { metric, type Executor, type HostArray } from '../../src/runtime/executor';
import { Trainer, type Objective, type TrainerData } from '../../src/runtime/trainer';
import { list, num } from './config';
import { weightVariance } from './nets';
import { angles, drawnSteps } from './spectralTheory';

const basisName = (k: number): string => `basis${k}`;
/** Length of the residual's part of frequency k: 1 at the start, whatever its phase has become. */
const amplitude =
  (c: Config, k: number): Objective =>
  (output, target) =>
    norm(matmul(variable(basisName(k), [2, num(c, 'circlePoints')], { perReplica: false }), sub(output, target)));

/** Where the amplitude first falls to 1/e, between the steps drawn by its logarithm; undefined before that. */
export const crossing = (steps: readonly number[], amplitudes: readonly number[]): number | undefined => {
  const i = amplitudes.findIndex((a) => a <= 1 / Math.E);
  if (i < 1) return undefined;
  const [before, after] = [Math.log(amplitudes[i - 1]!), Math.log(amplitudes[i]!)];
  return steps[i - 1]! + ((steps[i]! - steps[i - 1]!) * (before + 1)) / (before - after);
};

/** What the networks give at the start is added to their targets, so that every frequency starts at its whole amplitude. */
const start = async (executor: Executor, model: Model, theta: HostArray, { x, n }: TrainerData, replicas: number): Promise<HostArray> => {
  const output = model.apply(unpack(model.layout, variable('theta', [model.layout.total])), variable('x', [n, 2], { perReplica: false }));
  using session = await executor.open({ start: plan({ name: 'start', replicas, outputs: { output }, maxBindings: executor.maxBindings }) });
  session.write('theta', theta);
  session.write('x', x);
  return (await session.run('start'))['output']!.data;
};

const open = async (c: Config, { executor }: RunContext): Promise<Trainer> => {
  const phi = angles(c);
  const [n, frequencies, count] = [phi.length, list(c, 'frequencies'), num(c, 'seeds')];
  const size = num(c, 'amplitude');
  const target = phi.map((p) => size * frequencies.reduce((s, k) => s + Math.cos(k * p), 0));
  const model = mlp({ widths: [2, num(c, 'circleWidth'), 1], parametrisation: 'ntk', weightVariance: weightVariance('relu') });
  const data: TrainerData = {
    x: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? Math.cos : Math.sin)(phi[i >> 1]!)),
    y: new Float32Array(count * n),
    n,
    target: [1],
    yPerReplica: true,
  };
  const trainer = await Trainer.open(executor, {
    model,
    loss: halfSquaredError,
    optimiser: sgd({ lr: num(c, 'circleRate') }),
    seeds: Array.from({ length: count }, (_, s) => deriveSeed(num(c, 'seed'), s, 0)),
    data,
    evaluate: Object.fromEntries(frequencies.map((k) => [`k${k}`, amplitude(c, k)])),
  });
  const from = await start(executor, model, (await trainer.session.read('theta')).data, data, count);
  trainer.session.write(
    'train.y',
    Float32Array.from(from, (f, i) => f + target[i % n]!),
  );
  for (const k of frequencies)
    trainer.session.write(
      basisName(k),
      Float32Array.from({ length: 2 * n }, (_, i) => (2 / n / size) * (i < n ? Math.cos : Math.sin)(k * phi[i % n]!)),
    );
  return trainer;
};

export async function* runSpectral(c: Config, context: RunContext): AsyncGenerator<Row> {
  using trainer = await open(c, context);
  const [frequencies, count, steps, at] = [list(c, 'frequencies'), num(c, 'seeds'), num(c, 'circleSteps'), drawnSteps(c)];
  const histories = frequencies.map(() => Array.from({ length: count }, (): number[] => []));
  for await (const b of trainer.train({ steps, probes: [{ plan: 'eval', at }], signal: context.signal, control: context.control })) {
    if (b.plan !== 'eval') {
      yield { kind: 'progress', done: b.steps.at(-1)! + 1, total: steps, phase: 'gradient descent', steps: (b.steps.at(-1)! + 1) * count };
      continue;
    }
    for (const [i, step] of b.steps.entries())
      for (const [f, k] of frequencies.entries())
        for (let seed = 0; seed < count; seed++) {
          const y = metric(b, i, `train.k${k}`, seed);
          const history = histories[f]![seed]!;
          const known = crossing(at, history);
          history.push(y);
          if (step > 0) yield { kind: 'point', chart: 'residual', series: `k${k}`, x: step, seed, y };
          const time = crossing(at, history);
          if (known === undefined && time !== undefined) yield { kind: 'point', chart: 'time', series: 'measured', x: k, seed, y: time };
        }
  }
}
