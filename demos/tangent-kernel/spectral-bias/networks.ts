/** A network of each seed, with its target on the circle and what is left of each frequency as its evaluation. */
import { deriveSeed } from '../../../src/core/random';
import { mlp, unpack, type Model } from '../../../src/models/index';
import { halfSquaredError, matmul, norm, sub, variable } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { plan } from '../../../src/plan/index';
import type { Executor, HostArray } from '../../../src/runtime/executor';
import { Trainer, type Objective, type TrainerData } from '../../../src/runtime/trainer';
import { weightVariance } from '../nets';
import { ascending } from '../settings';
import type { Config } from './fields';
import { angles } from './theory';

const basisName = (k: number): string => `basis${k}`;
/** Length of the residual's part of frequency k: 1 at the start, whatever its phase has become. */
const amplitude =
  (c: Pick<Config, 'points'>, k: number): Objective =>
  (output, target) =>
    norm(matmul(variable(basisName(k), [2, c.points], { perReplica: false }), sub(output, target)));

/** What the networks give at the start is added to their targets, so that every frequency starts at its whole amplitude. */
const start = async (executor: Executor, model: Model, theta: HostArray, { x, n }: TrainerData, replicas: number): Promise<HostArray> => {
  const output = model.apply(unpack(model.layout, variable('theta', [model.layout.total])), variable('x', [n, 2], { perReplica: false }));
  using session = await executor.open({ start: plan({ name: 'start', replicas, outputs: { output }, maxBindings: executor.maxBindings }) });
  session.write('theta', theta);
  session.write('x', x);
  return (await session.run('start'))['output']!.data;
};

export const openNetworks = async (c: Config, executor: Executor): Promise<Trainer> => {
  const phi = angles(c);
  const { seeds: count, amplitude: size } = c;
  const [n, frequencies] = [phi.length, ascending(c.frequencies)];
  const target = phi.map((p) => size * frequencies.reduce((s, k) => s + Math.cos(k * p), 0));
  const model = mlp({ widths: [2, c.width, 1], parametrisation: 'ntk', weightVariance: weightVariance('relu') });
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
    optimiser: sgd({ lr: c.rate }),
    seeds: Array.from({ length: count }, (_, s) => deriveSeed(c.seed, s, 0)),
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
