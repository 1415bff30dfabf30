/** The command line of the headless runner, checked in full before anything is built or launched. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../core/errors';
import { didYouMean } from '../core/suggest';
import type { Config, FieldValue, PresetName, Study } from '../lab/study';
import { changedMeaning } from '../lab/reference';
import { parseConfig, presetConfig, presetNamed, settingFromText } from '../lab/schema';
import { studiesOf, type Catalogue } from './catalogue';
import { fullList, labHelp, OPTIONS, settingText, studyHelp, studyList } from './labHelp';

/** Where results go. */
export interface Output {
  /** Absent: named by study, preset and time. */
  readonly out?: string;
  /** Whether a folder that holds a run may be written over. */
  readonly force?: boolean;
  /** Whether stdout gets JSON in place of text. */
  readonly json?: boolean;
}

export type LabCommand =
  | { readonly kind: 'help'; readonly text: string }
  /** Does again what a run's JSON file says, and compares. */
  | ({
      readonly kind: 'repeat';
      readonly path: string;
      /** Files that the run's own leaves out. */ readonly inputs: Readonly<Record<string, string>>;
    } & Output)
  /** Goes on with the run in a folder that was cut off. */
  | { readonly kind: 'resume'; readonly folder: string; readonly json?: boolean }
  | ({
      readonly kind: 'run';
      readonly study: Study;
      readonly preset: PresetName;
      readonly config: Config;
      /** Paths of files by the study's names for them. */ readonly inputs: Readonly<Record<string, string>>;
      /** Whether to keep the run with the source. */ readonly reference?: boolean;
    } & Output);

/** Throws ConfigError with the options there are. */
const readOptions = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        preset: { type: 'string' },
        set: { type: 'string', multiple: true },
        seeds: { type: 'string' },
        out: { type: 'string' },
        input: { type: 'string', multiple: true },
        from: { type: 'string' },
        resume: { type: 'string' },
        reference: { type: 'boolean' },
        force: { type: 'boolean' },
        json: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${OPTIONS}`);
  }
};

/** 'double-descent/mlp', or 'double-descent' for its first study. Throws ConfigError that lists what there is. */
const findStudy = (name: string, catalogue: Catalogue): Study => {
  const found = studiesOf(catalogue).find((s) => s.path === name || s.phenomenon.id === name);
  if (!found) {
    const known = studiesOf(catalogue).flatMap((s) => [s.path, s.phenomenon.id]);
    throw new ConfigError(`there is no study '${name}'${didYouMean(name, known)}. The studies are:\n${studyList(catalogue)}`);
  }
  return found;
};

/** `key=value` → key and typed value. Throws ConfigError that lists the settings, or what this one allows. */
const readSetting = (text: string, e: Study): readonly [string, FieldValue] => {
  const list = Object.entries(e.fields)
    .map(([key, field]) => `  ${key} = ${settingText(field)}`)
    .join('\n');
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new ConfigError(`--set takes KEY=VALUE, got '${text}'. The settings are:\n${list}`);
  if (!Object.hasOwn(e.fields, key))
    throw new ConfigError(`${e.path} has no setting '${key}'${didYouMean(key, Object.keys(e.fields))}. The settings are:\n${list}`);
  return [key, settingFromText(e.fields, key, value)];
};

/** A stored run stands for its preset, so only its repetition may differ. Throws ConfigError that names what does. */
const checkReference = (preset: string, config: Config, base: Config, inputs: Readonly<Record<string, string>>): void => {
  const changed = [...changedMeaning(config, base), ...Object.keys(inputs)];
  if (changed.length === 0) return;
  throw new ConfigError(
    `--reference keeps the run as that of preset '${preset}', but ${changed.join(', ')} differ from it. Leave out one of the two; seed and seeds may be set`,
  );
};

const outputOf = ({ out, force, json }: { readonly out?: string; readonly force?: boolean; readonly json?: boolean }): Output => ({
  ...(out === undefined ? {} : { out }),
  ...(force ? { force } : {}),
  ...(json ? { json } : {}),
});

/** `name=path` → both. Throws ConfigError for anything else. */
const inputPath = (text: string): readonly [string, string] => {
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || path === undefined) throw new ConfigError(`--input takes NAME=PATH, got '${text}'`);
  return [name, path];
};

/** `name=path`. Throws ConfigError that lists the files the study takes. */
const readInput = (text: string, e: Study): readonly [string, string] => {
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const known = Object.keys(e.inputs ?? {});
  if (name === undefined || path === undefined || !known.includes(name))
    throw new ConfigError(
      `--input takes NAME=PATH, got '${text}'; ${known.length > 0 ? `the files ${e.path} takes are ${known.join(', ')}` : `${e.path} takes no files`}`,
    );
  return [name, path];
};

/**
 * Reads a command line. Later settings win over earlier ones, and settings over the preset.
 * Throws ConfigError for an unknown study, preset, setting or option and for a value that is not allowed, listing those that are.
 */
export const parseLab = (args: readonly string[], catalogue: Catalogue): LabCommand => {
  const {
    values,
    positionals: [id, ...rest],
  } = readOptions(args);
  if (values.resume !== undefined) {
    const { resume, json, ...others } = values;
    if (id !== undefined || Object.keys(others).length > 0)
      throw new ConfigError(`--resume takes everything from the folder; only --json goes with it\n\n${OPTIONS}`);
    return { kind: 'resume', folder: resume, ...(json ? { json } : {}) };
  }
  if (values.from !== undefined) {
    const others = [id, values.preset, values.set, values.seeds].some((v) => v !== undefined) || values.reference;
    if (others)
      throw new ConfigError(
        `--from takes study, preset and settings from the run's file; only --input, --out, --force and --json go with it\n\n${OPTIONS}`,
      );
    return { kind: 'repeat', path: values.from, inputs: Object.fromEntries((values.input ?? []).map(inputPath)), ...outputOf(values) };
  }
  if (values.list) return { kind: 'help', text: fullList(catalogue) };
  if (id === undefined) {
    if (values.help) return { kind: 'help', text: labHelp(catalogue) };
    throw new ConfigError(`which study?\n\n${labHelp(catalogue)}`);
  }
  const study = findStudy(id, catalogue);
  if (rest.length > 0) throw new ConfigError(`one study a run; what is '${rest.join(' ')}'?\n\n${OPTIONS}`);
  if (values.help) return { kind: 'help', text: studyHelp(study, catalogue) };
  const preset = presetNamed(study, values.preset ?? 'standard');
  const base = presetConfig(study, preset);
  const texts = [...(values.set ?? []), ...(values.seeds === undefined ? [] : [`seeds=${values.seeds}`])];
  const settings = Object.fromEntries(texts.map((text) => readSetting(text, study)));
  const config = parseConfig(study.fields, settings, base);
  const inputs = Object.fromEntries((values.input ?? []).map((text) => readInput(text, study)));
  if (values.reference) checkReference(preset, config, base, inputs);
  return {
    kind: 'run',
    study,
    preset,
    config,
    inputs,
    ...(values.reference ? { reference: true } : {}),
    ...outputOf(values),
  };
};
