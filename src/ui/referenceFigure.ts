/** A stored run as a small inline SVG with its caption: the gallery's figures, without the plotting library. */
import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Reference, ReferenceCurve } from '../lab/study';
import { xRange, yRange } from './chartData';
import type { Range } from './chartTrace';
import { formatNumber } from './format';
import { CORNERS, dashOf, lookOf, MARKER_DASH, type Look } from './palette';
import { logTicks } from './ticks';

export const figureStyles = css`
  figure { margin: 0; }
  figure > svg { display: block; width: 100%; max-width: 32rem; height: auto; font: 11px var(--font); }
  figcaption { color: var(--muted); overflow-wrap: anywhere; }
  figure ul { list-style: none; margin: 0.25rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; }
  figure li { display: inline-flex; gap: 0.4rem; align-items: center; }
`;

/** In the units of the view box, which are CSS pixels on a narrow card. */
const SIZE = { width: 300, height: 200 } as const;
/** What the axes' labels take from the plot, on each side. */
const ROOM = { left: 46, right: 18, top: 8, bottom: 34 } as const;
const PLOT = { width: SIZE.width - ROOM.left - ROOM.right, height: SIZE.height - ROOM.top - ROOM.bottom } as const;
/** Labels on an axis, at most. */
const MOST_TICKS = 5;
/** More shapes than this would hide the line. */
const MOST_SHAPES = 40;
/** Width of a character of the labels, more or less. */
const LETTER = 6;

/** Round steps 1, 2, 5 × 10ᵏ within [low, high]. */
const linearTicks = (low: number, high: number): readonly number[] => {
  const rough = (high - low) / MOST_TICKS;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
};
const ticks = ([low, high]: Range, log: boolean): readonly number[] => {
  if (!log) return linearTicks(low, high);
  const all = logTicks(low, high, MOST_TICKS);
  // A decade's 2 and 5 go first where there is no room for them.
  const powers = all.filter((v) => Number.isInteger(Math.log10(v)));
  return all.length > MOST_TICKS && powers.length > 1 ? powers : all;
};

interface Axis {
  readonly range: Range;
  readonly log: boolean;
  /** Place of a value, in units of the plot; undefined where the axis cannot hold it. */
  readonly at: (value: number | null) => number | undefined;
}
const axis = (range: Range, log: boolean, from: number, to: number): Axis => {
  const [low, high] = log ? (range.map(Math.log) as unknown as Range) : range;
  const at = (value: number | null): number | undefined =>
    value === null || (log && value <= 0)
      ? undefined
      : Number((from + ((to - from) * ((log ? Math.log(value) : value) - low)) / (high - low)).toFixed(2));
  return { range, log, at };
};
interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

const axesOf = ({ view, curves, markers }: Reference): Axes => {
  const [logX, logY] = [view.logX ?? false, view.logY ?? false];
  const traces = curves.flatMap((c) => [
    { role: c.kind === 'measured' ? ('mean' as const) : ('theory' as const), series: c.series, label: c.label, x: c.x, y: c.y },
    ...[c.low, c.high].flatMap((bound) => (bound ? [{ role: 'low' as const, series: c.series, label: c.label, x: c.x, y: bound }] : [])),
  ]);
  return {
    x: axis(xRange([...curves.flatMap((c) => c.x), ...markers.map((m) => m.x)], logX), logX, 0, PLOT.width),
    y: axis(yRange(traces, logY), logY, PLOT.height, 0),
  };
};

type Place = readonly [number, number];
/** The stretches of a curve without a gap, as places in the plot. */
const stretches = (x: readonly number[], y: readonly (number | null)[], axes: Axes): readonly (readonly Place[])[] => {
  const runs: Place[][] = [[]];
  x.forEach((v, i) => {
    const [px, py] = [axes.x.at(v), axes.y.at(y[i]!)];
    if (px !== undefined && py !== undefined) runs.at(-1)!.push([px, py]);
    else runs.push([]);
  });
  return runs.filter((run) => run.length > 0);
};
const path = (run: readonly Place[]): string => `M${run.map(([x, y]) => `${x} ${y}`).join('L')}`;

/** Between the bounds, where both are finite; a lower bound that a log axis cannot hold is drawn at its foot. */
const band = ({ x, y, low, high }: ReferenceCurve, axes: Axes, { colour }: Look): SVGTemplateResult | typeof nothing => {
  if (!low || !high) return nothing;
  const foot = axes.y.range[0];
  const floor = low.map((v, i) => (v !== null && high[i] !== null && y[i] !== null ? (axes.y.log ? Math.max(v, foot) : v) : null));
  const top = high.map((v, i) => (floor[i] === null ? null : v));
  const lower = stretches(x, floor, axes);
  return svg`${stretches(x, top, axes).map((run, i) => svg`<path d="${path([...run, ...(lower[i] ?? []).toReversed()])}Z" fill=${colour} fill-opacity="0.2" />`)}`;
};

const shapeAt = ([x, y]: Place, { colour, shape }: Look, r = 3): SVGTemplateResult => {
  const corners = CORNERS[shape];
  if (corners.length > 0)
    return svg`<polygon points=${corners.map(([dx, dy]) => `${x + r * dx},${y + r * dy}`).join(' ')} fill=${colour} />`;
  return shape === 'ring'
    ? svg`<circle cx=${x} cy=${y} r=${r - 0.75} fill="none" stroke=${colour} stroke-width="1.5" />`
    : svg`<circle cx=${x} cy=${y} r=${r} fill=${colour} />`;
};

const look = ({ view }: Reference, c: ReferenceCurve): Look => lookOf(Object.keys(view.series).indexOf(c.series), 'var(--fg)');
const ofKind = ({ curves }: Reference, kind: ReferenceCurve['kind']): readonly ReferenceCurve[] => curves.filter((c) => c.kind === kind);

/** The line is faint where shapes mark the points, so that a theory on the same course can be seen. */
const measuredLine = (c: ReferenceCurve, axes: Axes, own: Look): SVGTemplateResult => {
  const runs = stretches(c.x, c.y, axes);
  const marked = c.x.length <= MOST_SHAPES;
  return svg`${runs.map((run) => svg`<path d=${path(run)} fill="none" stroke=${own.colour} stroke-width=${marked ? 1 : 1.75} stroke-opacity=${marked ? 0.6 : 1} />`)}
    ${marked ? runs.flat().map((place) => shapeAt(place, own)) : nothing}`;
};
const theoryLine = (c: ReferenceCurve, axes: Axes, own: Look, index: number): SVGTemplateResult =>
  svg`${stretches(c.x, c.y, axes).map(
    (run) =>
      svg`<path d=${path(run)} fill="none" stroke=${own.colour} stroke-width="1.75" stroke-dasharray=${dashOf('theory', index).join(' ')} />`,
  )}`;

const lines = (reference: Reference, axes: Axes): SVGTemplateResult => svg`
  ${ofKind(reference, 'measured').map((c) => band(c, axes, look(reference, c)))}
  ${ofKind(reference, 'measured').map((c) => measuredLine(c, axes, look(reference, c)))}
  ${ofKind(reference, 'theory').map((c, i) => theoryLine(c, axes, look(reference, c), i))}`;

/** Labels one below the other: neighbours would cover each other. */
const markerLines = ({ markers }: Reference, { x }: Axes): SVGTemplateResult =>
  svg`${markers.map((m, i) => {
    const at = x.at(m.x);
    if (at === undefined) return nothing;
    const fits = at + 4 + LETTER * m.label.length < PLOT.width;
    return svg`<line x1=${at} x2=${at} y1="0" y2=${PLOT.height} stroke="var(--muted)" stroke-dasharray=${MARKER_DASH.join(' ')} />
    <text x=${at + (fits ? 4 : -4)} y=${10 + 13 * i} text-anchor=${fits ? 'start' : 'end'} fill="var(--muted)">${m.label}</text>`;
  })}`;

const grid = ({ x, y }: Axes): SVGTemplateResult => svg`
  ${ticks(x.range, x.log).map(
    (v) => svg`<line x1=${x.at(v)!} x2=${x.at(v)!} y1="0" y2=${PLOT.height} stroke="var(--line)" />
    <text x=${x.at(v)!} y=${PLOT.height + 14} text-anchor="middle" fill="var(--fg)">${formatNumber(v)}</text>`,
  )}
  ${ticks(y.range, y.log).map(
    (v) => svg`<line x1="0" x2=${PLOT.width} y1=${y.at(v)!} y2=${y.at(v)!} stroke="var(--line)" />
    <text x="-5" y=${y.at(v)! + 4} text-anchor="end" fill="var(--fg)">${formatNumber(v)}</text>`,
  )}`;

/** A figure's text alternative: of each curve its name, its kind, and where it starts and ends. */
export const describeReference = (reference: Reference): string => {
  const { view } = reference;
  const curves = [...ofKind(reference, 'measured'), ...ofKind(reference, 'theory')].map((c) => {
    const points = c.x.flatMap((x, i): Place[] => (c.y[i] === null ? [] : [[x, c.y[i]!]]));
    const [first, last, peak] = [
      points[0],
      points.at(-1),
      points.reduce<Place | undefined>((a, p) => (a && a[1] >= p[1] ? a : p), undefined),
    ];
    const at = ([x, y]: Place): string => `${formatNumber(y)} at ${formatNumber(x)}`;
    const way = first && last && peak ? `from ${at(first)} to ${at(last)}, greatest ${at(peak)}` : 'no finite value';
    return `${c.label} (${c.kind}): ${way}.`;
  });
  return `${view.title}, ${view.y} against ${view.x}. ${curves.join(' ')}`;
};

const swatch = (reference: Reference, c: ReferenceCurve, index: number): TemplateResult => {
  const own = look(reference, c);
  return html`<svg width="28" height="12" aria-hidden="true"><line x1="0" y1="6" x2="28" y2="6" stroke=${own.colour} stroke-width="2"
    stroke-dasharray=${c.kind === 'theory' ? dashOf('theory', index).join(' ') : 'none'} />${c.kind === 'measured' ? shapeAt([14, 6], own, 4) : nothing}</svg>`;
};
const legend = (reference: Reference): TemplateResult =>
  html`<ul class="small">${(['measured', 'theory'] as const).flatMap((kind) =>
    ofKind(reference, kind).map(
      (c, i) => html`<li>${swatch(reference, c, i)}<span>${c.label} <span class="muted">(${kind})</span></span></li>`,
    ),
  )}</ul>`;

/** 'commit' and eight characters; a tree that differed from its commit says so. */
const commitText = (build: string): string => {
  const [hash = '', ...rest] = build.split('-');
  return /^[0-9a-f]{9,}$/.test(hash) ? `commit ${hash.slice(0, 8)}${rest.length > 0 ? ' with changes' : ''}` : `build ${build}`;
};
/** Where, when and from which source a stored run comes. */
export const provenance = ({
  adapter,
  software,
  date,
  build,
  preset,
}: Reference): TemplateResult => html`Measured on ${adapter}${software ? ' (software)' : ''},
  <time datetime=${date}>${date.slice(0, 10)}</time>, ${commitText(build)}, preset ${preset}`;

/** Means with their 95 % band, theory dashed, markers, axes as in the view, legend and caption. */
export function referenceFigure(reference: Reference): TemplateResult {
  const axes = axesOf(reference);
  const { view } = reference;
  const middle = ROOM.top + PLOT.height / 2;
  // The inner svg clips: what leaves the axes' range is not drawn over their labels.
  return html`<figure>
    <svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label=${describeReference(reference)}>
      <g transform="translate(${ROOM.left} ${ROOM.top})">${grid(axes)}</g>
      <svg x=${ROOM.left} y=${ROOM.top} width=${PLOT.width} height=${PLOT.height}>${markerLines(reference, axes)}${lines(reference, axes)}</svg>
      <text x=${ROOM.left + PLOT.width / 2} y=${SIZE.height - 4} text-anchor="middle" font-weight="600" fill="var(--fg)">${view.x}</text>
      <text x="10" y=${middle} text-anchor="middle" transform="rotate(-90 10 ${middle})" font-weight="600" fill="var(--fg)">${view.y}</text>
    </svg>
    ${legend(reference)}<figcaption class="small">${provenance(reference)}</figcaption></figure>`;
}
