import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import type { Config } from './study';
import { fakeStudy } from './fakeStudy';
import { defaults, fromText, parseConfig, presetConfig, toText } from './schema';

const schema = fakeStudy.fields;
const config: fc.Arbitrary<Config> = fc.record({
  points: fc.integer({ min: 1, max: 1000 }),
  seeds: fc.integer({ min: 1, max: 16 }),
  offset: fc.double({ min: 0.001, max: 10, noNaN: true }),
  kind: fc.constantFrom('plain', 'fancy'),
  strict: fc.boolean(),
  widths: fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
  failAt: fc.nat(1000),
  seed: fc.nat(4294967295),
});
const thrown = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('parseConfig', () => {
  it('accepts what it made and what the schema allows', () => {
    expect(parseConfig(schema, {})).toEqual(defaults(schema));
    fc.assert(
      fc.property(config, (c) => {
        expect(parseConfig(schema, c)).toEqual(c);
      }),
    );
  });

  it('names the settings there are', () => {
    expect(thrown(() => parseConfig(schema, { pionts: 3 }))).toBe(
      "there is no setting 'pionts'; did you mean 'points'?; the settings are points, seeds, offset, kind, strict, widths, failAt, seed",
    );
    expect(thrown(() => parseConfig(schema, { toString: 3 }))).toContain("no setting 'toString'");
  });

  it.each([
    ['points', 0, "setting 'points' is 0; it must be an integer from 1 to 1000"],
    ['points', 2.5, "setting 'points' is 2.5; it must be an integer from 1 to 1000"],
    ['points', NaN, "setting 'points' is NaN; it must be an integer from 1 to 1000"],
    ['points', '3', `setting 'points' is "3"; it must be an integer from 1 to 1000`],
    ['offset', Infinity, "setting 'offset' is Infinity; it must be a number from 0.001 to 10"],
    ['kind', 'odd', `setting 'kind' is "odd"; it must be one of plain, fancy`],
    ['strict', 1, "setting 'strict' is 1; it must be true or false"],
    ['widths', [], "setting 'widths' is []; it must be one or more integers from 1 to 64, separated by commas"],
    ['widths', [1, 65], "setting 'widths' is [1,65]; it must be one or more integers from 1 to 64, separated by commas"],
  ])('refuses %s = %j', (key, value, message) => expect(thrown(() => parseConfig(schema, { [key]: value }))).toBe(message));
});

describe('presets', () => {
  it('add to the defaults', () => expect(presetConfig(fakeStudy, 'smoke')).toEqual({ ...defaults(schema), points: 3, seeds: 1 }));
  it('name what there is', () =>
    expect(thrown(() => presetConfig(fakeStudy, 'huge'))).toBe(
      "'fake/squares' has no preset 'huge'; its presets are smoke, quick, standard, paper",
    ));
});

describe('text', () => {
  it('comes back as the same value', () =>
    fc.assert(
      fc.property(config, (c) => {
        for (const [key, field] of Object.entries(schema)) expect(fromText(key, field, toText(c[key]!))).toEqual(c[key]);
      }),
    ));

  it.each([
    ['points', ''],
    ['points', '3x'],
    ['strict', 'yes'],
    ['widths', '1,,2'],
    ['kind', 'Plain'],
  ])('%s refuses %j', (key, text) =>
    expect(thrown(() => fromText(key, schema[key]!, text))).toContain(`setting '${key}' is ${JSON.stringify(text)}`),
  );
});
