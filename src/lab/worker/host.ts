/** The worker's side: opens an executor, runs studies from a registry on it, posts their rows and keeps them. */
import { describeError } from '../run';
import type { Executor } from '../../runtime/executor';
import { studyAt, type Entry } from '../study';
import { parseConfig } from '../schema';
import type { RunStore } from '../store/types';
import { HostedRun } from './hostedRun';
import { type Port, type StartOrder, type ToPage, type ToWorker } from './protocol';

/** What a host needs from around it. */
export interface Surroundings {
  readonly openExecutor: () => Promise<Executor>;
  /** Absent: runs are not kept. */
  readonly openStore?: (() => Promise<RunStore>) | undefined;
}

class StudyHost {
  readonly #entries: readonly Entry[];
  #executor: Promise<Executor> | undefined;
  #run: HostedRun | undefined;

  constructor(
    readonly port: Port,
    entries: readonly Entry[],
    readonly around: Surroundings,
  ) {
    this.#entries = entries;
    port.addEventListener('message', (event: MessageEvent<ToWorker>) => this.#receive(event.data));
    this.#open().catch((error: unknown) => this.#post({ type: 'error', run: 0, error: describeError(error) }));
  }

  #post(message: ToPage): void {
    this.port.postMessage(message, []);
  }

  /** The executor, opened if need be. A failure is not remembered: the next start tries again. */
  #open(): Promise<Executor> {
    this.#executor ??= this.around.openExecutor().then(
      (executor) => {
        this.#post({ type: 'ready', adapter: { name: executor.name, software: executor.software } });
        return executor;
      },
      (error: unknown) => {
        this.#executor = undefined;
        throw error;
      },
    );
    return this.#executor;
  }

  #receive(message: ToWorker): void {
    if (message.type === 'start') return this.#start(message.run, message.order, message.paused);
    if (message.type === 'describe') {
      void this.#describe(message);
      return;
    }
    if (message.type === 'inspect') {
      void this.#inspect(message);
      return;
    }
    const run = this.#run;
    if (run?.id !== message.run) return;
    switch (message.type) {
      case 'pause':
        return run.pause();
      case 'resume':
        return run.resume();
      case 'step':
        return run.step();
      case 'save':
        return run.save();
      case 'live':
        return run.change(message.changes);
      case 'abort':
        return run.stop();
    }
  }

  async #describe({ request, study: path, config }: Extract<ToWorker, { type: 'describe' }>): Promise<void> {
    try {
      const study = await studyAt(this.#entries, path);
      const checked = parseConfig(study.fields, config);
      this.#post({ type: 'described', request, curves: study.theory?.(checked) ?? [], markers: study.markers?.(checked) ?? [] });
    } catch (error) {
      this.#post({ type: 'described', request, curves: [], markers: [], error: describeError(error) });
    }
  }

  async #inspect({ request, study: path, config, inputs }: Extract<ToWorker, { type: 'inspect' }>): Promise<void> {
    try {
      const study = await studyAt(this.#entries, path);
      const preview = await study.inspect?.(inputs, parseConfig(study.fields, config));
      this.#post({ type: 'inspected', request, preview, error: undefined });
    } catch (error) {
      this.#post({ type: 'inspected', request, preview: undefined, error: describeError(error) });
    }
  }

  /** Two runs never overlap: the earlier one is aborted and waited for. */
  #start(id: number, order: StartOrder, paused: boolean): void {
    const earlier = this.#run;
    earlier?.stop();
    const run = new HostedRun(id, order, paused, (message) => this.#post(message), this.around.openStore);
    this.#run = run;
    run.finished = (async () => {
      await earlier?.finished;
      await this.#perform(run, order.study);
    })();
  }

  async #perform(run: HostedRun, path: string): Promise<void> {
    try {
      await run.perform(
        () => studyAt(this.#entries, path),
        () => this.#open(),
      );
    } catch (error) {
      await this.#fail(run, error);
    }
  }

  /** After an error the device may be gone or in an unknown state: the next start opens a new one. */
  async #fail(run: HostedRun, error: unknown): Promise<void> {
    const executor = await this.#executor?.catch(() => undefined);
    this.#executor = undefined;
    executor?.dispose();
    this.#post({ type: 'error', run: run.id, error: describeError(error), live: run.changes });
  }
}

/** Listens on `port` for as long as it lives. Opens the executor at once, so that the page can say early what it will run on. */
export function hostStudies(port: Port, entries: readonly Entry[], around: Surroundings): void {
  void new StudyHost(port, entries, around);
}
