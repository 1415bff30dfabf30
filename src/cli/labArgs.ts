/** The command line of the headless runner, checked in full before anything is built or launched. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../core/errors';
import type { Config, Experiment, FieldValue } from '../lab/experiment';
import { parseConfig, presetConfig, settingFromText } from '../lab/schema';
import { experimentHelp, experimentList, labHelp, OPTIONS, settingText } from './labHelp';

export type LabCommand =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'run'; readonly experiment: Experiment; readonly preset: string; readonly config: Config; /** Absent: named by experiment, preset and time. */ readonly out?: string };

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
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${OPTIONS}`);
  }
};

const findExperiment = (id: string, experiments: readonly Experiment[]): Experiment => {
  const found = experiments.find((e) => e.id === id);
  if (!found) throw new ConfigError(`there is no experiment '${id}'. The experiments are:\n${experimentList(experiments)}`);
  return found;
};

/** `key=value` → key and typed value. Throws ConfigError that lists the settings, or what this one allows. */
const readSetting = (text: string, e: Experiment): readonly [string, FieldValue] => {
  const list = Object.entries(e.config).map(([key, field]) => `  ${key} = ${settingText(field)}`).join('\n');
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new ConfigError(`--set takes KEY=VALUE, got '${text}'. The settings are:\n${list}`);
  if (!Object.hasOwn(e.config, key)) throw new ConfigError(`${e.id} has no setting '${key}'. The settings are:\n${list}`);
  return [key, settingFromText(e.config, key, value)];
};

/**
 * Reads a command line. Later settings win over earlier ones, and settings over the preset.
 * Throws ConfigError for an unknown experiment, preset, setting or option and for a value that is not allowed, listing those that are.
 */
export const parseLab = (args: readonly string[], experiments: readonly Experiment[]): LabCommand => {
  const { values, positionals: [id, ...rest] } = readOptions(args);
  if (id === undefined) {
    if (values.help) return { kind: 'help', text: labHelp(experiments) };
    throw new ConfigError(`which experiment?\n\n${labHelp(experiments)}`);
  }
  const experiment = findExperiment(id, experiments);
  if (rest.length > 0) throw new ConfigError(`one experiment a run; what is '${rest.join(' ')}'?\n\n${OPTIONS}`);
  if (values.help) return { kind: 'help', text: experimentHelp(experiment) };
  const preset = values.preset ?? 'standard';
  const base = presetConfig(experiment, preset);
  const texts = [...(values.set ?? []), ...(values.seeds === undefined ? [] : [`seeds=${values.seeds}`])];
  const settings = Object.fromEntries(texts.map((text) => readSetting(text, experiment)));
  const config = parseConfig(experiment.config, settings, base);
  return { kind: 'run', experiment, preset, config, ...(values.out === undefined ? {} : { out: values.out }) };
};
