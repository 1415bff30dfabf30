/**
 * The Study type: everything a phenomenon says about itself, as data and pure functions. The page, the headless runner and the
 * float64 reference all consume it; none of them knows a phenomenon by name.
 */
import type { Executor, TrainControl } from '../runtime/executor';

/** `restart`: takes effect on the next run. `live`: while running. */
type Common = {
  readonly label: string;
  readonly help?: string;
  readonly unit?: string;
  /** Default 'restart'. */ readonly apply?: 'restart' | 'live';
  readonly advanced?: boolean;
  /** Shown only where this holds. */ readonly when?: (config: Config) => boolean;
};
export type NumberField = Common & {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Smallest change; 1 makes it an integer. */ readonly step: number;
  readonly log?: boolean;
};
export type ChoiceField = Common & {
  readonly kind: 'choice';
  readonly default: string;
  readonly options: Readonly<Record<string, string>>;
};
export type FlagField = Common & { readonly kind: 'flag'; readonly default: boolean };
/** Numbers separated by commas. */
export type ListField = Common & {
  readonly kind: 'list';
  readonly default: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly step: number;
};
export type Field = NumberField | ChoiceField | FlagField | ListField;
export type FieldValue = number | string | boolean | readonly number[];
export type Schema = Readonly<Record<string, Field>>;
export type Config = Readonly<Record<string, FieldValue>>;

export interface Preset {
  readonly label: string;
  readonly config: Config;
  /** Measured, with the adapter it was measured on; where there is a stored run, it tells. */ readonly time?: string;
}

/** One measured number. `seed` numbers the repetition; a chart shows mean and band over seeds. */
export interface PointRow {
  readonly kind: 'point';
  readonly chart: string;
  readonly series: string;
  readonly x: number;
  readonly seed: number;
  readonly y: number;
}
/** One cell of a heatmap; a later row for the same x, y and seed replaces an earlier one. */
export interface CellRow {
  readonly kind: 'cell';
  readonly chart: string;
  readonly x: number;
  readonly y: number;
  readonly seed: number;
  readonly value: number;
}
export interface ProgressRow {
  readonly kind: 'progress';
  readonly done: number;
  readonly total: number;
  readonly phase: string;
  /** Training steps of all replicas so far. */ readonly steps: number;
}
/** Something the reader must be told: a replica that diverged, a device that was lost and recovered. */
export interface EventRow {
  readonly kind: 'event';
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}
/** A file that the run offers: trained weights, say. A later one of the same name replaces an earlier one. */
export interface ArtifactRow {
  readonly kind: 'artifact';
  readonly name: string;
  /** Media type. */ readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
export type Row = PointRow | CellRow | ProgressRow | EventRow | ArtifactRow;

/** A file of the reader's own that a study can use. It stays in the browser. */
export interface InputSpec {
  readonly label: string;
  readonly help: string;
  /** Endings, as in an input element: '.csv,.npy'. */ readonly accept: string;
  readonly when?: (config: Config) => boolean;
}
export interface InputFile {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
export type Inputs = Readonly<Record<string, InputFile>>;

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

/** `inconclusive`: the run is too small, or its interval too wide, to say. */
export type Verdict = 'agrees' | 'disagrees' | 'inconclusive';
export interface Judgement {
  readonly verdict: Verdict;
  /** What was measured, in words with figures and their interval. */ readonly measured: string;
  readonly value?: number;
  readonly interval?: readonly [number, number];
}
export interface Claim {
  readonly id: string;
  readonly says: string;
  readonly source: string;
  /** What would count against it here. */ readonly falsifier: string;
  readonly test: (table: Table, config: Config) => Judgement;
}

/** Mean over seeds at one x. `sem`: standard error of the mean. n counts the finite values; `nonFinite` the others, left out of the mean. */
export interface Summary {
  readonly x: number;
  readonly mean: number;
  readonly sem: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly nonFinite: number;
  readonly values: readonly number[];
}
/** The rows of a run so far, for claims and charts. */
export interface Table {
  readonly points: readonly PointRow[];
  readonly cells: readonly CellRow[];
  /** Per x, ascending. `low` and `high`: the 95 % interval of the mean (Student). */
  readonly summary: (chart: string, series: string) => readonly Summary[];
}

export interface RunContext {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** Resolves when the run may go on: at once unless it is paused. Studies await it between pieces of CPU work. */
  readonly turn: () => Promise<void>;
  /** Pause and single step, to be passed to Session.train. */
  readonly control: TrainControl;
  /** The files given for this run, by the names of `Study.inputs`. */
  readonly inputs: Inputs;
  /**
   * The config with the reader's latest values of its `live` fields. Ask between pieces of work whose number does not depend on time (every
   * so many steps): a run is repeated by giving the same values to the same calls.
   */
  readonly live: () => Config;
}

/** One stored curve: means over seeds with their 95 % interval (null: none), or theory. */
export interface ReferenceCurve {
  readonly chart: string;
  readonly series: string;
  readonly label: string;
  readonly kind: 'measured' | 'theory';
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}
/** A run of a preset that is kept with the source, so that a page has something to show before it has measured. */
export interface Reference {
  readonly preset: string;
  readonly config: Config;
  readonly adapter: string;
  readonly software: boolean;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Commit of the source. */
  readonly build: string;
  /** Of the run. */
  readonly seconds: number;
  readonly view: LineView;
  readonly markers: readonly Marker[];
  readonly curves: readonly ReferenceCurve[];
}

/** What the gallery shows of a study, small enough to load all of them. */
export interface Card {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** The claim, in one sentence. */
  readonly summary: string;
  readonly references: readonly Reference[];
}
/** A study as the registry lists it: its card at once, the rest when it is needed. */
export interface Entry {
  readonly card: Card;
  readonly load: () => Promise<Study>;
}

export interface Study extends Card {
  readonly sources: readonly { readonly label: string; readonly url: string }[];
  readonly config: Schema;
  /** Files that a run may be given; all are optional. */
  readonly inputs?: Readonly<Record<string, InputSpec>>;
  /** At least smoke, quick, standard, paper; the values are differences to the schema's defaults. */
  readonly presets: Readonly<Record<string, Preset>>;
  readonly views: (config: Config) => readonly View[];
  readonly theory: (config: Config) => readonly Curve[];
  readonly markers?: (config: Config) => readonly Marker[];
  /** Claims that apply to this config. */
  readonly claims: (config: Config) => readonly Claim[];
  /** Measures. Yields rows as they come; ends early when the signal aborts. Same config, build and adapter: same numbers. */
  readonly run: (config: Config, context: RunContext) => AsyncIterable<Row>;
  /** HTML of the explanation, with the limits of this replica. Trusted: it comes with the source. */
  readonly explanation: string;
}
export const defineStudy = (e: Study): Study => Object.freeze(e);
/** A run whose code is loaded when it starts: by the worker, so that the page does without. */
export const loadedOnRun = (load: () => Promise<Study['run']>): Study['run'] =>
  async function* run(config, context) {
    yield* (await load())(config, context);
  };
