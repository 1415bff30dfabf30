/** Links and runs from before there were studies: each opens in the study it belongs to, with the numbers it had. */
import { describe, expect, it } from 'vitest';
import { parseConfig, presetConfig } from '../../src/lab/schema';
import { PRESET_NAMES, studyNamed, type Config, type Study, type Version1 } from '../../src/lab/study';
import phenomenon from './phenomenon';
import version1 from './version1';

const { defaults, presets, presetNow, studyOf, renamed: renames }: Version1 = version1;
const named = (name: string): Config => ({ ...defaults, ...presets[name] });
const studyFor = (old: Config): Study => studyNamed(phenomenon, studyOf(old));
/** The study's fields from the old ones: a name that a renamed field has now no longer means the old field of that name. */
const converted = ({ id, fields }: Study, old: Config): Config => {
  const renamed = renames[id] ?? {};
  const taken = new Set(Object.values(renamed));
  return Object.fromEntries(
    Object.entries(old).flatMap(([key, value]) => {
      const now = renamed[key] ?? (taken.has(key) ? undefined : key);
      return now !== undefined && now in fields ? [[now, value]] : [];
    }),
  );
};

describe.each(Object.keys(presets))('the old preset %s', (name) => {
  const old = named(name);
  const study = studyFor(old);
  it('says every field of its study, each within its range', () => {
    const config = converted(study, old);
    expect(Object.keys(config).toSorted()).toEqual(Object.keys(study.fields).toSorted());
    expect(parseConfig(study.fields, config)).toEqual(config);
  });
  it('is the same run as the preset it is called now', () => {
    const now = presetNow[name] ?? name;
    expect(PRESET_NAMES).toContain(now);
    expect(converted(study, old)).toEqual(presetConfig(study, now));
  });
});

it.each([
  ['scale', 'noise-scale'],
  ['batch', 'critical-batch'],
  ['temperature', 'temperature'],
  ['quadratic', 'stationary'],
  ['mislabelled', 'mislabelled'],
])('the smoke preset of %s is that of %s', (variant, id) => {
  const old = { ...named('smoke'), variant };
  const study = studyFor(old);
  expect(study.id).toBe(id);
  expect(converted(study, old)).toEqual(presetConfig(study, 'smoke'));
});

it('refuses a variant that never was', () => expect(() => studyFor({ ...defaults, variant: 'none' })).toThrow(/no study 'none'/));
