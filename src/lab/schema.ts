/** From a study's fields to values: defaults, presets, checks and text, for the page's controls, the URL and the command line alike. */
import * as v from 'valibot';
import { ConfigError } from '../core/errors';
import { didYouMean } from '../core/suggest';
import type { Condition, Config, Field, FieldValue, ListField, NumberField, PresetName, Schema } from './fields';
import type { Study } from './study';

type Unchecked = Readonly<Record<string, unknown>>;

export const defaults = (schema: Schema): Config => Object.fromEntries(Object.entries(schema).map(([key, field]) => [key, field.default]));

/** A step of 1, or of any whole number, makes whole numbers. */
export const isInteger = (field: NumberField | ListField): boolean => Number.isInteger(field.step);

const rangeOf = (f: NumberField | ListField): string => `from ${f.min} to ${f.max}${f.unit ? ` ${f.unit}` : ''}`;
/** What a field accepts, in words. */
export function allowed(field: Field): string {
  switch (field.kind) {
    case 'number':
      return `${isInteger(field) ? 'an integer' : 'a number'} ${rangeOf(field)}`;
    case 'list':
      return `one or more ${isInteger(field) ? 'integers' : 'numbers'} ${rangeOf(field)}, separated by commas`;
    case 'choice':
      return `one of ${Object.keys(field.options).join(', ')}`;
    case 'flag':
      return 'true or false';
  }
}

const numeric = (f: NumberField | ListField) => {
  const ranged = v.pipe(v.number(), v.finite(), v.minValue(f.min), v.maxValue(f.max));
  return isInteger(f) ? v.pipe(ranged, v.integer()) : ranged;
};
const schemaOf = (field: Field): v.GenericSchema<unknown, FieldValue> => {
  switch (field.kind) {
    case 'number':
      return v.pipe(v.unknown(), numeric(field));
    case 'list':
      return v.pipe(v.unknown(), v.array(numeric(field)), v.minLength(1));
    case 'choice':
      return v.pipe(v.unknown(), v.picklist(Object.keys(field.options)));
    case 'flag':
      return v.pipe(v.unknown(), v.boolean());
  }
};

const fieldOf = (schema: Schema, key: string): Field => {
  if (!Object.hasOwn(schema, key))
    throw new ConfigError(
      `there is no setting '${key}'${didYouMean(key, Object.keys(schema))}; the settings are ${Object.keys(schema).join(', ')}`,
    );
  return schema[key]!;
};
const wrong = (key: string, value: unknown, field: Field): ConfigError => {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value); // JSON would print NaN as null
  return new ConfigError(`setting '${key}' is ${shown}; it must be ${allowed(field)}`);
};

/**
 * `base` with the values of `partial`, each checked. Throws ConfigError for an unknown name, listing the names there are, and for
 * a value of the wrong type or out of range, saying what is allowed. Nothing is clamped or rounded.
 */
export function parseConfig(schema: Schema, partial: Unchecked, base: Config = defaults(schema)): Config {
  const checked = Object.entries(partial).map(([key, value]) => {
    const field = fieldOf(schema, key);
    const result = v.safeParse(schemaOf(field), value);
    if (!result.success) throw wrong(key, value, field);
    return [key, result.output] as const;
  });
  return { ...base, ...Object.fromEntries(checked) };
}

export const isPreset = (presets: object, name: string): name is PresetName => Object.hasOwn(presets, name);
/** The name as a preset's. Throws ConfigError, listing the presets, where there is none of that name. */
export function presetNamed({ presets, path }: Pick<Study, 'presets' | 'path'>, name: string): PresetName {
  if (!isPreset(presets, name))
    throw new ConfigError(
      `'${path}' has no preset '${name}'${didYouMean(name, Object.keys(presets))}; its presets are ${Object.keys(presets).join(', ')}`,
    );
  return name;
}
/** The defaults with a preset's differences. Throws ConfigError as `presetNamed` does. */
export function presetConfig(study: Pick<Study, 'fields' | 'presets' | 'path'>, name: string): Config {
  return parseConfig(study.fields, study.presets[presetNamed(study, name)].config);
}

/** Whether a field or file with this condition is shown. */
export const holds = (condition: Condition | undefined, config: Config): boolean =>
  Object.entries(condition ?? {}).every(([key, wanted]) => [wanted].flat().some((value) => value === config[key]));

/** Inverse of `fromText` for values the field allows. */
export const toText = (value: FieldValue): string => (Array.isArray(value) ? value.join(',') : String(value));

const numberFromText = (text: string): number => (text.trim() === '' ? NaN : Number(text));
/** A field's value as typed. Throws ConfigError, saying what is allowed, where `text` is not one; `key` names the field there. */
export function fromText(key: string, field: Field, text: string): FieldValue {
  const value = valueOf(field, text);
  if (!v.is(schemaOf(field), value)) throw wrong(key, text, field);
  return value;
}
function valueOf(field: Field, text: string): FieldValue {
  switch (field.kind) {
    case 'number':
      return numberFromText(text);
    case 'list':
      return text.split(',').map(numberFromText);
    case 'choice':
      return text.trim();
    case 'flag':
      return text.trim() === 'true' ? true : text.trim() === 'false' ? false : text;
  }
}
/** `fromText` for the setting `key`. Throws ConfigError for an unknown name as well. */
export const settingFromText = (schema: Schema, key: string, text: string): FieldValue => fromText(key, fieldOf(schema, key), text);

export const sameValue = (a: FieldValue | undefined, b: FieldValue | undefined): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((x, i) => x === b[i]) : a === b;
/** Settings in which `config` differs from `base`. */
export const differences = (config: Config, base: Config): Config =>
  Object.fromEntries(Object.entries(config).filter(([key, value]) => !sameValue(value, base[key])));
