/** The page's side of a run: sends commands to the worker, keeps the rows that come back and knows the state. */
import type { Config, EventRow, ProgressRow, Row } from '../experiment';
import { Rate } from '../rate';
import { RowTable } from '../table';
import type { AdapterInfo, Port, RunError, ToPage, ToWorker } from './protocol';

export type RunState = 'idle' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';

/** Counts running time and stands still while paused. */
class Stopwatch {
  #total = 0;
  #since: number | undefined;
  constructor(readonly now: () => number) {}
  get elapsed(): number { return this.#total + (this.#since === undefined ? 0 : this.now() - this.#since); }
  go(): void { this.#since ??= this.now(); }
  halt(): void {
    this.#total = this.elapsed;
    this.#since = undefined;
  }
}

export class RunClient {
  state: RunState = 'idle';
  /** Undefined until the worker has opened its executor. */
  adapter: AdapterInfo | undefined;
  error: RunError | undefined;
  progress: ProgressRow | undefined;
  /** Of the current or last run; undefined before the first. */
  config: Config | undefined;
  table = new RowTable();
  events: readonly EventRow[] = [];
  #rows: Row[] = [];
  #rate = new Rate();
  #watch: Stopwatch;
  #run = 0;

  /** `onChange` is called after every change of any field: at most some twenty times a second. `now`: milliseconds. */
  constructor(readonly port: Port, readonly onChange: () => void, readonly now: () => number = () => performance.now()) {
    this.#watch = new Stopwatch(now);
    port.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
  }

  /** All rows of the current or last run, in order of arrival. */
  get rows(): readonly Row[] { return this.#rows; }
  get active(): boolean { return this.state === 'running' || this.state === 'paused'; }
  /** Running time, pauses left out. */
  get seconds(): number { return this.#watch.elapsed / 1000; }
  get stepsPerSecond(): number | undefined { return this.#rate.stepsPerSecond; }
  get secondsLeft(): number | undefined { return this.#rate.secondsLeft; }

  /** Forgets the last run and starts another; one that still runs is aborted. `paused`: holds until resume or step. */
  start(experiment: string, config: Config, paused = false): void {
    this.#clear();
    this.config = config;
    this.#send({ type: 'start', run: this.#run, experiment, config, paused });
    this.#enter(paused ? 'paused' : 'running');
  }

  pause(): void {
    if (this.state !== 'running') return;
    this.#command('pause');
    this.#enter('paused');
  }

  resume(): void {
    if (this.state !== 'paused') return;
    this.#command('resume');
    this.#enter('running');
  }

  /** One more training step, then pause. */
  step(): void {
    if (!this.active) return;
    this.#command('step');
    this.#enter('paused');
  }

  /** Ends the run; its rows stay. */
  abort(): void {
    if (!this.active) return;
    this.#command('abort');
    this.#enter('aborted');
  }

  /** Ends the run and forgets it. */
  reset(): void {
    if (this.active) this.#command('abort');
    this.#clear();
    this.config = undefined;
    this.#enter('idle');
  }

  /** The worker itself broke: it could not be loaded, or threw where nothing catches. */
  fail(error: RunError): void {
    this.error = error;
    this.#enter('failed');
  }

  #send(message: ToWorker): void { this.port.postMessage(message, []); }
  #command(type: 'pause' | 'resume' | 'step' | 'abort'): void { this.#send({ type, run: this.#run }); }

  #clear(): void {
    this.#run++;
    this.table = new RowTable();
    this.#rows = [];
    this.#rate = new Rate();
    this.#watch = new Stopwatch(this.now);
    [this.events, this.progress, this.error] = [[], undefined, undefined];
  }

  #enter(state: RunState): void {
    this.state = state;
    if (state === 'running') this.#watch.go();
    else this.#watch.halt();
    this.onChange();
  }

  #receive(message: ToPage): void {
    if (message.type === 'ready') {
      this.adapter = message.adapter;
      this.onChange();
    } else if (message.type === 'error' && message.run === 0) this.fail(message.error);
    else if (message.run !== this.#run || this.state === 'aborted') return;
    else if (message.type === 'rows') this.#take(message.rows);
    else if (message.type === 'error') this.fail(message.error);
    else this.#enter(message.aborted ? 'aborted' : 'done');
  }

  #take(rows: readonly Row[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      if (row.kind === 'progress') this.progress = row;
      else if (row.kind === 'event') this.events = [...this.events, row];
    }
    this.table.append(rows);
    if (this.progress) this.#rate.update(this.progress, this.#watch.elapsed);
    this.onChange();
  }
}
