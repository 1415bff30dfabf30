/** The progress line of a headless run. */
import type { ProgressRow } from '../lab/study';
import { Rate } from '../lab/rate';

/** What a progress line needs of a terminal; process.stderr is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Seconds between lines where the output is a file or a pipe, so that a log of an hour's run stays readable. */
const LOG_SECONDS = 10;
const BAR_WIDTH = 20;

const two = (n: number): string => String(n).padStart(2, '0');
/** Seconds as `m:ss` or `h:mm:ss`. */
export const clock = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds));
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
};

/** Text of one progress line. `points`: numbers measured so far. `elapsed` in seconds. */
export const progressText = (
  p: ProgressRow,
  points: number,
  elapsed: number,
  { stepsPerSecond, secondsLeft }: Pick<Rate, 'stepsPerSecond' | 'secondsLeft'>,
): string => {
  const fraction = p.total > 0 ? Math.min(1, p.done / p.total) : 0;
  const filled = Math.floor(fraction * BAR_WIDTH);
  return [
    `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(Math.floor(100 * fraction)).padStart(3)} %`,
    p.phase || 'starting',
    `${points} points`,
    ...(stepsPerSecond ? [`${Number(stepsPerSecond.toPrecision(3))} steps/s`] : []),
    clock(elapsed),
    ...(secondsLeft ? [`ETA ${clock(secondsLeft)}`] : []),
  ].join(' · ');
};

/** Draws progress: one line redrawn on a terminal, a line every 10 s elsewhere. */
export class ProgressMeter {
  /** Of the first update: what went before was not the run. */
  #start: number | undefined;
  readonly #rate = new Rate();
  #lastLine = Number.NEGATIVE_INFINITY;
  #drawn = false;

  /** `now`: seconds from any origin. */
  constructor(
    private readonly out: Terminal,
    private readonly now = (): number => performance.now() / 1000,
  ) {}

  /** `points`: measured numbers so far. A change from no points to some is always written, so a log shows when measuring began. */
  update(progress: ProgressRow, points: number): void {
    const at = this.now();
    const elapsed = at - (this.#start ??= at);
    this.#rate.update(progress, 1000 * elapsed);
    const text = progressText(progress, points, elapsed, this.#rate);
    if (this.out.isTTY) return this.#redraw(text);
    const first = points > 0 && !this.#drawn;
    if (!first && at - this.#lastLine < LOG_SECONDS) return;
    this.#lastLine = at;
    this.#drawn = points > 0;
    this.out.write(`${text}\n`);
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

  #redraw(text: string): void {
    this.#drawn = true;
    // A line longer than the terminal wraps, and a carriage return then no longer reaches its start. Some terminals say 0: not known.
    this.out.write(`\r\u001B[K${text.slice(0, (this.out.columns || 80) - 1)}`);
  }
}
