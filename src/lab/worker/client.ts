/** The page's side of a run: sends commands to the worker, keeps the rows that come back and knows the state. */
import type { LiveChange, AdapterInfo, RunError } from '../run';
import type { ClaimVerdict } from '../claim';
import type { ArtifactRow, Config, Curve, EventRow, InputPreview, Inputs, Marker, ProgressRow, Row } from '../study';
import { Rate } from '../rate';
import { Stopwatch } from '../stopwatch';
import { RowTable } from '../table';
import type { Port, StartOrder, ToPage, ToWorker } from './protocol';

export type RunState = 'idle' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';
/** What is computed, not measured. */
export interface Computed {
  readonly curves: readonly Curve[];
  readonly markers: readonly Marker[];
  readonly error?: RunError;
}

/** Of a reader's files: what they are taken for, or why they cannot be read. */
export interface Inspected {
  readonly preview: InputPreview | undefined;
  readonly error: RunError | undefined;
}

/** All that is forgotten when another run starts. */
class Current {
  table = new RowTable();
  rows: Row[] = [];
  events: readonly EventRow[] = [];
  artifacts: ReadonlyMap<string, ArtifactRow> = new Map();
  progress: ProgressRow | undefined;
  error: RunError | undefined;
  verdicts: readonly ClaimVerdict[] | undefined;
  live: readonly LiveChange[] = [];
  /** The most bytes that the run has held on the GPU. */
  memory: number | undefined;
  /** Under which it is kept in this browser. */
  keptAs: string | undefined;
  rate = new Rate();
  effective: Config | undefined;
  /** Progress of a resumed run when it was cut off: until then it only does again what was done. */
  resumeAt: number | undefined;
  /** Whether the worker has said the last of it. */
  over = false;
  constructor(
    readonly order: StartOrder | undefined,
    readonly watch: Stopwatch,
    /** ISO 8601, UTC. */ public began: string,
  ) {
    this.effective = order?.config;
  }
}

export class RunClient {
  state: RunState = 'idle';
  /** Undefined until the worker has opened its executor. */
  adapter: AdapterInfo | undefined;
  #current: Current;
  #run = 0;
  /** Why there is no worker at all. */
  #broken: RunError | undefined;
  #heard = false;
  #request = 0;
  readonly #asked = new Map<number, (answer: Computed) => void>();
  readonly #inspected = new Map<number, (answer: Inspected) => void>();

  /** `onChange` is called after every change of any field: at most some twenty times a second. `now`: milliseconds. */
  constructor(
    readonly port: Port,
    readonly onChange: () => void,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#current = new Current(undefined, new Stopwatch(now), '');
    port.addEventListener('message', (event: MessageEvent<ToPage>) => this.#receive(event.data));
  }

  /** Of the current or last run; undefined before the first. */
  get order(): StartOrder | undefined {
    return this.#current.order;
  }
  get config(): Config | undefined {
    return this.#current.order?.config;
  }
  /** The run's settings with the reader's changes of live ones; the same object as `config` where there were none. */
  get effective(): Config | undefined {
    return this.#current.effective;
  }
  get table(): RowTable {
    return this.#current.table;
  }
  /** All rows of the current or last run but its artifacts, in order of arrival. */
  get rows(): readonly Row[] {
    return this.#current.rows;
  }
  get events(): readonly EventRow[] {
    return this.#current.events;
  }
  /** By name. */
  get artifacts(): ReadonlyMap<string, ArtifactRow> {
    return this.#current.artifacts;
  }
  get progress(): ProgressRow | undefined {
    return this.#current.progress;
  }
  get error(): RunError | undefined {
    return this.#current.error;
  }
  /** Of a run that ended by itself. */
  get verdicts(): readonly ClaimVerdict[] | undefined {
    return this.#current.verdicts;
  }
  get live(): readonly LiveChange[] {
    return this.#current.live;
  }
  get memory(): number | undefined {
    return this.#current.memory;
  }
  get keptAs(): string | undefined {
    return this.#current.keptAs;
  }
  /** When it was started; ISO 8601, UTC. */
  get date(): string {
    return this.#current.began;
  }
  /** Nothing more will come of this run: an aborted one still delivers its artifacts for a moment. */
  get over(): boolean {
    return this.#current.over;
  }
  /** Whether a resumed run still does again what was done before it was cut off. */
  get catchingUp(): boolean {
    return this.#current.resumeAt !== undefined;
  }
  get active(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }
  /** Running time, pauses left out. */
  get seconds(): number {
    return this.#current.watch.elapsed / 1000;
  }
  get stepsPerSecond(): number | undefined {
    return this.#current.rate.stepsPerSecond;
  }
  get secondsLeft(): number | undefined {
    return this.#current.rate.secondsLeft;
  }

  /** Forgets the last run and starts another; one that still runs is aborted. `paused`: holds until resume or step. */
  start(order: StartOrder, paused = false): void {
    this.#clear(order);
    if (this.#broken) return this.fail(this.#broken);
    this.#send({ type: 'start', run: this.#run, order, paused });
    this.#enter(paused ? 'paused' : 'running');
  }

  /** Theory and markers under these settings, computed beside the page. Of several questions only the last is answered. */
  describe(study: string, config: Config): Promise<Computed> {
    this.#asked.clear();
    const request = ++this.#request;
    const answer = new Promise<Computed>((resolve) => {
      this.#asked.set(request, resolve);
    });
    this.#send({ type: 'describe', request, study, config });
    return answer;
  }

  /** What files are taken for, read beside the page. Of several questions only the last is answered. */
  inspect(study: string, config: Config, inputs: Inputs): Promise<Inspected> {
    this.#inspected.clear();
    const request = ++this.#request;
    const answer = new Promise<Inspected>((resolve) => {
      this.#inspected.set(request, resolve);
    });
    this.#send({ type: 'inspect', request, study, config, inputs });
    return answer;
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

  /** New values of live settings, from the next moment on at which the study asks. */
  change(changes: Config): void {
    if (!this.active) return;
    this.#current.effective = { ...this.#current.effective, ...changes };
    this.#send({ type: 'live', run: this.#run, changes });
  }

  /** The page may be gone the next moment: the worker keeps what there is. */
  save(): void {
    if (this.active) this.#command('save');
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
    this.#clear(undefined);
    this.#enter('idle');
  }

  /** The worker itself broke: it could not be loaded, or threw where nothing catches. */
  fail(error: RunError): void {
    if (!this.#heard) this.#broken = error;
    this.#current.error = error;
    this.#current.over = true;
    this.#enter('failed');
  }

  #send(message: ToWorker): void {
    this.port.postMessage(message, []);
  }
  #command(type: 'pause' | 'resume' | 'step' | 'abort' | 'save'): void {
    this.#send({ type, run: this.#run });
  }

  #clear(order: StartOrder | undefined): void {
    this.#run++;
    this.#current = new Current(order, new Stopwatch(this.now), new Date().toISOString());
  }

  #enter(state: RunState): void {
    this.state = state;
    if (state === 'running') this.#current.watch.go();
    else this.#current.watch.halt();
    this.onChange();
  }

  #receive(message: ToPage): void {
    this.#heard = true;
    switch (message.type) {
      case 'ready':
        this.adapter = message.adapter;
        this.onChange();
        return;
      case 'inspected':
        this.#inspected.get(message.request)?.(message);
        this.#inspected.delete(message.request);
        return;
      case 'described':
        this.#asked.get(message.request)?.(message);
        this.#asked.delete(message.request);
        return;
      case 'error':
        if (message.run !== 0 && message.run !== this.#run) return;
        this.#current.live = message.live ?? [];
        this.fail(message.error);
        return;
      default:
        if (message.run === this.#run) this.#news(message);
    }
  }

  /** About the current run. One that was aborted may still deliver its artifacts. */
  #news(message: Extract<ToPage, { run: number; type: 'rows' | 'memory' | 'kept' | 'done' }>): void {
    const current = this.#current;
    switch (message.type) {
      case 'rows':
        return this.#take(this.state === 'aborted' ? message.rows.filter((r) => r.kind === 'artifact') : message.rows);
      case 'memory':
        current.memory = Math.max(current.memory ?? 0, message.bytes);
        break;
      case 'kept':
        current.keptAs = message.id;
        current.watch.add(message.seconds);
        current.began = message.date;
        current.resumeAt = message.done;
        if (message.done !== undefined) current.watch.halt();
        break;
      case 'done':
        [current.verdicts, current.live, current.over] = [message.verdicts, message.live, true];
        return this.#enter(message.aborted ? 'aborted' : 'done');
    }
    this.onChange();
  }

  #take(rows: readonly Row[]): void {
    const current = this.#current;
    for (const row of rows) {
      if (row.kind === 'artifact') {
        current.artifacts = new Map([...current.artifacts, [row.name, row]]);
        continue;
      }
      current.rows.push(row);
      if (row.kind === 'progress') current.progress = row;
      else if (row.kind === 'event') current.events = [...current.events, row];
    }
    current.table.append(rows);
    if (current.resumeAt !== undefined && (current.progress?.done ?? 0) >= current.resumeAt) {
      current.resumeAt = undefined;
      if (this.state === 'running') current.watch.go();
    }
    if (current.progress && current.resumeAt === undefined) current.rate.update(current.progress, current.watch.elapsed);
    this.onChange();
  }
}
