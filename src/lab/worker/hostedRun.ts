/** One run in the worker: the study's iterator consumed, its rows posted and kept, its claims judged. */
import { type LiveChange, describeError, type AdapterInfo } from '../run';
import type { ClaimVerdict } from '../claim';
import { comesAgain, StorageError } from '../../core/errors';
import type { Executor, TrainEvent } from '../../runtime/executor';
import { Control } from '../control';
import type { Config, Row, RunContext, Study } from '../study';
import type { Entry as JournalEntry, Journal, Snapshot } from '../journal';
import { JournaledExecutor } from '../journaledExecutor';
import { MisfitError } from '../journaledSession';
import { judge } from '../judge';
import { LiveSettings } from '../live';
import { parseConfig } from '../schema';
import { Stopwatch } from '../stopwatch';
import { keepRun } from '../store/keeper';
import type { Keeper, KeptRun, RunStore } from '../store/types';
import { RowTable } from '../table';
import { RowBatch } from './batch';
import { both, newRun } from './facts';
import { type StartOrder, type ToPage } from './protocol';

/** A kept run that is gone on with. */
interface Past {
  readonly kept: KeptRun;
  readonly journal: Journal;
}

/** Lets waiting messages in (pause, abort): a microtask would not, and a timer would wait four milliseconds. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null, []);
  });

/** A run is a function of its settings: before its first step they are all that it takes to go on. */
const BEGINNING: Snapshot = { opened: 0, sessions: new Map(), plans: [], liveCalls: 0 };
/** Runs of one study that were cut off and keep what it takes to resume them. */
const MOST_CHECKPOINTS = 3;
/** Between writes of rows where no snapshot comes first, in ms. */
const KEEP_INTERVAL = 10_000;
/** Until the first of them: a run that is left soon leaves something, in ms. */
const FIRST_KEPT = 1000;
/** Time that a study gets to end by itself once it was aborted, in ms. */
const PATIENCE = 2000;

export class HostedRun {
  readonly control: Control;
  readonly #abort = new AbortController();
  finished: Promise<void> = Promise.resolve();
  #live: LiveSettings | undefined;
  #executor: JournaledExecutor | undefined;
  /** Holds the run's lock, if it is kept; `#keeping` says whether anything is still written. */
  #keeper: Keeper | undefined;
  #keeping = false;
  /** Every one that took part. */
  #adapter: AdapterInfo | undefined;
  /** Live settings changed before there was a run to change. */
  #early: Config = {};
  #table = new RowTable();
  #watch = new Stopwatch(() => performance.now());
  #progress: KeptRun['progress'];
  #kept = 0;
  #stopped = 0;
  /** Points and cells given so far, and as many as a resumed run had given before. */
  #given = 0;
  #before = 0;
  readonly #batch: RowBatch;

  constructor(
    readonly id: number,
    private readonly order: StartOrder,
    paused: boolean,
    private readonly post: (message: ToPage) => void,
    private readonly openStore?: () => Promise<RunStore>,
  ) {
    this.control = new Control(paused);
    this.#batch = new RowBatch((rows) => post({ type: 'rows', run: id, rows }));
  }

  pause(): void {
    this.control.pause();
    this.#watch.halt();
  }
  resume(): void {
    this.control.resume();
    this.#watch.go();
  }
  step(): void {
    this.control.singleStep();
    this.#watch.halt();
  }
  /** The page may be gone the next moment. */
  save(): void {
    this.control.rest();
    this.#executor?.saveSoon();
    void this.#keepRows();
  }
  /** New values of live settings. */
  change(changes: Config): void {
    if (this.#live) this.#live.set(changes);
    else this.#early = { ...this.#early, ...changes };
  }
  /** Live changes so far, and those that a resumed run still has before it. */
  get changes(): readonly LiveChange[] {
    return this.#live?.known ?? [];
  }

  stop(): void {
    this.#stopped = performance.now();
    this.#abort.abort();
    this.control.resume(); // a paused run must wake to see that it was aborted
  }

  /** Runs to the end, an abort or an error, which it throws once all is posted and kept. */
  async perform(load: () => Promise<Study>, open: () => Promise<Executor>): Promise<void> {
    try {
      const past = await this.#past();
      this.#before = (past?.kept.points ?? 0) + (past?.kept.cells ?? 0);
      await this.#keep(past?.kept);
      const { study, config, executor } = await this.#begun(load, open, past?.kept);
      this.#live = new LiveSettings(config, past?.kept.live ?? this.order.live, past?.journal.snapshot.liveCalls ?? 0);
      if (Object.keys(this.#early).length > 0) this.#live.set(this.#early);
      this.#executor = this.#journaled(executor, past);
      await this.#consume(study, config, this.#executor);
      await this.#finish(this.#abort.signal.aborted ? undefined : judge(study, this.#table, config));
    } catch (error) {
      if (this.#abort.signal.aborted) await this.#finish(undefined);
      else await this.#fail(error);
    } finally {
      this.#executor?.dispose(); // sessions that the study left open
    }
  }

  /** Throws StorageError where the run that is to be resumed cannot be read. */
  async #past(): Promise<Past | undefined> {
    const { resume } = this.order;
    if (resume === undefined) return undefined;
    const store = await this.openStore?.();
    const [kept, journal] = [await store?.get(resume), await store?.journal(resume)];
    store?.close();
    if (!kept || !journal)
      throw new StorageError(`of the run '${resume}' no checkpoint is kept in this browser; start it again from the beginning`);
    return { kept, journal };
  }

  /** From here on a run that is cut off can be resumed: first of all, since loading a study and opening a device take time. */
  async #keep(earlier: KeptRun | undefined): Promise<void> {
    this.#watch.add(earlier?.seconds ?? 0);
    if (!this.control.paused && !earlier) this.#watch.go();
    if (!this.order.keep || !this.openStore) return;
    const { build, inputs } = this.order;
    const facts = earlier ? { ...earlier, build: both(earlier.build, build) } : newRun(this.order);
    this.#keeping = true;
    this.#keeper = await keepRun(facts, inputs, (error) => this.#notKept(error), { resumed: earlier !== undefined });
    if (!earlier) await this.#keeper.flush({}, { entries: [], snapshot: BEGINNING });
    this.#kept = performance.now() - KEEP_INTERVAL + FIRST_KEPT;
    if (this.#keeping)
      this.post({ type: 'kept', run: this.id, id: facts.id, seconds: facts.seconds, date: facts.date, done: earlier?.progress?.done });
    if (!earlier) await this.#prune(facts.study);
  }
  /** Where there is no such study, the settings are not its own or no device is to be had, nothing was begun. */
  async #begun(load: () => Promise<Study>, open: () => Promise<Executor>, earlier: KeptRun | undefined) {
    try {
      const study = await load();
      const config = parseConfig(study.fields, earlier?.config ?? this.order.config);
      const executor = await open();
      this.#adapter = earlier?.adapter;
      this.#goesOnOn({ name: executor.name, software: executor.software });
      if (!earlier) await this.#keeper?.flush({ config, adapter: this.#adapter });
      return { study, config, executor };
    } catch (error) {
      await this.#keeper?.abandon();
      throw error;
    }
  }
  /** The record names every adapter that took part. */
  #goesOnOn(adapter: AdapterInfo): void {
    const before = this.#adapter ?? adapter;
    this.#adapter = { name: both(before.name, adapter.name), software: before.software || adapter.software };
    if (this.#adapter.name !== before.name)
      this.#add({
        kind: 'event',
        level: 'warning',
        message: `The run was begun on ${before.name} and goes on on ${adapter.name}: its bits are those of neither alone, within the stated tolerance.`,
      });
  }
  async #prune(study: string): Promise<void> {
    try {
      const store = await this.openStore!();
      await store.prune(study, MOST_CHECKPOINTS);
      store.close();
    } catch {
      // What stays too long does no harm; why nothing can be kept is told by the keeper.
    }
  }
  #notKept(error: unknown): void {
    this.#keeping = false;
    this.#executor?.forget();
    this.#add({ kind: 'event', level: 'warning', message: describeError(error).message });
  }

  #journaled(executor: Executor, past: Past | undefined): JournaledExecutor {
    return new JournaledExecutor(
      executor,
      {
        save: this.#keeping ? (entries, snapshot) => this.#save(entries, snapshot) : undefined,
        onMemory: (bytes) => this.post({ type: 'memory', run: this.id, bytes }),
        onEvent: (event) => this.#recovered(event, executor.software),
        onTooLong: () => {
          void this.#keeper?.dropJournal(this.#facts());
          this.#add({
            kind: 'event',
            level: 'info',
            message: 'The run has become too long to be resumed after a reload. It goes on, and its results are kept.',
          });
        },
        liveCalls: () => this.#live!.calls,
      },
      past?.journal,
    );
  }
  #recovered({ step, reason, adapter }: TrainEvent, software: boolean): void {
    this.#add({
      kind: 'event',
      level: 'warning',
      message: `The GPU was lost (${reason.replace(/\.$/, '')}); the run goes on from its checkpoint at step ${step}, on a fresh device. Nothing measured was lost.`,
    });
    this.#goesOnOn({ name: adapter, software });
  }
  async #save(entries: readonly JournalEntry[], snapshot: Snapshot): Promise<void> {
    this.#kept = performance.now();
    await this.#keeper!.flush({ ...this.#facts(), resumable: true }, { entries, snapshot });
  }
  #facts(): Partial<KeptRun> {
    return { seconds: this.#watch.elapsed / 1000, progress: this.#progress, live: this.changes, adapter: this.#adapter };
  }

  async #consume(study: Study, config: Config, executor: JournaledExecutor): Promise<void> {
    const { signal } = this.#abort;
    const context: RunContext = {
      executor,
      signal,
      control: this.control,
      turn: () => this.#turn(),
      inputs: this.order.inputs,
      live: () => this.#live!.current(),
    };
    for await (const row of study.run(config, context)) {
      if (signal.aborted && row.kind !== 'artifact') {
        if (performance.now() - this.#stopped > PATIENCE) return;
        continue; // what it has to give at the end still counts
      }
      this.#add(row);
      if (this.#batch.due) {
        this.#batch.flush();
        await breathe();
      }
      if (performance.now() - this.#kept > KEEP_INTERVAL) await this.#keepRows();
    }
  }
  /** While a resumed run does again what was done, what was kept before is better than what there is now. */
  get #caughtUp(): boolean {
    return (this.#executor?.caughtUp ?? false) && this.#given >= this.#before;
  }
  async #keepRows(): Promise<void> {
    this.#kept = performance.now();
    if (this.#caughtUp) await this.#keeper?.flush(this.#facts());
  }

  /** Between pieces of CPU work. */
  async #turn(): Promise<void> {
    await breathe();
    await (this.control.takeRest() || this.control.paused ? this.#executor?.save() : this.#executor?.saveIfDue());
    await this.control.turn();
  }
  #add(row: Row): void {
    if (row.kind === 'progress') this.#progress = row;
    if (row.kind === 'point' || row.kind === 'cell') this.#given++;
    // The time that it takes to do again what was done is not the run's.
    if (this.order.resume !== undefined && !this.control.paused && this.#caughtUp) this.#watch.go();
    this.#table.append([row]);
    this.#keeper?.add(row);
    this.#batch.add(row);
  }

  /** `verdicts`: of a run that ended by itself. */
  async #finish(verdicts: readonly ClaimVerdict[] | undefined): Promise<void> {
    this.#watch.halt();
    await this.#end({ state: verdicts ? 'done' : 'aborted', verdicts: verdicts ?? [] });
    this.#batch.flush();
    this.post({ type: 'done', run: this.id, aborted: !verdicts, verdicts, live: this.changes });
  }
  /** A run whose device is gone for good, or that failed for another reason of the moment, can be resumed from its last checkpoint. */
  async #fail(error: unknown): Promise<never> {
    this.#watch.halt();
    if (error instanceof MisfitError) await this.#keeper?.abandon();
    else await this.#end({ state: 'failed', error: describeError(error) }, !comesAgain(error));
    this.#batch.flush();
    throw error;
  }
  /** A resumed run that came no further than it was stays as it was kept. */
  async #end(facts: Partial<KeptRun>, resumable = false): Promise<void> {
    if (this.order.resume !== undefined && !this.#caughtUp) await this.#keeper?.abandon();
    else await this.#keeper?.end({ ...this.#facts(), ...facts }, { resumable });
  }
}
