/** What each column of a text table is for: found out from what it holds, or chosen. */
import { ConfigError } from '../core/errors';
import { MOST_CATEGORIES, type ColumnScan, type ScanOptions, type TableScan } from './columns';
import { shown, type CsvDelimiter } from './csv';
import type { TableTask } from './targets';
import { detached } from './text';

export type ColumnRole = 'target' | 'feature' | 'ignore';
/**
 * `category`: texts (or codes), one feature each that is 1 where they stand and 0 elsewhere. `constant`: one value only. `text`: more
 * distinct texts than categories may be. `empty`: no value.
 */
export type ColumnType = 'number' | 'category' | 'date' | 'constant' | 'text' | 'empty';
/** `refuse`: the file; `drop`: the row; `mean`: the mean of the column's other values, of a category the share of each. */
export type MissingPolicy = 'refuse' | 'drop' | 'mean';

/** What the caller says of a column; what is left out is found out. */
export interface ColumnChoice {
  readonly role?: 'feature' | 'ignore';
  readonly type?: 'number' | 'category';
  readonly missing?: MissingPolicy;
}

export interface TableOptions extends Omit<ScanOptions, 'delimiter'> {
  /** Target column: its name, or its number counted from 1; 0: the last that holds a value. */
  readonly target: number | string;
  readonly task: TableTask;
  readonly delimiter?: 'auto' | CsvDelimiter;
  /** Of every column that `columns` says nothing of. By default targets refuse, features take the mean; `mean` is only for features. */
  readonly missing?: 'auto' | MissingPolicy;
  /** By name, or by number counted from 1 where no column has that name; in a map, a number is always a number. */
  readonly columns?: Readonly<Record<string, ColumnChoice>> | ReadonlyMap<number | string, ColumnChoice>;
}

export interface ColumnDescription {
  /** Counted from 1. */
  readonly number: number;
  readonly name: string;
  readonly role: ColumnRole;
  readonly type: ColumnType;
  /** Cells without a value. */
  readonly missing: number;
  readonly policy: MissingPolicy;
  /** Of a category, in the order of the alphabet and of the features that they become. */
  readonly categories: readonly string[];
  /** A few distinct values. */
  readonly samples: readonly string[];
  /** What is special about it, in words; '' for nothing. */
  readonly note: string;
}

export const nameOf = ({ number, name }: Pick<ColumnDescription, 'number' | 'name'>): string => `column ${number} (${shown(name)})`;

/** Index of the column that a name or number means. Throws ConfigError for none, and for a name that two columns have. */
const columnBy = (key: number | string, names: readonly string[]): number => {
  const index = typeof key === 'string' ? names.indexOf(key) : -1;
  if (index >= 0) {
    if (names.lastIndexOf(String(key)) !== index) throw new ConfigError(`two columns are named ${shown(String(key))}; give its number`);
    return index;
  }
  const number = typeof key === 'number' ? key : /^\d{1,9}$/.test(key) ? Number(key) : Number.NaN;
  if (Number.isInteger(number) && number >= 1 && number <= names.length) return number - 1;
  if (typeof key === 'string' && Number.isNaN(number))
    throw new ConfigError(`there is no column ${shown(key)}; the columns are ${names.slice(0, 20).map(shown).join(', ')}`);
  throw new ConfigError(
    `there is no column ${key}: the file has ${names.length} columns. Choose 1 to ${names.length}, or 0 for the last as target`,
  );
};

const targetOf = ({ names, columns }: TableScan, target: number | string): number => {
  const isLast = target === 0 || (target === '0' && !names.includes('0'));
  if (!isLast) return columnBy(target, names);
  const last = columns.findLastIndex((c) => c.present > 0);
  return last < 0 ? columns.length - 1 : last;
};

/** Names that say that a column numbers its rows: pandas' index, R's row names; an id, as a word of its own. */
const INDEX_NAME = /^(?:|unnamed: ?\d{1,5}|index|nr|no\.?|#|row|row[_ .-]?(?:names?|number|num|no|id))$/i;
const ID_NAME = /^(?:id|ID|Id)$|[_ .-](?:id|ID|Id)$|[a-z0-9](?:Id|ID)$/;

/** What kind of index a column is, in words; undefined for none. */
const indexOf = (name: string, c: ColumnScan, named: boolean): string | undefined => {
  if (!named || c.present < 2 || !(c.isNumeric && c.whole)) return undefined;
  if (c.counts && INDEX_NAME.test(name)) return 'counts the rows';
  return ID_NAME.test(name) && (c.increases || c.distinct === undefined) ? 'an id' : undefined;
};

const typeOf = (c: ColumnScan, asked: ColumnChoice['type']): ColumnType => {
  if (c.present === 0) return 'empty';
  if (asked) return asked;
  if (c.isConstant) return 'constant';
  if (c.isNumeric || c.hasSlips) return 'number';
  if (2 * c.dates > c.present) return 'date';
  return c.categories() ? 'category' : 'text';
};

/** Why a column that nobody chose is no feature; undefined where it is one. */
const ignoredAs = (type: ColumnType, name: string, c: ColumnScan, named: boolean): string | undefined => {
  switch (type) {
    case 'empty':
      return 'no values';
    case 'date':
      return 'dates';
    case 'text':
      return c.distinct ? 'texts that hardly repeat' : `more than ${MOST_CATEGORIES} distinct texts`;
    case 'constant':
      return c.isNumeric ? undefined : 'one text only';
    default:
      return indexOf(name, c, named);
  }
};

const policyOf = (isTarget: boolean, own: MissingPolicy | undefined, all: TableOptions['missing'], name: string): MissingPolicy => {
  if (isTarget && own === 'mean')
    throw new ConfigError(`the target ${shown(name)} cannot take the mean where it is missing: refuse or drop`);
  if (own) return own;
  if (isTarget) return all === 'drop' ? 'drop' : 'refuse';
  return all === undefined || all === 'auto' ? 'mean' : all;
};

/** The choices by index of column. Throws ConfigError for columns that are not there, and for a role or type of the target. */
const choicesOf = (names: readonly string[], target: number, options: TableOptions): ReadonlyMap<number, ColumnChoice> => {
  const { columns = {} } = options;
  const given: readonly (readonly [number | string, ColumnChoice])[] = columns instanceof Map ? [...columns] : Object.entries(columns);
  const choices = new Map(given.map(([key, choice]) => [columnBy(key, names), choice]));
  const own = choices.get(target);
  if (own?.role || own?.type)
    throw new ConfigError(
      `column ${target + 1} (${shown(names[target]!)}) is the target: 'Target is' says whether of classes or numbers, and another target makes it a feature`,
    );
  return choices;
};

/** A description with what it was found by. */
export interface Draft {
  readonly column: ColumnDescription;
  readonly scan: ColumnScan;
  /** Whether its role was found out, not chosen. */
  readonly free: boolean;
}

const featureType = (type: ColumnType, c: ColumnScan): ColumnType =>
  type === 'text' || type === 'date' || (type === 'constant' && !c.isNumeric) ? 'category' : type;

const draftOf = (
  c: ColumnScan,
  j: number,
  name: string,
  named: boolean,
  target: number,
  choice: ColumnChoice,
  all: TableOptions['missing'],
): Draft => {
  const found = typeOf(c, choice.type);
  const ignored = choice.role || choice.type ? undefined : ignoredAs(found, name, c, named);
  const role: ColumnRole = j === target ? 'target' : (choice.role ?? (ignored ? 'ignore' : 'feature'));
  const type = role === 'feature' ? featureType(found, c) : found;
  const column = {
    number: j + 1,
    name,
    role,
    type,
    missing: c.missing,
    policy: policyOf(j === target, choice.missing, all, name),
    categories: role === 'feature' && type === 'category' ? [...(c.distinct ?? [])].map(detached).toSorted() : [],
    samples: c.samples,
    note: role === 'ignore' ? (ignored ?? 'as chosen') : type === 'constant' && role === 'feature' ? 'one value only' : '',
  };
  return { column, scan: c, free: choice.role === undefined };
};

/** Columns of numbers that were left out as an index are features after all where there are no others. */
const withFeature = (drafts: readonly Draft[]): readonly Draft[] => {
  if (drafts.some(({ column }) => column.role === 'feature')) return drafts;
  return drafts.map(({ column, scan, free }) => {
    const back = column.role === 'ignore' && column.type === 'number' && free;
    return { column: back ? { ...column, role: 'feature', note: `${column.note}, but there is no other` } : column, scan, free };
  });
};

/** A draft of each column. Throws ConfigError for a target or choices of columns that are not there or cannot be. */
export const draftsOf = (scan: TableScan, options: TableOptions): readonly Draft[] => {
  const target = targetOf(scan, options.target);
  const choices = choicesOf(scan.names, target, options);
  return withFeature(scan.columns.map((c, j) => draftOf(c, j, scan.names[j]!, scan.named, target, choices.get(j) ?? {}, options.missing)));
};
