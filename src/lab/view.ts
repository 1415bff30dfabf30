/** What is drawn: views of measured rows, computed curves, markers. */

/** A curve that was computed, not measured. */
export interface Curve {
  readonly chart: string;
  readonly series: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly kind: 'theory' | 'reference';
  readonly label: string;
}
/** A vertical line: the interpolation threshold, say. */
export interface Marker {
  readonly chart: string;
  readonly x: number;
  readonly label: string;
}

/** `diagnostic`: in the strip below the verdicts, small. */
type Place = { readonly place?: 'diagnostic' };
export interface LineView extends Place {
  readonly kind: 'line';
  readonly chart: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly series: Readonly<Record<string, string>>;
}
export interface HeatmapView extends Place {
  readonly kind: 'heatmap';
  readonly chart: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly value: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
}
/** The first view is the main plot. `series` maps ids to legend labels, in drawing order. */
export type View = LineView | HeatmapView;
