/** What can be set in a study, and the presets; a config's type is inferred from the fields. */

/** Names of choices and flags of the same study, with the value, or one of the values, that each must have. */
export type Condition = Readonly<Record<string, string | boolean | readonly string[]>>;
/** `restart`: takes effect on the next run. `live`: while running. */
type Common = {
  readonly label: string;
  readonly help?: string;
  readonly unit?: string;
  /** Default 'restart'. */ readonly apply?: 'restart' | 'live';
  readonly advanced?: boolean;
  /** Shown only where this holds. */ readonly when?: Condition;
};
export type NumberField = Common & {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Smallest change; 1 makes it an integer. */ readonly step: number;
  readonly log?: boolean;
};
/** `options`: values and their labels. */
export type ChoiceField = Common & {
  readonly kind: 'choice';
  readonly default: string;
  readonly options: Readonly<Record<string, string>>;
};
export type FlagField = Common & { readonly kind: 'flag'; readonly default: boolean };
/** Numbers separated by commas. */
export type ListField = Common & {
  readonly kind: 'list';
  readonly default: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly step: number;
};
export type Field = NumberField | ChoiceField | FlagField | ListField;
export type FieldValue = number | string | boolean | readonly number[];
/** In the order of the controls. */
export type Schema = Readonly<Record<string, Field>>;

/** What a field's value is: a number, a list of numbers, true or false, or one of the options' names. */
export type ValueOf<F extends Field> = F extends NumberField
  ? number
  : F extends ListField
    ? readonly number[]
    : F extends FlagField
      ? boolean
      : F extends ChoiceField
        ? keyof F['options'] & string
        : never;
/** The values of a schema's fields, by name. */
export type ConfigOf<S extends Schema> = { readonly [K in keyof S]: ValueOf<S[K]> };
/** A config of no study in particular: what moves through links, files, workers and the command line. */
export type Config = ConfigOf<Schema>;

/** Conditions that name only choices and flags that there are, with values that these can have. */
type SoundConditions<S extends Schema> = {
  readonly [K in keyof S]: S[K] extends { readonly when: infer W }
    ? { readonly when: { readonly [P in keyof W]: P extends keyof S ? Matched<ValueOf<S[P]>> : never } }
    : unknown;
};
type Matched<V> = [V] extends [string | boolean] ? V | readonly V[] : never;
/** The fields of a study, kept in their own types so that a config can be inferred: `type Config = ConfigOf<typeof fields>`. */
export const defineFields = <const S extends Schema>(fields: S & SoundConditions<S>): S => fields;

/** The same in every study, smallest first. `smoke`: for tests, 5 s at most. `paper`: the published size. */
export const PRESET_NAMES = ['smoke', 'quick', 'standard', 'paper'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];
/** What readers see. */
export const PRESET_LABELS: Readonly<Record<PresetName, string>> = {
  smoke: 'Tiny',
  quick: 'Quick',
  standard: 'Standard',
  paper: 'As published',
};
export interface Preset<C = Config> {
  /** What differs from the fields' defaults. */
  readonly config: Partial<C>;
  /** How long it takes and on which adapter, where no stored run tells. */
  readonly time?: string;
}

/** A file of the reader's own that a study can use. It stays in the browser. */
export interface InputSpec {
  readonly label: string;
  readonly help: string;
  /** Endings, as in an input element: '.csv,.npy'. */ readonly accept: string;
  readonly when?: Condition;
}
export interface InputFile {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
export type Inputs = Readonly<Record<string, InputFile>>;
