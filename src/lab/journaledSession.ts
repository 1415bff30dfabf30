/** A session that answers from the past first, and writes down what it answers. See journal.ts. */
import { ConfigError } from '../core/errors';
import type { Plan } from '../plan/plan';
import type { HostArray, HostTensor, MetricBatch, Session, TrainOptions } from '../runtime/executor';
import { outputBytes, type BatchEntry, type Entry, type Outputs } from './journal';

/** Outputs above this, in bytes, are not written down while they follow from what the study wrote: they are cheaper computed again. */
const LARGE = 2 ** 20;

/** A kept run's journal answers other questions than this build asks. */
export class MisfitError extends ConfigError {}
export const misfit = (what: string): MisfitError =>
  new MisfitError(
    `the kept run does not fit this build: ${what}. It stays as it was kept: the build that began it can go on with it. Here, start it again from the beginning`,
  );

/** What a session tells its executor. */
export interface Recorder {
  log(entry: Entry): void;
  closed(id: number): void;
  /** Only while nothing runs. */
  save(): Promise<void>;
  saveIfDue(): Promise<void>;
}

export class JournaledSession implements Session {
  #steps = 0;
  #at = 0;
  /** Restored when the past is used up: until then plans that are run again need what was written. */
  #state: Uint8Array | undefined;
  /** Whether something other than `write` has changed a variable. */
  #touched = false;
  /** Steps that must be done for the rows handed out to be true of the state: more than are done after a lost device. */
  #handedOut = 0;
  readonly #runsAgain: boolean;

  /** `inner`: absent where the journal has all answers. `past`: the session's own entries. `state`: after them. */
  constructor(
    private readonly id: number,
    readonly plans: Readonly<Record<string, Plan>>,
    private readonly inner: Session | undefined,
    private readonly past: readonly Entry[],
    state: Uint8Array | undefined,
    private readonly recorder: Recorder,
  ) {
    this.#state = state;
    this.#runsAgain = runsAgain(past);
  }

  get replaying(): boolean {
    return this.#at < this.past.length;
  }
  /** Whether a snapshot taken now would hold after all that was answered. */
  get consistent(): boolean {
    return !this.replaying && (this.inner?.stepsDone ?? 0) >= this.#handedOut;
  }
  get stepsDone(): number {
    return this.replaying || !this.inner || this.#state ? this.#steps : this.inner.stepsDone;
  }
  get bytes(): number {
    return this.inner?.bytes ?? 0;
  }
  get improved(): Promise<void> {
    return this.inner?.improved ?? Promise.resolve();
  }
  /** The session on the device, in the state that the past ends with. Throws ConfigError where the journal said that it would not be needed. */
  get #live(): Session {
    if (!this.inner) throw misfit('a session that was over is used again');
    if (this.#state) this.inner.restore(this.#state);
    this.#state = undefined;
    return this.inner;
  }

  /** The next answer of the past, if any is left. Throws ConfigError where it answers something else. */
  #take<K extends Entry['kind']>(kind: K): Extract<Entry, { kind: K }> | undefined {
    const entry = this.past[this.#at];
    if (!entry) return undefined;
    if (entry.kind !== kind) throw misfit(`where it has '${entry.kind}' the study now asks for '${kind}'`);
    this.#at++;
    if ('stepsDone' in entry) this.#steps = entry.stepsDone;
    return entry as Extract<Entry, { kind: K }>;
  }

  write(variable: string, data: HostArray): void {
    if (this.#take('write')) {
      if (this.#runsAgain) this.inner!.write(variable, data);
      return;
    }
    this.#live.write(variable, data);
    this.recorder.log({ kind: 'write', session: this.id });
  }
  async read(variable: string): Promise<HostTensor> {
    const known = this.#take('read');
    if (known) return known.value;
    const value = await this.#live.read(variable);
    this.recorder.log({ kind: 'read', session: this.id, value });
    return value;
  }
  async run(plan: string): Promise<Outputs> {
    const known = this.#take('run');
    if (known) return known.outputs ?? this.inner!.run(plan);
    const outputs = await this.#live.run(plan);
    this.#touched ||= this.plans[plan]!.updated.length > 0;
    const again = !this.#touched && outputBytes(outputs) > LARGE;
    this.recorder.log({ kind: 'run', session: this.id, outputs: again ? undefined : outputs });
    await this.recorder.saveIfDue();
    return outputs;
  }
  async checkpoint(config?: unknown): Promise<Uint8Array> {
    const known = this.#take('checkpoint');
    if (known) return known.file;
    const file = await this.#live.checkpoint(config);
    this.recorder.log({ kind: 'checkpoint', session: this.id, file });
    return file;
  }
  restore(checkpoint: Uint8Array): void {
    if (this.#take('restore')) return;
    this.#live.restore(checkpoint);
    this.#touched = true;
    this.#handedOut = 0;
    this.recorder.log({ kind: 'restore', session: this.id, stepsDone: this.#live.stepsDone });
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
    yield* this.#trainOn(o, end);
  }
  async *#trainOn(o: TrainOptions, end: number): AsyncIterable<MetricBatch> {
    const session = this.#live;
    this.#touched = true;
    const onIdle = async (paused: boolean): Promise<void> => {
      await (paused ? this.recorder.save() : this.recorder.saveIfDue());
      await o.onIdle?.(paused);
    };
    const stepPlans: readonly string[] = typeof o.step === 'string' ? [o.step] : o.step;
    for await (const batch of session.train({ ...o, steps: end - session.stepsDone, onIdle })) {
      this.recorder.log(this.#entry(batch));
      // A step's row has the number of the step itself; a probe's, how many are done.
      this.#handedOut = Math.max(this.#handedOut, batch.steps.at(-1)! + Number(stepPlans.includes(batch.plan)));
      yield batch;
    }
    if (o.signal?.aborted) return;
    this.recorder.log({ kind: 'trained', session: this.id, stepsDone: session.stepsDone });
    await this.recorder.saveIfDue();
  }
  /** A copy: the batch is valid until the next. */
  #entry({ plan, names, replicas, steps, data }: MetricBatch): BatchEntry {
    return { kind: 'batch', session: this.id, plan, names, replicas, steps: Uint32Array.from(steps), data: data.slice() };
  }

  /** In safetensors layout. */
  state(): Promise<Uint8Array> {
    return this.#live.checkpoint();
  }
  dispose(): void {
    this.inner?.dispose();
    this.recorder.closed(this.id);
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Whether some answers of a session's past are not written down, so that it must be there to give them again. */
export const runsAgain = (past: readonly Entry[]): boolean => past.some((e) => e.kind === 'run' && !e.outputs);
