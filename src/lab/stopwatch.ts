/** Counts running time and stands still while paused. Starts standing. */
export class Stopwatch {
  #since: number | undefined;
  #total: number;

  /** `now`: milliseconds. `seconds`: already on it. */
  constructor(
    readonly now: () => number,
    seconds = 0,
  ) {
    this.#total = 1000 * seconds;
  }

  /** Milliseconds. */
  get elapsed(): number {
    return this.#total + (this.#since === undefined ? 0 : this.now() - this.#since);
  }
  go(): void {
    this.#since ??= this.now();
  }
  halt(): void {
    this.#total = this.elapsed;
    this.#since = undefined;
  }
  /** Adds what another watch counted before. */
  add(seconds: number): void {
    this.#total += 1000 * seconds;
  }
}
