/** NPY, IDX and NPZ files, compressed or not, as the features and targets of examples. */
import { ConfigError, FormatError } from '../core/errors';
import { showShape, sizeOf } from '../core/shape';
import { fileKind, type FileKind, type TableFile } from './fileKind';
import { readGzip } from './gzip';
import { readIdx } from './idx';
import { toFloat64, type NdArray } from './ndarray';
import { readNpy } from './npy';
import { readNpz } from './npz';

/** Of an array whose first axis counts examples. */
export interface ExampleRows {
  readonly n: number;
  /** Size of the other axes together. */
  readonly width: number;
  /** Row-major [n, width], all finite in float32 too. */
  readonly values: Float64Array;
  /** Of the file that it is from. */
  readonly format: FileKind;
  /** File, and array where the file has several, for messages. */
  readonly label: string;
}
export interface ExampleArrays {
  readonly x: ExampleRows;
  readonly y: ExampleRows;
  /** Names of arrays in the files that were left out. */
  readonly unused: readonly string[];
}

/** Names that NumPy's, Keras' and scikit-learn's users give, in lower case. */
const FEATURES: ReadonlySet<string> = new Set(['x', 'x_train', 'data', 'features']);
const TARGETS: ReadonlySet<string> = new Set(['y', 'y_train', 'label', 'labels', 'target', 'targets']);
/** Values in one array. As float64 they take 512 MiB. */
const MOST_VALUES = 2 ** 26;

/** What a file compressed with gzip holds, under its own name; other files as they are. Throws FormatError as `readGzip` does. */
export const decompressed = (file: TableFile): TableFile =>
  fileKind(file) === 'gzip' ? { name: file.name, data: readGzip(file.data) } : file;

const rowsOf = (array: NdArray, format: FileKind, label: string): ExampleRows => {
  const [n, ...rest] = array.shape;
  if (n === undefined || array.data.length === 0)
    throw new FormatError(format, `${label} has the shape ${showShape(array.shape)}, which holds no examples; the first axis counts them`);
  if (array.data.length > MOST_VALUES)
    throw new FormatError(
      format,
      `${label} has the shape ${showShape(array.shape)}, ${array.data.length} values; up to ${MOST_VALUES} are read. Keep fewer examples or features`,
    );
  const width = sizeOf(rest);
  const values = toFloat64(array);
  const bad = values.findIndex((v) => !Number.isFinite(Math.fround(v)));
  if (bad >= 0) {
    const value = values[bad]!;
    const what = Number.isFinite(value)
      ? `${value}, too large for float32, which ends at 3.4e38. Divide by a constant`
      : `${value}. Fill it in`;
    throw new FormatError(
      format,
      `${label}: value ${bad % width} of example ${Math.floor(bad / width)} (both from 0) is ${what} or leave the example out`,
    );
  }
  return { n, width, values, format, label };
};

/** A file's arrays by name; one without names has one, called ''. */
interface Arrays {
  readonly names: readonly string[];
  readonly rows: (name: string) => ExampleRows;
  readonly summary: () => string;
}
const arraysOf = (file: TableFile): Arrays => {
  const format = fileKind(file);
  const label = `'${file.name}'`;
  switch (format) {
    case 'npy':
    case 'idx':
      return {
        names: [''],
        rows: () => rowsOf((format === 'npy' ? readNpy : readIdx)(file.data), format, label),
        summary: () => 'one array',
      };
    case 'npz': {
      const { names, read, summary } = readNpz(file.data);
      return { names, rows: (name) => rowsOf(read(name), format, `${name} of ${label}`), summary };
    }
    case 'gzip':
      throw new FormatError(format, `${label} is compressed twice; decompress it once`);
    case 'text':
      throw new FormatError('labels', `${label} is neither NPY nor IDX nor NPZ`);
  }
};

const namesIn = ({ names }: Arrays, known: ReadonlySet<string>): readonly string[] => names.filter((name) => known.has(name.toLowerCase()));
/** The one array with a known name, else the only one. Throws ConfigError listing them where neither is. */
const chosen = (file: TableFile, arrays: Arrays, known: ReadonlySet<string>, what: string): string => {
  const [only, ...others] = namesIn(arrays, known);
  if (only !== undefined && others.length === 0) return only;
  if (arrays.names.length === 1) return arrays.names[0]!;
  throw new ConfigError(
    `'${file.name}' holds ${arrays.summary()}: ${only === undefined ? 'none' : 'more than one'} is known by its name to be the ${what}. ` +
      `Save two of them as x and y: numpy.savez('xy.npz', x=…, y=…)`,
  );
};

/**
 * Features from `file`, targets from `labels` or, from an NPZ file with both, from the same. In an NPZ file they are known by name, in upper or
 * lower case: x, x_train, data or features; y, y_train, label, labels, target or targets; a single array needs no name. Throws FormatError for damage
 * and for what holds no finite numbers, ConfigError where a file or an array is missing or one too many; numbers of examples are not compared.
 */
export const readExampleArrays = (file: TableFile, labels: TableFile | undefined): ExampleArrays => {
  const arrays = arraysOf(file);
  const x = chosen(file, arrays, FEATURES, 'features');
  const own = namesIn(arrays, TARGETS).filter((name) => name !== x);
  if (labels) {
    if (own.length > 0)
      throw new ConfigError(
        `'${file.name}' holds labels of its own (${own.join(', ')}); remove the labels file '${labels.name}', or save only x`,
      );
    const others = arraysOf(labels);
    const y = chosen(labels, others, TARGETS, 'labels');
    const unused = [...arrays.names.filter((name) => name !== x), ...others.names.filter((name) => name !== y)];
    return { x: arrays.rows(x), y: others.rows(y), unused };
  }
  if (arrays.names.length === 1)
    throw new ConfigError(`'${file.name}' holds features only. Add its labels as a second file, NPY or IDX, with one entry an example`);
  const y = chosen(file, arrays, TARGETS, 'labels');
  return { x: arrays.rows(x), y: arrays.rows(y), unused: arrays.names.filter((name) => name !== x && name !== y) };
};

/** Column of the only 1 of each row [n], where all else is 0 and there are several columns; undefined for other rows. */
export const oneHotLabels = ({ n, width, values }: ExampleRows): Uint32Array | undefined => {
  if (width < 2 || !values.every((v) => v === 0 || v === 1)) return undefined;
  const [labels, ones] = [new Uint32Array(n), new Uint32Array(n)];
  values.forEach((v, i) => {
    if (v === 0) return;
    labels[Math.floor(i / width)] = i % width;
    ones[Math.floor(i / width)]!++;
  });
  return ones.every((count) => count === 1) ? labels : undefined;
};
