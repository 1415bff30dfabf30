/** Help texts of the headless runner, made from what the studies say of themselves. */
import { PRESET_NAMES, titleOf, type Field, type Study } from '../lab/study';
import { presetTime } from '../lab/reference';
import { allowed, toText } from '../lab/schema';
import { studiesOf, type Catalogue } from './catalogue';

export const OPTIONS = `Options:
  --preset NAME      which of the study's presets to start from (default: standard)
  --set KEY=VALUE    change one setting; may be repeated. Lists: numbers separated by commas
  --seeds N          the same as --set seeds=N
  --input NAME=PATH  a file of your own, for studies that take one; may be repeated
  --from RUN.json    do again what a saved run did, and compare the numbers bit by bit
  --resume FOLDER    go on with the run in FOLDER that was cut off, from its last checkpoint; it ends with the bits it would have had
  --out FOLDER       where metrics.csv, run.json and the charts go (default: out/<study>-<preset>-<time>)
  --force            write over a folder that holds a run already
  --json             verdicts and where the files are as JSON on stdout, for programs
  --reference        also keep the main chart and the verdicts in demos/<study>/reference.json, as the stored run of this preset
  --list             every phenomenon, study, question, preset and time
  --help             this text, or with a study its settings

Exit status: 0 no claim disagrees, 1 a claim disagrees, 2 wrong usage, 3 the run failed, 130 interrupted.`;

/** Default and allowed values of a field. */
export const settingText = (field: Field): string => `${toText(field.default)} (${allowed(field)})`;

const indent = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  return rows.map(([key, text]) => `  ${key.padEnd(width)}  ${text}`).join('\n');
};

export const studyList = (catalogue: Catalogue): string => indent(studiesOf(catalogue).map((s) => [s.path, titleOf(s)]));

/** 'smoke 0.6 s, quick 4 s, …, without a GPU' would hide whose time it is: each says it. */
const presetTimes = (study: Study, { references }: Catalogue): readonly (readonly [string, string])[] =>
  PRESET_NAMES.map((name) => [name, presetTime(study, references.get(study.path) ?? [], name) ?? 'not measured']);

/** Every phenomenon, study, question, preset and time. */
export const fullList = (catalogue: Catalogue): string =>
  catalogue.phenomena
    .map(({ id, title, question, studies }) => {
      const each = studies.map((s) => {
        const times = presetTimes(s, catalogue).map(([name, time]) => `      ${name.padEnd(8)}  ${time}`);
        return [`  ${s.path}  ${s.title}`, `      ${s.question}`, ...times].join('\n');
      });
      return [`${title} (${id}): ${question}`, ...each].join('\n');
    })
    .join('\n\n');

export const labHelp = (catalogue: Catalogue): string =>
  `Usage: npm run lab -- STUDY [options]\n\nRuns a study in a headless browser and judges its claims. A phenomenon's name means its first study.\n\n` +
  `Studies:\n${studyList(catalogue)}\n\n${OPTIONS}`;

/** Settings and presets of one study. */
export const studyHelp = (s: Study, catalogue: Catalogue): string => {
  const settings = Object.entries(s.fields).map(([key, f]): [string, string] => [
    key,
    `${f.label}: ${settingText(f)}${f.help ? `. ${f.help}` : ''}`,
  ]);
  const files = Object.entries(s.inputs ?? {}).map(([name, f]): [string, string] => [name, `${f.label} (${f.accept}). ${f.help}`]);
  return (
    `${titleOf(s)}\n${s.question}\n\nUsage: npm run lab -- ${s.path} [options]\n\nPresets:\n${indent(presetTimes(s, catalogue))}\n\n` +
    `Settings (default, then what is allowed):\n${indent(settings)}\n\n${files.length > 0 ? `Files (--input):\n${indent(files)}\n\n` : ''}${OPTIONS}`
  );
};
