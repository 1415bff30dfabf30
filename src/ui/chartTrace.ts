/** A curve as it is drawn. */

/** `low` and `high` bound the 95 % interval of the mean; `seed` is one repetition. */
export type Role = 'mean' | 'low' | 'high' | 'seed' | 'theory' | 'reference';
/** Where a value is missing from a line or from a mean. */
export interface Mark {
  readonly x: number;
  /** Infinite, so it belongs above the plot; else below. */ readonly top: boolean;
}
/** Values of a trace that cannot be drawn. */
export interface Lost {
  /** Those that have an x on the axis; ascending. */
  readonly marks: readonly Mark[];
  /** Of a mean: values of single seeds. */
  readonly nonFinite: number;
  /** At an x ≤ 0, and ≤ 0 themselves, on a log axis. */
  readonly offX: number;
  readonly offY: number;
}
export interface Trace {
  readonly role: Role;
  /** Id of the series it belongs to. */
  readonly series: string;
  readonly label: string;
  /** Ascending, no value twice. */
  readonly x: readonly number[];
  /** null: a gap. */
  readonly y: readonly (number | null)[];
  /** Seeds behind a mean: fewest and most over its x. */
  readonly n?: readonly [number, number];
  /** Of a mean: the seeds behind it, per x. */
  readonly counts?: readonly number[];
  /** Absent: nothing was lost, or the trace bounds a mean, which says it. */
  readonly lost?: Lost;
  /** Of a computed curve: its place among those of its kind. */
  readonly index?: number;
}
export type Range = readonly [number, number];

/** Whether an axis can hold a value. */
export const drawable = (value: number, log: boolean): boolean => Number.isFinite(value) && (!log || value > 0);
