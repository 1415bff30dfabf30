/** The store and the keeper against a browser's own IndexedDB and locks. Node has neither; there only the message for that case is tested. */
import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StorageError } from '../../core/errors';
import type { Inputs, PointRow, Row } from '../study';
import type { Entry } from '../journal';
import { Connection, put, type Reading, type RunRecord } from './database';
import { keptRun } from './fakeKept';
import { keepRun } from './keeper';
import { openStore, type IdbStore } from './store';
import type { JournalUpdate, Keeper, KeptRun } from './types';

const point = (x: number): PointRow => ({ kind: 'point', chart: 'c', series: 's', x, seed: 0, y: x * x });
const entry = (stepsDone: number): Entry => ({ kind: 'trained', session: 0, stepsDone });
/** One entry, and a snapshot of one byte. */
const update = (step: number): JournalUpdate => ({
  entries: [entry(step)],
  snapshot: { opened: 1, sessions: new Map([[0, Uint8Array.of(step)]]), plans: [], liveCalls: step },
});
const run = (id: string, changes: Partial<KeptRun> = {}): KeptRun => keptRun({ id, state: 'running', ...changes });

/** Straight from the database. */
const look = async <T>(name: string, work: (tx: Reading) => Promise<T>): Promise<T> => {
  const connection = new Connection(name);
  try {
    return await connection.read('look', work);
  } finally {
    connection.close();
  }
};

describe('the run store', () => {
  let [names, opened]: [string[], IdbStore[]] = [[], []];
  const fresh = (): string => {
    const name = `test-${crypto.randomUUID()}`;
    names.push(name);
    return name;
  };
  const open = async (name: string): Promise<IdbStore> => {
    const store = await openStore(name);
    opened.push(store);
    return store;
  };
  const failures: StorageError[] = [];
  const keepers: Keeper[] = [];
  const keep = async (facts: KeptRun, database: string, { resumed = false, inputs = {} as Inputs } = {}): Promise<Keeper> => {
    const keeper = await keepRun(
      facts,
      inputs,
      (e) => {
        failures.push(e);
      },
      { resumed, database },
    );
    keepers.push(keeper);
    return keeper;
  };

  afterEach(async () => {
    vi.restoreAllMocks();
    for (const keeper of keepers.splice(0)) await keeper.end({});
    failures.length = 0;
    for (const store of opened.splice(0)) store.close();
    for (const name of names.splice(0)) await deleteDB(name);
  });

  it('keeps facts, rows and files of a run, in order, without progress and artifacts', async () => {
    const name = fresh();
    const store = await open(name);
    const inputs: Inputs = { data: { name: 'a.csv', data: Uint8Array.of(0, 128, 255) } };
    const keeper = await keep(run('a'), name, { inputs });
    const event: Row = { kind: 'event', level: 'info', message: 'm' };
    const others: Row[] = [
      { kind: 'progress', done: 1, total: 2, phase: '', steps: 3 },
      { kind: 'artifact', name: 'n', type: 't', data: new Uint8Array(1) },
    ];
    for (const row of [point(NaN), event, ...others]) keeper.add(row);
    await keeper.flush({ seconds: 1.5 });
    keeper.add({ kind: 'cell', chart: 'h', x: 1, y: -0, seed: 2, value: -Infinity });
    expect(await store.rows('a')).toEqual([point(NaN), event]);
    await keeper.end({ state: 'done', seconds: 3 });
    expect(await store.rows('a')).toEqual([point(NaN), event, { kind: 'cell', chart: 'h', x: 1, y: -0, seed: 2, value: -Infinity }]);
    expect(await store.get('a')).toEqual({ ...run('a'), state: 'done', seconds: 3, points: 1, cells: 1 });
    expect(await store.inputs('a')).toEqual(inputs);
    expect(failures).toEqual([]);
  });

  it('lists the newest first, whatever the order of ids', async () => {
    const store = await open(fresh());
    const days = [
      ['b', '2026-01-02'],
      ['a', '2026-01-03'],
      ['c', '2026-01-01'],
    ] as const;
    for (const [id, day] of days) await store.add(run(id, { date: `${day}T00:00:00.000Z`, state: 'done' }), [], {});
    expect((await store.list()).map((r) => r.id)).toEqual(['a', 'b', 'c']);
  });

  it('appends journal entries, replaces the checkpoint, and drops both at the end', async () => {
    const name = fresh();
    const store = await open(name);
    const keeper = await keep(run('a'), name);
    await keeper.flush({});
    expect([await store.journal('a'), (await store.get('a'))!.resumable]).toEqual([undefined, false]);
    await keeper.flush({}, update(1));
    await keeper.flush({}, update(2));
    expect(await store.journal('a')).toEqual({ entries: [entry(1), entry(2)], snapshot: update(2).snapshot });
    expect((await store.get('a'))!.resumable).toBe(true);
    await keeper.end({ state: 'aborted' });
    expect([await store.journal('a'), (await store.get('a'))!.resumable]).toEqual([undefined, false]);
    const left = await look(name, async (tx) => Promise.all([tx.objectStore('journal').count(), tx.objectStore('snapshots').count()]));
    expect(left).toEqual([0, 0]);
  });

  it('resumes under the same id: the rows come anew, the journal goes on', async () => {
    const name = fresh();
    const store = await open(name);
    // Cut off: the lock goes, nothing else is written.
    const locks = vi.spyOn(navigator.locks, 'request').mockImplementation((async (
      _name: string,
      _options: LockOptions,
      held: () => unknown,
    ) => {
      held();
    }) as never);
    const first = await keep(run('a'), name);
    for (const x of [1, 2, 3]) {
      first.add(point(x));
      await first.flush({}, update(x));
    }
    locks.mockRestore();
    expect((await store.interrupted('fake/squares'))?.id).toBe('a');

    const second = await keep((await store.get('a'))!, name, { resumed: true });
    expect([await store.rows('a'), (await store.get('a'))!.points]).toEqual([[1, 2, 3].map(point), 3]); // until there is something to replace them
    second.add(point(1));
    await second.flush({});
    expect((await store.journal('a'))!.entries).toEqual([1, 2, 3].map(entry));
    second.add(point(9));
    await second.flush({}, update(4));
    expect(await store.rows('a')).toEqual([point(1), point(9)]);
    expect(await store.journal('a')).toEqual({ entries: [1, 2, 3, 4].map(entry), snapshot: update(4).snapshot });
    expect((await store.get('a'))!.points).toBe(2);
    await second.end({ state: 'done' });
    expect(await store.interrupted('fake/squares')).toBeUndefined();
  });

  it('keeps the checkpoint of a run that failed but can go on', async () => {
    const name = fresh();
    const store = await open(name);
    const first = await keep(run('a'), name);
    await first.flush({}, update(1));
    const error = { name: 'DeviceLostError', message: 'gone' };
    await first.end({ state: 'failed', error }, { resumable: true });
    expect(await store.interrupted('fake/squares')).toMatchObject({ id: 'a', state: 'failed', error, resumable: true });
    const second = await keep((await store.get('a'))!, name, { resumed: true });
    expect(await store.get('a')).toMatchObject({ state: 'running', error: undefined, resumable: true });
    expect((await store.journal('a'))!.entries).toEqual([entry(1)]);
    await second.end({ state: 'failed', error });
    expect([await store.interrupted('fake/squares'), await store.journal('a')]).toEqual([undefined, undefined]);
    const without = await keep(run('b'), name);
    await without.end({ state: 'failed' }, { resumable: true });
    expect((await store.get('b'))!.resumable).toBe(false); // there was no checkpoint
  });

  it('tells a run that trains from one cut off, and keeps a run in one place only', async () => {
    const name = fresh();
    const store = await open(name);
    await store.add(run('old', { date: '2026-01-01T00:00:00.000Z', resumable: true }), [], {});
    await store.add(run('without a checkpoint', { date: '2026-01-02T00:00:00.000Z' }), [], {});
    const keeper = await keep(run('new'), name);
    expect([...(await store.training())]).toEqual(['new']);
    expect((await store.interrupted('fake/squares'))?.id).toBe('old');
    expect(await store.interrupted('another')).toBeUndefined();
    await keep(run('new'), name, { resumed: true });
    expect(failures.map((e) => e.message)).toEqual([expect.stringContaining('another tab')]);
    await keeper.end({ state: 'done' });
    expect([...(await store.training())]).toEqual([]);
  });

  it('finds a run cut off once the worker that trained it is gone', async () => {
    const name = fresh();
    const store = await open(name);
    await store.add(run('w', { resumable: true }), [], {});
    const script = URL.createObjectURL(
      new Blob(["navigator.locks.request('overparam-run-w', () => { postMessage(0); return new Promise(() => {}); });"]),
    );
    const worker = new Worker(script);
    await new Promise((resolve) => {
      worker.addEventListener('message', resolve);
    });
    expect([[...(await store.training())], await store.interrupted('fake/squares')]).toEqual([['w'], undefined]);
    worker.terminate();
    URL.revokeObjectURL(script);
    expect((await store.interrupted('fake/squares'))?.id).toBe('w'); // at once: it waits for a worker that is just ending
  });

  it('leaves a run that could not be gone on with as it was', async () => {
    const name = fresh();
    const store = await open(name);
    const first = await keep(run('a'), name);
    first.add(point(1));
    await first.flush({ seconds: 5 }, update(1));
    const before = await store.get('a');
    await first.end({ state: 'failed' }, { resumable: true });
    const again = await keep((await store.get('a'))!, name, { resumed: true });
    again.add(point(2));
    await again.abandon();
    expect(await store.rows('a')).toEqual([point(1)]);
    expect(await store.get('a')).toEqual({ ...before, state: 'failed' });
    expect(await store.journal('a')).toBeDefined();
    expect([...(await store.training())]).toEqual([]);
  });

  it('reads a record from before there were studies', async () => {
    const database = fresh();
    const connection = new Connection(database);
    const { study: _, ...rest } = keptRun({ id: 'old' });
    const record = { ...rest, experiment: 'double-descent', touched: 0 } as unknown as RunRecord;
    await connection.write('prepare', (tx) => put(tx, 'runs', record));
    connection.close();
    const run = await (await open(database)).get('old');
    expect(run).toEqual({ ...rest, study: 'double-descent' });
  });

  it('names records that are damaged, lists the others, and deletes what is asked', async () => {
    const name = fresh();
    const store = await open(name);
    await store.add(run('good'), [point(1)], {});
    // From before there were cells, live settings and imports.
    const { cells: _c, live: _l, imported: _i, resumable: _r, ...early } = run('early', { date: '2025-01-01T00:00:00.000Z' });
    const { verdicts: _v, ...cut } = run('cut');
    const strange: readonly unknown[] = [
      early,
      cut,
      { id: 'other' },
      { ...run('wrong'), config: 'none' },
      { ...run('mine'), state: 'lost' },
    ];
    const connection = new Connection(name);
    await connection.write('prepare', async (tx) => {
      for (const record of strange) await put(tx, 'runs', record as RunRecord);
      await put(tx, 'rows', [point(2)], ['cut', 0]);
    });
    connection.close();
    expect((await store.list()).map((r) => r.id)).toEqual(['good', 'early']);
    expect(await store.get('early')).toEqual({ ...early, cells: 0, live: [], imported: false, resumable: false });
    expect((await store.damaged()).map((d) => [d.id, d.why.split(':')[0]])).toEqual([
      ['cut', 'verdicts'],
      ['mine', 'state'],
      ['other', 'study'],
      ['wrong', 'config'],
    ]);
    expect(await store.interrupted('fake/squares')).toBeUndefined();
    await expect(store.get('wrong')).rejects.toThrow(/'wrong' is damaged \(config.*can be deleted/);
    for (const { id } of await store.damaged()) await store.remove(id);
    expect([await store.damaged(), await store.rows('cut'), (await store.list()).length]).toEqual([[], [], 2]);
  });

  it('lists the others where the browser itself cannot read one back', async () => {
    const name = fresh();
    const store = await open(name);
    for (const id of ['a', 'b']) await store.add(run(id), [], {});
    const get = IDBObjectStore.prototype.get;
    vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(() => {
      throw new DOMException('cannot be read', 'DataError');
    });
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
      if (key === 'a') throw new DOMException('cannot be read', 'DataError');
      return get.call(this, key);
    });
    expect((await store.list()).map((r) => r.id)).toEqual(['b']);
    expect(await store.damaged()).toEqual([{ id: 'a', why: expect.stringContaining('cannot be read') as string }]);
  });

  it.each([
    ['all its stores', [], []],
    ['some of them', ['runs', 'rows'], ['a']],
  ])('makes a database anew that lacks %s, and keeps what there is', async (_, there, ids) => {
    const name = fresh();
    const made = await openDB(name, 1, {
      upgrade: (db) => {
        for (const store of there) db.createObjectStore(store, store === 'runs' ? { keyPath: 'id' } : {});
      },
    });
    if (there.length > 0) {
      await made.put('runs', { ...run('a'), touched: 1 });
      await made.put('rows', [point(1)], ['a', 0]);
    }
    made.close();
    const store = await open(name);
    expect((await store.list()).map((r) => r.id)).toEqual(ids);
    expect(await store.rows('a')).toEqual(ids.map(() => point(1)));
    await store.add(run('b'), [point(2)], {});
    expect(await store.rows('b')).toEqual([point(2)]);
  });

  it('has no checkpoint where the journal is damaged', async () => {
    const name = fresh();
    const store = await open(name);
    const keeper = await keep(run('a'), name);
    await keeper.flush({}, update(1));
    expect(await store.journal('a')).toBeDefined();
    const connection = new Connection(name);
    await connection.write('damage', (tx) => put(tx, 'snapshots', {} as JournalUpdate['snapshot'], 'a'));
    connection.close();
    expect(await store.journal('a')).toBeUndefined();
  });

  it('drops old checkpoints, never rows', async () => {
    const name = fresh();
    const store = await open(name);
    for (const day of [1, 2, 3]) {
      const keeper = await keep(run(`run ${day}`, { date: `2026-01-0${day}T00:00:00.000Z` }), name);
      keeper.add(point(day));
      await keeper.flush({}, update(1));
      await keeper.end({ state: 'failed' }, { resumable: true });
    }
    await store.prune('fake/squares', 2);
    const left = await Promise.all(
      [1, 2, 3].map(async (day) => [
        (await store.get(`run ${day}`))!.resumable,
        (await store.journal(`run ${day}`)) !== undefined,
        (await store.rows(`run ${day}`)).length,
      ]),
    );
    expect(left).toEqual([
      [false, false, 1],
      [true, true, 1],
      [true, true, 1],
    ]);
  });

  it('removes everything of a run and nothing of another, even where one id begins with the other', async () => {
    const name = fresh();
    const store = await open(name);
    for (const id of ['a', 'ab']) {
      const keeper = await keep(run(id), name, { inputs: { data: { name: id, data: new Uint8Array(1) } } });
      keeper.add(point(1));
      await keeper.flush({}, update(1));
    }
    await store.remove('a');
    const ids = await look(name, async (tx) => [
      await tx.objectStore('runs').getAllKeys(),
      (await tx.objectStore('rows').getAllKeys()).map(([id]) => id),
      (await tx.objectStore('journal').getAllKeys()).map(([id]) => id),
      await tx.objectStore('snapshots').getAllKeys(),
      await tx.objectStore('inputs').getAllKeys(),
    ]);
    expect(ids).toEqual(Array.from({ length: 5 }, () => ['ab']));
  });

  it('stops keeping a run that was deleted while it trains', async () => {
    const name = fresh();
    const store = await open(name);
    const keeper = await keep(run('a'), name);
    await store.remove('a');
    keeper.add(point(1));
    await keeper.flush({});
    expect(failures.map((e) => e.message)).toEqual([expect.stringContaining('deleted')]);
    expect(await store.list()).toEqual([]);
  });

  it('tells a full disk once, leaves what was written, and lets the run go on', async () => {
    const name = fresh();
    const store = await open(name);
    const keeper = await keep(run('a'), name);
    keeper.add(point(1));
    await keeper.flush({ seconds: 1 }, update(1));
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
      if (this.name === 'snapshots') throw new DOMException('no room', 'QuotaExceededError');
      return this.count() as IDBRequest<IDBValidKey>; // any request
    });
    keeper.add(point(2));
    await keeper.flush({ seconds: 2 }, update(2));
    put.mockRestore();
    keeper.add(point(3));
    await keeper.flush({ seconds: 3 }, update(3));
    await keeper.end({ state: 'done' });
    expect(failures).toEqual([expect.any(StorageError)]);
    expect(failures[0]!.message).toMatch(/no more room.*untouched.*Delete runs/);
    expect([await store.rows('a'), (await store.get('a'))!.seconds, (await store.journal('a'))!.entries]).toEqual([
      [point(1)],
      1,
      [entry(1)],
    ]);
  });

  it('writes all of a flush or nothing', async () => {
    const name = fresh();
    const store = await open(name);
    const keeper = await keep(run('a'), name);
    keeper.add(point(1));
    const unclonable = { ...update(1), snapshot: (() => undefined) as unknown as JournalUpdate['snapshot'] }; // fails after rows and facts were put
    await keeper.flush({ seconds: 7 }, unclonable);
    expect(failures[0]!.message).toContain('DataCloneError');
    expect([await store.rows('a'), (await store.get('a'))!.seconds]).toEqual([[], run('a').seconds]);
  });

  it('keeps two databases apart', async () => {
    const [a, b] = [await open(fresh()), await open(fresh())];
    await a.add(run('x', { state: 'done' }), [point(1)], {});
    expect([(await a.list()).length, await b.list(), await b.rows('x')]).toEqual([1, [], []]);
  });

  it('refuses a second run of one id, and keeps the first', async () => {
    const store = await open(fresh());
    await store.add(run('x', { title: 'first' }), [point(1)], {});
    await expect(store.add(run('x', { title: 'second' }), [point(2)], {})).rejects.toThrow(StorageError);
    expect([(await store.get('x'))!.title, await store.rows('x')]).toEqual(['first', [point(1)]]);
  });

  it('gives way to a newer build, and says so', async () => {
    const name = fresh();
    const store = await open(name);
    const newer = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 2);
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('blocked', () => reject(new Error('the store did not give way')));
    });
    await expect(store.list()).rejects.toThrow(/newer build.*untouched/);
    newer.close();
  });

  it.each(['SecurityError', 'InvalidStateError'])('says what to do where storage is blocked by %s', async (kind) => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', kind);
    });
    await expect(openStore(fresh())).rejects.toThrow(/store nothing.*save it as a file/);
    const keeper = await keep(run('a'), fresh());
    keeper.add(point(1));
    await keeper.flush({});
    await keeper.end({});
    expect(failures).toHaveLength(1);
  });

  it('judges by the last write where there are no locks', async () => {
    const name = fresh();
    const store = await open(name);
    vi.spyOn(navigator, 'locks', 'get').mockReturnValue(undefined as unknown as LockManager);
    const keeper = await keep(run('a'), name);
    expect([...(await store.training())]).toEqual(['a']);
    const later = Date.now() + 61_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    expect([...(await store.training())]).toEqual([]);
    await keeper.flush({});
    expect([...(await store.training())]).toEqual(['a']);
  });
});

it('says what to do where there is no storage at all', async () => {
  vi.stubGlobal('indexedDB', undefined);
  try {
    await expect(openStore('x')).rejects.toThrow(/store nothing.*save it as a file/);
  } finally {
    vi.unstubAllGlobals();
  }
});
