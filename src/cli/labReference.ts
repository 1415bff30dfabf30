/** Stored runs: a run of a preset, kept beside its study as what its page and its card show. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ConfigError } from '../core/errors';
import { PRESET_NAMES, type Config, type PresetName, type Reference, type Row, type Study } from '../lab/study';
import { referenceOf, withReference, type ReferenceFacts } from '../lab/reference';
import { RowTable } from '../lab/table';
import { ROOT } from './root';

const figures = v.array(v.number());
const gaps = v.array(v.nullable(v.number()));
const series = v.record(v.string(), v.string());
const value = v.union([v.number(), v.string(), v.boolean(), figures]);
const view = v.strictObject({
  kind: v.literal('line'),
  chart: v.string(),
  title: v.string(),
  x: v.string(),
  y: v.string(),
  logX: v.exactOptional(v.boolean()),
  logY: v.exactOptional(v.boolean()),
  series,
  place: v.exactOptional(v.literal('diagnostic')),
});
const curve = v.pipe(
  v.strictObject({
    chart: v.string(),
    series: v.string(),
    label: v.string(),
    kind: v.picklist(['measured', 'theory']),
    x: figures,
    y: gaps,
    low: v.exactOptional(gaps),
    high: v.exactOptional(gaps),
  }),
  v.check((c) => [c.y, c.low ?? c.y, c.high ?? c.y].every((y) => y.length === c.x.length), 'x, y, low and high differ in length'),
);
const verdict = v.strictObject({
  id: v.string(),
  says: v.string(),
  source: v.string(),
  falsifier: v.string(),
  verdict: v.picklist(['agrees', 'disagrees', 'inconclusive']),
  measured: v.string(),
  value: v.exactOptional(v.number()),
  interval: v.exactOptional(v.strictTuple([v.number(), v.number()])),
});
const schema = v.array(
  v.strictObject({
    preset: v.picklist(PRESET_NAMES),
    config: v.record(v.string(), value),
    adapter: v.string(),
    software: v.boolean(),
    date: v.pipe(v.string(), v.isoTimestamp()),
    build: v.string(),
    source: v.string(),
    seconds: v.number(),
    view,
    markers: v.array(v.strictObject({ chart: v.string(), x: v.number(), label: v.string() })),
    curves: v.array(curve),
    verdicts: v.array(verdict),
  }),
);

/** The references in a file's text. Throws ConfigError that names what is wrong. */
export const parseReferences = (text: string, name: string): readonly Reference[] => {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    const where = error instanceof v.ValiError ? `${v.getDotPath(error.issues[0]) ?? 'the whole'}: ` : '';
    throw new ConfigError(
      `${name} does not hold references: ${where}${error instanceof Error ? error.message : String(error)}. Empty it to [] and measure again`,
    );
  }
};

/** JSON with one line a list of numbers: readable, and a new measurement changes few lines. */
export const referencesText = (references: readonly Reference[]): string =>
  `${JSON.stringify(references, null, 1).replaceAll(/\[\n\s*[-\d.e+null,\s]*\]/g, (list) => list.replaceAll(/\s+/g, ''))}\n`;

const fileOf = (path: string, root: string): string => join(root, 'demos', path, 'reference.json');
const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });

/** Writes or replaces the entry of the reference's preset in demos/<path>/reference.json, and returns that file's name. Throws ConfigError for a file that holds something else. */
export const writeReference = async ({ path }: Pick<Study, 'path'>, reference: Reference, root = ROOT): Promise<string> => {
  const file = fileOf(path, root);
  const kept = parseReferences(await readText(file), file);
  await writeFile(file, referencesText(withReference(kept, reference)));
  return file;
};

export interface MeasuredRun {
  readonly study: Study;
  readonly preset: PresetName;
  readonly config: Config;
}
/** Of a run that has ended by itself, keeps what the page shows. Returns what to tell the user. Throws ConfigError as `referenceOf` and `writeReference` do. */
export const keepReference = async (
  { study, preset, config }: MeasuredRun,
  state: string,
  rows: readonly Row[],
  facts: ReferenceFacts,
): Promise<string> => {
  if (state !== 'done') return `no reference was kept: the run did not end by itself (${state}); the stored one is as it was`;
  const file = await writeReference(study, referenceOf(study, preset, config, new RowTable(rows), facts));
  return `reference of preset ${preset} kept in ${file}${facts.build.endsWith('-dirty') ? '; the source has changes that its commit lacks' : ''}`;
};
