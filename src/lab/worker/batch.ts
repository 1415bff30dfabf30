/** Gathers rows so that the page gets at most some twenty messages a second, however fast rows come. */
import type { Row } from '../study';

/** Milliseconds between messages. */
export const BATCH_INTERVAL = 50;
/** Rows of a message: the page takes so many in a few milliseconds. */
const MOST_ROWS = 2000;

export class RowBatch {
  #rows: Row[] = [];
  #sent = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly send: (rows: readonly Row[]) => void,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether a message is due; where rows come in one unbroken run of microtasks no timer fires, so the caller must ask. */
  get due(): boolean {
    return this.#rows.length >= MOST_ROWS || (this.#rows.length > 0 && this.now() - this.#sent >= BATCH_INTERVAL);
  }

  /** Of progress rows that follow each other only the last is kept. Rows left alone go out by themselves after the interval. */
  add(row: Row): void {
    if (row.kind === 'progress' && this.#rows.at(-1)?.kind === 'progress') this.#rows.pop();
    this.#rows.push(row);
    this.#timer ??= setTimeout(() => this.flush(), BATCH_INTERVAL);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#sent = this.now();
    this.send(rows);
  }
}
