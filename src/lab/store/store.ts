/** Kept runs as pages read and manage them. The worker that trains writes through a keeper (keeper.ts). */
import { StorageError } from '../../core/errors';
import type { Inputs, Row } from '../study';
import type { Journal } from '../journal';
import { add, chunksOf, Connection, DATABASE, put, type Writing } from './database';
import { trainedNow, trainedStill } from './locks';
import { isDamaged, readRecord, type Readable } from './record';
import type { Damaged, KeptRun, RunStore } from './types';

const plain = ({ touched: _touched, ...run }: Readable): KeptRun => run;
const time = ({ date }: KeptRun): number => Date.parse(date) || 0;
const newestFirst = (a: KeptRun, b: KeptRun): number => time(b) - time(a);

/** Rows that are kept: those that measure something or tell the reader something. */
export const isKept = (row: Row): boolean => row.kind === 'point' || row.kind === 'cell' || row.kind === 'event';

/** Deletes a run's chunks and checkpoint. */
export const dropJournal = (tx: Writing, id: string): readonly Promise<unknown>[] => [
  tx.objectStore('journal').delete(chunksOf(id)),
  tx.objectStore('snapshots').delete(id),
];

/** Deletes a run with all that is kept of it. */
export const removeRun = async (tx: Writing, id: string): Promise<void> => {
  await Promise.all([
    tx.objectStore('runs').delete(id),
    tx.objectStore('rows').delete(chunksOf(id)),
    tx.objectStore('inputs').delete(id),
    ...dropJournal(tx, id),
  ]);
};

export class IdbStore implements RunStore {
  constructor(private readonly connection: Connection) {}

  async list(): Promise<readonly KeptRun[]> {
    return (await this.#records()).map(plain);
  }

  async damaged(): Promise<readonly Damaged[]> {
    return (await this.#all()).filter(isDamaged);
  }

  /** Ids of the runs that a worker trains at this moment, in any tab: one that is `running` and not among them was cut off. */
  async training(): Promise<ReadonlySet<string>> {
    return trainedNow(await this.#records());
  }

  async get(id: string): Promise<KeptRun | undefined> {
    const record = await this.connection.read('read the run', (tx) => tx.objectStore('runs').get(id));
    if (!record) return undefined;
    const read = readRecord(id, record);
    if (isDamaged(read)) throw new StorageError(`the record of the run '${id}' is damaged (${read.why}). It can be deleted under Runs`);
    return plain(read);
  }

  async rows(id: string): Promise<readonly Row[]> {
    return (await this.connection.read('read the run', (tx) => tx.objectStore('rows').getAll(chunksOf(id)))).flat();
  }

  async inputs(id: string): Promise<Inputs> {
    return (await this.connection.read("read the run's files", (tx) => tx.objectStore('inputs').get(id))) ?? {};
  }

  async journal(id: string): Promise<Journal | undefined> {
    return this.connection.read('read the checkpoint', async (tx) => {
      const [run, snapshot, chunks] = await Promise.all([
        tx.objectStore('runs').get(id),
        tx.objectStore('snapshots').get(id),
        tx.objectStore('journal').getAll(chunksOf(id)),
      ]);
      const whole = snapshot?.sessions instanceof Map && Array.isArray(snapshot.plans) && chunks.every((c) => Array.isArray(c));
      return run?.resumable && whole ? { entries: chunks.flat(), snapshot } : undefined;
    });
  }

  async remove(id: string): Promise<void> {
    await this.connection.write('delete the run', (tx) => removeRun(tx, id));
  }

  /** Throws StorageError where there is a run of this id. */
  async add(run: KeptRun, rows: readonly Row[], inputs: Inputs): Promise<void> {
    await this.connection.write('keep the run', async (tx) => {
      const record = { ...run, touched: Date.now() };
      await Promise.all([add(tx, record), put(tx, 'inputs', inputs, run.id), put(tx, 'rows', rows.filter(isKept), [run.id, 0])]);
    });
  }

  /** One that failed with its checkpoint kept was cut off too. */
  async interrupted(study: string): Promise<KeptRun | undefined> {
    const open = (await this.#records()).filter((r) => r.study === study && r.resumable);
    const trained = await trainedStill(open);
    const cut = open.find((r) => !trained.has(r.id));
    return cut && plain(cut);
  }

  async prune(study: string, most: number): Promise<void> {
    const open = (await this.#records()).filter((r) => r.study === study && r.resumable);
    const trained = await this.training();
    for (const run of open.filter((r) => !trained.has(r.id)).slice(most))
      await this.connection.write('drop old checkpoints', async (tx) => {
        await Promise.all([tx.objectStore('runs').put({ ...run, resumable: false }), ...dropJournal(tx, run.id)]);
      });
  }

  close(): void {
    this.connection.close();
  }

  async #records(): Promise<readonly Readable[]> {
    return (await this.#all()).filter((r): r is Readable => !isDamaged(r)).toSorted(newestFirst);
  }
  async #all(): Promise<readonly (Readable | Damaged)[]> {
    const action = 'list the kept runs';
    try {
      const records = await this.connection.read(action, (tx) => tx.objectStore('runs').getAll());
      return records.map((r) => readRecord(r.id, r));
    } catch {
      // One that the browser itself cannot read back keeps it from giving any: each by itself.
      const ids = await this.connection.read(action, (tx) => tx.objectStore('runs').getAllKeys());
      return Promise.all(
        ids.map((id) =>
          this.connection
            .read(action, (tx) => tx.objectStore('runs').get(id))
            .then(
              (r) => readRecord(id, r),
              (error: unknown): Damaged => ({ id, why: error instanceof Error ? error.message : String(error) }),
            ),
        ),
      );
    }
  }
}

/** Throws StorageError where the browser refuses. `name`: of the database. */
export async function openStore(name = DATABASE): Promise<IdbStore> {
  const connection = new Connection(name);
  await connection.database();
  return new IdbStore(connection);
}
