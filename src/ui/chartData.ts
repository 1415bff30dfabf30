/** From the rows and curves of one chart to what is drawn: traces on a shared x axis, and ranges that a log axis can take. Pure. */
import type { Curve, LineView } from '../lab/experiment';
import type { RowTable } from '../lab/table';

/** `low` and `high` bound the 95 % interval of the mean; `seed` is one repetition. */
export type Role = 'mean' | 'low' | 'high' | 'seed' | 'theory' | 'reference';
export interface Trace {
  readonly role: Role;
  /** Id of the series it belongs to. */
  readonly series: string;
  readonly label: string;
  readonly x: readonly number[];
  /** null: a gap. */
  readonly y: readonly (number | null)[];
  /** Seeds behind a mean: fewest and most over its x. */
  readonly n?: readonly [number, number];
  /** Of a computed curve: its place among those of its kind. */
  readonly index?: number;
}
export interface ChartInput {
  readonly view: LineView;
  readonly table: RowTable;
  readonly curves: readonly Curve[];
  readonly logX: boolean;
  readonly logY: boolean;
  readonly showSeeds: boolean;
}
export type Range = readonly [number, number];

const drawable = (value: number, log: boolean): boolean => Number.isFinite(value) && (!log || value > 0);

type Identity = Pick<Trace, 'role' | 'series' | 'label'>;
/** Drops x that the axis cannot hold; y that it cannot hold become gaps. */
const fit = ({ role, series, label }: Identity, points: readonly (readonly [number, number])[], { logX, logY }: ChartInput): Trace => {
  const kept = points.filter(([x]) => drawable(x, logX));
  return { role, series, label, x: kept.map(([x]) => x), y: kept.map(([, y]) => (drawable(y, logY) ? y : null)) };
};

function measured(series: string, label: string, input: ChartInput): Trace[] {
  const { table, view: { chart }, logX, logY, showSeeds } = input;
  const summaries = table.summary(chart, series).filter((s) => drawable(s.x, logX));
  const x = summaries.map((s) => s.x);
  const counts = summaries.map((s) => s.n);
  const n: [number, number] = counts.length > 0 ? [Math.min(...counts), Math.max(...counts)] : [0, 0];
  // A bound that a log axis cannot hold stays in: drawn at the bottom edge, it says that the interval reaches down to zero.
  const band = (pick: 'low' | 'high') => summaries.map((s) => (drawable(s.mean, logY) && Number.isFinite(s[pick]) ? s[pick] : null));
  const mean: Trace = { ...fit({ role: 'mean', series, label }, summaries.map((s) => [s.x, s.mean]), input), n };
  const seeds = showSeeds ? [...table.seeds(chart, series)] : [];
  return [
    { role: 'high', series, label, x, y: band('high') },
    { role: 'low', series, label, x, y: band('low') },
    ...seeds.map(([seed, points]) => fit({ role: 'seed', series, label: `${label}, seed ${seed}` }, points.map((p) => [p.x, p.y]), input)),
    mean,
  ];
}

/** Faint things first, so that means are drawn over them. */
export const tracesOf = (input: ChartInput): readonly Trace[] => {
  const { view, curves } = input;
  const computed = (kind: Curve['kind']) => curves.filter((c) => c.chart === view.chart && c.kind === kind).map((c, index) =>
    Object.assign(fit({ role: kind, series: c.series, label: c.label }, c.x.map((x, i) => [x, c.y[i]!]), input), { index }));
  return [
    ...computed('reference'),
    ...Object.entries(view.series).flatMap(([id, label]) => measured(id, label, input)),
    ...computed('theory'),
  ];
};

/** Columns over the union of all x, ascending; undefined where a trace has no value at an x of another's, and no gap either. */
export const align = (traces: readonly Trace[]): (number | null | undefined)[][] => {
  const xs = [...new Set(traces.flatMap((t) => t.x))].toSorted((a, b) => a - b);
  const columns = traces.map((t) => {
    const at = new Map(t.x.map((x, i) => [x, t.y[i]]));
    return xs.map((x) => at.get(x));
  });
  return [xs, ...columns];
};

const extent = (values: Iterable<number | null>, log: boolean): Range | undefined => {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v === null || !drawable(v, log)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return low <= high ? [low, high] : undefined;
};
/** Room at both ends, in the scale's own measure, and never an empty range. */
const pad = ([low, high]: Range, log: boolean, share: number): Range => {
  if (log) {
    const factor = low === high ? 2 : (high / low) ** share;
    return [low / factor, high * factor];
  }
  const room = low === high ? Math.abs(low) / 2 || 1 : (high - low) * share;
  return [low - room, high + room];
};

/** Share of the range left free around the data. */
const MARGIN = 0.05;
/** How far beyond that, as a share of the range, the rest may stretch the axis: theory and intervals can run to infinity. */
const STRETCH = 0.5;
/** Share of a theory curve, at each end of its values, that need not fit. */
const TAIL = 0.05;

const bulk = (values: readonly (number | null)[], log: boolean): readonly number[] => {
  const sorted = values.filter((v) => v !== null && drawable(v, log)).toSorted((a, b) => a! - b!) as number[];
  const cut = Math.floor(sorted.length * TAIL);
  return sorted.slice(cut, sorted.length - cut);
};
const essential = (t: Trace, log: boolean): readonly (number | null)[] =>
  t.role === 'low' || t.role === 'high' ? [] : t.role === 'theory' ? bulk(t.y, log) : t.y;
/** Range of the y axis: all that was measured, the bulk of the theory, and as much of the rest as leaves those readable. */
export function yRange(traces: readonly Trace[], log: boolean): Range {
  const all = extent(traces.flatMap((t) => t.y), log);
  const hard = extent(traces.flatMap((t) => essential(t, log)), log);
  if (!all || !hard) return log ? [0.1, 10] : [0, 1];
  const [low, high] = pad(hard, log, STRETCH);
  return pad([Math.max(all[0], low), Math.min(all[1], high)], log, MARGIN);
}
/** Range of the x axis: every x that is drawn. */
export const xRange = (xs: readonly number[], log: boolean): Range => {
  const all = extent(xs, log);
  return all ? (all[0] === all[1] ? pad(all, log, MARGIN) : all) : log ? [0.1, 10] : [0, 1];
};
