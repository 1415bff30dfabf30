/** What several runs of one study have in common and where they differ. Pure. */
import type { ClaimVerdict } from '../lab/claim';
import type { Study, FieldValue, LineView, PointRow, Row, View } from '../lab/study';
import { holds, sameValue, toText } from '../lab/schema';
import type { KeptRun } from '../lab/store/types';
import { RowTable } from '../lab/table';
import { SHAPES } from './palette';

/** A run with its rows, under the letter that names it beside others. */
export interface Compared {
  readonly letter: string;
  readonly run: KeptRun;
  readonly rows: readonly Row[];
  /** Why this build does not know its settings, which then say nothing about charts. */
  readonly problem?: string | undefined;
}
/** As many as there are looks to tell them apart by. */
export const MOST_COMPARED = SHAPES.length;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const letterOf = (index: number): string => LETTERS[index]!;

export interface Overlay {
  readonly views: readonly LineView[];
  readonly table: RowTable;
  /** Titles of charts that not every run measured. */ readonly left: readonly string[];
}

const seriesOf = (index: number, series: string): string => `${index}:${series}`;
const renamed = (row: PointRow, index: number): PointRow => ({ ...row, series: seriesOf(index, row.series) });
const chartsOf = ({ rows }: Compared): ReadonlySet<string> => new Set(rows.filter((r) => r.kind === 'point').map((r) => r.chart));
const isLine = (view: View): view is LineView => view.kind === 'line';
/** The view under each run's own settings: they can bring series of their own. */
const viewsOf = (study: Study, runs: readonly Compared[], chart: string): readonly (LineView | undefined)[] =>
  runs.map(({ run }) =>
    study
      .views(run.config)
      .filter(isLine)
      .find((v) => v.chart === chart),
  );

/** Name in the overlay and label of one series in each run that measured it. */
interface Legend {
  readonly series: string;
  readonly entries: readonly (readonly [string, string])[];
}
/** Legend of one chart: each series of each run that measured it, series by series. */
const legendOf = (study: Study, runs: readonly Compared[], chart: string): readonly Legend[] => {
  const views = viewsOf(study, runs, chart);
  const all = [...new Set(views.flatMap((view) => Object.keys(view?.series ?? {})))];
  return all
    .map((series) => ({
      series,
      entries: runs.flatMap(({ letter, rows }, i) => {
        const label = views[i]?.series[series];
        const measured = label !== undefined && rows.some((r) => r.kind === 'point' && r.chart === chart && r.series === series);
        return measured ? [[seriesOf(i, series), `${letter}: ${label}`] as const] : [];
      }),
    }))
    .filter(({ entries }) => entries.length > 0);
};

/** One chart for all series while there are looks enough, else one for each series. */
const overlaid = (view: LineView, legend: readonly Legend[]): readonly LineView[] => {
  const all = legend.flatMap(({ entries }) => entries);
  if (all.length <= MOST_COMPARED) return [{ ...view, series: Object.fromEntries(all) }];
  return legend.map(({ series, entries }) => ({
    ...view,
    title: `${view.title}: ${view.series[series] ?? series}`,
    series: Object.fromEntries(entries),
  }));
};

/**
 * The line charts of the first run's settings that all runs measured, the runs' series side by side under names of their own. Runs whose settings this build
 * does not know are left out.
 */
export function overlay(study: Study, all: readonly Compared[]): Overlay {
  const runs = all.filter((c) => c.problem === undefined);
  if (runs.length === 0) return { views: [], table: new RowTable(), left: [] };
  const charts = runs.map(chartsOf);
  const lines = study.views(runs[0]!.run.config).filter(isLine);
  const common = lines.filter((view) => charts.every((own) => own.has(view.chart)));
  const points = runs.flatMap(({ rows }, i) => rows.filter((r) => r.kind === 'point').map((r) => renamed(r, i)));
  const partly = lines.filter((view) => !common.includes(view) && charts.some((own) => own.has(view.chart)));
  return {
    views: common.flatMap((view) => overlaid(view, legendOf(study, runs, view.chart))),
    table: new RowTable(points),
    left: partly.map((v) => v.title),
  };
}

/** One line of a table with a column a run; undefined: the run has none. */
export interface Line {
  readonly name: string;
  readonly cells: readonly (string | undefined)[];
}

const differ = (values: readonly (FieldValue | undefined)[]): boolean => values.some((value) => !sameValue(value, values[0]));
const say = (value: FieldValue | undefined): string | undefined => (value === undefined ? undefined : toText(value));

/** What the runs do not share: settings that count in any of them, by their labels (by name where `study` is unknown), then circumstances. */
export function differing(study: Study | undefined, runs: readonly KeptRun[]): readonly Line[] {
  const nameOf = (key: string): string => {
    const field = study?.fields[key];
    return field ? `${field.label}${field.unit ? ` (${field.unit})` : ''}` : key;
  };
  const shown = (key: string, value: FieldValue | undefined): string | undefined => {
    const field = study?.fields[key];
    return field?.kind === 'choice' && typeof value === 'string' ? (field.options[value] ?? value) : say(value);
  };
  const applies = (key: string): boolean => runs.some((r) => holds(study?.fields[key]?.when, r.config));
  const keys = [...new Set(runs.flatMap((r) => Object.keys(r.config)))].filter(
    (key) => applies(key) && differ(runs.map((r) => r.config[key])),
  );
  const settings = keys.map((key) => ({ name: nameOf(key), cells: runs.map((r) => shown(key, r.config[key])) }));
  const circumstances = [
    { name: 'Preset', cells: runs.map((r) => r.preset) },
    { name: 'Adapter', cells: runs.map((r) => r.adapter?.name) },
    { name: 'Build', cells: runs.map((r) => r.build) },
    { name: 'Settings changed while running', cells: runs.map((r) => String(r.live.length)) },
  ].filter(({ cells }) => differ(cells));
  return [...settings, ...circumstances];
}

export interface ClaimLine {
  readonly says: string;
  readonly cells: readonly (ClaimVerdict | undefined)[];
}
/** Every claim that any of the runs was judged by. */
export const verdictsBeside = (runs: readonly KeptRun[]): readonly ClaimLine[] =>
  [...new Map(runs.flatMap((r) => r.verdicts).map((v) => [v.id, v.says]))].map(([id, says]) => ({
    says,
    cells: runs.map((r) => r.verdicts.find((v) => v.id === id)),
  }));
