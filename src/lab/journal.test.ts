/** A run that is cut off and gone on with has the rows it has when it is left alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addInt, constant, matmul, mul, squaredNorm, sub, variable } from '../ops/index';
import { plan } from '../plan/index';
import { metric, type Executor } from '../runtime/executor';
import { openGpu, type GpuExecutor } from '../runtime/gpu';
import type { PointRow } from './experiment';
import type { Entry, Journal, Snapshot } from './journal';
import { JournaledExecutor } from './journaledExecutor';
import { LiveSettings } from './live';

let gpu: GpuExecutor;
beforeAll(async () => { gpu = await openGpu(); });
afterAll(() => gpu.dispose());

const STEPS = 40;
/** Gradient descent on ½‖Aw‖², in two legs with writes, runs and reads between, and a second session that is over before the second leg. */
const descend = async (executor: Executor, live: LiveSettings, over: (step: number) => boolean = () => false): Promise<readonly PointRow[]> => {
  const rows: PointRow[] = [];
  const [A, w, eta, step] = [variable('A', [5, 3]), variable('w', [3, 1]), variable('eta', []), variable('step', [], { dtype: 'u32', perReplica: false })];
  const residual = matmul(A, w);
  const stepPlan = plan({
    name: 'step', replicas: 2, maxBindings: executor.maxBindings, counter: step,
    updates: [[w, sub(w, mul(eta, matmul(A, residual, { transA: true })))], [step, addInt(step, constant(1, 'u32'))]], metrics: { loss: squaredNorm(residual) },
  });
  using session = await executor.open({ step: stepPlan, look: plan({ name: 'look', replicas: 2, maxBindings: executor.maxBindings, outputs: { residual } }) });
  session.write('A', Float32Array.from({ length: 15 }, (_, i) => Math.sin(i + 1)));
  session.write('w', Float32Array.from([1, -2, 3, 0.5, 4, -1]));
  for (let leg = 0; leg < 2; leg++) {
    session.write('eta', Float32Array.from([0.01, 0.02].map((r) => r * Number(live.current()['scale']))));
    for await (const b of session.train({ step: 'step', steps: STEPS, checkpointMs: 1 })) {
      for (const [i, x] of b.steps.entries()) for (const seed of [0, 1]) rows.push({ kind: 'point', chart: 'c', series: 'loss', x, seed, y: metric(b, i, 'loss', seed) });
      if (over(b.steps.at(-1)!)) return rows;
    }
    const { residual: r } = await session.run('look');
    r!.data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: `residual ${leg}`, x, seed: 0, y }));
    (await session.read('w')).data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: `w ${leg}`, x, seed: 0, y }));
    if (leg > 0) continue;
    using other = await executor.open({ twice: plan({ name: 'twice', maxBindings: executor.maxBindings, outputs: { twice: mul(variable('v', [2]), 2) } }) });
    other.write('v', Float32Array.of(3, 4));
    (await other.run('twice'))['twice']!.data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: 'other', x, seed: 0, y }));
  }
  return rows;
};

/** Runs until step `stop` and a first snapshot, journalling; what was saved last is what a reload finds. */
const cutOff = async (stop: number): Promise<{ readonly journal: Journal; readonly live: LiveSettings }> => {
  const entries: Entry[] = [];
  let snapshot: Snapshot | undefined;
  const live = new LiveSettings({ scale: 1 });
  live.set({ scale: 0.5 });
  const executor = new JournaledExecutor(gpu, {
    save: async (more, s) => { entries.push(...more); snapshot = s; }, onEvent: () => undefined, onMemory: () => undefined, liveCalls: () => live.calls,
  });
  await descend(executor, live, (step) => step >= stop && snapshot !== undefined);
  return { journal: { entries, snapshot: snapshot! }, live };
};

describe('a run gone on with', () => {
  let whole: readonly PointRow[];
  beforeAll(async () => { whole = await descend(gpu, new LiveSettings({ scale: 0.5 })); });

  it.each([5, 39, 45, 70])('from a journal that ends about step %i has the bits of the whole', async (stop) => {
    const { journal, live } = await cutOff(stop);
    const batches = journal.entries.filter((e) => e.kind === 'batch');
    expect(batches.length).toBeGreaterThan(0);
    let trained = 0;
    const counting: Executor = {
      name: 'counting', software: true, maxBindings: gpu.maxBindings, dispose: () => undefined,
      open: async (plans) => {
        const session = await gpu.open(plans);
        const train = session.train.bind(session);
        return Object.assign(session, { train: (o: Parameters<typeof train>[0]) => { trained += o.steps; return train(o); } });
      },
    };
    const memory: number[] = [];
    const resumed = new JournaledExecutor(counting, { onEvent: () => undefined, onMemory: (b) => memory.push(b), liveCalls: () => 0 }, journal);
    const rows = await descend(resumed, new LiveSettings({ scale: 1 }, live.changes, journal.snapshot.liveCalls));
    expect(rows).toEqual(whole);
    // Only what the journal lacks was trained.
    expect(trained).toBe(2 * STEPS - 1 - Math.max(...batches.map((e) => e.steps.at(-1)!)));
    expect(Math.max(...memory)).toBeGreaterThan(0);
    expect(memory.at(-1)).toBe(0);
  });

  it('refuses a journal of another program', async () => {
    const { journal } = await cutOff(5);
    const other: Journal = { ...journal, entries: [{ kind: 'read', session: 0, value: { dtype: 'f32', data: new Float32Array(1), replicas: 1, size: 1 } }, ...journal.entries] };
    const resumed = new JournaledExecutor(gpu, { onEvent: () => undefined, onMemory: () => undefined, liveCalls: () => 0 }, other);
    await expect(descend(resumed, new LiveSettings({ scale: 1 }))).rejects.toThrow("where it has 'read' the experiment now asks for 'write'");
  });
});

describe('live settings', () => {
  it('take effect at the next question and are repeated at the same', () => {
    const first = new LiveSettings({ lr: 1, width: 8 });
    expect(first.current()).toEqual({ lr: 1, width: 8 });
    first.set({ lr: 2 });
    first.set({ lr: 3 });
    expect([first.current(), first.current()]).toEqual([{ lr: 3, width: 8 }, { lr: 3, width: 8 }]);
    expect(first.changes).toEqual([{ call: 1, changes: { lr: 3 } }]);
    const again = new LiveSettings({ lr: 1, width: 8 }, first.changes, 3);
    again.set({ lr: 9 }); // the reader's own waits until the past is over
    expect([0, 1, 2, 3].map(() => again.current()['lr'])).toEqual([1, 3, 3, 9]);
    expect(again.changes).toEqual([...first.changes, { call: 3, changes: { lr: 9 } }]);
  });
});
