/** A run's measured numbers as CSV. */
import type { Table } from './study';

/** Numbers are printed in full, so that reading them gives the same float64. */
const csvField = (value: string | number): string => {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
/** RFC 4180, but for lines that end as on Unix. */
export const csv = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');

/** One line a measured point: chart,series,seed,x,y. */
export const metricsCsv = (table: Pick<Table, 'points'>): string =>
  csv(
    ['chart', 'series', 'seed', 'x', 'y'],
    table.points.map((p) => [p.chart, p.series, p.seed, p.x, p.y]),
  );

/** One line a heatmap cell: chart,seed,x,y,value. */
export const cellsCsv = (table: Pick<Table, 'cells'>): string =>
  csv(
    ['chart', 'seed', 'x', 'y', 'value'],
    table.cells.map((c) => [c.chart, c.seed, c.x, c.y, c.value]),
  );
