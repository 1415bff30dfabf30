/**
 * An executor that keeps a journal of what it answers, and answers from an earlier one first. It also tells of lost devices and of the
 * memory in use, for every experiment alike. See journal.ts.
 */
import { ConfigError } from '../core/errors';
import type { Plan } from '../plan/plan';
import type { Executor, HostArray, HostTensor, MetricBatch, Session, TrainEvent, TrainOptions } from '../runtime/executor';
import type { BatchEntry, Entry, Journal, Snapshot } from './journal';

/** Time between snapshots, in ms; more where taking one is slow, so that it costs a twentieth of the run at most. */
const INTERVAL = 10_000;
const SHARE = 20;
/** A longer journal would fill the browser's storage; such a run goes on without. */
const LIMIT = 256 * 2 ** 20;

const size = (t: HostTensor): number => t.data.byteLength;
const bytesOf = (e: Entry): number => {
  switch (e.kind) {
    case 'batch': return e.data.byteLength + e.steps.byteLength;
    case 'run': return Object.values(e.outputs).reduce((sum, t) => sum + size(t), 0);
    case 'read': return size(e.value);
    case 'checkpoint': return e.file.byteLength;
    default: return 0;
  }
};

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

export class JournaledExecutor implements Executor {
  readonly #sessions = new Map<number, JournaledSession>();
  #opened = 0;
  #entries: Entry[] = [];
  #saved: number;
  #interval = INTERVAL;
  #bytes = 0;
  #keeping: boolean;

  /** `past`: the journal of the run that is to be resumed. */
  constructor(private readonly inner: Executor, private readonly hooks: JournalHooks, private readonly past?: Journal) {
    this.#saved = this.#now();
    this.#keeping = hooks.save !== undefined;
  }

  get name(): string { return this.inner.name; }
  get software(): boolean { return this.inner.software; }
  get maxBindings(): number { return this.inner.maxBindings; }
  #now(): number { return (this.hooks.now ?? (() => performance.now()))(); }

  async open(plans: Readonly<Record<string, Plan>>): Promise<Session> {
    const id = this.#opened++;
    const entries = this.past?.entries.filter((e) => e.session === id) ?? [];
    const state = this.past?.snapshot.sessions.get(id);
    // A session that was over before the snapshot needs no memory: all its answers are in the journal.
    const over = this.past !== undefined && id < this.past.snapshot.opened && !state;
    const inner = over ? undefined : await this.inner.open(plans);
    if (state) inner!.restore(state);
    const session = new JournaledSession(id, plans, inner, entries, this);
    this.#sessions.set(id, session);
    this.#tellMemory();
    return session;
  }

  /** For sessions. */
  log(entry: Entry): void {
    if (!this.#keeping) return;
    this.#entries.push(entry);
    this.#bytes += bytesOf(entry);
    if (this.#bytes > LIMIT) {
      this.forget();
      this.hooks.onTooLong?.();
    }
  }
  closed(id: number): void {
    this.#sessions.delete(id);
    this.#tellMemory();
  }
  event(event: TrainEvent): void { this.hooks.onEvent(event); }
  #tellMemory(): void { this.hooks.onMemory([...this.#sessions.values()].reduce((sum, s) => sum + s.bytes, 0)); }

  /** Nothing is kept from here on. */
  forget(): void {
    this.#keeping = false;
    this.#entries = [];
  }

  /** Saves if it is time to. Only while nothing runs. */
  async saveIfDue(): Promise<void> { if (this.#now() - this.#saved >= this.#interval) await this.save(); }

  /** Saves what is new. Only while nothing runs. While answers still come from the past there is nothing new. */
  async save(): Promise<void> {
    const { save, liveCalls } = this.hooks;
    if (!save || !this.#keeping || [...this.#sessions.values()].some((s) => s.replaying)) return;
    const began = this.#now();
    const states: [number, Uint8Array][] = [];
    for (const [id, session] of this.#sessions) states.push([id, await session.state()]);
    const entries = this.#entries;
    this.#entries = [];
    await save(entries, { opened: this.#opened, sessions: new Map(states), liveCalls: liveCalls() });
    this.#saved = this.#now();
    this.#interval = Math.max(INTERVAL, SHARE * (this.#saved - began));
  }

  /** The inner executor lives on. */
  dispose(): void { for (const s of this.#sessions.values()) s.dispose(); }
}

const misfit = (wanted: string, found: string): ConfigError =>
  new ConfigError(`the kept run does not fit this build: where it has '${found}' the experiment now asks for '${wanted}'. What it measured is kept under Runs; start it again from the beginning`);

class JournaledSession implements Session {
  #steps = 0;
  #at = 0;

  constructor(
    private readonly id: number, readonly plans: Readonly<Record<string, Plan>>, private readonly inner: Session | undefined,
    private readonly past: readonly Entry[], private readonly executor: JournaledExecutor,
  ) {}

  get replaying(): boolean { return this.#at < this.past.length; }
  get stepsDone(): number { return this.replaying || !this.inner ? this.#steps : this.inner.stepsDone; }
  get bytes(): number { return this.inner?.bytes ?? 0; }
  /** The session on the device. Throws ConfigError where the journal said that it would not be needed. */
  get #live(): Session {
    if (!this.inner) throw misfit('more', 'the end of a session');
    return this.inner;
  }

  /** The next answer of the past, if any is left. */
  #take<K extends Entry['kind']>(kind: K): Extract<Entry, { kind: K }> | undefined {
    const entry = this.past[this.#at];
    if (!entry) return undefined;
    if (entry.kind !== kind) throw misfit(kind, entry.kind);
    this.#at++;
    if ('stepsDone' in entry) this.#steps = entry.stepsDone;
    return entry as Extract<Entry, { kind: K }>;
  }

  write(variable: string, data: HostArray): void {
    if (this.#take('write')) return;
    this.#live.write(variable, data);
    this.executor.log({ kind: 'write', session: this.id });
  }
  async read(variable: string): Promise<HostTensor> {
    const known = this.#take('read');
    if (known) return known.value;
    const value = await this.#live.read(variable);
    this.executor.log({ kind: 'read', session: this.id, value });
    return value;
  }
  async run(plan: string): Promise<Readonly<Record<string, HostTensor>>> {
    const known = this.#take('run');
    if (known) return known.outputs;
    const outputs = await this.#live.run(plan);
    this.executor.log({ kind: 'run', session: this.id, outputs });
    await this.executor.saveIfDue();
    return outputs;
  }
  async checkpoint(config?: unknown): Promise<Uint8Array> {
    const known = this.#take('checkpoint');
    if (known) return known.file;
    const file = await this.#live.checkpoint(config);
    this.executor.log({ kind: 'checkpoint', session: this.id, file });
    return file;
  }
  restore(checkpoint: Uint8Array): void {
    if (this.#take('restore')) return;
    this.#live.restore(checkpoint);
    this.executor.log({ kind: 'restore', session: this.id, stepsDone: this.#live.stepsDone });
  }

  async *train(o: TrainOptions): AsyncIterable<MetricBatch> {
    const end = this.stepsDone + o.steps;
    while (this.replaying) {
      if (this.past[this.#at]!.kind === 'trained') {
        this.#take('trained');
        return;
      }
      const { steps, plan, names, replicas, data } = this.#take('batch')!;
      yield { plan, names, replicas, data, steps: Array.from(steps) };
      if (o.signal?.aborted) return;
    }
    const session = this.#live;
    const onEvent = (event: TrainEvent): void => {
      this.executor.event(event);
      o.onEvent?.(event);
    };
    const onIdle = async (): Promise<void> => {
      await this.executor.save();
      await o.onIdle?.();
    };
    for await (const batch of session.train({ ...o, steps: end - session.stepsDone, onEvent, onIdle })) {
      this.executor.log(this.#entry(batch));
      yield batch;
    }
    if (o.signal?.aborted) return;
    this.executor.log({ kind: 'trained', session: this.id, stepsDone: session.stepsDone });
    await this.executor.saveIfDue();
  }
  /** A copy: the batch is valid until the next. */
  #entry({ plan, names, replicas, steps, data }: MetricBatch): BatchEntry {
    return { kind: 'batch', session: this.id, plan, names, replicas, steps: Uint32Array.from(steps), data: data.slice() };
  }

  /** In safetensors layout. */
  state(): Promise<Uint8Array> { return this.#live.checkpoint(); }
  dispose(): void {
    this.inner?.dispose();
    this.executor.closed(this.id);
  }
  [Symbol.dispose](): void { this.dispose(); }
}
