/** From traces to uPlot's options. One builder for the screen and for images, which are the same plot at another scale. */
import uPlot from 'uplot';
import type { LineView, Marker } from '../lab/study';
import type { Range, Trace } from './chartTrace';
import { dashOf, fade, FAINT, lookOf, MARKER_DASH, traceShape, type Look, type Shape } from './palette';
import { formatNumber } from './format';
import { logTicks } from './ticks';

export interface Theme {
  readonly bg: string;
  readonly fg: string;
  readonly muted: string;
  readonly line: string;
  readonly font: string;
}

/** The theme an element inherits. */
export const themeOf = (element: Element): Theme => {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return { bg: read('--bg'), fg: read('--fg'), muted: read('--muted'), line: read('--line'), font: read('--font') };
};

export interface PlotInput {
  readonly view: LineView;
  readonly markers: readonly Marker[];
  /** As drawn: thinned. Asked at every drawing, so that a running plot needs no new options. */
  readonly traces: () => readonly Trace[];
  /** What the axes show; asked whenever an axis is ranged. */
  readonly ranges: () => { readonly x: Range; readonly y: Range };
  readonly logX: boolean;
  readonly logY: boolean;
  readonly theme: Theme;
  /** In CSS pixels, before scaling. */
  readonly width: number;
  readonly height: number;
  /** Of everything: lines, text and size. */
  readonly scale: number;
}

/** Beyond so many x the shapes would hide the line. */
const MOST_SHAPES = 60;

export const lookOfTrace = (trace: Trace, view: LineView, theme: Pick<Theme, 'fg'>): Look =>
  lookOf(Object.keys(view.series).indexOf(trace.series), theme.fg);

const fewNumbers = (column: ArrayLike<number | null | undefined>): boolean => {
  let count = 0;
  for (let i = 0; i < column.length && count <= MOST_SHAPES; i++) if (typeof column[i] === 'number') count++;
  return count <= MOST_SHAPES;
};

const shapes =
  (look: Look, k: number): uPlot.Series.Points.PathBuilder =>
  (u, index, from, to) => {
    const path = new Path2D();
    const [xs, ys] = [u.data[0], u.data[index]!];
    for (let i = from; i <= to; i++) {
      const y = ys[i];
      if (y !== null && y !== undefined)
        traceShape(path, look.shape, u.valToPos(xs[i]!, 'x', true), u.valToPos(y, 'y', true), 4 * k * devicePixelRatio);
    }
    return { fill: path, stroke: path, flags: 0 };
  };

function seriesOf(trace: Trace, { view, theme, scale: k }: PlotInput): uPlot.Series {
  const look = lookOfTrace(trace, view, theme);
  const common = { label: trace.label, scale: 'y', auto: false, spanGaps: false, points: { show: false } } as const;
  switch (trace.role) {
    case 'low':
    case 'high':
      return { ...common, stroke: 'transparent', width: 0 };
    case 'seed':
      return { ...common, stroke: fade(look.colour, 0.4), width: k };
    case 'reference':
      return { ...common, stroke: fade(look.colour, FAINT), width: 1.5 * k, dash: dashOf(trace.role, trace.index ?? 0).map((d) => d * k) };
    case 'theory':
      return { ...common, stroke: look.colour, width: 2 * k, dash: dashOf(trace.role, trace.index ?? 0).map((d) => d * k) };
    case 'mean': {
      const few: uPlot.Series.Points.Show = (u, index) => fewNumbers(u.data[index]!);
      return {
        ...common,
        stroke: look.colour,
        width: 2 * k,
        points: { show: few, width: 0, fill: look.colour, stroke: look.colour, paths: shapes(look, k) },
      };
    }
  }
}

/** Fills between each 'high' and the 'low' that follows it. */
const bandsOf = (traces: readonly Trace[], input: PlotInput): uPlot.Band[] =>
  traces.flatMap((t, i) =>
    t.role === 'high'
      ? [{ series: [i + 1, i + 2], fill: fade(lookOfTrace(t, input.view, input.theme).colour, 0.2) } satisfies uPlot.Band]
      : [],
  );

/** Labels that fit an axis: room in pixels that is not the plot's, and that one label takes. */
const ROOM = { x: 70, y: 60, wide: 45, high: 26 } as const;
const mostTicks = (u: uPlot, axis: number, k: number): number =>
  Math.min(8, Math.max(3, Math.floor(axis === 0 ? (u.width / k - ROOM.x) / ROOM.wide : (u.height / k - ROOM.y) / ROOM.high)));

const axisOf = (label: string, log: boolean, { theme, scale: k }: PlotInput): uPlot.Axis => {
  const font = `${12 * k}px ${theme.font}`;
  return {
    label,
    font,
    labelFont: `600 ${12 * k}px ${theme.font}`,
    stroke: theme.fg,
    labelSize: 20 * k,
    gap: 4 * k,
    grid: { stroke: theme.line, width: k },
    ticks: { stroke: theme.line, width: k, size: 6 * k },
    ...(log
      ? {
          splits: (u: uPlot, axis: number, low: number, high: number) => logTicks(low, high, mostTicks(u, axis, k)),
          filter: (_: uPlot, splits: number[]) => splits,
        }
      : {}),
    values: (_, splits) => splits.map((v) => (v === null ? '' : formatNumber(v))),
  };
};

const drawMarkers =
  ({ markers, theme, scale: k }: PlotInput) =>
  (u: uPlot): void => {
    const { ctx, bbox } = u;
    const unit = k * devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = theme.muted;
    ctx.lineWidth = unit;
    ctx.setLineDash(MARKER_DASH.map((d) => d * unit));
    ctx.font = `${12 * unit}px ${theme.font}`;
    ctx.textBaseline = 'top';
    for (const [i, { x, label }] of markers.entries()) {
      const at = u.valToPos(x, 'x', true);
      if (!(at >= bbox.left && at <= bbox.left + bbox.width)) continue;
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
      const fits = at + ctx.measureText(label).width + 6 * unit < bbox.left + bbox.width;
      ctx.textAlign = fits ? 'left' : 'right';
      ctx.fillText(label, at + (fits ? 4 : -4) * unit, bbox.top + (2 + 14 * i) * unit); // one below the other
    }
    ctx.restore();
  };

/** Radius of a mark in pixels; marks of one series keep two from each other and one from the next series' row. */
const MARK = 5;
/**
 * Where values are missing: a ✕ in the outline of the series' shape, at the top edge for infinite ones, else at the bottom. Every series has
 * a row of its own, so that none hides another's.
 */
const drawLost =
  ({ traces, view, theme, scale: k }: PlotInput) =>
  (u: uPlot): void => {
    const { ctx, bbox } = u;
    const r = MARK * k * devicePixelRatio;
    const ids = Object.keys(view.series);
    ctx.save();
    ctx.setLineDash([]); // of the last curve
    ctx.lineWidth = 1.5 * k * devicePixelRatio;
    for (const t of traces()) {
      if (t.role !== 'mean' && t.role !== 'seed') continue;
      const look = lookOfTrace(t, view, theme);
      const inset = (1.5 + 2.5 * ids.indexOf(t.series)) * r;
      const path = new Path2D();
      const last = { top: -Infinity, bottom: -Infinity };
      for (const { x, top } of t.lost?.marks ?? []) {
        const [at, edge] = [u.valToPos(x, 'x', true), top ? 'top' : 'bottom'] as const;
        if (!(at >= bbox.left && at <= bbox.left + bbox.width) || at - last[edge] < 2.5 * r) continue;
        last[edge] = at;
        traceMark(path, look.shape, at, top ? bbox.top + inset : bbox.top + bbox.height - inset, r);
      }
      ctx.strokeStyle = look.colour;
      ctx.stroke(path);
    }
    ctx.restore();
  };
function traceMark(path: Path2D, shape: Shape, x: number, y: number, r: number): void {
  traceShape(path, shape, x, y, r);
  for (const side of [1, -1]) {
    path.moveTo(x - r / 2, y - (side * r) / 2);
    path.lineTo(x + r / 2, y + (side * r) / 2);
  }
}

export function plotOptions(input: PlotInput): uPlot.Options {
  const { view, logX, logY, scale: k } = input;
  const traces = input.traces();
  const x: uPlot.Scale = { time: false, distr: logX ? 3 : 1, range: () => [...input.ranges().x] };
  const y: uPlot.Scale = { distr: logY ? 3 : 1, range: () => [...input.ranges().y] };
  return {
    width: input.width * k,
    height: input.height * k,
    scales: { x, y },
    axes: [
      { ...axisOf(view.x, logX, input), size: 36 * k },
      { ...axisOf(view.y, logY, input), size: 52 * k },
    ],
    series: [{ label: view.x }, ...traces.map((t) => seriesOf(t, input))],
    bands: bandsOf(traces, input),
    padding: [8 * k, 20 * k, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 4 } },
    hooks: { draw: [drawMarkers(input), drawLost(input)] },
  };
}
