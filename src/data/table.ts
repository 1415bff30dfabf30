/**
 * A reader's own files as a data set: a CSV with a target column, or NPY and IDX arrays with their labels. What the file does not say
 * (delimiter, header, classes or numbers) is found out and put in words; every refusal says where and what to do.
 */
import { ConfigError, FormatError } from '../core/errors';
import { showShape, sizeOf } from '../core/shape';
import type { TableOptions } from './columnRoles';
import { MAX_FLOAT32, type Dataset } from './dataset';
import { checkSize, type TableDescription, type TableFile } from './describe';
import { readIdx } from './idx';
import { toFloat64, type NdArray } from './ndarray';
import { readNpy } from './npy';
import { assemble, numbers, type Targets, type TableTask } from './targets';
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

type Format = 'csv' | 'npy' | 'idx';
/** By the first bytes; the name does not count. An IDX file starts with two zeros, which no text does. */
const formatOf = ({ data: { 0: a, 1: b } }: TableFile): Format =>
  a === 0x93 && b === 0x4e ? 'npy' : (a === 0 && b === 0) || (a === 0x1f && b === 0x8b) ? 'idx' : 'csv';

/**
 * `file` and, for NPY and IDX, its labels. Of a table of text, columns are found out or chosen as `describeTable` does. Throws FormatError
 * where a file is not what its format says, has a target without a value, a value that no float32 can hold, one class or too many, or no
 * examples; ConfigError for a column that is not there and for labels too few or too many.
 */
export const readTable = (file: TableFile, labels: TableFile | undefined, options: TableOptions): ReaderTable => {
  for (const f of labels ? [file, labels] : [file]) checkSize(formatOf(f), f);
  if (formatOf(file) !== 'csv') return arrays(file, labels, options.task);
  refuseContainers(file.data);
  if (labels) throw new ConfigError(`'${file.name}' is a CSV, whose target is one of its columns; remove the labels file '${labels.name}'`);
  return readTextTable(file, options);
};

const counts = (n: number, d: number): string => `${n} examples of ${d} feature${d === 1 ? '' : 's'}`;

const readArray = (file: TableFile): NdArray => {
  switch (formatOf(file)) {
    case 'npy':
      return readNpy(file.data);
    case 'idx':
      return readIdx(file.data);
    case 'csv':
      throw new FormatError('labels', `'${file.name}' is neither NPY nor IDX`);
  }
};
/** Values of an array whose first axis counts examples: [n, size of the rest]. */
const rowsOf = (
  file: TableFile,
): { readonly n: number; readonly width: number; readonly values: Float64Array; readonly format: Format } => {
  const format = formatOf(file);
  const array = readArray(file);
  const [n, ...rest] = array.shape;
  const width = sizeOf(rest);
  if (n === undefined || n === 0 || width === 0)
    throw new FormatError(
      format,
      `'${file.name}' has the shape ${showShape(array.shape)}, which holds no examples; the first axis counts them`,
    );
  const values = toFloat64(array);
  const bad = values.findIndex((v) => !(Math.abs(v) <= MAX_FLOAT32));
  if (bad >= 0) {
    const value = values[bad]!;
    const what = Number.isFinite(value)
      ? `${value}, too large for float32, which ends at 3.4e38. Divide by a constant`
      : `${value}. Fill it in`;
    throw new FormatError(
      format,
      `'${file.name}': value ${bad % width} of example ${Math.floor(bad / width)} (both from 0) is ${what} or leave the example out`,
    );
  }
  return { n, width, values, format };
};

const arrays = (file: TableFile, labels: TableFile | undefined, task: TableTask): ReaderTable => {
  if (!labels)
    throw new ConfigError(`'${file.name}' holds features only. Add its labels as a second file, NPY or IDX, with one entry an example`);
  const [x, y] = [rowsOf(file), rowsOf(labels)];
  if (x.n !== y.n)
    throw new ConfigError(`'${file.name}' has ${x.n} examples, '${labels.name}' labels for ${y.n}. Choose files that belong together`);
  if (y.width > 1 && task === 'classes')
    throw new ConfigError(
      `'${labels.name}' has ${y.width} values an example; classes are one whole number each. Set 'Target is' to numbers`,
    );
  const t: Targets =
    y.width === 1
      ? numbers(y.format, y.values, task)
      : { kind: 'numbers', y: y.values, outputs: y.width, words: `${y.width} numbers each, a regression` };
  return {
    dataset: assemble(file.name, x.n, x.width, x.values, t),
    understood: `'${file.name}': ${counts(x.n, x.width)}; labels '${labels.name}': ${t.words}.`,
  };
};
