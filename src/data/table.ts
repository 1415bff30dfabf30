/**
 * A reader's own files as a data set: a CSV with a target column, or NPY, IDX and NPZ arrays with their labels; any of them compressed with gzip. What the file does not say
 * (delimiter, header, classes or numbers) is found out and put in words; every refusal says where and what to do.
 */
import { ConfigError, FormatError } from '../core/errors';
import { decompressed, oneHotLabels, readExampleArrays, type ExampleRows } from './arrayFiles';
import { csvRecords, failAtRow, shown, type CsvDelimiter } from './csv';
import { classification, regression, type Dataset } from './dataset';
import { fileKind, type FileKind, type TableFile } from './fileKind';
import { DEFAULT_MAX_BYTES } from './ndarray';

export type { TableFile } from './fileKind';
/** `auto`: texts, and at most 20 distinct whole numbers, are classes; other numbers are targets of a regression. */
export type TableTask = 'auto' | 'classes' | 'numbers';
export interface TableOptions {
  /** Target column of a CSV, counted from 1; 0: the last. */
  readonly target: number;
  readonly task: TableTask;
}
export interface ReaderTable {
  readonly dataset: Dataset;
  /** What was made of the file, in one sentence. */
  readonly understood: string;
}

const MOST_BYTES = DEFAULT_MAX_BYTES;
/** Distinct whole numbers that are still taken for classes. */
const FEW = 20;
/** A column of more distinct labels is an id or a text, not a class. */
const MOST_CLASSES = 1000;
/** As the CSV data set reads numbers: no hexadecimal, no empty cell, no infinity. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MISSING = /^(?:|na|n\/a|nan|null|none|\?|-)$/i;
const isNumber = (cell: string): boolean => NUMBER.test(cell) && Number.isFinite(Number(cell));

type Format = 'csv' | FileKind;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const checkSize = (file: TableFile): void => {
  if (file.data.byteLength > MOST_BYTES)
    throw new FormatError(
      'file',
      `'${file.name}' has ${megabytes(file.data.byteLength)}, this reads up to ${megabytes(MOST_BYTES)}. Keep fewer rows, or fewer columns`,
    );
};

/**
 * `file` and, for NPY, IDX and an NPZ file without labels, its labels. Throws FormatError where a file is not what its format says or is of one that
 * is not read (named, with the way out), has a missing value, text among its features, one class or too many, or no examples; ConfigError for a
 * target column that is not there, for labels too few or too many and for an NPZ file whose arrays' names say nothing.
 */
export const readTable = (file: TableFile, labels: TableFile | undefined, options: TableOptions): ReaderTable => {
  for (const f of labels ? [file, labels] : [file]) checkSize(f);
  const table = decompressed(file);
  if (fileKind(table) !== 'text') return arrays(table, labels && decompressed(labels), options.task);
  if (labels) throw new ConfigError(`'${file.name}' is a CSV, whose target is one of its columns; remove the labels file '${labels.name}'`);
  return csvTable(table, options);
};

/** The commonest of the three in the first line. */
const delimiterOf = (data: Uint8Array): CsvDelimiter => {
  const [line = ''] = new TextDecoder().decode(data.subarray(0, 2 ** 16)).split(/[\r\n]/, 1);
  const count = (d: CsvDelimiter): number => line.split(d).length;
  return ([',', ';', '\t'] as const).reduce((best, d) => (count(d) > count(best) ? d : best));
};

interface Head {
  readonly names: readonly string[];
  readonly hasNames: boolean;
  readonly target: number;
}
/** From the first record: it holds names if no cell but the target's is a number and one is not empty (an unnamed index column is). */
const headOf = (cells: readonly string[], target: number): Head => {
  const width = cells.length;
  if (width < 2)
    throw new FormatError('csv', 'one column only; a target and at least one feature are needed, separated by commas, semicolons or tabs');
  if (!Number.isInteger(target) || target < 0 || target > width)
    throw new ConfigError(`target column ${target}: the file has ${width} columns. Choose 1 to ${width}, or 0 for the last`);
  const at = target === 0 ? width - 1 : target - 1;
  const features = cells.filter((_, column) => column !== at).map((cell) => cell.trim());
  const hasNames = !features.some(isNumber) && features.some((cell) => !MISSING.test(cell));
  return { names: cells.map((cell, column) => (hasNames ? cell.trim() : `column ${column + 1}`)), hasNames, target: at };
};

const featureAt = (cell: string, column: number, row: number, { names }: Head): number => {
  if (isNumber(cell)) return Number(cell);
  const where = `column ${column + 1} (${shown(names[column]!)})`;
  if (MISSING.test(cell)) return failAtRow(row, `${where} has no value (${shown(cell)}). Fill it in, or delete the row or the column`);
  return failAtRow(
    row,
    `${where} holds ${shown(cell)}; features are finite numbers. Code it as numbers, delete the column, or choose it as the target`,
  );
};

const csvTable = (file: TableFile, { target, task }: TableOptions): ReaderTable => {
  const delimiter = delimiterOf(file.data);
  const [x, targets]: [number[], string[]] = [[], []];
  let head: Head | undefined;
  let row = 0;
  for (const cells of csvRecords(file.data, { delimiter, maxBytes: MOST_BYTES })) {
    row++;
    if (!head) {
      head = headOf(cells, target);
      if (head.hasNames) continue;
    }
    for (const [column, text] of cells.entries()) {
      const cell = text.trim();
      if (column !== head.target) x.push(featureAt(cell, column, row, head));
      else if (cell === '')
        failAtRow(row, `the target, column ${column + 1} (${shown(head.names[column]!)}), is empty. Fill it in or delete the row`);
      else targets.push(cell);
    }
  }
  if (!head || targets.length === 0) throw new FormatError('csv', 'the file has a header but no examples');
  const { names, hasNames, target: at } = head;
  const n = targets.length;
  const place = (i: number): string => `row ${i + 1 + Number(hasNames)}, column ${at + 1} (${shown(names[at]!)})`;
  const y = targets.every(isNumber) ? numbers('csv', Float64Array.from(targets, Number), task) : texts(targets, task, place);
  const features = names.filter((_, column) => column !== at);
  const dataset = assemble(file.name, n, features.length, Float64Array.from(x), y);
  const separated = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' }[delimiter];
  const layout = `separated by ${separated}, ${hasNames ? 'first row: names' : 'no row of names'}`;
  return {
    dataset,
    understood: `'${file.name}', ${layout}: ${counts(n, features.length)} (${some(features)}); target ${shown(names[at]!)}: ${y.words}.`,
  };
};

/** Targets [n] as classes or [n, outputs] as numbers, and what they were taken for. */
interface Classes {
  readonly kind: 'classes';
  readonly y: Uint32Array;
  readonly names: readonly string[];
  readonly words: string;
}
interface Numbers {
  readonly kind: 'numbers';
  readonly y: Float64Array;
  readonly outputs: number;
  readonly words: string;
}
type Targets = Classes | Numbers;

const some = (list: readonly string[]): string => (list.length > 6 ? `${list.slice(0, 5).join(', ')}, … ${list.at(-1)}` : list.join(', '));
const counts = (n: number, d: number): string => `${n} examples of ${d} feature${d === 1 ? '' : 's'}`;

const classes = (format: Format, y: Uint32Array, names: readonly string[], order: string): Classes => {
  if (names.length < 2)
    throw new FormatError(
      format,
      `every example has the target ${shown(names[0] ?? '')}: there is nothing to tell apart. Choose another target column or file`,
    );
  if (names.length > MOST_CLASSES)
    throw new FormatError(
      format,
      `${names.length} distinct labels among ${y.length} examples; at most ${MOST_CLASSES} are classes. ` +
        `Is this an id? Choose another target, or set 'Target is' to numbers`,
    );
  return { kind: 'classes', y, names, words: `${names.length} classes (${some(names)}), numbered ${order}` };
};
const texts = (targets: readonly string[], task: TableTask, place: (i: number) => string): Classes => {
  if (task === 'numbers') {
    const i = targets.findIndex((t) => !isNumber(t));
    throw new FormatError(
      'csv',
      `${place(i)} holds ${shown(targets[i]!)}, which is not a finite number. Set 'Target is' to classes, or choose another target column`,
    );
  }
  const ids = new Map<string, number>();
  for (const t of targets) if (!ids.has(t)) ids.set(t, ids.size);
  return classes(
    'csv',
    Uint32Array.from(targets, (t) => ids.get(t)!),
    [...ids.keys()],
    'as they first appear',
  );
};
const numbers = (format: Format, values: Float64Array, task: TableTask): Targets => {
  const distinct = new Set(values);
  const whole = [...distinct].every(Number.isInteger);
  if (task === 'classes' && !whole)
    throw new FormatError(
      format,
      `the targets hold ${values.find((v) => !Number.isInteger(v))}; numbers that are classes are whole. Set 'Target is' to numbers`,
    );
  if (task === 'classes' || (task === 'auto' && whole && distinct.size <= FEW)) {
    const sorted = [...distinct].toSorted((a, b) => a - b);
    const rank = new Map(sorted.map((v, i) => [v, i]));
    return classes(
      format,
      Uint32Array.from(values, (v) => rank.get(v)!),
      sorted.map(String),
      'in ascending order',
    );
  }
  if (distinct.size < 2)
    throw new FormatError(
      format,
      `every example has the target ${values[0]}: there is nothing to learn. Choose another target column or file`,
    );
  return { kind: 'numbers', y: values, outputs: 1, words: 'numbers, a regression' };
};

const assemble = (name: string, n: number, d: number, x: Float64Array, t: Targets): Dataset =>
  t.kind === 'classes'
    ? classification({ name, n, d, x, y: t.y, classes: t.names.length, classNames: t.names })
    : regression({ name, n, d, x, y: t.y, outputs: t.outputs });

/** One-hot rows are classes unless numbers are asked for; a column that no example has is a class too. */
const rowTargets = (y: ExampleRows, task: TableTask): Targets => {
  if (y.width === 1) return numbers(y.format, y.values, task);
  const labels = task === 'numbers' ? undefined : oneHotLabels(y);
  if (labels) {
    const seen = [...new Set(labels)].map(String);
    return classes(y.format, labels, seen.length < 2 ? seen : Array.from({ length: y.width }, (_, c) => String(c)), 'by column, one-hot');
  }
  if (task === 'classes')
    throw new ConfigError(
      `${y.label} has ${y.width} values an example, which are not one-hot; classes are one whole number each. Set 'Target is' to numbers`,
    );
  return { kind: 'numbers', y: y.values, outputs: y.width, words: `${y.width} numbers each, a regression` };
};

const arrays = (file: TableFile, labels: TableFile | undefined, task: TableTask): ReaderTable => {
  const { x, y, unused } = readExampleArrays(file, labels);
  if (x.n !== y.n) throw new ConfigError(`${x.label} has ${x.n} examples, ${y.label} labels for ${y.n}. Choose files that belong together`);
  const t = rowTargets(y, task);
  const left = unused.length > 0 ? ` Not used: ${some(unused)}.` : '';
  return {
    dataset: assemble(file.name, x.n, x.width, x.values, t),
    understood: `${x.label}: ${counts(x.n, x.width)}; labels ${y.label}: ${t.words}.${left}`,
  };
};
