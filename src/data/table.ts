/**
 * A reader's own files as a data set: a table of text with a target column, or NPY, IDX and NPZ arrays with their labels; any of them compressed
 * with gzip. What the file does not say (delimiter, names, roles of columns, classes or numbers) is found out and put in words; every refusal says
 * where and what to do.
 */
import { ConfigError } from '../core/errors';
import { decompressed, oneHotLabels, readExampleArrays, type ExampleRows } from './arrayFiles';
import type { TableOptions } from './columnRoles';
import type { Dataset } from './dataset';
import { checkSize, type TableDescription, type TableFile } from './describe';
import { fileKind } from './fileKind';
import { assemble, classesOf, MOST_CLASSES, numbers, some, tooManyClasses, type Targets, type TableTask } from './targets';
import { refuseContainers } from './text';
import { readTextTable } from './textTable';

export type { TableFile } from './describe';
export type { TableOptions } from './columnRoles';
export type { TableTask } from './targets';

export interface ReaderTable {
  readonly dataset: Dataset;
  /** What was made of the file, in sentences. */
  readonly understood: string;
  /** Of a table of text. */
  readonly description?: TableDescription;
}

/**
 * `file` and, for NPY, IDX and an NPZ file without labels, its labels. Of a table of text, columns are found out or chosen as `describeTable` does.
 * Throws FormatError where a file is not what its format says or is of one that is not read (named, with the way out), has a target without a value, a
 * value that no float32 can hold, one class or too many, or no examples; ConfigError for a column that is not there, for labels too few or too many, and
 * for an NPZ file whose arrays' names say nothing.
 */
export const readTable = (file: TableFile, labels: TableFile | undefined, options: TableOptions): ReaderTable => {
  for (const f of labels ? [file, labels] : [file]) checkSize('file', f);
  const table = decompressed(file);
  if (fileKind(table) !== 'text') return arrays(table, labels && decompressed(labels), options.task);
  refuseContainers(table.data);
  if (labels) throw new ConfigError(`'${file.name}' is a CSV, whose target is one of its columns; remove the labels file '${labels.name}'`);
  return readTextTable(table, options);
};

const counts = (n: number, d: number): string => `${n} examples of ${d} feature${d === 1 ? '' : 's'}`;

/** One-hot rows are classes unless numbers are asked for; a column that no example has is a class too. */
const rowTargets = (y: ExampleRows, task: TableTask): Targets => {
  if (y.width === 1) return numbers(y.format, y.values, task);
  const labels = task === 'numbers' ? undefined : oneHotLabels(y);
  if (labels) {
    if (y.width > MOST_CLASSES) throw tooManyClasses(y.format, y.n);
    const seen = [...new Set(labels)].map(String);
    return classesOf(y.format, labels, seen.length < 2 ? seen : Array.from({ length: y.width }, (_, c) => String(c)), 'by column, one-hot');
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
