/** What links and saved runs from before there were studies mean now. */
import { ConfigError } from '../core/errors';
import type { Config, FieldValue, PresetName } from './fields';
import type { RunFacts } from './run';
import { isPreset, parseConfig } from './schema';
import { studyAt, studyNamed, type Entry, type Phenomenon, type Study, type Version1 } from './study';

/** Settings in a study. */
export interface Placed {
  readonly study: Study;
  readonly preset: PresetName;
  readonly config: Config;
}

/** Throws ConfigError where the settings are not ones that there were, or not allowed any more. */
const place = (phenomenon: Phenomenon, version1: Version1, preset: string, config: Config): Placed => {
  const study = studyNamed(phenomenon, version1.studyOf(config));
  const names = version1.renamed[study.id] ?? {};
  // A name that another setting has now is not the old setting of that name.
  const taken = new Set(Object.values(names));
  const own = Object.entries(version1.adapted?.(config) ?? config).flatMap(([key, value]) =>
    Object.hasOwn(names, key) ? [[names[key]!, value] as const] : taken.has(key) ? [] : [[key, value] as const],
  );
  const now = version1.presetNow[preset] ?? preset;
  return {
    study,
    preset: isPreset(study.presets, now) ? now : 'standard',
    config: parseConfig(study.fields, Object.fromEntries(own.filter(([key]) => Object.hasOwn(study.fields, key)))),
  };
};

const version1Of = async (phenomenon: Phenomenon): Promise<Version1> => {
  if (!phenomenon.version1) throw new ConfigError(`'${phenomenon.id}' has nothing of version 1: it always had studies`);
  return (await phenomenon.version1()).default;
};

/** A text as a value of the kind that `like` is. */
const valueLike = (like: FieldValue, text: string): FieldValue => {
  if (Array.isArray(like)) return text.split(',').map(Number);
  return typeof like === 'number' ? Number(text) : typeof like === 'boolean' ? text === 'true' : text;
};

/** A link of version 1: a preset and texts that differ from it. Throws ConfigError for a preset or setting that there was not. */
export const linkOfVersion1 = async (
  phenomenon: Phenomenon,
  preset: string,
  texts: Readonly<Record<string, string>>,
): Promise<Placed & { readonly unknown: readonly string[] }> => {
  const version1 = await version1Of(phenomenon);
  const { defaults, presets } = version1;
  if (!Object.hasOwn(presets, preset))
    throw new ConfigError(`'${phenomenon.id}' had no preset '${preset}'; its presets were ${Object.keys(presets).join(', ')}`);
  const known = Object.entries(texts).filter(([key]) => Object.hasOwn(defaults, key));
  const changes = Object.fromEntries(known.map(([key, text]) => [key, valueLike(defaults[key]!, text)]));
  const unknown = Object.keys(texts).filter((key) => !Object.hasOwn(defaults, key));
  return { ...place(phenomenon, version1, preset, { ...defaults, ...presets[preset], ...changes }), unknown };
};

/** The study, preset and settings of a run as they are called now. Throws ConfigError where this build has no such study or settings. */
export const presentRun = async (entries: readonly Entry[], facts: Pick<RunFacts, 'study' | 'preset' | 'config'>): Promise<Placed> => {
  const earlier = entries.find((e) => e.card.id === facts.study);
  if (earlier) {
    const phenomenon = await earlier.load();
    const version1 = await version1Of(phenomenon);
    return place(phenomenon, version1, facts.preset, { ...version1.defaults, ...facts.config });
  }
  const study = await studyAt(entries, facts.study);
  const preset = isPreset(study.presets, facts.preset) ? facts.preset : 'standard';
  return { study, preset, config: parseConfig(study.fields, facts.config) };
};
