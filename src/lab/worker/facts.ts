/** What a run's record says of it when it begins. */
import type { KeptRun } from '../store/types';
import { titleOf, type Config, type Study } from '../study';
import type { StartOrder } from './protocol';

/** 'a', 'a, then b'. */
export const both = (before: string, now: string): string => (before.split(', then ').at(-1) === now ? before : `${before}, then ${now}`);

export const newRun = (study: Study, config: Config, { preset, build, live }: StartOrder): KeptRun => ({
  id: crypto.randomUUID(),
  study: study.path,
  title: titleOf(study),
  preset,
  config,
  date: new Date().toISOString(),
  build,
  adapter: undefined,
  state: 'running',
  seconds: 0,
  progress: undefined,
  verdicts: [],
  points: 0,
  cells: 0,
  live,
  error: undefined,
  resumable: false,
  imported: false,
});
