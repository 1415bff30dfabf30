/** The rows of a run, indexed so that claims and charts can ask for means over seeds while rows still arrive. */
import { mean, standardError, studentQuantile } from '../core/stats';
import type { CellRow, PointRow, Row, Summary, Table } from './study';

const CONFIDENCE = 0.95;

/** Values of one x by seed, and their summary until another value arrives. */
interface Column {
  readonly x: number;
  readonly bySeed: Map<number, PointRow>;
  summary: Summary | undefined;
}
/** `sorted`: the same columns by x ascending. */
interface Group {
  readonly columns: Map<number, Column>;
  readonly sorted: Column[];
}

const groupKey = (chart: string, series: string): string => JSON.stringify([chart, series]);
const cellKey = (c: CellRow): string => JSON.stringify([c.chart, c.x, c.y, c.seed]);

/**
 * Mean over the finite values and its 95 % Student interval. One value says nothing about spread, so the interval is the whole
 * line and `sem` is NaN; of none the mean is NaN too.
 */
export function summarise(x: number, values: readonly number[]): Summary {
  const finite = values.filter(Number.isFinite);
  const n = finite.length;
  const centre = n > 0 ? mean(finite) : NaN;
  const sem = n > 1 ? standardError(finite) : NaN;
  const half = n > 1 ? studentQuantile(CONFIDENCE, n - 1) * sem : Infinity;
  const [low, high] = n > 1 ? [centre - half, centre + half] : [-Infinity, Infinity];
  return { x, mean: centre, sem, low, high, n, nonFinite: values.length - n, values };
}

/** A Table that grows. A later row for the same place and seed replaces an earlier one, so a step that is run again counts once. */
export class RowTable implements Table {
  readonly #groups = new Map<string, Group>();
  readonly #cells = new Map<string, CellRow>();
  #version = 0;

  constructor(rows: Iterable<Row> = []) {
    this.append(rows);
  }

  /** Grows by one with every append: what was drawn at this version need not be drawn again. */
  get version(): number {
    return this.#version;
  }
  /** By chart and series, in the order in which they first came; within one, by x and seed in order of arrival. */
  get points(): readonly PointRow[] {
    return [...this.#groups.values()].flatMap(pointsOf);
  }
  get cells(): readonly CellRow[] {
    return [...this.#cells.values()];
  }

  /** Takes point and cell rows; progress and events are not data. */
  append(rows: Iterable<Row>): void {
    for (const row of rows) {
      if (row.kind === 'cell') this.#cells.set(cellKey(row), row);
      else if (row.kind === 'point') this.#addPoint(row);
    }
    this.#version++;
  }

  summary(chart: string, series: string): readonly Summary[] {
    const group = this.#groups.get(groupKey(chart, series));
    if (!group) return [];
    return group.sorted.map(
      (column) =>
        (column.summary ??= summarise(
          column.x,
          seedOrder(column).map((p) => p.y),
        )),
    );
  }

  /** The points of each seed, by x ascending; seeds ascending. */
  seeds(chart: string, series: string): ReadonlyMap<number, readonly PointRow[]> {
    const group = this.#groups.get(groupKey(chart, series));
    const grouped = new Map<number, PointRow[]>();
    for (const { bySeed } of group?.sorted ?? []) {
      for (const p of bySeed.values()) {
        const own = grouped.get(p.seed);
        if (own) own.push(p);
        else grouped.set(p.seed, [p]);
      }
    }
    return new Map([...grouped].toSorted(([a], [b]) => a - b));
  }

  #addPoint(row: PointRow): void {
    const key = groupKey(row.chart, row.series);
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = { columns: new Map(), sorted: [] }));
    let column = group.columns.get(row.x);
    if (!column) {
      group.columns.set(row.x, (column = { x: row.x, bySeed: new Map(), summary: undefined }));
      insert(group.sorted, column);
    }
    column.bySeed.set(row.seed, row);
    column.summary = undefined;
  }
}

/** Where x belongs; most often at the end. */
function insert(sorted: Column[], column: Column): void {
  let at = sorted.length;
  while (at > 0 && sorted[at - 1]!.x > column.x) at--;
  sorted.splice(at, 0, column);
}
const pointsOf = (group: Group): PointRow[] => [...group.columns.values()].flatMap((c) => Array.from(c.bySeed.values()));
const seedOrder = (column: Column): readonly PointRow[] => [...column.bySeed.values()].toSorted((a, b) => a.seed - b.seed);
