/** A kept run in words, for the table of runs and the comparison. */
import type { Study, Verdict } from '../lab/study';
import { toQuery } from '../lab/query';
import { presetNamed } from '../lab/schema';
import type { KeptRun } from '../lab/store/types';
import { ConfigError } from '../core/errors';

export const VERDICTS: Readonly<Record<Verdict, { readonly sign: string; readonly word: string }>> = {
  agrees: { sign: '✓', word: 'Agrees' },
  disagrees: { sign: '✗', word: 'Disagrees' },
  inconclusive: { sign: '?', word: 'Inconclusive' },
};

/** '2 agree, 1 inconclusive'. */
export function countVerdicts({ verdicts }: KeptRun): string {
  const count = (verdict: Verdict): number => verdicts.filter((v) => v.verdict === verdict).length;
  const [yes, no, open] = [count('agrees'), count('disagrees'), count('inconclusive')];
  const parts = [
    yes && `${yes} ${yes === 1 ? 'agrees' : 'agree'}`,
    no && `${no} ${no === 1 ? 'disagrees' : 'disagree'}`,
    open && `${open} inconclusive`,
  ];
  return parts.filter(Boolean).join(', ') || 'not judged';
}

/** `trained`: a worker holds it at this moment. */
export function stateText({ state, error }: KeptRun, trained: boolean): string {
  switch (state) {
    case 'running':
      return trained ? 'Running' : 'Cut off';
    case 'done':
      return 'Done';
    case 'aborted':
      return 'Stopped';
    case 'failed':
      return `Failed${error ? ` (${error.name})` : ''}`;
  }
}

export const adapterText = ({ adapter }: KeptRun): string =>
  adapter ? `${adapter.name}${adapter.software ? ' (software)' : ''}` : 'unknown';

/** In the reader's own time zone and words. */
export const dateText = ({ date }: KeptRun): string => {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? date : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
};

/** '512 B', '3.4 MB'. */
export function formatBytes(bytes: number): string {
  const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['B', 'kB', 'MB', 'GB', 'TB'][power]!}`;
}

/** The study's page with the run's settings, seen from a page's folder beside it; undefined where no such page can show them. */
export function linkTo(study: Study | undefined, { preset, config }: KeptRun): string | undefined {
  if (!study) return undefined;
  try {
    return `../${study.phenomenon.id}/?${toQuery(study, presetNamed(study, preset), config)}`;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error; // a preset of another build
    return undefined;
  }
}
export const resumeLink = (link: string, id: string): string => `${link}&resume=${encodeURIComponent(id)}`;
