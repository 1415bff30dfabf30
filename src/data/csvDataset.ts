/** A CSV file as a data set: one column is the target, all others are numeric features. */
import { ConfigError, FormatError } from '../core/errors';
import { failAtRow, parseCsv, shown, type CsvText } from './csv';
import { classification, regression, type ClassificationDataset, type Dataset, type RegressionDataset } from './dataset';

interface CsvColumns extends CsvText {
  /** Name of the target column (which needs a header), or its index; negative indices count from the last column. */
  readonly target: string | number;
  /**
   * Whether the first record holds names. Found out when absent: it does when none of its feature cells is a number. Files
   * whose names are numbers need `true`.
   */
  readonly header?: boolean;
  /** Name of the data set; 'csv' by default. */
  readonly name?: string;
}

export interface CsvClassification extends CsvColumns {
  readonly task: 'classification';
  /** The label texts in the order of their classes. By default those that occur, in the order of numbers, else of the alphabet. */
  readonly classNames?: readonly string[];
}

export interface CsvRegression extends CsvColumns {
  readonly task: 'regression';
}

export interface CsvDataset<D extends Dataset> {
  readonly data: D;
  /** Names of the features [d], in the order of x's columns; 'column 1' … where the file has none. */
  readonly features: readonly string[];
  readonly target: string;
}

type Rows = readonly (readonly string[])[];

interface Table {
  readonly names: readonly string[];
  readonly rows: Rows;
  /** Record number of rows[0] in the file, from 1. */
  readonly firstRow: number;
  readonly target: number;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const isNumber = (cell: string): boolean => NUMBER.test(cell.trim());

const targetIndex = (names: readonly string[] | undefined, width: number, target: string | number): number => {
  if (typeof target === 'string') {
    if (!names) throw new FormatError('csv', `the target column '${target}' is given by name, but the file has no header`);
    const index = names.indexOf(target);
    if (index < 0) throw new FormatError('csv', `there is no column '${target}'; the columns are ${names.slice(0, 20).map(shown).join(', ')}`);
    if (names.lastIndexOf(target) !== index) throw new FormatError('csv', `two columns are named '${target}'; give the target by its index`);
    return index;
  }
  if (!Number.isInteger(target) || target < -width || target >= width)
    throw new FormatError('csv', `there is no column ${target}; the file has ${width}`);
  return target < 0 ? target + width : target;
};

const toTable = (rows: Rows, { target, header }: CsvColumns): Table => {
  const [first, ...rest] = rows;
  const width = first!.length;
  if (width < 2) throw new FormatError('csv', 'one column only; a target and at least one feature are needed. Is the delimiter right?');
  const guessed = (): boolean => {
    const at = typeof target === 'string' ? first!.indexOf(target) : targetIndex(undefined, width, target);
    return first!.every((cell, column) => column === at || !isNumber(cell));
  };
  const hasHeader = header ?? guessed();
  const names = hasHeader ? first!.map((cell) => cell.trim()) : undefined;
  const body = hasHeader ? rest : rows;
  if (body.length === 0) throw new FormatError('csv', 'the file has a header but no examples');
  return {
    names: names ?? first!.map((_, column) => `column ${column + 1}`),
    rows: body,
    firstRow: hasHeader ? 2 : 1,
    target: targetIndex(names, width, target),
  };
};

const numberAt = ({ rows, names, firstRow }: Table, row: number, column: number): number => {
  const cell = rows[row]![column]!;
  const value = isNumber(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(value)) return value;
  return failAtRow(firstRow + row, `column ${column + 1} (${shown(names[column]!)}) holds ${shown(cell)}, which is not a finite number`);
};

/** Label texts in the order of their classes. */
const classOrder = (labels: readonly string[]): readonly string[] => {
  const found = [...new Set(labels)];
  return found.every(isNumber) ? found.toSorted((a, b) => Number(a) - Number(b)) : found.toSorted();
};

const labelsOf = ({ rows, firstRow, target }: Table, classNames?: readonly string[]): { y: Uint32Array; names: readonly string[] } => {
  const labels = rows.map((row) => row[target]!.trim());
  const empty = labels.indexOf('');
  if (empty >= 0) failAtRow(firstRow + empty, 'the label is empty');
  const names = classNames ?? classOrder(labels);
  if (new Set(names).size < names.length) throw new ConfigError(`readCsv: a class name is given twice: ${names.join(', ')}`);
  const index = new Map(names.map((name, i) => [name, i]));
  const y = Uint32Array.from(labels, (label, i) =>
    index.get(label) ?? failAtRow(firstRow + i, `the label ${shown(label)} is not among the ${names.length} class names`));
  return { y, names };
};

/**
 * Reads a file whose features are all numbers. Spaces around numbers and labels do not count; labels are told apart by their text.
 * Throws FormatError as parseCsv does, and for a cell that is not a finite number (row, column and text), an empty or unknown
 * label, a target column that does not exist, and a file without examples; ConfigError for a class name given twice. Rows are
 * counted from 1 with the header included.
 */
export function readCsv(input: string | Uint8Array | ArrayBuffer, options: CsvClassification): CsvDataset<ClassificationDataset>;
export function readCsv(input: string | Uint8Array | ArrayBuffer, options: CsvRegression): CsvDataset<RegressionDataset>;
export function readCsv(input: string | Uint8Array | ArrayBuffer, options: CsvClassification | CsvRegression): CsvDataset<Dataset>;
export function readCsv(input: string | Uint8Array | ArrayBuffer, options: CsvClassification | CsvRegression): CsvDataset<Dataset> {
  const table = toTable(parseCsv(input, options), options);
  const { names, rows, target } = table;
  const columns = names.flatMap((_, column) => (column === target ? [] : [column]));
  const n = rows.length;
  const d = columns.length;
  const x = new Float64Array(n * d);
  for (let i = 0; i < n; i++) columns.forEach((column, j) => { x[i * d + j] = numberAt(table, i, column); });
  const described = { features: columns.map((column) => names[column]!), target: names[target]! };
  const examples = { name: options.name ?? 'csv', n, d, x };
  if (options.task === 'regression') {
    const y = Float64Array.from(rows, (_, i) => numberAt(table, i, target));
    return { data: regression({ ...examples, y, outputs: 1 }), ...described };
  }
  const { y, names: classNames } = labelsOf(table, options.classNames);
  return { data: classification({ ...examples, y, classes: classNames.length, classNames }), ...described };
}
