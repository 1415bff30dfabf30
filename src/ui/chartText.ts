/** A chart in words and as a table, for those who do not see it. Pure. */
import type { LineView, Summary } from '../lab/study';
import type { RowTable } from '../lab/table';
import type { Lost, Trace } from './chartTrace';
import { formatNumber as f } from './format';

/** '3 seeds', '1–3 seeds'. */
export const seedsText = ([fewest, most]: readonly [number, number]): string =>
  `${fewest === most ? most : `${fewest}–${most}`} ${most === 1 ? 'seed' : 'seeds'}`;

function shape({ x, y }: Trace): string {
  let [first, last, low, high] = [-1, -1, -1, -1];
  for (let i = 0; i < y.length; i++) {
    const value = y[i]!;
    if (value === null) continue;
    if (first < 0) first = low = high = i;
    last = i;
    if (value < y[low]!) low = i;
    if (value > y[high]!) high = i;
  }
  if (first < 0) return 'no values yet';
  const at = (i: number): string => `${f(y[i]!)} at ${f(x[i]!)}`;
  return `from ${at(first)} to ${at(last)}, least ${at(low)}, greatest ${at(high)}`;
}

const count = (n: number, rest: string): string[] => (n > 0 ? [`${n} ${n === 1 ? 'value' : 'values'} ${rest}`] : []);
const axes = ({ offX, offY }: Lost): string[] => [
  ...count(offX, 'at x ≤ 0, not on the log axis'),
  ...count(offY, '≤ 0, not on the log axis'),
];
/** Of a mean: what is not finite are values of its seeds, which are said once. */
function lostOf({ lost, label, role, series }: Trace, traces: readonly Trace[]): string[] {
  if (!lost || role === 'seed') return [];
  const parts = [...count(lost.nonFinite, 'not finite'), ...axes(lost)];
  const seeds = role === 'mean' ? traces.filter((t) => t.role === 'seed' && t.series === series) : [];
  const total = (which: 'offX' | 'offY'): number => seeds.reduce((n, t) => n + t.lost![which], 0);
  const single = axes({ ...lost, offX: total('offX'), offY: total('offY') });
  const name = role === 'theory' || role === 'reference' ? `${label} (${role})` : label;
  return [
    ...(parts.length > 0 ? [`${name}: ${parts.join(', ')}`] : []),
    ...(single.length > 0 ? [`${name}, single seeds: ${single.join(', ')}`] : []),
  ];
}
/** What the plot does not show of the values it was given, and why; empty where it shows all. Without seeds among the traces it speaks of means. */
export function lostText(traces: readonly Trace[]): string {
  const lines = traces.flatMap((t) => lostOf(t, traces));
  if (lines.length === 0) return '';
  const marked = traces.some((t) => (t.role === 'mean' || t.role === 'seed') && (t.lost?.marks.length ?? 0) > 0);
  const drawn = traces.some((t) => t.y.some((y) => y !== null));
  const off = traces.some((t) => t.lost && t.lost.offX + t.lost.offY > 0);
  const empty = drawn ? '' : off ? ' Nothing is left to draw: switch the log axis off to see these values.' : ' Nothing is left to draw.';
  return `Not drawn: ${lines.join('; ')}.${marked ? ' ✕ marks where, at the top for infinity.' : ''}${empty}`;
}

/** One sentence a curve: where it starts and ends, its least and greatest value; then what is not drawn. */
export const describeChart = (view: LineView, traces: readonly Trace[]): string => {
  const curves = traces.flatMap((t) => {
    if (t.role === 'mean') return [`${t.label}, ${t.n![1] > 0 ? `mean over ${seedsText(t.n!)}, ` : ''}${shape(t)}`];
    return t.role === 'theory' || t.role === 'reference' ? [`${t.label} (${t.role}), ${shape(t)}`] : [];
  });
  return [`${view.title}: ${view.y} against ${view.x}. ${curves.join('. ')}.`, lostText(traces)].filter(Boolean).join(' ');
};

export interface DataTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** In all; those shown are spread evenly. */ readonly total: number;
}
/** More rows than this serve nobody on a page; the CSV has them all. */
const MOST_ROWS = 200;

const seedCount = (s: Summary): string => `${s.n}${s.nonFinite > 0 ? ` (and ${s.nonFinite} not finite)` : ''}`;
/** Every measured mean with its interval and number of seeds; `none` where one seed gives no interval. */
export function dataTable(view: LineView, table: RowTable): DataTable {
  const all = Object.entries(view.series).flatMap(([id, label]) => table.summary(view.chart, id).map((s) => ({ s, label })));
  const every = Math.ceil(all.length / MOST_ROWS);
  const rows = all
    .filter((_, i) => i % every === 0)
    .map(({ s, label }) => [label, f(s.x), f(s.mean), s.n > 1 ? `${f(s.low)} to ${f(s.high)}` : 'none', seedCount(s)]);
  return { head: ['series', view.x, 'mean', '95 % interval', 'seeds'], rows, total: all.length };
}

/** 'each seed', or how many of them are drawn where there are too many. */
export const seedsLabel = (traces: readonly Trace[]): string => {
  const mean = traces.find((t) => t.role === 'mean' && (t.n?.[1] ?? 0) > 0);
  const drawn = traces.filter((t) => t.role === 'seed' && t.series === mean?.series).length;
  return drawn > 0 && mean && drawn < mean.n![1] ? `each seed (the first ${drawn} of ${mean.n![1]})` : 'each seed';
};
