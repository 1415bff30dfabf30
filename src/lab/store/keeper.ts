/** Writes one run while it trains: each flush is one transaction, so that facts, rows, journal and checkpoint always belong together. */
import { StorageError } from '../../core/errors';
import type { Inputs, Row } from '../study';
import { add, chunksOf, Connection, DATABASE, put, storageError, type RunRecord, type Writing } from './database';
import { holdRun } from './locks';
import { dropJournal, isKept, removeRun } from './store';
import type { JournalUpdate, Keeper, KeptRun } from './types';

/** `resumed`: the run was kept before, under the same id; its rows come again from the start. `database`: name of another one. */
export interface KeepOptions {
  readonly resumed?: boolean;
  readonly database?: string;
}

const gone = (): StorageError =>
  new StorageError('The run was deleted from the kept runs while it was training. It goes on, but is kept no longer: save it as a file.');
const taken = (): StorageError =>
  new StorageError('The run is being trained in another tab, which keeps it. This one goes on without being kept: close one of the two.');

class RunKeeper implements Keeper {
  #facts: KeptRun;
  #buffer: Row[] = [];
  #rows = 0;
  #entries = 0;
  /** Rows of an earlier life are there until the first flush replaces them. */
  #stale: boolean;
  #dead = false;
  #last: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;
  /** A resumed run's record as it was. */
  #before: RunRecord | undefined;

  constructor(
    facts: KeptRun,
    private readonly connection: Connection,
    private readonly onFailure: (e: StorageError) => void,
    private readonly resumed: boolean,
  ) {
    this.#facts = { ...facts, state: 'running', error: undefined, points: 0, cells: 0 };
    this.#stale = resumed;
  }

  get id(): string {
    return this.#facts.id;
  }

  /** Takes the lock and writes the facts. */
  start(inputs: Inputs): Promise<void> {
    return this.#try(async () => {
      this.#release = await holdRun(this.id);
      if (!this.#release) throw taken();
      if (!this.resumed)
        await this.connection.write('keep the run', async (tx) => {
          await Promise.all([add(tx, this.#record()), put(tx, 'inputs', inputs, this.id)]);
        });
      else await this.#continue();
    });
  }

  add(row: Row): void {
    if (this.#dead || !isKept(row)) return;
    this.#buffer.push(row);
    const { points, cells } = this.#facts;
    this.#facts = { ...this.#facts, points: points + Number(row.kind === 'point'), cells: cells + Number(row.kind === 'cell') };
  }

  flush(facts: Partial<KeptRun>, journal?: JournalUpdate): Promise<void> {
    return this.#write({ ...facts, ...(journal ? { resumable: true } : {}) }, (tx) =>
      journal ? [put(tx, 'journal', journal.entries, [this.id, this.#entries++]), put(tx, 'snapshots', journal.snapshot, this.id)] : [],
    );
  }

  dropJournal(facts: Partial<KeptRun>): Promise<void> {
    return this.#write({ ...facts, resumable: false }, (tx) => dropJournal(tx, this.id));
  }

  async abandon(): Promise<void> {
    const before = this.#before;
    if (before)
      await this.#try(() => this.connection.write('leave the run as it was', (tx) => put(tx, 'runs', { ...before, touched: Date.now() })));
    else if (!this.resumed) await this.#try(() => this.connection.write('forget the run', (tx) => removeRun(tx, this.id)));
    this.#leave();
  }

  async end(facts: Partial<KeptRun>, { resumable = false }: { readonly resumable?: boolean } = {}): Promise<void> {
    await (resumable ? this.#write(facts, () => []) : this.#write({ ...facts, resumable: false }, (tx) => dropJournal(tx, this.id)));
    this.#leave();
  }
  #leave(): void {
    this.#dead = true;
    this.#release?.();
    this.connection.close();
  }

  /** Where the kept journal ends. What was counted before stays until the first flush replaces the rows. */
  #continue(): Promise<void> {
    return this.connection.write('go on with the run', async (tx) => {
      const [run, keys] = await Promise.all([tx.objectStore('runs').get(this.id), tx.objectStore('journal').getAllKeys(chunksOf(this.id))]);
      if (!run) throw gone();
      this.#before = run;
      const { resumable, points, cells } = run;
      this.#facts = { ...this.#facts, resumable };
      this.#entries = 1 + (keys.at(-1)?.[1] ?? -1);
      await put(tx, 'runs', { ...this.#record(), points, cells });
    });
  }

  #record() {
    return { ...this.#facts, touched: Date.now() };
  }

  /** The rows so far and whatever `more` adds, after the writes before. */
  #write(facts: Partial<KeptRun>, more: (tx: Writing) => readonly Promise<unknown>[]): Promise<void> {
    if (this.#dead) return this.#last;
    this.#facts = { ...this.#facts, ...facts };
    const [record, rows] = [this.#record(), this.#buffer];
    this.#buffer = [];
    return this.#try(() =>
      this.connection.write('keep the run', async (tx) => {
        if (!(await tx.objectStore('runs').getKey(this.id))) throw gone();
        const old = this.#stale ? [tx.objectStore('rows').delete(chunksOf(this.id))] : [];
        this.#stale = false;
        await Promise.all([
          ...old,
          put(tx, 'runs', record),
          ...(rows.length > 0 ? [put(tx, 'rows', rows, [this.id, this.#rows++])] : []),
          ...more(tx),
        ]);
      }),
    );
  }

  /** One after another; the first failure is told and ends the keeping. Holds the lock on: the run still trains. */
  #try(work: () => Promise<void>): Promise<void> {
    return (this.#last = this.#last.then(async () => {
      if (this.#dead) return;
      try {
        await work();
      } catch (error) {
        this.#dead = true;
        this.#buffer = [];
        this.onFailure(storageError(error, 'keep the run'));
      }
    }));
  }
}

/** Starts keeping. Never throws: what the browser refuses is told to `onFailure`, and the keeper that is given then keeps nothing. */
export async function keepRun(
  facts: KeptRun,
  inputs: Inputs,
  onFailure: (e: StorageError) => void,
  options: KeepOptions = {},
): Promise<Keeper> {
  const keeper = new RunKeeper(facts, new Connection(options.database ?? DATABASE), onFailure, options.resumed ?? false);
  await keeper.start(inputs);
  return keeper;
}
