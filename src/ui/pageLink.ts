/** What the address of a study's page asks for. */
import { describeError, type RunError } from '../lab/run';
import { ConfigError } from '../core/errors';
import type { Config, Phenomenon, PresetName, Study } from '../lab/study';
import { fromQuery, toQuery, type PageState } from '../lab/query';
import { presetConfig } from '../lab/schema';

/** The preset that a page starts with: it shows the effect within about a minute on a software adapter too. */
const FIRST = 'quick';
/** Names a kept run to go on with; it is no part of the settings. */
const RESUME = 'resume';

export interface Asked extends PageState {
  readonly resume: string | undefined;
  /** What is wrong with the link; the settings are then the page's own first ones. */
  readonly error: RunError | undefined;
}

/** `query`: with or without its question mark. */
export async function readLink(phenomenon: Phenomenon, query: string): Promise<Asked> {
  const given = new URLSearchParams(query);
  const resume = given.get(RESUME) ?? undefined;
  given.delete(RESUME);
  try {
    const state = await fromQuery(phenomenon, given.toString(), FIRST);
    return { ...state, resume, error: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const study = phenomenon.studies.find((s) => s.id === given.get('study')) ?? phenomenon.studies[0]!;
    return {
      study,
      preset: FIRST,
      config: presetConfig(study, FIRST),
      ignored: [],
      resume: undefined,
      error: describeError(error),
    };
  }
}

/** Replaces the page's query. */
export const writeLink = (study: Study, preset: PresetName, config: Config): void =>
  history.replaceState(null, '', `?${toQuery(study, preset, config)}`);

/** The page's address with these settings. */
export const linkTo = (study: Study, preset: PresetName, config: Config): string =>
  new URL(`?${toQuery(study, preset, config)}`, location.href).href;
/** Of another study on the same page, with its own first settings. */
export const studyLink = ({ id }: Study): string => `?study=${encodeURIComponent(id)}`;
