/** From the rows and curves of one chart to what is drawn: traces on a shared x axis, and ranges that a log axis can take. Pure. */
import type { Curve, LineView } from '../lab/study';
import type { RowTable } from '../lab/table';
import { Means, type MeansCache } from './chartMeans';
import { drawable, type Mark, type Range, type Trace } from './chartTrace';

export type { Range } from './chartTrace';

export interface ChartInput {
  readonly view: LineView;
  readonly table: RowTable;
  readonly curves: readonly Curve[];
  readonly logX: boolean;
  readonly logY: boolean;
  readonly showSeeds: boolean;
}
type Identity = Pick<Trace, 'role' | 'series' | 'label'>;
/** Drops x that the axis cannot hold; y that it cannot hold become gaps. Both are counted. `xs` ascends. */
function fit(identity: Identity, xs: readonly number[], ys: readonly number[], { logX, logY }: Pick<ChartInput, 'logX' | 'logY'>): Trace {
  const [x, y, marks]: [number[], (number | null)[], Mark[]] = [[], [], []];
  let [nonFinite, offX, offY] = [0, 0, 0];
  for (const [i, at] of xs.entries()) {
    const value = ys[i]!;
    const shown = drawable(value, logY);
    if (!Number.isFinite(at) || !Number.isFinite(value)) nonFinite++;
    else if (!drawable(at, logX)) offX++;
    else if (!shown) offY++;
    if (!drawable(at, logX)) continue;
    x.push(at);
    y.push(shown ? value : null);
    if (!shown) marks.push({ x: at, top: value === Infinity });
  }
  return { ...identity, x, y, lost: { marks, nonFinite, offX, offY } };
}

/** Points and seeds that single repetitions may take together: more can neither be told apart nor be drawn in time. */
const MOST_SEED_POINTS = 20_000;
const MOST_SEEDS = 40;
/** The first of them, as many as are drawn. */
export const seedsDrawn = <T>(seeds: ReadonlyMap<number, readonly T[]>): (readonly [number, readonly T[]])[] => {
  const longest = Math.max(1, ...[...seeds.values()].map((points) => points.length));
  return [...seeds].slice(0, Math.max(1, Math.min(MOST_SEEDS, Math.floor(MOST_SEED_POINTS / longest))));
};

function measured(series: string, label: string, input: ChartInput, means: MeansCache): Trace[] {
  const {
    table,
    view: { chart },
    logX,
    logY,
    showSeeds,
  } = input;
  const key = JSON.stringify([chart, series, label, logX, logY]);
  if (!means.has(key)) means.set(key, new Means(series, label, logX, logY));
  const [high, low, mean] = means.get(key)!.of(table.summary(chart, series));
  const seeds = showSeeds ? seedsDrawn(table.seeds(chart, series)) : [];
  return [
    high,
    low,
    ...seeds.map(([seed, points]) =>
      fit(
        { role: 'seed', series, label: `${label}, seed ${seed}` },
        points.map((p) => p.x),
        points.map((p) => p.y),
        input,
      ),
    ),
    mean,
  ];
}

const ascends = (x: readonly number[]): boolean => x.every((at, i) => i === 0 || at > x[i - 1]!);
/** Curves may come in any order; of two values at one x the later counts. */
const inOrder = ({ x, y }: Curve): readonly [x: readonly number[], y: readonly number[]] => {
  if (ascends(x)) return [x, y];
  const at = new Map(x.map((v, i) => [v, y[i]!]));
  const xs = [...at.keys()].toSorted((a, b) => a - b);
  return [xs, xs.map((v) => at.get(v)!)];
};

/**
 * Faint things first, so that means are drawn over them. `means` keeps what was built for as long as its rows stay; traces that were made
 * with one before are then no longer valid.
 */
export const tracesOf = (input: ChartInput, means: MeansCache = new Map()): readonly Trace[] => {
  const { view, curves } = input;
  const computed = (kind: Curve['kind']) =>
    curves
      .filter((c) => c.chart === view.chart && c.kind === kind)
      .map((c, index) => Object.assign(fit({ role: kind, series: c.series, label: c.label }, ...inOrder(c), input), { index }));
  return [
    ...computed('reference'),
    ...Object.entries(view.series).flatMap(([id, label]) => measured(id, label, input, means)),
    ...computed('theory'),
  ];
};

/** Every x of any trace, once, ascending. */
function union(traces: readonly Trace[]): number[] {
  const lists = [...new Set(traces.map((t) => t.x))]; // a mean shares its x with its bounds
  const all = new Float64Array(lists.reduce((n, x) => n + x.length, 0));
  let end = 0;
  for (const x of lists) {
    all.set(x, end);
    end += x.length;
  }
  const xs: number[] = [];
  let last = NaN;
  for (const x of all.toSorted()) if (x !== last) xs.push((last = x));
  return xs;
}
/** Columns over the union of all x, ascending; undefined where a trace has no value at an x of another's, and no gap either. */
export const align = (traces: readonly Trace[]): (number | null | undefined)[][] => {
  const xs = union(traces);
  return [
    xs,
    ...traces.map((t) => {
      const column: (number | null | undefined)[] = [];
      let next = 0;
      for (let i = 0; i < xs.length; i++) column.push(t.x[next] === xs[i] ? t.y[next++] : undefined);
      return column;
    }),
  ];
};

const extent = (lists: readonly (readonly (number | null)[])[], log: boolean): Range | undefined => {
  let [low, high] = [Infinity, -Infinity];
  const floor = log ? 0 : -Infinity;
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      // the hottest loop of a chart: no iterator
      const v = values[i]!;
      if (v === null || !(v > floor && v < Infinity)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  return low <= high ? [low, high] : undefined;
};
/** Room at both ends, in the scale's own measure, and never an empty range. */
const pad = ([low, high]: Range, log: boolean, share: number): Range => {
  if (log) {
    const factor = low === high ? 2 : (high / low) ** share;
    return [Math.max(Number.MIN_VALUE, low / factor), Math.min(Number.MAX_VALUE, high * factor)];
  }
  const room = low === high ? Math.abs(low) / 2 || 1 : (high - low) * share;
  return [Math.max(-Number.MAX_VALUE, low - room), Math.min(Number.MAX_VALUE, high + room)];
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
  const all = extent(
    traces.map((t) => t.y),
    log,
  );
  const hard = extent(
    traces.map((t) => essential(t, log)),
    log,
  );
  if (!all || !hard) return log ? [0.1, 10] : [0, 1];
  const [low, high] = pad(hard, log, STRETCH);
  return pad([Math.max(all[0], low), Math.min(all[1], high)], log, MARGIN);
}
/** Range of the x axis: every x that is drawn. */
export const xRange = (xs: readonly number[], log: boolean): Range => {
  const all = extent([xs], log);
  return all ? (all[0] === all[1] ? pad(all, log, MARGIN) : all) : log ? [0.1, 10] : [0, 1];
};
/** Range of the x of all traces. */
export const xRangeOf = (traces: readonly Trace[], log: boolean): Range =>
  xRange(
    traces.flatMap((t) => (t.x.length > 0 ? [t.x[0]!, t.x.at(-1)!] : [])),
    log,
  );
