/** Links and runs from before there were studies open with the same numbers. */
import { expect, it } from 'vitest';
import { parseConfig, presetConfig } from '../../src/lab/schema';
import { studyNamed, type Config } from '../../src/lab/study';
import phenomenon from './phenomenon';
import version1 from './version1';

it.each<readonly [keyof typeof version1.presets, string, Config]>([
  ['smoke', 'smoke', {}],
  ['quick', 'standard', { steps: 1000 }],
  ['standard', 'paper', { seeds: 5 }],
  ['shuffled', 'paper', { seeds: 5, shufflePositions: 'shuffled' }],
  ['paper', 'paper', {}],
])('the old preset %s is %s now, with its own numbers', (name, now, change) => {
  const study = studyNamed(phenomenon, version1.studyOf());
  const old = parseConfig(study.fields, { ...version1.defaults, ...version1.presets[name] });
  expect(old).toEqual({ ...presetConfig(study, now), ...change });
  const called: Readonly<Record<string, string>> = version1.presetNow;
  expect(called[name] ?? name).toBe(now);
});
