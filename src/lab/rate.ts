/** How fast a run goes and how long it has to go, from its progress rows. Times in milliseconds, pauses left out by the caller. */
import type { ProgressRow } from './study';

/** Long enough to smooth over submissions, short enough to follow a change of phase. */
const WINDOW = 5000;

export class Rate {
  #samples: { readonly at: number; readonly steps: number }[] = [];
  #first: { readonly at: number; readonly done: number } | undefined;
  #last: ProgressRow | undefined;
  #at = 0;

  update(progress: ProgressRow, at: number): void {
    this.#samples = [...this.#samples.filter((s) => at - s.at <= WINDOW), { at, steps: progress.steps }];
    this.#first ??= { at, done: progress.done };
    this.#last = progress;
    this.#at = at;
  }

  /** Training steps of all replicas a second, over the last five seconds; undefined before two reports. */
  get stepsPerSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    return first && last && last.at > first.at ? ((last.steps - first.steps) / (last.at - first.at)) * 1000 : undefined;
  }

  /** Seconds left if the rest goes as fast as what was done since the first report; what came before is setting up. Undefined until then. */
  get secondsLeft(): number | undefined {
    const p = this.#last;
    const first = this.#first;
    return p && first && p.done > first.done ? ((this.#at - first.at) * (p.total - p.done)) / (p.done - first.done) / 1000 : undefined;
  }
}
