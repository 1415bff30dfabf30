/** A run that is cut off and gone on with has the rows it has when it is left alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addInt, constant, matmul, mul, squaredNorm, sub, variable } from '../ops/index';
import { plan } from '../plan/index';
import { metric, type Executor, type MetricBatch, type Session, type TrainOptions } from '../runtime/executor';
import { openGpu, type GpuExecutor } from '../runtime/gpu';
import type { PointRow } from './study';
import type { Entry, Journal, Snapshot } from './journal';
import { JournaledExecutor } from './journaledExecutor';
import { LiveSettings } from './live';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const STEPS = 40;
/** Gradient descent on ½‖Aw‖², in two legs with writes, runs and reads between, and a second session that is over before the second leg. */
const descend = async (
  executor: Executor,
  live: LiveSettings,
  over: (step: number) => boolean = () => false,
): Promise<readonly PointRow[]> => {
  const rows: PointRow[] = [];
  const [A, w, eta, step] = [
    variable('A', [5, 3]),
    variable('w', [3, 1]),
    variable('eta', []),
    variable('step', [], { dtype: 'u32', perReplica: false }),
  ];
  const residual = matmul(A, w);
  const stepPlan = plan({
    name: 'step',
    replicas: 2,
    maxBindings: executor.maxBindings,
    counter: step,
    updates: [
      [w, sub(w, mul(eta, matmul(A, residual, { transA: true })))],
      [step, addInt(step, constant(1, 'u32'))],
    ],
    metrics: { loss: squaredNorm(residual) },
  });
  using session = await executor.open({
    step: stepPlan,
    look: plan({ name: 'look', replicas: 2, maxBindings: executor.maxBindings, outputs: { residual } }),
  });
  session.write(
    'A',
    Float32Array.from({ length: 15 }, (_, i) => Math.sin(i + 1)),
  );
  session.write('w', Float32Array.from([1, -2, 3, 0.5, 4, -1]));
  for (let leg = 0; leg < 2; leg++) {
    session.write('eta', Float32Array.from([0.01, 0.02].map((r) => r * Number(live.current()['scale']))));
    for await (const b of session.train({ step: 'step', steps: STEPS, checkpointMs: 1 })) {
      for (const [i, x] of b.steps.entries())
        for (const seed of [0, 1]) rows.push({ kind: 'point', chart: 'c', series: 'loss', x, seed, y: metric(b, i, 'loss', seed) });
      if (over(b.steps.at(-1)!)) return rows;
    }
    const { residual: r } = await session.run('look');
    r!.data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: `residual ${leg}`, x, seed: 0, y }));
    (await session.read('w')).data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: `w ${leg}`, x, seed: 0, y }));
    if (leg > 0) continue;
    using other = await executor.open({
      twice: plan({ name: 'twice', maxBindings: executor.maxBindings, outputs: { twice: mul(variable('v', [2]), 2) } }),
    });
    other.write('v', Float32Array.of(3, 4));
    (await other.run('twice'))['twice']!.data.forEach((y, x) => rows.push({ kind: 'point', chart: 'c', series: 'other', x, seed: 0, y }));
  }
  return rows;
};

/** Runs until step `stop` and a first snapshot, journalling; what was saved last is what a reload finds. */
const cutOff = async (stop: number): Promise<{ readonly journal: Journal; readonly live: LiveSettings }> => {
  const entries: Entry[] = [];
  let [snapshot, clock]: [Snapshot | undefined, number] = [undefined, 0];
  const live = new LiveSettings({ scale: 1 });
  live.set({ scale: 0.5 });
  const executor = new JournaledExecutor(gpu, {
    save: async (more, s) => {
      entries.push(...more);
      snapshot = s;
    },
    onEvent: () => undefined,
    onMemory: () => undefined,
    liveCalls: () => live.calls,
    now: () => (clock += 60_000), // always time to save
  });
  await descend(executor, live, (step) => step >= stop && snapshot !== undefined);
  return { journal: { entries, snapshot: snapshot! }, live };
};

describe('a run gone on with', () => {
  let whole: readonly PointRow[];
  beforeAll(async () => {
    whole = await descend(gpu, new LiveSettings({ scale: 0.5 }));
  });

  it.each([5, 39, 45, 70])('from a journal that ends about step %i has the bits of the whole', async (stop) => {
    const { journal, live } = await cutOff(stop);
    const batches = journal.entries.filter((e) => e.kind === 'batch');
    expect(batches.length).toBeGreaterThan(0);
    let trained = 0;
    const counting: Executor = {
      name: 'counting',
      software: true,
      maxBindings: gpu.maxBindings,
      dispose: () => undefined,
      open: async (plans) => {
        const session = await gpu.open(plans);
        const train = session.train.bind(session);
        return Object.assign(session, {
          train: (o: Parameters<typeof train>[0]) => {
            trained += o.steps;
            return train(o);
          },
        });
      },
    };
    const memory: number[] = [];
    const resumed = new JournaledExecutor(
      counting,
      { onEvent: () => undefined, onMemory: (b) => memory.push(b), liveCalls: () => 0 },
      journal,
    );
    const rows = await descend(resumed, new LiveSettings({ scale: 1 }, live.changes, journal.snapshot.liveCalls));
    expect(rows).toEqual(whole);
    // Only what the journal lacks was trained.
    expect(trained).toBe(2 * STEPS - 1 - Math.max(...batches.map((e) => e.steps.at(-1)!)));
    expect(Math.max(...memory)).toBeGreaterThan(0);
    expect(memory.at(-1)).toBe(0);
  });

  it('refuses a journal of another program', async () => {
    const { journal } = await cutOff(5);
    const other: Journal = {
      ...journal,
      entries: [{ kind: 'read', session: 0, value: { dtype: 'f32', data: new Float32Array(1), replicas: 1, size: 1 } }, ...journal.entries],
    };
    const resumed = new JournaledExecutor(gpu, { onEvent: () => undefined, onMemory: () => undefined, liveCalls: () => 0 }, other);
    await expect(descend(resumed, new LiveSettings({ scale: 1 }))).rejects.toThrow("where it has 'read' the study now asks for 'write'");
  });
});

/** A session that answers nothing, whose training is what a test says. */
const scripted = (train: (o: TrainOptions, session: { stepsDone: number }) => AsyncIterable<MetricBatch>, outputs = 1): Executor => ({
  name: 'script',
  software: true,
  maxBindings: 8,
  dispose: () => undefined,
  open: async (plans) => {
    const session: Session & { stepsDone: number } = {
      stepsDone: 0,
      plans,
      bytes: 7,
      improved: Promise.resolve(),
      write: () => undefined,
      restore: () => undefined,
      checkpoint: async () => new Uint8Array(1),
      dispose: () => undefined,
      [Symbol.dispose]: () => undefined,
      read: async () => ({ dtype: 'f32', data: new Float32Array(1), replicas: 1, size: 1 }),
      run: async () => ({ y: { dtype: 'f32', data: new Float32Array(outputs), replicas: 1, size: outputs } }),
      train: (o) => train(o, session),
    };
    return session;
  },
});
const rowsOf = (from: number, to: number): MetricBatch => ({
  plan: 'step',
  names: ['loss'],
  replicas: 1,
  steps: Array.from({ length: to - from }, (_, i) => from + i),
  data: new Float32Array(to - from),
});
const once = async function* once(): AsyncGenerator<MetricBatch> {
  yield rowsOf(0, 1);
};
const look = (factor: number) => plan({ name: 'look', outputs: { scaled: mul(variable('v', [2]), factor) } });
const hooks = (saved: Snapshot[], entries: Entry[] = []) => {
  let clock = 0;
  return {
    save: async (more: readonly Entry[], s: Snapshot) => {
      entries.push(...more);
      saved.push(s);
    },
    onEvent: () => undefined,
    onMemory: () => undefined,
    liveCalls: () => 0,
    now: () => (clock += 60_000),
  };
};

describe('a journal', () => {
  it('takes no snapshot while a recovered run does again what was handed out before', async () => {
    const saved: Snapshot[] = [];
    const counts: number[] = [];
    const executor = new JournaledExecutor(
      scripted(async function* train(o, session) {
        yield rowsOf(0, 10);
        for (const done of [4, 9, 10]) {
          // lost, and back at step 4
          session.stepsDone = done;
          await o.onIdle?.(false);
          counts.push(saved.length);
        }
      }),
      hooks(saved),
    );
    const session = await executor.open({ step: look(2) });
    for await (const _ of session.train({ step: 'step', steps: 10 })) continue;
    expect(counts).toEqual([0, 0, 1]);
  });

  it('takes none before all that was open before is open again', async () => {
    const saved: Snapshot[] = [];
    const past: Journal = { entries: [], snapshot: { opened: 1, sessions: new Map([[0, new Uint8Array(1)]]), plans: [], liveCalls: 0 } };
    const executor = new JournaledExecutor(scripted(once), hooks(saved), past);
    await executor.save();
    expect([executor.caughtUp, saved.length]).toEqual([false, 0]);
    await executor.open({ step: look(2) });
    await executor.save();
    expect([executor.caughtUp, saved.length]).toEqual([true, 1]);
  });

  it('refuses plans that have changed', async () => {
    const saved: Snapshot[] = [];
    const first = new JournaledExecutor(scripted(once), hooks(saved));
    await first.open({ look: look(2) });
    await first.save();
    const again = (): JournaledExecutor => new JournaledExecutor(scripted(once), hooks([]), { entries: [], snapshot: saved[0]! });
    await expect(again().open({ look: look(2) })).resolves.toBeDefined();
    await expect(again().open({ look: look(3) })).rejects.toThrow('the plans look are others now');
  });

  it('does not write down large outputs that can be computed again', async () => {
    const [saved, entries]: [Snapshot[], Entry[]] = [[], []];
    const inner = scripted(once, 2 ** 20);
    const session = await new JournaledExecutor(inner, hooks(saved, entries)).open({ look: look(2) });
    session.write('v', new Float32Array(2));
    await session.run('look');
    expect(entries.map((e) => [e.kind, e.kind === 'run' && e.outputs])).toEqual([
      ['write', false],
      ['run', undefined],
    ]);
    const resumed = await new JournaledExecutor(inner, hooks([]), { entries, snapshot: saved[0]! }).open({ look: look(2) });
    resumed.write('v', new Float32Array(2));
    expect((await resumed.run('look'))['y']!.size).toBe(2 ** 20);
  });
});

describe('live settings', () => {
  it('take effect at the next question and are repeated at the same', () => {
    const first = new LiveSettings({ lr: 1, width: 8 });
    expect(first.current()).toEqual({ lr: 1, width: 8 });
    first.set({ lr: 2 });
    first.set({ lr: 3 });
    expect([first.current(), first.current()]).toEqual([
      { lr: 3, width: 8 },
      { lr: 3, width: 8 },
    ]);
    expect(first.changes).toEqual([{ call: 1, changes: { lr: 3 } }]);
    const again = new LiveSettings({ lr: 1, width: 8 }, first.changes, 3);
    again.set({ lr: 9 }); // the reader's own waits until the past is over
    expect([0, 1, 2, 3].map(() => again.current()['lr'])).toEqual([1, 3, 3, 9]);
    expect(again.changes).toEqual([...first.changes, { call: 3, changes: { lr: 9 } }]);
  });
});
