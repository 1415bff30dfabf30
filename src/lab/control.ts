/** Pause, resume and single step of one run. */
import type { TrainControl } from '../runtime/executor';

/**
 * Shared by an executor, which asks before each submission, and a study, which awaits `turn` between pieces of CPU work.
 * Whoever waits wakes on `resume` and on `singleStep`, and must then ask again.
 */
export class Control implements TrainControl {
  #paused: boolean;
  #steps = 0;
  #rest = false;
  #waiting: (() => void)[] = [];

  constructor(paused = false) {
    this.#paused = paused;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    this.#rest = true;
  }

  /** The run comes to rest once, as for a pause that is over at once: what it has is saved. */
  rest(): void {
    this.#rest = true;
  }

  /** Also drops single steps not yet taken. */
  resume(): void {
    this.#paused = false;
    this.#steps = 0;
    this.#release();
  }

  /** Pauses, if it was not paused, after one more step. */
  singleStep(): void {
    this.pause();
    this.#steps++;
    this.#release();
  }

  takeSingleStep(): boolean {
    if (this.#steps === 0) return false;
    this.#steps--;
    return true;
  }

  takeRest(): boolean {
    const rest = this.#rest;
    this.#rest = false;
    return rest;
  }

  /** Resolves at once if nothing holds the run, else on the next resume or single step. */
  whenResumed(): Promise<void> {
    return !this.#paused || this.#steps > 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#waiting.push(resolve);
        });
  }

  /** Resolves when a piece of work may be done; while paused, each single step lets one through. */
  async turn(): Promise<void> {
    while (this.#paused && !this.takeSingleStep()) await this.whenResumed();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
