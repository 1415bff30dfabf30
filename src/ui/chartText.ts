/** A chart in words and as a table, for those who do not see it. Pure. */
import type { LineView } from '../lab/experiment';
import type { RowTable } from '../lab/table';
import type { Trace } from './chartData';
import { formatNumber as f } from './format';

/** '3 seeds', '1–3 seeds'. */
export const seedsText = ([fewest, most]: readonly [number, number]): string =>
  `${fewest === most ? most : `${fewest}–${most}`} ${most === 1 ? 'seed' : 'seeds'}`;

const shape = (t: Trace): string => {
  const points = t.x.map((x, i) => [x, t.y[i]] as const).filter((p): p is readonly [number, number] => typeof p[1] === 'number');
  if (points.length === 0) return 'no values yet';
  const by = (better: (a: number, b: number) => boolean) => points.reduce((a, b) => (better(b[1], a[1]) ? b : a));
  const [first, last, low, high] = [points[0]!, points.at(-1)!, by((a, b) => a < b), by((a, b) => a > b)];
  return `from ${f(first[1])} at ${f(first[0])} to ${f(last[1])} at ${f(last[0])}, least ${f(low[1])} at ${f(low[0])}, greatest ${f(high[1])} at ${f(high[0])}`;
};

/** One sentence a curve: where it starts and ends, its least and greatest value. */
export const describeChart = (view: LineView, traces: readonly Trace[]): string => {
  const curves = traces.flatMap((t) => {
    if (t.role === 'mean') return [`${t.label}, ${t.n![1] > 0 ? `mean over ${seedsText(t.n!)}, ` : ''}${shape(t)}`];
    return t.role === 'theory' || t.role === 'reference' ? [`${t.label} (${t.role}), ${shape(t)}`] : [];
  });
  return `${view.title}: ${view.y} against ${view.x}. ${curves.join('. ')}.`;
};

export interface DataTable { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[]; /** Rows in all; those shown are spread evenly over them. */ readonly total: number }
/** More rows than this serve nobody on a page; the CSV has them all. */
const MOST_ROWS = 200;

/** Every measured mean with its interval and number of seeds; `none` where one seed gives no interval. */
export function dataTable(view: LineView, table: RowTable): DataTable {
  const all = Object.entries(view.series).flatMap(([id, label]) => table.summary(view.chart, id).map((s) => ({ s, label })));
  const every = Math.ceil(all.length / MOST_ROWS);
  const rows = all.filter((_, i) => i % every === 0).map(({ s, label }) =>
    [label, f(s.x), f(s.mean), s.n > 1 ? `${f(s.low)} to ${f(s.high)}` : 'none', `${s.n}${s.nonFinite > 0 ? ` (and ${s.nonFinite} not finite)` : ''}`]);
  return { head: ['series', view.x, 'mean', '95 % interval', 'seeds'], rows, total: all.length };
}
