import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { fakeEntry, fakePhenomenon, fakeStudy } from './fakeStudy';
import { fromQuery, toQuery } from './query';
import { differences, presetConfig } from './schema';
import { PRESET_NAMES } from './study';
import { presentRun } from './version1';

const quick = presetConfig(fakeStudy, 'quick');
const read = (query: string) => fromQuery(fakePhenomenon, query, 'quick');

describe('a link', () => {
  it('comes back as the same page', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fakePhenomenon.studies),
        fc.constantFrom(...PRESET_NAMES),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
        async (study, preset, points, widths) => {
          const config = { ...quick, points, widths };
          expect(await read(toQuery(study, preset, config))).toEqual({ study, preset, config, ignored: [] });
        },
      ),
    ));

  it('holds only what differs', () => {
    const base = presetConfig(fakeStudy, 'smoke');
    expect(differences({ ...base, widths: [1, 2, 4] }, base)).toEqual({});
    expect(toQuery(fakeStudy, 'smoke', { ...base, seed: 7 })).toBe('v=2&study=squares&preset=smoke&seed=7');
  });

  it('means the first study and the fallback where it names neither', async () =>
    expect(await fromQuery(fakePhenomenon, 'seed=9', 'smoke')).toEqual({
      study: fakeStudy,
      preset: 'smoke',
      config: { ...presetConfig(fakeStudy, 'smoke'), seed: 9 },
      ignored: [],
    }));

  it('names keys that are no settings, and keeps the others', async () => {
    const { config, ignored } = await read('utm_source=mail&points=7&fbclid=x');
    expect([config['points'], ignored]).toEqual([7, ['utm_source', 'fbclid']]);
  });

  it.each([
    ['v=3', 'version 3'],
    ['study=cubes', "no study 'cubes'; its studies are squares, again"],
    ['preset=huge', "no preset 'huge'"],
    ['seeds=99', `'seeds' is "99"`],
    ['v=1&preset=huge', "had no preset 'huge'; its presets were smoke, quick, special"],
    ['v=1&preset=quick&seeds=99', "'seeds' is 99"],
    ['points=7&points=8', "'points' more than once"],
  ])('is refused: %s', async (query, message) => {
    const error = await read(query).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(message);
  });

  it('refuses a setting that takes one of its own names', () => {
    const clash = { ...fakeStudy, fields: { preset: fakeStudy.fields['points']! } };
    expect(() => toQuery(clash, 'quick', {})).toThrow("setting 'preset'");
  });
});

describe('from before there were studies', () => {
  it('a link opens in the study of its settings, under their names of now', async () => {
    expect(await read('v=1&preset=smoke&offset=2&utm_x=1')).toEqual({
      study: fakeStudy,
      preset: 'smoke',
      config: { ...quick, points: 3, seeds: 3, offset: 2 },
      ignored: ['utm_x'],
    });
    const special = await read('v=1&preset=special&count=9');
    expect([special.study.id, special.preset, special.config['points']]).toEqual(['again', 'quick', 9]);
  });

  it('a run has the study of its settings', async () => {
    const run = { study: 'fake', preset: 'special', config: { variant: 'other', count: 12, seeds: 2, offset: 1 } };
    const { study, preset, config } = await presentRun([fakeEntry()], run);
    expect([study.path, preset, config]).toEqual(['fake/again', 'quick', { ...quick, points: 12, seeds: 2, offset: 1 }]);
  });
  it('a run of studies stays where it is', async () => {
    const run = { study: 'fake/again', preset: 'paper', config: { points: 5 } };
    const { study, preset, config } = await presentRun([fakeEntry()], run);
    expect([study.path, preset, config['points']]).toEqual(['fake/again', 'paper', 5]);
  });
  it.each([
    ['elsewhere', "no phenomenon 'elsewhere'"],
    ['fake/cubes', "no study 'cubes'"],
  ])('a run of %s is refused', async (study, message) =>
    expect(presentRun([fakeEntry()], { study, preset: 'quick', config: {} })).rejects.toThrow(message),
  );
});
