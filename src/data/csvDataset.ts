/** A CSV file as a data set: one column is the target, all others are numeric features. */
import { ConfigError, FormatError } from '../core/errors';
import { cellReader, type CellReader } from './cell';
import { csvRows, evenRows, failAtRow, shown, type CsvInput, type CsvRow, type CsvText } from './csv';
import { classification, regression, type ClassificationDataset, type Dataset, type RegressionDataset } from './dataset';
import { hasNames, namesOf } from './names';
import { LONGEST_LABEL } from './targets';
import { detached } from './text';

interface CsvColumns extends CsvText {
  /** Name of the target column (which needs a header), or its index; negative indices count from the last column. */
  readonly target: string | number;
  /**
   * Whether the first record holds names. Found out when absent: text above a column of numbers is a name; where all names are
   * numbers, `true` is needed.
   */
  readonly header?: boolean;
  /** Cells that stand for no value; by default MISSING_MARKS. */
  readonly marks?: readonly string[];
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

/** What the first record and the options say about the others. */
interface Layout {
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Column of the target. */
  readonly target: number;
  /** Columns of the features. */
  readonly features: readonly number[];
}

/** A target of more distinct values is rather a number to regress on. */
const MAX_CLASSES = 2 ** 16;
/** Records that tell whether the first holds names. */
const SAMPLE = 100;

const targetIndex = (names: readonly string[] | undefined, width: number, target: string | number): number => {
  if (typeof target === 'string') {
    if (!names) throw new FormatError('csv', `the target column '${target}' is given by name, but the file has no header`);
    const index = names.indexOf(target);
    if (index < 0)
      throw new FormatError('csv', `there is no column '${target}'; the columns are ${names.slice(0, 20).map(shown).join(', ')}`);
    if (names.lastIndexOf(target) !== index)
      throw new FormatError('csv', `two columns are named '${target}'; give the target by its index`);
    return index;
  }
  if (!Number.isInteger(target) || target < -width || target >= width)
    throw new FormatError('csv', `there is no column ${target}; the file has ${width}`);
  return target < 0 ? target + width : target;
};

const layoutOf = (sample: readonly CsvRow[], { target, header }: CsvColumns, reader: CellReader): Layout => {
  const [first = []] = sample.map(({ cells }) => cells);
  const width = first.length;
  if (width < 2) throw new FormatError('csv', 'one column only; a target and at least one feature are needed. Is the delimiter right?');
  const hasHeader =
    header ??
    hasNames(
      sample.map(({ cells }) => cells),
      reader,
    );
  const names = namesOf(first, hasHeader).map(detached);
  const index = targetIndex(hasHeader ? names : undefined, width, target);
  return { names, hasHeader, target: index, features: names.flatMap((_, column) => (column === index ? [] : [column])) };
};

const numberAt = (text: string, column: number, row: number, names: readonly string[], reader: CellReader): number => {
  const cell = text.trim();
  if (reader.kind(cell) === 'number') return reader.value(cell);
  return failAtRow(row, `column ${column + 1} (${shown(names[column]!)}) holds ${shown(cell)}, which is not a finite number`);
};

/** Numbers of which it is not known how many will come: 8 bytes each, at most twice over. */
const collector = (): { push: (value: number) => void; values: () => Float64Array } => {
  let held = new Float64Array(1024);
  let length = 0;
  const push = (value: number): void => {
    if (length === held.length) {
      const more = new Float64Array(2 * length);
      more.set(held);
      held = more;
    }
    held[length++] = value;
  };
  return { push, values: () => held.slice(0, length) };
};

/** Label texts in the order of their classes. */
const classOrder = (found: readonly string[], { kind, value }: CellReader): readonly string[] =>
  found.every((label) => kind(label) === 'number')
    ? found.toSorted((a, b) => value(a) - value(b) || (a < b ? -1 : 1)) // '01' and '1' are two labels
    : found.toSorted();

interface Labels {
  readonly push: (label: string, row: number) => void;
  readonly classes: () => { readonly y: Uint32Array; readonly classNames: readonly string[] };
}

const labelCollector = (reader: CellReader, given?: readonly string[]): Labels => {
  if (given && new Set(given).size < given.length) throw new ConfigError(`readCsv: a class name is given twice: ${given.join(', ')}`);
  const ids = new Map(given?.map((name, id) => [name, id]));
  const sequence = collector();
  const push = (label: string, row: number): void => {
    if (label === '') failAtRow(row, 'the label is empty');
    if (label.length > LONGEST_LABEL)
      failAtRow(row, `the label ${shown(label)} has ${label.length} characters; at most ${LONGEST_LABEL} are a label`);
    if (reader.kind(label) === 'missing' && !ids.has(label)) failAtRow(row, `the label ${shown(label)} says that there is none`);
    const id = ids.get(label) ?? ids.size;
    if (given && id === given.length) failAtRow(row, `the label ${shown(label)} is not among the ${id} class names`);
    if (id >= MAX_CLASSES) failAtRow(row, `more than ${MAX_CLASSES} distinct labels. Is this a regression target?`);
    if (!ids.has(label)) ids.set(detached(label), id);
    sequence.push(id);
  };
  const classes = (): ReturnType<Labels['classes']> => {
    const found = [...ids.keys()];
    const classNames = given ?? classOrder(found, reader);
    const rank = new Map(classNames.map((name, label) => [name, label]));
    const labelOf = found.map((name) => rank.get(name)!);
    return { y: Uint32Array.from(sequence.values(), (id) => labelOf[id]!), classNames };
  };
  return { push, classes };
};

/** At most `count` of the rows, without closing what they come from. */
function* take(rows: Iterator<CsvRow>, count: number): Generator<CsvRow, void> {
  for (let k = 0; k < count; k++) {
    const { done, value } = rows.next();
    if (done) return;
    yield value;
  }
}

/** The sample from its row `skip` on, then the others. */
function* after(sample: readonly CsvRow[], rows: Iterable<CsvRow>, skip: number): Generator<CsvRow, void> {
  yield* sample.slice(skip);
  yield* rows;
}

/**
 * Reads a file whose features are all numbers. Spaces around numbers and labels do not count; labels are told apart by their text.
 * Throws FormatError as csvRecords does, and for a cell that is not a finite number (row, column and text), an empty or unknown
 * label, too many distinct labels, a target column that does not exist, and a file without examples; ConfigError for a class name
 * given twice. Rows are counted from 1 with the header included.
 */
export function readCsv(input: CsvInput, options: CsvClassification): CsvDataset<ClassificationDataset>;
export function readCsv(input: CsvInput, options: CsvRegression): CsvDataset<RegressionDataset>;
export function readCsv(input: CsvInput, options: CsvClassification | CsvRegression): CsvDataset<Dataset>;
export function readCsv(input: CsvInput, options: CsvClassification | CsvRegression): CsvDataset<Dataset> {
  const reader = cellReader('.', options.marks);
  const labels = options.task === 'classification' ? labelCollector(reader, options.classNames) : undefined;
  const [features, targets] = [collector(), collector()];
  const rows = evenRows(csvRows(input, options));
  const sample = [...take(rows, SAMPLE)];
  const layout = layoutOf(sample, options, reader);
  const { names, target } = layout;
  let n = 0;
  for (const { row, cells } of after(sample, rows, Number(layout.hasHeader))) {
    for (const column of layout.features) features.push(numberAt(cells[column]!, column, row, names, reader));
    if (labels) labels.push(cells[target]!.trim(), row);
    else targets.push(numberAt(cells[target]!, target, row, names, reader));
    n++;
  }
  if (n === 0) throw new FormatError('csv', 'the file has a header but no examples');
  const described = { features: layout.features.map((column) => names[column]!), target: names[target]! };
  const examples = { name: options.name ?? 'csv', n, d: layout.features.length, x: features.values() };
  if (!labels) return { data: regression({ ...examples, y: targets.values(), outputs: 1 }), ...described };
  const { y, classNames } = labels.classes();
  return { data: classification({ ...examples, y, classes: classNames.length, classNames }), ...described };
}
