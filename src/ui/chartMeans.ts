/** Means over seeds as traces that grow with their rows. */
import type { Summary } from '../lab/study';
import { drawable, type Lost, type Mark, type Trace } from './chartTrace';

/** By series, label and axes. */
export type MeansCache = Map<string, Means>;

/**
 * The mean of one series and its interval. A run adds to the end, so the traces of the last call are extended where its summaries are the
 * beginning of the new ones, and made anew where they are not.
 */
export class Means {
  readonly #series: string;
  readonly #label: string;
  readonly #logX: boolean;
  readonly #logY: boolean;
  /** Summaries that are in the lists. */
  #taken: readonly Summary[] = [];
  #x: number[] = [];
  #y: (number | null)[] = [];
  #low: (number | null)[] = [];
  #high: (number | null)[] = [];
  #counts: number[] = [];
  #marks: Mark[] = [];
  #lost: Omit<Lost, 'marks'> = { nonFinite: 0, offX: 0, offY: 0 };
  #fewest = Infinity;
  #most = 0;

  constructor(series: string, label: string, logX: boolean, logY: boolean) {
    [this.#series, this.#label, this.#logX, this.#logY] = [series, label, logX, logY];
  }

  /** `all`: of every x, ascending; the table gives the same object for an x until its rows change. */
  of(all: readonly Summary[]): readonly [high: Trace, low: Trace, mean: Trace] {
    const taken = this.#taken;
    let same = 0;
    while (same < taken.length && taken[same] === all[same]) same++;
    if (same < taken.length) {
      this.#clear();
      same = 0;
    }
    for (let i = same; i < all.length; i++) this.#take(all[i]!);
    this.#taken = all;
    const common = { series: this.#series, label: this.#label, x: this.#x };
    const n = this.#most > 0 ? ([this.#fewest, this.#most] as const) : ([0, 0] as const);
    return [
      { ...common, role: 'high', y: this.#high },
      { ...common, role: 'low', y: this.#low },
      { ...common, role: 'mean', y: this.#y, counts: this.#counts, n, lost: { ...this.#lost, marks: this.#marks } },
    ];
  }

  #clear(): void {
    [this.#x, this.#y, this.#low, this.#high, this.#counts, this.#marks] = [[], [], [], [], [], []];
    this.#lost = { nonFinite: 0, offX: 0, offY: 0 };
    [this.#fewest, this.#most] = [Infinity, 0];
  }

  /** A value that is not finite is left out of its mean, so it is counted and marked even where the others have one. */
  #take(s: Summary): void {
    const finite = Number.isFinite(s.mean);
    const [onX, shown] = [drawable(s.x, this.#logX), drawable(s.mean, this.#logY)];
    if (s.nonFinite > 0 || !finite || !onX || !shown) this.#lose(s, finite, onX, shown);
    if (!onX) return;
    this.#x.push(s.x);
    this.#y.push(shown ? s.mean : null);
    // A bound that a log axis cannot hold stays in: drawn at the bottom edge, it says that the interval reaches down to zero.
    this.#low.push(shown && Number.isFinite(s.low) ? s.low : null);
    this.#high.push(shown && Number.isFinite(s.high) ? s.high : null);
    this.#counts.push(s.n);
    this.#fewest = Math.min(this.#fewest, s.n);
    this.#most = Math.max(this.#most, s.n);
  }

  #lose(s: Summary, finite: boolean, onX: boolean, shown: boolean): void {
    const { nonFinite, offX, offY } = this.#lost;
    this.#lost = {
      nonFinite: nonFinite + (s.nonFinite || (finite ? 0 : 1)),
      offX: offX + (finite && !onX ? 1 : 0),
      offY: offY + (finite && onX && !shown ? 1 : 0),
    };
    if (onX) this.#marks.push({ x: s.x, top: s.values.includes(Infinity) || s.mean === Infinity });
  }
}
