/**
 * The IndexedDB database behind the run store: its layout, a connection that opens again after it was lost, and what the browser's
 * refusals mean. Rows and journal are kept in chunks under [run, number], so that appending never rewrites what is there.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { StorageError } from '../../core/errors';
import type { Inputs, Row } from '../study';
import type { Entry, Snapshot } from '../journal';
import type { KeptRun } from './types';

export const DATABASE = 'overparam';
const VERSION = 1;

/** `touched`: when it was last written, in ms since 1970. */
export interface RunRecord extends KeptRun {
  readonly touched: number;
  /** In place of `study`, in records from before there were studies: a phenomenon's id. */
  readonly experiment?: string;
}
type ChunkKey = [run: string, number: number];
export interface Layout extends DBSchema {
  runs: { key: string; value: RunRecord };
  rows: { key: ChunkKey; value: readonly Row[] };
  journal: { key: ChunkKey; value: readonly Entry[] };
  snapshots: { key: string; value: Snapshot };
  inputs: { key: string; value: Inputs };
}
export const STORES = ['runs', 'rows', 'journal', 'snapshots', 'inputs'] as const;
type Stores = typeof STORES;
export type Writing = IDBPTransaction<Layout, Stores, 'readwrite'>;
export type Reading = IDBPTransaction<Layout, Stores, 'readonly'>;

/** All chunks of a run: in IndexedDB's order an array comes after every number. */
export const chunksOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);

/** A refusal is always a rejection: IndexedDB throws at once for some. */
export const put = async <S extends Stores[number]>(
  tx: Writing,
  store: S,
  value: Layout[S]['value'],
  key?: Layout[S]['key'],
): Promise<void> => {
  await tx.objectStore(store).put(value, key);
};
/** Fails where there is a run of this id. */
export const add = async (tx: Writing, record: RunRecord): Promise<void> => {
  await tx.objectStore('runs').add(record);
};

const BLOCKED =
  'The browser lets this site store nothing (a private window, or a setting that blocks site data). ' +
  'Studies run all the same, but no run is kept: save it as a file, or allow site data and reload';
const REASONS: Readonly<Record<string, string>> = {
  QuotaExceededError:
    'The browser gives this site no more room. Runs kept before are untouched. ' +
    'Delete runs that are no longer needed (on the page of kept runs) or free disk space; a run that goes on can still be saved as a file',
  InvalidStateError: BLOCKED,
  SecurityError: BLOCKED,
  VersionError: 'The kept runs were written by a newer build than this one. They are untouched, and that build reads them',
  NotFoundError: 'What was kept is damaged',
  ConstraintError: 'A run of this id is kept already. It is untouched. Delete it first',
  DataCloneError: 'The run holds something that the browser cannot store. Runs kept before are untouched. Save this one as a file',
};
/** `action`: what could not be done, in words: 'keep the run'. */
export const storageError = (error: unknown, action: string): StorageError => {
  if (error instanceof StorageError) return error;
  const { name, message } = error instanceof Error || error instanceof DOMException ? error : { name: 'Error', message: String(error) };
  const reason = REASONS[name] ?? 'What was written before is untouched. If it happens again, save runs as files';
  return new StorageError(`could not ${action} (${message ? `${name}: ${message}` : name}). ${reason}.`);
};

/** Storage can be missing (undefined) or forbidden (throws at the look-up or at the opening). */
const openDatabase = (name: string, lost: () => void): Promise<IDBPDatabase<Layout>> =>
  new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') return reject(new StorageError(`${BLOCKED}.`));
    openDB<Layout>(name, VERSION, {
      upgrade(db) {
        db.createObjectStore('runs', { keyPath: 'id' });
        for (const store of STORES.slice(1)) db.createObjectStore(store);
      },
      blocked: () =>
        reject(
          new StorageError(
            'Another tab keeps the stored runs open in an older version. They are untouched. Close the other tabs of this site and reload.',
          ),
        ),
      // A newer build, or a deletion of the site's data, must not wait for this page.
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        lost();
      },
      terminated: lost,
    }).then(resolve, reject);
  });

/** A store's records and keys; `key` is absent where the record holds it. */
const contentOf = async (db: IDBPDatabase<Layout>, store: Stores[number]) => {
  const tx = db.transaction(store);
  const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
  return values.map((value, i) => ({ store, value, key: tx.store.keyPath === null ? keys[i] : undefined }));
};
/** Made anew, with what its stores held, where some are missing: an upgrade that was cut short, or a database of the name that is another's. */
const openWhole = async (name: string, lost: () => void): Promise<IDBPDatabase<Layout>> => {
  const db = await openDatabase(name, lost);
  const there = STORES.filter((store) => db.objectStoreNames.contains(store));
  if (there.length === STORES.length) return db;
  const saved = (await Promise.all(there.map((store) => contentOf(db, store)))).flat();
  db.close();
  await deleteDB(name);
  const whole = await openDatabase(name, lost);
  const tx = whole.transaction(STORES, 'readwrite');
  await Promise.all([...saved.map(({ store, value, key }) => tx.objectStore(store).put(value, key)), tx.done]);
  return whole;
};

/** Opens at the first use, and again after the browser closed it. */
export class Connection {
  #open: Promise<IDBPDatabase<Layout>> | undefined;
  constructor(readonly name: string) {}

  /** Throws StorageError where the browser refuses. */
  async database(): Promise<IDBPDatabase<Layout>> {
    const lost = (): void => {
      this.#open = undefined;
    };
    this.#open ??= openWhole(this.name, lost);
    try {
      return await this.#open;
    } catch (error) {
      lost();
      throw storageError(error, 'open the kept runs');
    }
  }

  /** One transaction over all stores: all of `work` is written, or nothing. `work` awaits only the transaction's own requests. */
  async write(action: string, work: (tx: Writing) => Promise<void>): Promise<void> {
    try {
      const tx = (await this.database()).transaction(STORES, 'readwrite');
      const done = tx.done.catch((error: unknown) => {
        throw tx.error ?? error;
      }); // the cause, not that the transaction was aborted
      await Promise.all([
        done,
        work(tx).catch((error: unknown) => {
          abort(tx);
          throw error;
        }),
      ]);
    } catch (error) {
      throw storageError(error, action);
    }
  }

  async read<T>(action: string, work: (tx: Reading) => Promise<T>): Promise<T> {
    try {
      return await work((await this.database()).transaction(STORES, 'readonly'));
    } catch (error) {
      throw storageError(error, action);
    }
  }

  close(): void {
    this.#open?.then(
      (db) => db.close(),
      () => undefined,
    );
    this.#open = undefined;
  }
}

const abort = (tx: Writing): void => {
  try {
    tx.abort();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error; // over already
  }
};
