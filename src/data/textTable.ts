/** A table of text as a data set, by what was understood of it. */
import { FormatError } from '../core/errors';
import type { CellReader } from './cell';
import type { ColumnDescription, TableOptions } from './columnRoles';
import { recordsOf } from './columns';
import { failAtRow, shown } from './csv';
import { featureNames, understand, widthOf, type TableDescription, type TableFile, type Understanding } from './describe';
import type { Dataset } from './dataset';
import { moments } from './moments';
import { isOfTexts } from './refusals';
import { assemble, classesOf, FEW, LONGEST_LABEL, MOST_CLASSES, regressionOn, some, tooManyClasses, type Targets } from './targets';
import { detached } from './text';

export interface TextTable {
  readonly dataset: Dataset;
  readonly description: TableDescription;
  /** Names of the features, in the order of x's columns. */
  readonly features: readonly string[];
  /** What was made of the file, in sentences. */
  readonly understood: string;
}

/** Numbers that all cells of a file within the size limit can be; one-hot columns can ask for more. */
const MOST_VALUES = 2 ** 27;

const allocate = (length: number): Float64Array => {
  const what = `the table becomes ${length} numbers`;
  if (length > MOST_VALUES) throw new FormatError('csv', `${what}; at most ${MOST_VALUES} are read. Leave out columns, or keep fewer rows`);
  try {
    return new Float64Array(length);
  } catch {
    throw new FormatError('csv', `${what}, for which there is no memory. Leave out columns, or keep fewer rows`);
  }
};

/** A feature's column: where it stands in an example, and the places of its categories. */
interface Slot {
  readonly column: number;
  readonly at: number;
  readonly places: ReadonlyMap<string, number> | undefined;
}
const slotsOf = (columns: readonly ColumnDescription[]): readonly Slot[] => {
  let at = 0;
  return columns.flatMap((c) => {
    if (c.role !== 'feature') return [];
    const places = c.type === 'category' ? new Map(c.categories.map((value, i) => [value, i])) : undefined;
    const slot = { column: c.number - 1, at, places };
    at += widthOf(c);
    return [slot];
  });
};

/** Writes one example's features, NaN where they are missing. */
const writeFeatures = (x: Float64Array, from: number, cells: readonly string[], slots: readonly Slot[], reader: CellReader): void => {
  for (const { column, at, places } of slots) {
    const cell = cells[column]!.trim();
    if (reader.kind(cell) === 'missing') x.fill(Number.NaN, from + at, from + at + (places?.size ?? 1));
    else if (places) x[from + at + places.get(cell)!] = 1;
    else x[from + at] = reader.value(cell);
  }
};

/** NaNs become the mean of the other values of their feature, 0 where there are none. */
const fillMissing = (x: Float64Array, n: number, d: number, slots: readonly Slot[], columns: readonly ColumnDescription[]): void => {
  const holed = slots.filter(({ column }) => columns[column]!.missing > 0 && columns[column]!.policy === 'mean');
  for (const j of holed.flatMap(({ at, places }) => Array.from({ length: places?.size ?? 1 }, (_, k) => at + k))) {
    const held = new Float64Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (!Number.isNaN(x[i * d + j])) held[count++] = x[i * d + j]!;
    const mean = count === 0 ? 0 : moments(held.subarray(0, count), count, 1).mean[0]!;
    for (let i = 0; i < n; i++) if (Number.isNaN(x[i * d + j])) x[i * d + j] = mean;
  }
};

/** Labels by their text, in the order in which they come. Throws FormatError for too many, and for texts each of which is another. */
class Labels {
  private readonly ids = new Map<string, number>();
  private readonly sequence: Uint32Array;
  private n = 0;
  constructor(rows: number) {
    this.sequence = new Uint32Array(rows);
  }
  push(label: string, row: number): void {
    if (label.length > LONGEST_LABEL)
      failAtRow(row, `the label ${shown(label)} has ${label.length} characters; at most ${LONGEST_LABEL} are a label`);
    const id = this.ids.get(label) ?? this.ids.size;
    if (id >= MOST_CLASSES) throw tooManyClasses('csv', this.n + 1);
    if (id === this.ids.size) this.ids.set(detached(label), id);
    this.sequence[this.n++] = id;
  }
  /** Numbers in ascending order, by their text where they are equal; texts as they come. */
  targets(reader: CellReader, areTexts: boolean): Targets {
    const found = [...this.ids.keys()];
    const y = this.sequence.subarray(0, this.n);
    if (areTexts && this.n > FEW && found.length === this.n)
      throw new FormatError(
        'csv',
        `each of the ${this.n} examples has a label of its own: there is nothing to learn. Choose another target column`,
      );
    if (areTexts) return classesOf('csv', y.slice(), found, 'as they first appear');
    const names = found.toSorted((a, b) => reader.value(a) - reader.value(b) || (a < b ? -1 : 1));
    const rank = new Map(names.map((name, i) => [name, i]));
    const order = found.map((name) => rank.get(name)!);
    const twice = names.flatMap((name, i) =>
      i > 0 && reader.value(name) === reader.value(names[i - 1]!) ? [`${names[i - 1]} and ${name}`] : [],
    );
    const warning = twice.length === 0 ? '' : `; labels are told apart by their text, also where they are the same number (${some(twice)})`;
    const classes = classesOf(
      'csv',
      y.map((id) => order[id]!),
      names,
      'in ascending order',
    );
    return { ...classes, words: `${classes.words}${warning}` };
  }
}

/** What takes the targets in: labels or numbers. */
interface Collector {
  readonly push: (cell: string, row: number) => void;
  readonly targets: () => Targets;
}
const collectorOf = ({ drafts, scan, description: { rows } }: Understanding, { task }: TableOptions): Collector => {
  const target = drafts.find(({ column }) => column.role === 'target')!.scan;
  const { reader } = scan.dialect;
  const areTexts = target.texts + target.dates > 0 && (task === 'classes' || isOfTexts(target));
  const few = target.whole && target.distinct !== undefined && target.distinct.size <= FEW;
  if (areTexts || task === 'classes' || (task === 'auto' && few)) {
    const labels = new Labels(rows);
    return { push: (cell, row) => labels.push(cell, row), targets: () => labels.targets(reader, areTexts) };
  }
  const y = new Float64Array(rows);
  let n = 0;
  return {
    push: (cell) => {
      y[n++] = reader.value(cell);
    },
    targets: () => regressionOn('csv', n === rows ? y : y.slice(0, n)),
  };
};

/** Reads the records a second time, into arrays of the size that the first time has found. Throws FormatError for what stands in the way. */
export const readTextTable = (file: TableFile, options: TableOptions): TextTable => {
  const understanding = understand(file, options);
  const { scan, layout, notes, description } = understanding;
  const { columns, refusals, rows, features: d } = description;
  if (rows === 0) throw new FormatError('csv', 'the file has a header but no examples');
  if (refusals[0] !== undefined) throw new FormatError('csv', refusals[0]);
  const { reader } = scan.dialect;
  const target = columns.findIndex(({ role }) => role === 'target');
  const dropping = columns.flatMap((c, j) => (c.role !== 'ignore' && c.missing > 0 && c.policy === 'drop' ? [j] : []));
  const slots = slotsOf(columns);
  const all = allocate(rows * d);
  const collector = collectorOf(understanding, options);
  let n = 0;
  let isName = scan.named;
  for (const { row, cells } of recordsOf(file.data, scan.dialect)) {
    if (!isName && !dropping.some((j) => reader.kind(cells[j]!.trim()) === 'missing')) {
      writeFeatures(all, n * d, cells, slots, reader);
      collector.push(cells[target]!.trim(), row);
      n++;
    }
    isName = false;
  }
  if (n === 0) throw new FormatError('csv', `each of the ${rows} rows lacks a value; nothing is left`);
  const x = n === rows ? all : all.slice(0, n * d);
  fillMissing(x, n, d, slots, columns);
  const y = collector.targets();
  const features = featureNames(columns);
  const dropped = n === rows ? '' : ` ${rows - n} rows with missing values are left out.`;
  const understood =
    `'${file.name}', ${layout}: ${n} examples of ${d} feature${d === 1 ? '' : 's'} (${some(features)}); ` +
    `target ${JSON.stringify(columns[target]!.name)}: ${y.words}.${dropped}${notes}`;
  return { dataset: assemble(file.name, n, d, x, y), description, features, understood };
};
