/** Links and runs from before there were studies open in the right study, with the same numbers. */
import { describe, expect, it } from 'vitest';
import { parseConfig, presetConfig } from '../../src/lab/schema';
import { studyNamed, type Config } from '../../src/lab/study';
import phenomenon from './phenomenon';
import version1 from './version1';

/** Renamed fields take their new names, whatever else had these; fields that are not the study's are left out. */
const converted = (old: Config): { readonly id: string; readonly config: Config } => {
  const id = version1.studyOf(old);
  const study = studyNamed(phenomenon, id);
  const names: Readonly<Record<string, string>> = Object.entries(version1.renamed).find(([name]) => name === id)?.[1] ?? {};
  const kept = Object.entries(old).filter(([key]) => key in study.fields && !(key in names));
  const renamed = Object.entries(names).map(([from, to]) => [to, old[from]]);
  return { id, config: parseConfig(study.fields, Object.fromEntries([...kept, ...renamed])) };
};
const old = (preset: keyof typeof version1.presets, change: Config = {}): Config => ({
  ...version1.defaults,
  ...version1.presets[preset],
  ...change,
});
const preset = (id: string, name: string): Config => presetConfig(studyNamed(phenomenon, id), name);

describe('an old preset', () => {
  it.each<readonly [keyof typeof version1.presets, Config, string, string]>([
    ['smoke', {}, 'linear', 'smoke'],
    ['smoke', { variant: 'features' }, 'random-features', 'smoke'],
    ['smoke', { variant: 'features', source: 'gaussian' }, 'high-dimensional-limit', 'smoke'],
    ['smoke', { variant: 'epoch' }, 'over-time', 'smoke'],
    ['smoke', { variant: 'mlp' }, 'networks', 'smoke'],
    ['quick', {}, 'linear', 'quick'],
    ['standard', {}, 'linear', 'standard'],
    ['features', {}, 'random-features', 'quick'],
    ['gaussian', {}, 'high-dimensional-limit', 'quick'],
    ['epoch', {}, 'over-time', 'quick'],
    ['mlp', {}, 'networks', 'standard'],
    ['paper', {}, 'networks', 'paper'],
  ])('%s %o is now one of its study', (name, change, id, now) => {
    expect(converted(old(name, change))).toEqual({ id, config: preset(id, now) });
    const called: Readonly<Record<string, string>> = version1.presetNow;
    expect(called[name] ?? name).toBe(now);
  });
});

it('settings of a link keep their numbers under their new names', () => {
  const link = old('quick', { variant: 'epoch', examples: 33, timeExamples: 77, timeNoise: 0.5, steps: 1234 });
  expect(converted(link)).toMatchObject({ id: 'over-time', config: { examples: 77, noise: 0.5, features: 78, steps: 1234, seeds: 50 } });
  const features = old('quick', { variant: 'features', testExamples: 300, featureTest: 700 });
  expect(converted(features)).toMatchObject({ config: { examples: 200, tests: 700, counts: [50, 100, 150, 200, 250, 400, 800] } });
});
it('a variant that never was is refused', () => {
  expect(() => converted(old('smoke', { variant: 'quadratic' }))).toThrow('quadratic');
});
