/** The state of a study's page as a URL query: version, preset and what differs from it. */
import { ConfigError } from '../core/errors';
import type { Config, Study } from './study';
import { differences, parseConfig, presetConfig, settingFromText, toText } from './schema';

const VERSION = '1';
/** Names a setting cannot have. */
const RESERVED = ['v', 'preset'] as const;

type Described = Pick<Study, 'config' | 'presets' | 'id'>;
export interface PageState {
  readonly preset: string;
  readonly config: Config;
}

const refuseReserved = (study: Described): void => {
  const clash = RESERVED.find((name) => Object.hasOwn(study.config, name));
  if (clash) throw new ConfigError(`study '${study.id}' has a setting '${clash}', a name that links use themselves; rename it`);
};

/** `v=1&preset=…` and the settings that differ from the preset, in the schema's order. */
export function toQuery(study: Described, { preset, config }: PageState): string {
  refuseReserved(study);
  const changed = Object.entries(differences(config, presetConfig(study, preset))).map(([key, value]) => [key, toText(value)]);
  return new URLSearchParams([['v', VERSION], ['preset', preset], ...changed]).toString();
}

/**
 * Inverse of `toQuery`; a query without a preset changes `fallback`. Throws ConfigError for another version, and for a preset,
 * setting or value that does not exist, so that a link never silently shows something else than what was shared.
 */
export function fromQuery(study: Described, query: string, fallback: string): PageState {
  refuseReserved(study);
  const given = new URLSearchParams(query);
  const twice = [...new Set(given.keys())].find((name) => given.getAll(name).length > 1);
  if (twice !== undefined) throw new ConfigError(`this link says '${twice}' more than once`);
  const version = given.get('v') ?? VERSION;
  if (version !== VERSION)
    throw new ConfigError(`this link has version ${version}; this page reads version ${VERSION}. Open it with the build that made it`);
  const preset = given.get('preset') ?? fallback;
  const base = presetConfig(study, preset);
  for (const name of RESERVED) given.delete(name);
  const partial = Object.fromEntries([...given].map(([key, text]) => [key, settingFromText(study.config, key, text)]));
  return { preset, config: parseConfig(study.config, partial, base) };
}
