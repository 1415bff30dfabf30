/** A chart's curves as CSV. */
import { csv } from '../lab/export';
import type { Trace } from './chartTrace';
import type { LabChart } from './labChart';

const HEAD = ['series', 'label', 'role', 'x', 'y', 'low', 'high', 'n'] as const;

const field = (value: number | null | undefined): number | '' => value ?? '';
/** `bounds`: of a mean. */
const rowsOf = (t: Trace, bounds?: readonly [high: Trace, low: Trace]): readonly (string | number)[][] =>
  t.x.map((x, i) => [t.series, t.label, t.role, x, field(t.y[i]), field(bounds?.[1].y[i]), field(bounds?.[0].y[i]), field(t.counts?.[i])]);

/**
 * The numbers behind every curve that the chart shows now, single seeds where they are switched on: one line a point, before any thinning
 * and whatever the zoom. `low` and `high`: the 95 % interval of a mean over n seeds, empty without one. An empty y is a gap: no finite
 * value, or one that the log axis cannot hold. Points whose x it cannot hold are left out, as in the plot.
 */
export function plottedCsv({ traces }: Pick<LabChart, 'traces'>): string {
  const bound = (t: Trace, role: 'high' | 'low'): Trace => traces.find((b) => b.role === role && b.series === t.series)!;
  return csv(
    HEAD,
    traces
      .filter((t) => t.role !== 'low' && t.role !== 'high')
      .flatMap((t) => rowsOf(t, t.role === 'mean' ? [bound(t, 'high'), bound(t, 'low')] : undefined)),
  );
}
