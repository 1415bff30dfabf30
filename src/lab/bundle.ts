/** A run as one JSON file: what it was, what it measured, what it takes to do it again. The page writes and reads it, the headless runner too. */
import * as v from 'valibot';
import { FormatError } from '../core/errors';
import type { InputFile, Inputs } from './fields';
import type { CellRow, PointRow, Row } from './rows';
import type { RunFacts } from './run';
import type { KeptRun } from './store/types';
import { RowTable } from './table';

const FORMAT = 'overparam-run';
/** 3 names the study. Files of version 2 are from before there were studies. */
const VERSION = 3;
const EARLIER = 2;

export interface RunBundle {
  readonly facts: RunFacts;
  readonly points: readonly PointRow[];
  readonly cells: readonly CellRow[];
  readonly inputs: Inputs;
  /** Names of files that the run was given and this leaves out, by the study's names for them. */
  readonly leftOut?: Readonly<Record<string, string>>;
}
/** To be shared: without the reader's own files, whose names it keeps. */
export const withoutInputs = ({ inputs, leftOut = {}, ...rest }: RunBundle): RunBundle => {
  const names = { ...leftOut, ...Object.fromEntries(Object.entries(inputs).map(([key, { name }]) => [key, name])) };
  return { ...rest, inputs: {}, ...(Object.keys(names).length > 0 ? { leftOut: names } : {}) };
};

/** What JSON would lose: it writes null for infinities and NaN, and 0 for −0. */
const spell = (x: unknown): unknown =>
  typeof x !== 'number' || (Number.isFinite(x) && !Object.is(x, -0)) ? x : Object.is(x, -0) ? '-0' : String(x);
/** JSON in which 'Infinity', '-Infinity', 'NaN' and '-0' stand for those numbers. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, (_, x: unknown) => spell(x), 1)}\n`;

/** In pieces: a call takes only so many arguments. */
const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

type Cell = string | number;
/** Rows of equal kind as one array a row, one line each. */
const lines = (rows: readonly (readonly Cell[])[]): string => {
  const one = (r: readonly Cell[]): string => `  ${JSON.stringify(r.map(spell))}`;
  return rows.length === 0 ? '[]' : `[\n${rows.map(one).join(',\n')}\n ]`;
};

/** The file's text. Numbers are printed in full, so that reading them gives the same float64. */
export function writeBundle({ facts, points, cells, inputs, leftOut }: RunBundle): string {
  const files = Object.fromEntries(Object.entries(inputs).map(([key, f]) => [key, { name: f.name, base64: toBase64(f.data) }]));
  const head = toJson({ format: FORMAT, version: VERSION, ...facts, inputs: files, ...(leftOut ? { leftOut } : {}) })
    .trimEnd()
    .replace(/\n\}$/, '');
  const tuples = [
    ['points', lines(points.map((p) => [p.chart, p.series, p.seed, p.x, p.y]))],
    ['cells', lines(cells.map((c) => [c.chart, c.seed, c.x, c.y, c.value]))],
  ]
    .map(([key, text]) => `,\n "${key}": ${text}`)
    .join('');
  return `${head}${tuples}\n}\n`;
}

const base64 = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return fromBase64(dataset.value);
    } catch {
      addIssue({ message: 'this is not base64' });
      return NEVER;
    }
  }),
);
const number = v.union([v.number(), v.pipe(v.picklist(['NaN', 'Infinity', '-Infinity', '-0']), v.transform(Number))]);
/** Settings are finite, so that of all the words only this one is a number. */
const setting = v.union([v.number(), v.pipe(v.literal('-0'), v.transform(Number))]);
const value = v.union([setting, v.string(), v.boolean(), v.array(setting)]);
const config = v.record(v.string(), value);
const verdict = v.looseObject({
  id: v.string(),
  says: v.string(),
  source: v.string(),
  falsifier: v.string(),
  measured: v.string(),
  verdict: v.picklist(['agrees', 'disagrees', 'inconclusive']),
  value: v.optional(number),
  interval: v.optional(v.strictTuple([number, number])),
});
const common = v.object({
  title: v.string(),
  preset: v.string(),
  config,
  verdicts: v.array(verdict),
  adapter: v.object({ name: v.string(), software: v.boolean() }),
  date: v.pipe(v.string(), v.isoTimestamp()),
  build: v.string(),
  seconds: number,
  state: v.picklist(['done', 'aborted', 'failed']),
  live: v.array(v.object({ call: v.pipe(v.number(), v.integer(), v.minValue(0)), changes: config })),
  points: v.array(v.strictTuple([v.string(), v.string(), number, number, number])),
  cells: v.array(v.strictTuple([v.string(), number, number, number, number])),
  inputs: v.record(v.string(), v.object({ name: v.string(), base64 })),
  leftOut: v.optional(v.record(v.string(), v.string())),
});
const schema = v.variant('version', [
  v.object({ version: v.literal(VERSION), study: v.string(), ...common.entries }),
  v.pipe(
    v.object({ version: v.literal(EARLIER), experiment: v.string(), ...common.entries }),
    v.transform(({ experiment, ...rest }) => ({ study: experiment, ...rest })),
  ),
]);

const wrong = (message: string): FormatError => new FormatError('run bundle', message);
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')); // a mark that some editors put there
  } catch (error) {
    throw wrong(`the file is not JSON (${String(error)}); choose one that 'Run (JSON)' or the headless runner wrote`);
  }
};

/**
 * Inverse of `writeBundle`; a run of version 2 has its phenomenon's id in place of its study's path (`presentRun` finds the study). Throws
 * FormatError naming what is missing or wrong; whether the settings are a study's own, its fields must say.
 */
export function readBundle(text: string): RunBundle {
  const json = parse(text);
  const { format, version } = (typeof json === 'object' && json !== null ? json : {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT)
    throw wrong(
      `this is not a run: its 'format' is ${JSON.stringify(format)}, not '${FORMAT}'. Choose a file that 'Run (JSON)' or the headless runner wrote`,
    );
  if (version !== VERSION && version !== EARLIER)
    throw wrong(`version ${JSON.stringify(version)}; this build reads versions ${EARLIER} and ${VERSION}. Export the run again`);
  const result = v.safeParse(schema, json);
  if (!result.success)
    throw wrong(
      `'${v.getDotPath(result.issues[0]) ?? 'the file'}': ${result.issues[0].message}. The file was changed or cut short: export the run again`,
    );
  const { version: _version, points, cells, inputs, leftOut, ...facts } = result.output;
  const files = Object.entries(inputs).map(([key, f]): readonly [string, InputFile] => [key, { name: f.name, data: f.base64 }]);
  return {
    facts: facts as RunFacts, // optional figures of a verdict are left out, not undefined
    points: points.map(([chart, series, seed, x, y]) => ({ kind: 'point', chart, series, seed, x, y })),
    cells: cells.map(([chart, seed, x, y, cell]) => ({ kind: 'cell', chart, seed, x, y, value: cell })),
    inputs: Object.fromEntries(files),
    ...(leftOut ? { leftOut } : {}),
  };
}

export const bundleRows = ({ points, cells }: RunBundle): readonly Row[] => [...points, ...cells];

/** A kept run as a file has it: of several rows for one place the last. One that was cut off counts as aborted. */
export function bundleOf(run: KeptRun, rows: Iterable<Row>, inputs: Inputs): RunBundle {
  const { study, title, preset, config, verdicts, date, build, seconds, live } = run;
  const { points, cells } = new RowTable(rows);
  const facts: RunFacts = {
    study,
    title,
    preset,
    config,
    verdicts,
    adapter: run.adapter ?? { name: 'unknown', software: false },
    date,
    build,
    seconds,
    state: run.state === 'running' ? 'aborted' : run.state,
    live,
  };
  return { facts, points, cells, inputs };
}

/** A run from a file, to be kept under `id`. */
export const keptOf = ({ facts, points, cells }: RunBundle, id: string): KeptRun => ({
  ...facts,
  id,
  points: points.length,
  cells: cells.length,
  progress: undefined,
  error: undefined,
  resumable: false,
  imported: true,
});
