/** What a run yields, and the table that claims and charts read. */

/** One measured number. `seed` numbers the repetition; a chart shows mean and band over seeds. */
export interface PointRow {
  readonly kind: 'point';
  readonly chart: string;
  readonly series: string;
  readonly x: number;
  readonly seed: number;
  readonly y: number;
}
/** One cell of a heatmap; a later row for the same x, y and seed replaces an earlier one. */
export interface CellRow {
  readonly kind: 'cell';
  readonly chart: string;
  readonly x: number;
  readonly y: number;
  readonly seed: number;
  readonly value: number;
}
export interface ProgressRow {
  readonly kind: 'progress';
  readonly done: number;
  readonly total: number;
  readonly phase: string;
  /** Training steps of all replicas so far. */ readonly steps: number;
}
/** Something the reader must be told: a replica that diverged, a device that was lost and recovered. */
export interface EventRow {
  readonly kind: 'event';
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}
/** A file that the run offers: trained weights, say. A later one of the same name replaces an earlier one. */
export interface ArtifactRow {
  readonly kind: 'artifact';
  readonly name: string;
  /** Media type. */ readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
export type Row = PointRow | CellRow | ProgressRow | EventRow | ArtifactRow;

/** Mean over seeds at one x. `sem`: standard error of the mean. n counts the finite values; `nonFinite` the others, left out of the mean. */
export interface Summary {
  readonly x: number;
  readonly mean: number;
  readonly sem: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly nonFinite: number;
  readonly values: readonly number[];
}
/** The rows of a run so far, for claims and charts. */
export interface Table {
  readonly points: readonly PointRow[];
  readonly cells: readonly CellRow[];
  /** Per x, ascending. `low` and `high`: the 95 % interval of the mean (Student). */
  readonly summary: (chart: string, series: string) => readonly Summary[];
}
