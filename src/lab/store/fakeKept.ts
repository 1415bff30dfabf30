/** A kept run of the fake study, for tests. */
import { fakeStudy } from '../fakeStudy';
import { presetConfig } from '../schema';
import { titleOf } from '../study';
import type { KeptRun } from './types';

export const keptRun = (changes: Partial<KeptRun> & Pick<KeptRun, 'id'>): KeptRun => ({
  study: fakeStudy.path,
  title: titleOf(fakeStudy),
  preset: 'quick',
  config: presetConfig(fakeStudy, 'quick'),
  date: '2026-02-03T04:05:06.000Z',
  build: 'test',
  adapter: { name: 'no device', software: true },
  state: 'done',
  seconds: 12.5,
  progress: undefined,
  verdicts: [],
  points: 0,
  cells: 0,
  live: [],
  error: undefined,
  resumable: false,
  imported: false,
  ...changes,
});
