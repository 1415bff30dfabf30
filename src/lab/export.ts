/** A run as files: the measured numbers as CSV, what they mean as JSON. */
import type { Config, Experiment, Table } from './experiment';
import type { ClaimVerdict } from './judge';

/** RFC 4180. Numbers are printed in full, so that reading them gives the same float64. */
const csvField = (value: string | number): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csv = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [header, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');

/** One line a measured point: chart,series,seed,x,y. */
export const metricsCsv = (table: Pick<Table, 'points'>): string =>
  csv(['chart', 'series', 'seed', 'x', 'y'], table.points.map((p) => [p.chart, p.series, p.seed, p.x, p.y]));

/** One line a heatmap cell: chart,seed,x,y,value. */
export const cellsCsv = (table: Pick<Table, 'cells'>): string =>
  csv(['chart', 'seed', 'x', 'y', 'value'], table.cells.map((c) => [c.chart, c.seed, c.x, c.y, c.value]));

export interface RunFacts {
  readonly preset: string;
  readonly config: Config;
  readonly verdicts: readonly ClaimVerdict[];
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Version or commit of the source. */
  readonly build: string;
  /** Of the run, in seconds, pauses left out. */
  readonly seconds: number;
}
export interface RunSummary extends RunFacts {
  readonly format: 'overparam-run';
  readonly version: 1;
  readonly experiment: string;
  readonly title: string;
  readonly rows: { readonly points: number; readonly cells: number };
}

/** What a run was and what it found; the experiment's id and `config` suffice to run it again. */
export const runSummary = (experiment: Pick<Experiment, 'id' | 'title'>, table: Table, facts: RunFacts): RunSummary => ({
  format: 'overparam-run',
  version: 1,
  experiment: experiment.id,
  title: experiment.title,
  ...facts,
  rows: { points: table.points.length, cells: table.cells.length },
});

/** JSON has no infinities or NaN and would write null: they become the strings 'Infinity', '-Infinity' and 'NaN'. */
export const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (_, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v), 2)}\n`;
