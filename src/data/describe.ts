/** A text table described before it is read: what was found out of it, column by column and in words. */
import { FormatError } from '../core/errors';
import type { Decimal } from './cell';
import { draftsOf, type ColumnDescription, type Draft, type TableOptions } from './columnRoles';
import { scanTable, type TableScan } from './columns';
import { DEFAULT_MAX_COLUMNS, shown, type CsvDelimiter } from './csv';
import { areCounted } from './names';
import { DEFAULT_MAX_BYTES } from './ndarray';
import { refusalsOf } from './refusals';
import { some } from './targets';
import { encodingOf, refuseContainers, type TextEncoding } from './text';

export interface TableFile {
  readonly name: string;
  readonly data: Uint8Array;
}

export interface TableDescription {
  /** Whether the first record holds names. */
  readonly names: boolean;
  readonly delimiter: CsvDelimiter;
  readonly decimal: Decimal;
  readonly encoding: Exclude<TextEncoding, 'auto'>;
  /** Records, without the names. */
  readonly rows: number;
  /** Features that the columns become. */
  readonly features: number;
  readonly columns: readonly ColumnDescription[];
  /** The first records. */
  readonly preview: readonly (readonly string[])[];
  /** Why the table cannot be read as it is, with row and column; empty where it can. */
  readonly refusals: readonly string[];
  /** All of this in sentences. */
  readonly understood: string;
}

/** Features that a column becomes. */
export const widthOf = ({ role, type, categories }: ColumnDescription): number => {
  if (role !== 'feature') return 0;
  return type === 'category' ? categories.length : 1;
};

/** Names of the features, in the order of x's columns; of a category `column=value`. */
export const featureNames = (columns: readonly ColumnDescription[]): readonly string[] =>
  columns
    .filter(({ role }) => role === 'feature')
    .flatMap((c) => (c.type === 'category' ? c.categories.map((value) => `${c.name}=${value}`) : [c.name]));

const SEPARATED = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars', ' ': 'spaces' } as const;
const ENCODED = { 'utf-8': '', 'utf-16le': 'UTF-16, ', 'utf-16be': 'UTF-16, ', 'windows-1252': 'Windows-1252, ' } as const;

type Layout = Pick<TableDescription, 'names' | 'delimiter' | 'decimal' | 'encoding'>;
const layoutWords = ({ names, delimiter, decimal, encoding }: Layout): string =>
  `${ENCODED[encoding]}separated by ${SEPARATED[delimiter]}, ${decimal === ',' ? 'decimal commas, ' : ''}${names ? 'first row: names' : 'no row of names'}`;

/** A sentence on some of the columns, or none of them. */
const sentence = (start: string, columns: readonly ColumnDescription[], of: (c: ColumnDescription) => string | number): string =>
  columns.length === 0 ? '' : ` ${start}: ${some(columns.map((c) => `${shown(c.name)} (${of(c)})`))}.`;

/** What is special about columns and rows, a sentence each. */
const notesOf = (columns: readonly ColumnDescription[], { named, preview, skipped }: TableScan): string => {
  const features = columns.filter(({ role }) => role === 'feature');
  const [first = []] = preview;
  return [
    sentence(
      'Left out',
      columns.filter(({ role }) => role === 'ignore'),
      ({ note }) => note,
    ),
    sentence(
      'One feature for each value of',
      features.filter(({ type }) => type === 'category'),
      ({ categories }) => `${categories.length} values`,
    ),
    sentence(
      "Missing values are set to their column's mean",
      features.filter(({ missing, policy }) => missing > 0 && policy === 'mean'),
      ({ missing }) => missing,
    ),
    sentence(
      'Kept',
      features.filter(({ note }) => note !== ''),
      ({ note }) => note,
    ),
    skipped > 0 ? ` ${skipped} ${skipped === 1 ? 'line holds' : 'lines hold'} no record.` : '',
    !named && areCounted(first) ? ` The first row (${some(first)}) is an example; if it holds names, say so.` : '',
  ].join('');
};

/** A description with what it was made from. */
export interface Understanding {
  readonly description: TableDescription;
  readonly scan: TableScan;
  readonly drafts: readonly Draft[];
  readonly layout: string;
  readonly notes: string;
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
/** Throws FormatError for a file too large to be read. */
export const checkSize = (format: string, { name, data }: TableFile): void => {
  if (data.byteLength > DEFAULT_MAX_BYTES)
    throw new FormatError(
      format,
      `'${name}' has ${megabytes(data.byteLength)}, this reads up to ${megabytes(DEFAULT_MAX_BYTES)}. Keep fewer rows, or fewer columns`,
    );
};

/** As `describeTable`. */
export const understand = (file: TableFile, options: TableOptions): Understanding => {
  checkSize('csv', file);
  refuseContainers(file.data);
  const { delimiter = 'auto', ...rest } = options;
  const scan = scanTable(file.data, delimiter === 'auto' ? rest : { ...rest, delimiter });
  const drafts = draftsOf(scan, options);
  const { dialect, named, rows, preview } = scan;
  const { decimal } = dialect.reader;
  const form = { names: named, delimiter: dialect.text.delimiter, decimal, encoding: encodingOf(file.data, options.encoding) };
  const columns = drafts.map(({ column }) => column);
  const features = columns.reduce((sum, c) => sum + widthOf(c), 0);
  const refusals = [...refusalsOf(drafts, options, decimal)];
  if (features > DEFAULT_MAX_COLUMNS)
    refusals.push(`the columns become ${features} features; at most ${DEFAULT_MAX_COLUMNS} are read. Leave some out`);
  const [layout, notes] = [layoutWords(form), notesOf(columns, scan)];
  const target = shown(columns.find(({ role }) => role === 'target')?.name ?? '');
  const understood = `'${file.name}', ${layout}: ${rows} rows, ${features} ${features === 1 ? 'feature' : 'features'}, target ${target}.${notes}`;
  return { description: { ...form, rows, features, columns, preview, refusals, understood }, scan, drafts, layout, notes };
};

/**
 * What a table of text is taken for, for a preview that its reader can change: pass what they choose as `options`. Throws FormatError
 * where the text cannot be divided into rows and columns, and ConfigError for choices of columns that are not there; what else stands
 * in the way of reading it is listed in `refusals`.
 */
export const describeTable = (file: TableFile, options: TableOptions): TableDescription => understand(file, options).description;
