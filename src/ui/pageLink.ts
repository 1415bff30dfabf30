/** What the address of a study's page asks for. */
import { ConfigError } from '../core/errors';
import type { Config, Study } from '../lab/study';
import { fromQuery, toQuery, type PageState } from '../lab/query';
import { presetConfig } from '../lab/schema';
import { describeError, type RunError } from '../lab/worker/protocol';

/** The preset that a page starts with, by whether the adapter is software. */
export const FIRST = { hardware: 'quick', software: 'smoke' } as const;
/** Names a kept run to go on with; it is no part of the settings. */
const RESUME = 'resume';

export interface Asked extends PageState {
  /** Whether the link itself chose the settings: then no adapter changes them. */
  readonly chosen: boolean;
  readonly resume: string | undefined;
  /** What is wrong with the link; the settings are then the page's own first ones. */
  readonly error: RunError | undefined;
}

/** `query`: with or without its question mark. */
export function readLink(study: Study, query: string): Asked {
  const given = new URLSearchParams(query);
  const resume = given.get(RESUME) ?? undefined;
  given.delete(RESUME);
  try {
    return { ...fromQuery(study, given.toString(), FIRST.hardware), chosen: given.size > 0, resume, error: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      preset: FIRST.hardware,
      config: presetConfig(study, FIRST.hardware),
      chosen: false,
      resume: undefined,
      error: describeError(error),
    };
  }
}

/** Replaces the page's query. */
export const writeLink = (study: Study, preset: string, config: Config): void =>
  history.replaceState(null, '', `?${toQuery(study, { preset, config })}`);

/** The page's address with these settings. */
export const linkTo = (study: Study, preset: string, config: Config): string =>
  new URL(`?${toQuery(study, { preset, config })}`, location.href).href;
