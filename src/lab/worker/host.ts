/** The worker's side: opens an executor, runs experiments from a registry on it and posts their rows. */
import { ConfigError } from '../../core/errors';
import type { Executor } from '../../runtime/executor';
import { Control } from '../control';
import type { Config, Experiment, RunContext } from '../experiment';
import { parseConfig } from '../schema';
import { RowBatch } from './batch';
import { describeError, type Port, type ToPage, type ToWorker } from './protocol';

interface Run { readonly id: number; readonly control: Control; readonly abort: AbortController; finished: Promise<void> }

/** Lets waiting messages in (pause, abort): a microtask would not, and a timer would wait four milliseconds. */
const breathe = (): Promise<void> => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => { port1.close(); resolve(); });
  port1.start();
  port2.postMessage(null, []);
});

class ExperimentHost {
  readonly #experiments: ReadonlyMap<string, Experiment>;
  #executor: Promise<Executor> | undefined;
  #run: Run | undefined;

  constructor(readonly port: Port, experiments: readonly Experiment[], readonly openExecutor: () => Promise<Executor>) {
    this.#experiments = new Map(experiments.map((e) => [e.id, e]));
    port.addEventListener('message', (event: MessageEvent<ToWorker>) => this.#receive(event.data));
    this.#open().catch((error: unknown) => this.#post({ type: 'error', run: 0, error: describeError(error) }));
  }

  #post(message: ToPage): void { this.port.postMessage(message, []); }

  /** The executor, opened if need be. A failure is not remembered: the next start tries again. */
  #open(): Promise<Executor> {
    this.#executor ??= this.openExecutor().then((executor) => {
      this.#post({ type: 'ready', adapter: { name: executor.name, software: executor.software } });
      return executor;
    }, (error: unknown) => {
      this.#executor = undefined;
      throw error;
    });
    return this.#executor;
  }

  #receive(message: ToWorker): void {
    if (message.type === 'start') {
      this.#start(message.run, message.experiment, message.config, message.paused);
      return;
    }
    const run = this.#run;
    if (run?.id !== message.run) return;
    switch (message.type) {
      case 'pause': return run.control.pause();
      case 'resume': return run.control.resume();
      case 'step': return run.control.singleStep();
      case 'abort': return stop(run);
    }
  }

  /** Two runs never overlap: the earlier one is aborted and waited for. */
  #start(id: number, name: string, config: Config, paused: boolean): void {
    const earlier = this.#run;
    if (earlier) stop(earlier);
    const run: Run = { id, control: new Control(paused), abort: new AbortController(), finished: Promise.resolve() };
    run.finished = (async () => {
      await earlier?.finished;
      await this.#perform(run, name, config);
    })();
    this.#run = run;
  }

  async #perform(run: Run, name: string, config: Config): Promise<void> {
    const batch = new RowBatch((rows) => this.#post({ type: 'rows', run: run.id, rows }));
    const aborted = (): boolean => run.abort.signal.aborted;
    try {
      await this.#consume(run, name, config, batch);
      batch.flush();
      this.#post({ type: 'done', run: run.id, aborted: aborted() });
    } catch (error) {
      batch.flush();
      if (aborted()) this.#post({ type: 'done', run: run.id, aborted: true });
      else await this.#fail(run, error);
    }
  }

  async #consume(run: Run, name: string, config: Config, batch: RowBatch): Promise<void> {
    const experiment = this.#experiments.get(name);
    if (!experiment) throw new ConfigError(`there is no experiment '${name}'; there are ${[...this.#experiments.keys()].join(', ')}`);
    const checked = parseConfig(experiment.config, config);
    const executor = await this.#open();
    const { control, abort: { signal } } = run;
    const context: RunContext = { executor, signal, control, turn: async () => { await breathe(); await control.turn(); } };
    for await (const row of experiment.run(checked, context)) {
      if (signal.aborted) return;
      batch.add(row);
      if (batch.due) {
        batch.flush();
        await breathe();
      }
    }
  }

  /** After an error the device may be gone or in an unknown state: the next start opens a new one. */
  async #fail(run: Run, error: unknown): Promise<void> {
    const executor = await this.#executor?.catch(() => undefined);
    this.#executor = undefined;
    executor?.dispose();
    this.#post({ type: 'error', run: run.id, error: describeError(error) });
  }
}

function stop(run: Run): void {
  run.abort.abort();
  run.control.resume(); // a paused run must wake to see that it was aborted
}

/** Listens on `port` for as long as it lives. Opens the executor at once, so that the page can say early what it will run on. */
export function hostExperiments(port: Port, experiments: readonly Experiment[], openExecutor: () => Promise<Executor>): void {
  void new ExperimentHost(port, experiments, openExecutor);
}
