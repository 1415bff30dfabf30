/** Stored runs of presets: made small from a run's table, found again by their settings, and laid over a page's own curves. Pure. */
import { ConfigError } from '../core/errors';
import type { ClaimVerdict } from './claim';
import { PRESET_NAMES, type Config, type PresetName } from './fields';
import type { AdapterInfo } from './run';
import type { Reference, ReferenceCurve, Study } from './study';
import type { Curve, LineView } from './view';
import { sameValue } from './schema';
import type { RowTable } from './table';

/** Most points of a stored curve: enough for a figure, few enough that every card of the gallery loads at once. */
const MOST = { measured: 80, theory: 120 } as const;
/** Significant digits of a stored figure. */
const DIGITS = 5;
/** Settings that change which random numbers are drawn and how many, not what is measured. */
const REPETITION: ReadonlySet<string> = new Set(['seed', 'seeds']);

const round = (value: number): number => Number(value.toPrecision(DIGITS));
/** null stands for what JSON and a chart have no number for. */
const rounded = (value: number): number | null => (Number.isFinite(value) ? round(value) : null);

/** Numbers the stretches of [first, last] that x fall into, equal in the axis's own measure. */
const stretchOf = (x: readonly number[], count: number, log: boolean): ((v: number) => number) => {
  const place = (v: number): number => (log ? Math.log(v) : v);
  const usable = x.filter((v) => !log || v > 0).map(place);
  const low = Math.min(...usable);
  const width = (Math.max(...usable) - low) / count || 1;
  return (v) => (log && v <= 0 ? 0 : Math.min(count - 1, Math.floor((place(v) - low) / width)));
};

/** Of some indices the one with the least y, the one with the greatest, and the first whose y is not finite. */
const extremes = (indices: readonly number[], y: readonly number[]): readonly number[] => {
  const finite = indices.filter((i) => Number.isFinite(y[i])).toSorted((a, b) => y[a]! - y[b]!);
  return [finite[0], finite.at(-1), indices.find((i) => !Number.isFinite(y[i]))].filter((i) => i !== undefined);
};

/**
 * Indices of at most `most` points, ascending: the first, the last, and the extremes of each stretch of the x axis, so that neither a
 * pole nor a gap is lost.
 */
export function thin(x: readonly number[], y: readonly number[], most: number, logX = false): readonly number[] {
  if (x.length <= most) return [...x.keys()];
  const count = Math.floor((most - 2) / (y.every(Number.isFinite) ? 2 : 3));
  const stretch = stretchOf(x, count, logX);
  const inside: number[][] = Array.from({ length: count }, () => []);
  x.forEach((v, i) => inside[stretch(v)]!.push(i));
  return [...new Set([0, x.length - 1, ...inside.flatMap((indices) => extremes(indices, y))])].toSorted((a, b) => a - b);
}

/** Means over the finite seeds and their 95 % interval; series without a row are left out. */
const measuredCurves = ({ chart, series, logX }: LineView, table: RowTable): ReferenceCurve[] =>
  Object.entries(series).flatMap(([id, label]) => {
    const all = table.summary(chart, id);
    if (all.length === 0) return [];
    const rows = thin(
      all.map((s) => s.x),
      all.map((s) => s.mean),
      MOST.measured,
      logX,
    ).map((i) => all[i]!);
    return [
      {
        chart,
        series: id,
        label,
        kind: 'measured',
        x: rows.map((s) => round(s.x)),
        y: rows.map((s) => rounded(s.mean)),
        low: rows.map((s) => rounded(s.low)),
        high: rows.map((s) => rounded(s.high)),
      },
    ];
  });

const theoryCurves = ({ chart, logX }: LineView, curves: readonly Curve[]): ReferenceCurve[] =>
  curves
    .filter((c) => c.chart === chart && c.kind === 'theory')
    .map((c) => {
      const kept = thin(c.x, c.y, MOST.theory, logX);
      return {
        chart,
        series: c.series,
        label: c.label,
        kind: 'theory',
        x: kept.map((i) => round(c.x[i]!)),
        y: kept.map((i) => rounded(c.y[i]!)),
      };
    });

/** `date`: ISO 8601, UTC. `build`: commit of the source. `seconds`: of the run. */
export interface ReferenceFacts {
  readonly adapter: AdapterInfo;
  readonly date: string;
  readonly build: string;
  /** Hash of the code that measured. */
  readonly source: string;
  readonly seconds: number;
  readonly verdicts: readonly ClaimVerdict[];
}
type Described = Pick<Study, 'path' | 'views' | 'theory' | 'markers'>;

/** Figures that JSON has no number for are left out; what was measured stands in the words. */
const storable = ({ value, interval, ...rest }: ClaimVerdict): ClaimVerdict => ({
  ...rest,
  ...(value !== undefined && Number.isFinite(value) ? { value: round(value) } : {}),
  ...(interval?.every(Number.isFinite) ? { interval: [round(interval[0]), round(interval[1])] as const } : {}),
});

/**
 * What is kept of a run: the main plot, with five significant digits. Throws ConfigError where the main view is no line chart or nothing
 * was measured on it.
 */
export function referenceOf(
  study: Described,
  preset: PresetName,
  config: Config,
  table: RowTable,
  { adapter, date, build, source, seconds, verdicts }: ReferenceFacts,
): Reference {
  const view = study.views(config)[0];
  if (view?.kind !== 'line') throw new ConfigError(`the main view of '${study.path}' is no line chart, so there is no reference to store`);
  const measured = measuredCurves(view, table);
  if (measured.length === 0)
    throw new ConfigError(`the run has no rows on the main chart '${view.chart}' of '${study.path}', so there is no reference to store`);
  const markers = (study.markers?.(config) ?? []).filter((m) => m.chart === view.chart);
  return {
    preset,
    config,
    adapter: adapter.name,
    software: adapter.software,
    date,
    build,
    source,
    seconds: round(seconds),
    view,
    markers,
    curves: [...measured, ...theoryCurves(view, study.theory?.(config) ?? [])],
    verdicts: verdicts.map(storable),
  };
}

/** The measured curves of a stored run, to be drawn faintly below those of this one; NaN where there was no finite mean. */
export const referenceCurves = ({ curves }: Reference): readonly Curve[] =>
  curves
    .filter((c) => c.kind === 'measured')
    .map(({ chart, series, label, x, y }) => ({
      chart,
      series,
      x,
      y: y.map((v) => v ?? NaN),
      kind: 'reference',
      label: `${label}, stored run`,
    }));

/** The first that was measured under these settings, apart from seed and number of seeds. */
export const matching = (references: readonly Reference[], config: Config): Reference | undefined =>
  references.find((r) =>
    [...new Set([...Object.keys(r.config), ...Object.keys(config)])].every(
      (key) => REPETITION.has(key) || sameValue(r.config[key], config[key]),
    ),
  );

/** `references` with `fresh` in place of the one of its preset, in the presets' order. */
export const withReference = (references: readonly Reference[], fresh: Reference): readonly Reference[] =>
  PRESET_NAMES.flatMap((name) => (name === fresh.preset ? fresh : references.filter((r) => r.preset === name)));

/** Whether settings other than the repetition's differ from `base`, and which. */
export const changedMeaning = (config: Config, base: Config): readonly string[] =>
  Object.keys(config).filter((key) => !REPETITION.has(key) && !sameValue(config[key], base[key]));

/** The stored runs of a study or card. Its file is part of the source: tests hold it to the format. */
export const referencesOf = async ({ references }: Pick<Study, 'references'>): Promise<readonly Reference[]> =>
  (await references()).default as readonly Reference[];

/** How long a preset takes, as its stored run took or its declaration says: '16 s without a GPU', '0.4 s on an adapter'. */
export function presetTime({ presets }: Pick<Study, 'presets'>, references: readonly Reference[], name: PresetName): string | undefined {
  const stored = references.find((r) => r.preset === name);
  if (!stored) return presets[name].time;
  const seconds = Number(stored.seconds.toPrecision(stored.seconds < 10 ? 1 : 2));
  return `${seconds} s ${stored.software ? 'without a GPU' : `on ${stored.adapter}`}`;
}
