/** Help texts of the headless runner, made from what the studies say of themselves. */
import type { Study, Field } from '../lab/study';
import { presetTime } from '../lab/reference';
import { allowed, toText } from '../lab/schema';

export const OPTIONS = `Options:
  --preset NAME      which of the study's presets to start from (default: standard)
  --set KEY=VALUE    change one setting; may be repeated. Lists: numbers separated by commas
  --seeds N          the same as --set seeds=N
  --input NAME=PATH  a file of your own, for studies that take one; may be repeated
  --from RUN.json    do again what a saved run did, and compare the numbers bit by bit
  --out FOLDER       where metrics.csv, run.json and the charts go (default: out/<study>-<preset>-<time>)
  --reference        also keep the main chart in demos/<study>/reference.json, as the stored run of this preset
  --help             this text, or with a study its settings

Exit status: 0 no claim disagrees, 1 a claim disagrees, 2 wrong usage, 3 the run failed, 130 interrupted.`;

/** Default and allowed values of a field. */
export const settingText = (field: Field): string => `${toText(field.default)} (${allowed(field)})`;

const indent = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  return rows.map(([key, text]) => `  ${key.padEnd(width)}  ${text}`).join('\n');
};

export const studyList = (studies: readonly Study[]): string => indent(studies.map((e) => [e.id, e.title]));

export const labHelp = (studies: readonly Study[]): string =>
  `Usage: npm run lab -- EXPERIMENT [options]\n\nRuns a study in a headless browser and judges its claims.\n\n` +
  `Studies:\n${studyList(studies)}\n\n${OPTIONS}`;

/** Settings and presets of one study. */
export const studyHelp = (e: Study): string => {
  const presets = Object.entries(e.presets).map(([name, p]): [string, string] => [
    name,
    presetTime(e, name) ? `${p.label} (${presetTime(e, name)})` : p.label,
  ]);
  const settings = Object.entries(e.config).map(([key, f]): [string, string] => [
    key,
    `${f.label}: ${settingText(f)}${f.help ? `. ${f.help}` : ''}`,
  ]);
  const files = Object.entries(e.inputs ?? {}).map(([name, f]): [string, string] => [name, `${f.label} (${f.accept}). ${f.help}`]);
  return (
    `${e.title}\n${e.question}\n\nUsage: npm run lab -- ${e.id} [options]\n\nPresets:\n${indent(presets)}\n\n` +
    `Settings (default, then what is allowed):\n${indent(settings)}\n\n${files.length > 0 ? `Files (--input):\n${indent(files)}\n\n` : ''}${OPTIONS}`
  );
};
