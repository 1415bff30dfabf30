/**
 * An executor that keeps a journal of what it answers, and answers from an earlier one first. It also tells of lost devices and of the
 * memory in use, for every study alike. See journal.ts.
 */
import type { Plan } from '../plan/plan';
import type { Executor, Session, SessionOptions, TrainEvent } from '../runtime/executor';
import { entryBytes, type Entry, type Journal, type Snapshot } from './journal';
import { JournaledSession, misfit, runsAgain, type Recorder } from './journaledSession';

/** Until the first snapshot, in ms: a run that is left soon leaves something. */
const FIRST = 1000;
/** Time between snapshots, in ms; more where taking one is slow, so that it costs a twentieth of the run at most. */
const INTERVAL = 10_000;
const SHARE = 20;
/** A longer journal, in bytes, would fill the browser's storage; such a run goes on without. */
const LIMIT = 256 * 2 ** 20;

export interface JournalHooks {
  /** Stores the entries since the last call, and the snapshot that holds after them. Absent: nothing is kept. */
  readonly save?: ((entries: readonly Entry[], snapshot: Snapshot) => Promise<void>) | undefined;
  readonly onEvent: (event: TrainEvent) => void;
  /** The journal grew beyond what is kept: the run cannot be resumed. */
  readonly onTooLong?: () => void;
  /** Bytes that all open sessions hold. */
  readonly onMemory: (bytes: number) => void;
  readonly liveCalls: () => number;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Hexadecimal SHA-256 of the plans, which are plain data. */
const fingerprint = async (plans: Readonly<Record<string, Plan>>): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(plans)));
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
};

export class JournaledExecutor implements Executor, Recorder {
  readonly #sessions = new Map<number, JournaledSession>();
  readonly #plans: string[] = [];
  #opened = 0;
  #entries: Entry[] = [];
  #saved: number;
  #interval = FIRST;
  #bytes: number;
  #keeping: boolean;
  /** A session could not be opened, or was closed before it had come to the end of its past: the run broke off there. */
  #cutShort = false;

  /** `past`: the journal of the run that is to be resumed. */
  constructor(
    private readonly inner: Executor,
    private readonly hooks: JournalHooks,
    private readonly past?: Journal,
  ) {
    this.#saved = this.#now();
    this.#keeping = hooks.save !== undefined;
    this.#bytes = past?.entries.reduce((sum, e) => sum + entryBytes(e), 0) ?? 0;
  }

  get name(): string {
    return this.inner.name;
  }
  get software(): boolean {
    return this.inner.software;
  }
  get maxBindings(): number {
    return this.inner.maxBindings;
  }
  #now(): number {
    return (this.hooks.now ?? (() => performance.now()))();
  }

  /** Whether the past is used up, so that what is measured from here on is new. */
  get caughtUp(): boolean {
    return !this.#cutShort && this.#opened >= (this.past?.snapshot.opened ?? 0) && [...this.#sessions.values()].every((s) => !s.replaying);
  }

  /** Throws ConfigError where an earlier run had other plans here. */
  async open(plans: Readonly<Record<string, Plan>>, o?: SessionOptions): Promise<Session> {
    const id = this.#opened++;
    try {
      return await this.#openAs(id, plans, o);
    } catch (error) {
      this.#cutShort = true;
      throw error;
    }
  }
  async #openAs(id: number, plans: Readonly<Record<string, Plan>>, o: SessionOptions | undefined): Promise<Session> {
    if (this.#keeping || this.past) await this.#check(id, plans);
    const entries = this.past?.entries.filter((e) => e.session === id) ?? [];
    const state = this.past?.snapshot.sessions.get(id);
    // A session that was over before the snapshot needs no memory where all its answers are in the journal.
    const over = this.past !== undefined && id < this.past.snapshot.opened && !state && !runsAgain(entries);
    const onEvent = (event: TrainEvent): void => {
      this.hooks.onEvent(event);
      o?.onEvent?.(event);
    };
    const session = new JournaledSession(
      id,
      plans,
      over ? undefined : await this.inner.open(plans, { ...o, onEvent }),
      entries,
      state,
      this,
    );
    this.#sessions.set(id, session);
    this.#tellMemory();
    return session;
  }
  async #check(id: number, plans: Readonly<Record<string, Plan>>): Promise<void> {
    const print = (this.#plans[id] = await fingerprint(plans));
    const before = this.past?.snapshot.plans[id];
    if (before !== undefined && before !== print) throw misfit(`the plans ${Object.keys(plans).join(', ')} are others now`);
  }

  log(entry: Entry): void {
    if (!this.#keeping) return;
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
    if (this.#bytes <= LIMIT) return;
    this.forget();
    this.hooks.onTooLong?.();
  }
  closed(id: number): void {
    this.#cutShort ||= this.#sessions.get(id)?.replaying ?? false;
    this.#sessions.delete(id);
    this.#tellMemory();
  }
  #tellMemory(): void {
    this.hooks.onMemory([...this.#sessions.values()].reduce((sum, s) => sum + s.bytes, 0));
  }

  /** Nothing is kept from here on. */
  forget(): void {
    this.#keeping = false;
    this.#entries = [];
  }

  /** The next time that nothing runs is the time to. */
  saveSoon(): void {
    this.#interval = 0;
  }
  /** Saves if it is time to. Only while nothing runs. */
  async saveIfDue(): Promise<void> {
    if (this.#now() - this.#saved >= this.#interval) await this.save();
  }

  /** Saves what is new. Only while nothing runs. Not while answers come from the past, nor while a session does again what a lost device had done. */
  async save(): Promise<void> {
    const { save, liveCalls } = this.hooks;
    if (!save || !this.#keeping || !this.caughtUp || [...this.#sessions.values()].some((s) => !s.consistent)) return;
    const began = this.#now();
    const states: [number, Uint8Array][] = [];
    for (const [id, session] of this.#sessions) states.push([id, await session.state()]);
    const entries = this.#entries;
    this.#entries = [];
    await save(entries, { opened: this.#opened, sessions: new Map(states), plans: [...this.#plans], liveCalls: liveCalls() });
    this.#saved = this.#now();
    this.#interval = Math.max(INTERVAL, SHARE * (this.#saved - began));
  }

  /** The inner executor lives on. */
  dispose(): void {
    for (const s of this.#sessions.values()) s.dispose();
  }
}
