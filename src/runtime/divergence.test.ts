/** Lost replicas: told once, by whichever metric shows them, and never given an error rate. On the reference and on the GPU. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mlp } from '../models/index';
import { crossEntropy, errorRate, meanSquaredError, variable } from '../ops/index';
import { sgd } from '../optim/index';
import { metric, type Divergence, type Executor, type MetricBatch, type TrainControl } from './executor';
import { FiniteWatch, handedOut } from './divergence';
import { openGpu, type GpuExecutor } from './gpu';
import { openReference } from './reference';
import { rows } from './trainLoop';
import { Trainer, TrainerGroup, type TrainerOptions, type TrainerRun } from './trainer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());
const executors: readonly (readonly [string, () => Executor])[] = [
  ['reference', openReference],
  ['GPU', () => gpu],
];

/** wx for x = 1 against 0, whose steps multiply w by 1 − 2·lr: replica 0 stays where it is, replica 1 grows by 1e38 a step. */
const line: TrainerOptions = {
  model: mlp({ widths: [1, 1], bias: false }),
  loss: meanSquaredError,
  optimiser: sgd({ lr: [0, 5e37] }),
  seeds: [0, 1],
  data: { x: Float32Array.of(1), y: Float32Array.of(0), n: 1, target: [1] },
};
const control = (told: Divergence[]): TrainControl => ({
  paused: false,
  whenResumed: () => Promise.resolve(),
  takeSingleStep: () => false,
  takeRest: () => false,
  diverged: (event) => told.push(event),
});
/** What is told on the way, and the rows of an evaluation by step. */
const run = async (trainer: Pick<Trainer, 'train'>, o: TrainerRun): Promise<{ told: Divergence[]; batches: MetricBatch[] }> => {
  const told: Divergence[] = [];
  const batches: MetricBatch[] = [];
  for await (const b of trainer.train({ ...o, onDiverged: (event) => told.push(event) })) batches.push({ ...b, data: b.data.slice() });
  return { told, batches };
};

describe.each(executors)('on the %s', (_, executor) => {
  it('a replica that grows without bound is told once, with step and metric; the other goes on', async () => {
    using trainer = await Trainer.open(executor(), line);
    trainer.setParameters({ W1: Float32Array.of(1) });
    const hooked: Divergence[] = [];
    const { told } = await run(trainer, { steps: 6, control: control(hooked) });
    expect(told).toEqual(hooked);
    expect(told.map(({ member, plan, error }) => [member, plan, error.replica, error.tensor])).toEqual([['model', 'step', 1, 'loss']]);
    expect(told[0]!.error.message).toMatch(/^replica 1: 'loss' became (Infinity|NaN) at step \d\. The other replicas go on/);
    // Not again, until it begins anew.
    expect((await run(trainer, { steps: 2 })).told).toEqual([]);
    trainer.setParameters({ W1: Float32Array.of(1) });
    expect((await run(trainer, { steps: 6 })).told).toHaveLength(1);
  });
  it('is seen by what is evaluated, where no step records anything, and by the outputs, where nothing else shows it', async () => {
    const found: Record<string, string> = {};
    for (const [name, objective] of Object.entries({ loss: meanSquaredError, constant: () => variable('nothing', []) })) {
      using trainer = await Trainer.open(executor(), { ...line, metrics: [], evaluate: { [name]: objective } });
      trainer.setParameters({ W1: Float32Array.of(1) });
      const { told, batches } = await run(trainer, { steps: 8, probes: [{ plan: 'eval', every: 4 }] });
      expect(told).toHaveLength(1);
      found[name] = told[0]!.error.tensor;
      expect([told[0]!.plan, told[0]!.error.replica]).toEqual(['eval', 1]);
      const names = new Set(batches.flatMap((b) => b.names));
      expect([...names]).toEqual([`train.${name}`]);
    }
    expect(found).toEqual({ loss: 'train.loss', constant: 'train.‖outputs‖²' });
  });
  it('has no error rate: what is evaluated of it is NaN, and of the other a number', async () => {
    const data = { x: Float32Array.of(1, 2), y: Uint32Array.of(1, 0), n: 2, target: [] };
    using trainer = await Trainer.open(executor(), {
      ...line,
      model: mlp({ widths: [1, 2], bias: false }),
      loss: crossEntropy,
      optimiser: sgd({ lr: 0 }),
      data,
      test: data,
      evaluate: { error: errorRate, loss: crossEntropy },
    });
    // Written past setParameters, which refuses them: as a network is that was lost.
    const theta = (await trainer.session.read('theta')).data.slice();
    theta.set([0, 1]);
    theta.set([NaN, 1], theta.length / 2);
    trainer.session.write('theta', theta);
    const { batches, told } = await run(trainer, { steps: 1, probes: [{ plan: 'eval', at: [1] }] });
    const b = batches.find(({ plan }) => plan === 'eval')!;
    expect(b.names).toEqual(['train.error', 'train.loss', 'test.error', 'test.loss']);
    for (const name of b.names) {
      expect(Number.isFinite(metric(b, 0, name, 0)), name).toBe(true);
      expect(metric(b, 0, name, 1), name).toBeNaN();
    }
    expect([metric(b, 0, 'train.error', 0), metric(b, 0, 'test.error', 0)]).toEqual([0.5, 0.5]);
    expect(told.map(({ error }) => error.replica)).toEqual([1]);
  });
});

it('data with a NaN are named, in place of the learning rate', async () => {
  const data = { x: Float32Array.of(1, NaN, 3), y: Float32Array.of(0, 0, 0), n: 3, target: [1] };
  using trainer = await Trainer.open(openReference(), { ...line, optimiser: sgd({ lr: 0.1 }), data });
  const { told } = await run(trainer, { steps: 1 });
  expect(told.map(({ error }) => error.message)).toEqual(
    [0, 1].map(
      (r) => `replica ${r}: 'loss' became NaN at step 0. The other replicas go on; data.x: example 1, is NaN: leave it out, or fill it in`,
    ),
  );
});
it('members of a group are told by name, each with its own replicas', async () => {
  const other = { ...line, optimiser: sgd({ lr: [5e37, 5e37] }) };
  using group = await TrainerGroup.open(openReference(), { line, other });
  const ones = { W1: Float32Array.of(1) };
  group.setParameters('line', ones);
  group.setParameters('other', ones);
  const { told } = await run(group, { steps: 10 });
  expect(told.map(({ member, plan, error }) => `${member} ${plan} ${error.replica}`).toSorted()).toEqual([
    'line line.step 1',
    'other other.step 0',
    'other other.step 1',
  ]);
});
it('rows name them as before', async () => {
  using trainer = await Trainer.open(openReference(), line);
  const named: number[] = [];
  for await (const { nonFinite } of rows(trainer.train({ steps: 20 }))) named.push(...nonFinite.map((e) => e.replica));
  expect(named).toEqual([1]);
});

/** Two replicas, two rows. */
const batch = (names: readonly string[], data: readonly number[]): MetricBatch => ({
  plan: 'eval',
  names,
  replicas: 2,
  steps: [3, 5],
  data: Float64Array.from(data),
});
describe('parts', () => {
  it('a watch names the first metric of the plan, and begins anew when told', () => {
    const watch = new FiniteWatch();
    const b = batch(['a', 'b'], [1, 1, 1, NaN, 1, 1, 1, 1]);
    expect(watch.checkAll(b).map((e) => [e.replica, e.step, e.tensor])).toEqual([[0, 5, 'b']]);
    expect(watch.checkAll(b)).toEqual([]);
    watch.reset();
    expect(watch.checkAll(b, 'rest').map((e) => e.message)).toEqual([
      "replica 0: 'b' became NaN at step 5. The other replicas go on; rest",
    ]);
  });
  it('an evaluation is NaN by sets and rows, for its outputs or its loss alone', () => {
    const names = ['train.error', 'train.loss', 'train.‖outputs‖²', 'test.error', 'test.margin', 'test.‖outputs‖²'];
    const b = batch(names, [0, 1, 9, 1, NaN, 9, 0, Infinity, 9, 1, 2, NaN, 0, 1, 9, 1, 2, 9, 0, 1, Infinity, 1, 2, 9]);
    const out = handedOut(b, new Set(['loss']));
    expect(out.names).toEqual(['train.error', 'train.loss', 'test.error', 'test.margin']);
    expect([...out.data]).toEqual([0, 1, 1, NaN, NaN, NaN, NaN, NaN, 0, 1, 1, 2, NaN, NaN, 1, 2]);
    const step = batch(['loss'], [1, NaN, 2, 3]);
    expect(handedOut(step, new Set(['loss']))).toBe(step);
  });
});
