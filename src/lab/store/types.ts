/**
 * Runs that are kept in the browser: what each was, its rows, and what it takes to go on with one that was cut off. IndexedDB holds
 * them (store.ts); the worker that trains writes (keeper.ts), pages read.
 */
import type { ClaimVerdict } from '../claim';
import type { LiveChange, AdapterInfo, RunError } from '../run';
import type { Config, Inputs, ProgressRow, Row } from '../study';
import type { Journal } from '../journal';

/** `running` without a worker that holds its lock: it was cut off, by a reload or a crash. */
export type KeptState = 'running' | 'done' | 'aborted' | 'failed';

/** What is known of a run without its rows. */
export interface KeptRun {
  readonly id: string;
  readonly study: string;
  readonly title: string;
  readonly preset: string;
  readonly config: Config;
  /** Of the start; ISO 8601, UTC. */
  readonly date: string;
  readonly build: string;
  readonly adapter: AdapterInfo | undefined;
  readonly state: KeptState;
  /** Pauses left out. */
  readonly seconds: number;
  readonly progress: ProgressRow | undefined;
  readonly verdicts: readonly ClaimVerdict[];
  readonly points: number;
  readonly cells: number;
  readonly live: readonly LiveChange[];
  readonly error: RunError | undefined;
  /** Whether a checkpoint is kept. */
  readonly resumable: boolean;
  /** It came from a file, not from this browser. */
  readonly imported: boolean;
}

/** A record that cannot be read. */
export interface Damaged {
  readonly id: string;
  /** 'seconds: …'. */
  readonly why: string;
}

/** Reading and managing. Every method throws StorageError where the browser refuses. */
export interface RunStore {
  /** Newest first; those that cannot be read are left out. */
  list(): Promise<readonly KeptRun[]>;
  /** What cannot be read, and why: it can be removed. */
  damaged(): Promise<readonly Damaged[]>;
  get(id: string): Promise<KeptRun | undefined>;
  /** Points, cells and events in order of arrival; no progress, no artifacts. */
  rows(id: string): Promise<readonly Row[]>;
  inputs(id: string): Promise<Inputs>;
  /** What it takes to resume; undefined where nothing was kept or the run is over. */
  journal(id: string): Promise<Journal | undefined>;
  remove(id: string): Promise<void>;
  /** A run from a file. */
  add(run: KeptRun, rows: readonly Row[], inputs: Inputs): Promise<void>;
  /** The newest run of the study that was cut off and has a checkpoint. */
  interrupted(study: string): Promise<KeptRun | undefined>;
  /** Drops the checkpoints of all but the newest `most` runs of the study that were cut off; their rows stay. */
  prune(study: string, most: number): Promise<void>;
  /** Ids of the runs that a worker trains at this moment, in any tab. */
  training(): Promise<ReadonlySet<string>>;
  close(): void;
}

/** The writing side of one run. Nothing it does throws or stops a run: the first failure is told to `onFailure`, and nothing more is kept. */
export interface Keeper {
  readonly id: string;
  /** Rows as they come. */
  add(row: Row): void;
  /** Writes what is new. `journal`: replaces the kept checkpoint and adds entries; absent where the run cannot be resumed. */
  flush(facts: Partial<KeptRun>, journal?: JournalUpdate): Promise<void>;
  /** The run cannot be resumed any more: drops what it would take. */
  dropJournal(facts: Partial<KeptRun>): Promise<void>;
  /** The last write; gives up the lock, and drops the journal unless the run can be `resumable` from it. */
  end(facts: Partial<KeptRun>, options?: { readonly resumable?: boolean }): Promise<void>;
  /** Leaves a run that was to be resumed as it was kept before, forgets one that was not, and gives up the lock. */
  abandon(): Promise<void>;
}
/** Entries since the last update, and the snapshot that holds once they are done. */
export interface JournalUpdate {
  readonly entries: Journal['entries'];
  readonly snapshot: Journal['snapshot'];
}
