/** What a run's record says of it when it begins. */
import type { KeptRun } from '../store/types';
import type { StartOrder } from './protocol';

/** 'a', 'a, then b'. */
export const both = (before: string, now: string): string => (before.split(', then ').at(-1) === now ? before : `${before}, then ${now}`);

export const newRun = ({ study, title, preset, config, build, live }: StartOrder): KeptRun => ({
  id: crypto.randomUUID(),
  study,
  title,
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
