/** The state of a study's page as a URL query: version, study, preset and what differs from it. */
import { ConfigError } from '../core/errors';
import type { Config, PresetName } from './fields';
import { differences, parseConfig, presetConfig, presetNamed, settingFromText, toText } from './schema';
import { studyNamed, type Phenomenon, type Study } from './study';
import { linkOfVersion1, type Placed } from './version1';

/** 2 names the study. */
const VERSION = '2';
/** Names a setting cannot have. */
const RESERVED = ['v', 'study', 'preset'] as const;

/** `ignored`: keys of the link that are no settings. */
export interface PageState extends Placed {
  readonly ignored: readonly string[];
}

const refuseReserved = ({ path, fields }: Study): void => {
  const clash = RESERVED.find((name) => Object.hasOwn(fields, name));
  if (clash) throw new ConfigError(`'${path}' has a setting '${clash}', a name that links use themselves; rename it`);
};

/** `v=2&study=…&preset=…` and the settings that differ from the preset, in the fields' order. */
export function toQuery(study: Study, preset: PresetName, config: Config): string {
  refuseReserved(study);
  const changed = Object.entries(differences(config, presetConfig(study, preset))).map(([key, value]) => [key, toText(value)]);
  return new URLSearchParams([['v', VERSION], ['study', study.id], ['preset', preset], ...changed]).toString();
}

/**
 * Inverse of `toQuery`; a query without a study means the first, and without a preset changes `fallback`. Links of version 1 open in the
 * study that their settings belong to. Keys that are no settings (a mail program's, say) are left out and named. Throws ConfigError for
 * another version, and for a study, preset or value that does not exist, so that a link never silently shows something else than what was
 * shared.
 */
export async function fromQuery(phenomenon: Phenomenon, query: string, fallback: PresetName): Promise<PageState> {
  const given = new URLSearchParams(query);
  const twice = [...new Set(given.keys())].find((name) => given.getAll(name).length > 1);
  if (twice !== undefined) throw new ConfigError(`this link says '${twice}' more than once`);
  const version = given.get('v') ?? VERSION;
  const [name, asked] = [given.get('study'), given.get('preset')];
  for (const reserved of RESERVED) given.delete(reserved);
  if (version === '1') {
    const { unknown, ...placed } = await linkOfVersion1(phenomenon, asked ?? fallback, Object.fromEntries(given));
    return { ...placed, ignored: unknown };
  }
  if (version !== VERSION)
    throw new ConfigError(
      `this link has version ${version}; this page reads versions 1 and ${VERSION}. Open it with the build that made it`,
    );
  const study = name === null ? phenomenon.studies[0]! : studyNamed(phenomenon, name);
  refuseReserved(study);
  const preset = presetNamed(study, asked ?? fallback);
  const [known, ignored] = [[...given].filter(([key]) => Object.hasOwn(study.fields, key)), [...given.keys()]];
  const partial = Object.fromEntries(known.map(([key, text]) => [key, settingFromText(study.fields, key, text)]));
  return {
    study,
    preset,
    config: parseConfig(study.fields, partial, presetConfig(study, preset)),
    ignored: ignored.filter((key) => !Object.hasOwn(study.fields, key)),
  };
}
