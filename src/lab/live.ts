/** Settings that change while a run goes on, by the number of the question at which they took effect, so that the run can be repeated. */
import type { LiveChange } from './run';
import type { Config } from './study';

export class LiveSettings {
  #config: Config;
  #pending: Config | undefined;
  #calls = 0;
  readonly #changes: LiveChange[] = [];

  /** `repeat`: changes of an earlier run, made again at the same questions; the reader's own wait until question `from`. */
  constructor(
    config: Config,
    private readonly repeat: readonly LiveChange[] = [],
    private readonly from = 0,
  ) {
    this.#config = config;
  }

  /** Questions asked so far. */
  get calls(): number {
    return this.#calls;
  }
  /** What took effect so far, in order. */
  get changes(): readonly LiveChange[] {
    return this.#changes;
  }

  /** Those, and the ones of the earlier run that are still to come. */
  get known(): readonly LiveChange[] {
    return [...this.#changes, ...this.repeat.filter((c) => c.call >= this.#calls)];
  }

  /** Takes effect with the next question. */
  set(changes: Config): void {
    this.#pending = { ...this.#pending, ...changes };
  }

  /** Asks a question: the settings that hold from here on. */
  current(): Config {
    const call = this.#calls++;
    for (const c of this.repeat) if (c.call === call) this.#apply(c);
    if (this.#pending && call >= this.from) {
      this.#apply({ call, changes: this.#pending });
      this.#pending = undefined;
    }
    return this.#config;
  }

  #apply(change: LiveChange): void {
    this.#changes.push(change);
    this.#config = { ...this.#config, ...change.changes };
  }
}
