/** What a worker keeps of its runs, and what it leaves alone: host and client over a real channel, on a real database. */
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, DeviceLostError, GPURunError, NoWebGPUError } from '../../core/errors';
import { addInt, add, constant, mul, sum, variable } from '../../ops/index';
import { plan, type Plan } from '../../plan/index';
import { metric, type Executor } from '../../runtime/executor';
import { openReference } from '../../runtime/reference';
import { titleOf, type Row, type Study } from '../study';
import { fakeEntry, fakeStudy } from '../fakeStudy';
import type { Entry, Snapshot } from '../journal';
import { defaults } from '../schema';
import { Connection, DATABASE, put } from '../store/database';
import { keptRun } from '../store/fakeKept';
import { openStore } from '../store/store';
import type { KeptRun } from '../store/types';
import { RunClient } from './client';
import { hostStudies } from './host';
import type { StartOrder } from './protocol';

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
const point = (x: number, y = x): Row => ({ kind: 'point', chart: 'square', series: 'measured', x, seed: 0, y });
const ports: MessagePort[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const p of ports.splice(0)) p.close();
  await wait(50); // the worker's own connections close
  await deleteDB(DATABASE);
});

const connect = (run: Study['run'], openExecutor: () => Promise<Executor> = async () => openReference()): RunClient => {
  const channel = new MessageChannel();
  ports.push(channel.port1);
  const client = new RunClient(channel.port1, () => undefined);
  channel.port1.start();
  channel.port2.start();
  hostStudies(channel.port2, [fakeEntry({ claims: () => [], run })], { openExecutor, openStore });
  return client;
};
const order = (resume?: string): StartOrder => ({
  study: fakeStudy.path,
  title: titleOf(fakeStudy),
  preset: 'quick',
  config: defaults(fakeStudy.fields),
  inputs: {},
  live: [],
  build: 'new',
  resume,
  keep: true,
});
const ended = (c: RunClient): Promise<void> => expect.poll(() => c.over, { timeout: 10_000 }).toBe(true);

/** A run with 50 points that was cut off. */
const cutOff = async (entries: readonly Entry[], snapshot: Partial<Snapshot>, more: Partial<KeptRun> = {}): Promise<void> => {
  const run = keptRun({ id: 'a', state: 'running', resumable: true, points: 50, build: 'old', seconds: 100, ...more });
  const rows = Array.from({ length: 50 }, (_, i) => point(i));
  const connection = new Connection(DATABASE);
  await connection.write('prepare', async (tx) => {
    await Promise.all([
      put(tx, 'runs', { ...run, touched: 0 }),
      put(tx, 'rows', rows, ['a', 0]),
      put(tx, 'journal', entries, ['a', 0]),
      put(tx, 'inputs', {}, 'a'),
      put(tx, 'snapshots', { opened: 0, sessions: new Map(), plans: [], liveCalls: 0, ...snapshot }, 'a'),
    ]);
  });
  connection.close();
};
const kept = async (id = 'a') => {
  const store = await openStore();
  const found = {
    run: (await store.get(id))!,
    points: (await store.rows(id)).filter((r) => r.kind === 'point').length,
    journal: await store.journal(id),
  };
  store.close();
  return found;
};
/** Each look at the clock adds to it what `step` says. */
const hurry = (): { step: number } => {
  const real = performance.now.bind(performance);
  const clock = { step: 0 };
  let ahead = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => real() + (ahead += clock.step));
  return clock;
};

const halving = (): Readonly<Record<string, Plan>> => {
  const [x, k, step] = [variable('x', [2]), variable('k', []), variable('step', [], { dtype: 'u32', perReplica: false })];
  return {
    step: plan({
      name: 'step',
      counter: step,
      metrics: { x: sum(x) },
      updates: [
        [x, add(mul(x, 0.5), k)],
        [step, addInt(step, constant(1, 'u32'))],
      ],
    }),
  };
};
/** Forty steps in pieces of four, with a setting that may change between them. */
const pieces: Study['run'] = async function* run(_config, { executor, live, signal, control }) {
  using session = await executor.open(halving());
  session.write('x', Float32Array.of(1, 2));
  while (session.stepsDone < 40 && !signal.aborted) {
    session.write('k', Float32Array.of(Number(live()['offset'])));
    for await (const b of session.train({ step: 'step', steps: 4, signal, control }))
      for (const [i, x] of b.steps.entries()) yield point(x, metric(b, i, 'x', 0));
  }
};
/** Points with a breath between them. */
const breathing = (count: number, ms: number): Study['run'] =>
  async function* run(_config, { turn, signal, live }) {
    for (let i = 0; i < count; i++) {
      await turn();
      if (signal.aborted) return;
      await wait(ms);
      yield point(i, Number(live()['offset']));
    }
  };

describe('a run that was cut off stays as it was', () => {
  it('where its journal is another program’s', async () => {
    await cutOff([{ kind: 'read', session: 0, value: { dtype: 'f32', data: new Float32Array(1), replicas: 1, size: 1 } }], { opened: 1 });
    const client = connect(pieces);
    client.start(order('a'));
    await ended(client);
    expect([client.state, client.error?.message]).toEqual(['failed', expect.stringContaining('It stays as it was kept')]);
    const { run, points, journal } = await kept();
    expect([run.state, run.resumable, points, journal?.entries.length]).toEqual(['running', true, 50, 1]);
  });
  it('where it is stopped before it has come as far again', async () => {
    await cutOff([], {});
    const client = connect(breathing(100, 20));
    client.start(order('a'));
    await expect.poll(() => client.table.points.length).toBeGreaterThan(3);
    client.abort();
    await ended(client);
    const { run, points } = await kept();
    expect([run.resumable, points]).toEqual([true, 50]);
  });
  it('where the device is lost while the past is repeated', async () => {
    const live = [{ call: 1, changes: { offset: 2 } }];
    await cutOff([{ kind: 'write', session: 0 }], { opened: 1, sessions: new Map([[0, new Uint8Array(1)]]), liveCalls: 3 }, { live });
    const client = connect(pieces, async () => ({ ...openReference(), open: () => Promise.reject(new DeviceLostError('gone')) }));
    client.start(order('a'));
    await ended(client);
    const { run, points } = await kept();
    expect([run.live, points]).toEqual([live, 50]);
  });
});

/** Goes away, as a page does: the worker hears nothing any more, and its lock is another's to take. */
const onlyFirst = (id: string | undefined): void => {
  const request = navigator.locks.request.bind(navigator.locks);
  vi.spyOn(navigator.locks, 'request').mockImplementation(((name: string, options: LockOptions, held: LockGrantedCallback<unknown>) =>
    name.endsWith(id!) ? held(null) : request(name, options, held)) as never);
};

describe('a run that is cut off', () => {
  it('before its first step can be resumed: it is a function of its settings', async () => {
    const first = connect(async function* run() {
      yield* [];
      await new Promise(() => undefined);
    });
    first.start(order());
    await expect.poll(() => first.keptAs).toBeDefined();
    const { run, journal } = await kept(first.keptAs);
    expect([run.state, run.resumable, journal]).toEqual([
      'running',
      true,
      { entries: [], snapshot: { opened: 0, sessions: new Map(), plans: [], liveCalls: 0 } },
    ]);
    onlyFirst(first.keptAs);
    const second = connect(pieces);
    second.start(order(first.keptAs));
    await ended(second);
    const alone = connect(pieces);
    alone.start({ ...order(), keep: false });
    await ended(alone);
    expect([second.state, second.table.points]).toEqual(['done', alone.table.points]);
    expect(second.table.points).toHaveLength(40);
  });
  it.each([
    ['trains', pieces],
    ['computes', breathing(40, 5)],
  ])('as its page is hidden or left has kept what there was, where it %s', async (_, study) => {
    let [found, hidden] = [0, false];
    const client = connect(async function* run(config, context) {
      for await (const row of study(config, context)) {
        await wait(5);
        yield row;
        if (!hidden || found > 0 || !client.keptAs) continue;
        const { points, journal } = await kept(client.keptAs);
        if ((journal?.entries.length ?? 0) > 0 || journal?.snapshot.liveCalls) found = points;
      }
    });
    client.start(order());
    await expect.poll(() => client.table.points.length).toBeGreaterThan(3);
    client.save();
    hidden = true;
    await ended(client);
    expect(found).toBeGreaterThan(3);
    expect(client.state).toBe('done'); // not paused
  });
  it.each([
    [new ConfigError('wrong'), false],
    [new DeviceLostError('gone'), true],
    [new GPURunError('out of memory'), true],
    [new RangeError('createBuffer failed'), true],
  ])('by %o can be resumed: only where it would not fail in the same way again', async (error, resumable) => {
    const client = connect(async function* run(config, context) {
      yield* pieces(config, context);
      throw error;
    });
    client.start(order());
    await ended(client);
    const { run, journal } = await kept(client.keptAs);
    expect([run.state, run.error?.message, run.resumable, journal !== undefined]).toEqual(['failed', error.message, resumable, resumable]);
  });
  it('leaves nothing where there never was a device', async () => {
    const client = connect(pieces, () => Promise.reject(new NoWebGPUError('no-adapter')));
    client.start(order());
    await ended(client);
    const store = await openStore();
    expect([client.error?.name, await store.list()]).toEqual(['NoWebGPUError', []]);
    store.close();
  });
});

describe('what is kept is true', () => {
  it('names both adapters and both builds of a run that was begun elsewhere', async () => {
    await cutOff([], {}, { adapter: { name: 'GPU A', software: false }, points: 0 });
    const client = connect(pieces);
    client.start(order('a'));
    await ended(client);
    const { run } = await kept();
    expect([run.state, run.adapter?.name, run.build]).toEqual(['done', 'GPU A, then float64 reference', 'old, then new']);
    expect(client.events.map((e) => e.message)).toEqual([expect.stringContaining('begun on GPU A')]);
  });
  it('heeds a live setting that changes while the run starts', async () => {
    const client = connect(breathing(3, 0), async () => {
      await wait(200);
      return openReference();
    });
    client.start(order());
    client.change({ offset: 7 });
    await ended(client);
    expect(client.table.points.map((p) => p.y)).toEqual([7, 7, 7]);
    expect(client.live).toEqual([{ call: 0, changes: { offset: 7 } }]);
  });
  it('has the live changes of a run that failed', async () => {
    const client = connect(async function* run(config, context) {
      yield* breathing(20, 10)(config, context);
      throw new RangeError('asked to');
    });
    client.start(order());
    await expect.poll(() => client.table.points.length).toBeGreaterThan(3);
    client.change({ offset: 7 });
    await ended(client);
    expect(client.live).toHaveLength(1);
    expect((await kept(client.keptAs)).run.live).toEqual(client.live);
  });
  it('counts no time after a single step', async () => {
    const client = connect(breathing(40, 5));
    client.start(order());
    await expect.poll(() => client.table.points.length).toBeGreaterThan(3);
    client.step();
    await wait(1500);
    client.resume();
    await ended(client);
    expect(Math.abs((await kept(client.keptAs)).run.seconds - client.seconds)).toBeLessThan(1);
  });
  it('takes a checkpoint of a run that only computes between turns', async () => {
    const clock = hurry();
    let resumable: boolean | undefined;
    const client = connect(async function* run(_config, { turn }) {
      clock.step = 1000;
      for (let i = 0; i < 20; i++) {
        await turn();
        yield point(i);
      }
      resumable = (await kept(client.keptAs)).run.resumable;
    });
    client.start(order());
    await ended(client);
    expect(resumable).toBe(true);
  });
  it.each([
    ['trains', true],
    ['computes', false],
  ])('takes a checkpoint at a pause, however short, of a run that %s', async (_, trains) => {
    let resumable: boolean | undefined;
    const client = connect(async function* run(config, context) {
      for await (const row of (trains ? pieces : breathing(20, 0))(config, context)) {
        await wait(5);
        yield row;
      }
      resumable = (await kept(client.keptAs)).run.resumable;
    });
    client.start(order());
    await expect.poll(() => client.keptAs).toBeDefined();
    client.pause();
    client.resume();
    await ended(client);
    expect(resumable).toBe(true);
  });
  it('takes none, and does not say that it is kept, where storage is refused', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const clock = hurry();
    let states = 0;
    const reference = openReference();
    const client = connect(
      async function* run(config, context) {
        clock.step = 1000;
        yield* pieces(config, context);
      },
      async () => ({
        ...reference,
        open: async (plans) => {
          const session = await reference.open(plans);
          const checkpoint = session.checkpoint.bind(session);
          return Object.assign(session, {
            checkpoint: (c: unknown) => {
              states++;
              return checkpoint(c);
            },
          });
        },
      }),
    );
    client.start(order());
    await ended(client);
    expect([client.state, client.keptAs, states]).toEqual(['done', undefined, 0]);
    expect(client.events.map((e) => e.message)).toEqual([expect.stringContaining('save it as a file')]);
  });
});

it('a worker that did not load runs nothing, however often it is asked', async () => {
  const worker = new Worker('/no-such-worker.js', { type: 'module' });
  const client = new RunClient(worker, () => undefined);
  worker.addEventListener('error', () => client.fail({ name: 'WorkerError', message: 'the script did not load' }));
  await expect.poll(() => client.state).toBe('failed');
  client.start(order());
  expect([client.state, client.error?.name]).toEqual(['failed', 'WorkerError']);
});
