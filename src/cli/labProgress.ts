/** The progress line of a headless run. */
export interface Progress { readonly done: number; readonly total: number; readonly phase: string; readonly steps: number }

/** What a progress line needs of a terminal; process.stderr is one. */
export interface Terminal { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown }

/** Seconds between lines where the output is a file or a pipe, so that a log of an hour's run stays readable. */
const LOG_SECONDS = 10;
/** Seconds over which the rate is averaged: longer than one submission on a slow adapter, short enough to follow a change of phase. */
const RATE_SECONDS = 10;
const BAR_WIDTH = 20;

/** Seconds as `m:ss` or `h:mm:ss`. */
export const clock = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
};

/** Text of one progress line. `elapsed` in seconds; `rate` in steps per second, absent while nothing has been trained. */
export const progressText = (p: Progress, points: number, elapsed: number, rate?: number): string => {
  const fraction = p.total > 0 ? Math.min(1, p.done / p.total) : 0;
  const filled = Math.floor(fraction * BAR_WIDTH);
  return [
    `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(Math.floor(100 * fraction)).padStart(3)} %`,
    p.phase || 'starting',
    `${points} points`,
    ...(rate ? [`${rate.toPrecision(3)} steps/s`] : []),
    clock(elapsed),
    // A run's pieces differ in cost, so the estimate is a proportion of the work done and nothing finer.
    ...(fraction > 0 && fraction < 1 ? [`ETA ${clock((elapsed * (1 - fraction)) / fraction)}`] : []),
  ].join(' · ');
};

/** Draws progress: one line redrawn on a terminal, a line every 10 s elsewhere. */
export class ProgressMeter {
  readonly #start: number;
  #samples: { readonly at: number; readonly steps: number }[] = [];
  #lastLine = Number.NEGATIVE_INFINITY;
  #drawn = false;

  /** `now`: seconds from any origin. */
  constructor(private readonly out: Terminal, private readonly now: () => number) {
    this.#start = now();
  }

  /** `points`: measured numbers so far. A change from no points to some is always written, so a log shows when measuring began. */
  update(progress: Progress, points: number): void {
    const at = this.now();
    this.#samples = [...this.#samples.filter((s) => at - s.at <= RATE_SECONDS), { at, steps: progress.steps }];
    if (this.out.isTTY) return this.#redraw(progressText(progress, points, at - this.#start, this.#rate()));
    const first = points > 0 && !this.#drawn;
    if (!first && at - this.#lastLine < LOG_SECONDS) return;
    this.#lastLine = at;
    this.#drawn = points > 0;
    this.out.write(`${progressText(progress, points, at - this.#start, this.#rate())}\n`);
  }

  /** Writes a line of its own above the progress line. */
  note(text: string): void {
    this.out.write(this.out.isTTY && this.#drawn ? `\r\u001B[K${text}\n` : `${text}\n`);
  }

  /** Leaves the last progress line standing. */
  end(): void {
    if (this.out.isTTY && this.#drawn) this.out.write('\n');
    this.#drawn = false;
  }

  #rate(): number | undefined {
    const [oldest, newest] = [this.#samples.at(0), this.#samples.at(-1)];
    if (!oldest || !newest || newest.at <= oldest.at) return undefined;
    return (newest.steps - oldest.steps) / (newest.at - oldest.at);
  }

  #redraw(text: string): void {
    this.#drawn = true;
    // A line longer than the terminal wraps, and a carriage return then no longer reaches its start.
    this.out.write(`\r\u001B[K${text.slice(0, Math.max(1, (this.out.columns ?? 80) - 1))}`);
  }
}
