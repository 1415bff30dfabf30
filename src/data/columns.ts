/** What the columns of a text table hold: one pass over all records, in memory that does not grow with their number. */
import { FormatError } from '../core/errors';
import type { CellKind, CellReader } from './cell';
import { csvRows, evenRows, type CsvInput } from './csv';
import { MAX_FLOAT32 } from './dataset';
import { dialectOf, type Dialect, type DialectOptions } from './dialect';
import { hasNames, namesOf, type HeaderOption } from './names';
import { FEW, LONGEST_LABEL } from './targets';
import { detached } from './text';

/** Distinct values that a column of categories may have. */
export const MOST_CATEGORIES = 50;
const SAMPLES = 5;
const PREVIEW_ROWS = 20;
/** A text among numbers that is rarer than this is a slip. */
const RARE = 0.05;

/** A cell with its row. */
export interface Found {
  readonly row: number;
  readonly cell: string;
}

/** What was seen of one column. Counts are of cells. */
export class ColumnScan {
  numbers = 0;
  infinite = 0;
  missing = 0;
  dates = 0;
  texts = 0;
  /** Whether all numbers are whole. */
  whole = true;
  /** Whether each cell is a whole number one above the last, and whether greater than the last. */
  counts = true;
  increases = true;
  /** The distinct cells that are not missing; undefined where they are more, or longer, than categories may be. */
  distinct: Set<string> | undefined = new Set();
  readonly samples: string[] = [];
  /** The first of each kind. */
  readonly first: Partial<Record<CellKind | 'beyond' | 'fraction', Found>> = {};
  private last = Number.NaN;

  /** Cells that hold a value. */
  get present(): number {
    return this.numbers + this.infinite + this.dates + this.texts;
  }

  push(cell: string, kind: CellKind, row: number, reader: CellReader): void {
    const note = (what: CellKind | 'beyond' | 'fraction'): void => {
      this.first[what] ??= { row, cell: detached(cell.slice(0, 80)) };
    };
    note(kind);
    if (kind === 'missing') {
      this.missing++;
      this.counts = this.increases = false;
      return;
    }
    if (kind === 'number') {
      this.numbers++;
      const value = reader.value(cell);
      if (Math.abs(value) > MAX_FLOAT32) note('beyond');
      this.follow(value, note);
    } else {
      this.counts = this.increases = false;
      if (kind === 'infinite') this.infinite++;
      else if (kind === 'date') this.dates++;
      else this.texts++;
    }
    this.keep(cell);
  }

  private follow(value: number, note: (what: 'fraction') => void): void {
    if (!Number.isInteger(value)) {
      this.whole = this.counts = this.increases = false;
      note('fraction');
    } else if (!Number.isNaN(this.last)) {
      this.counts &&= value === this.last + 1;
      this.increases &&= value > this.last;
    }
    this.last = value;
  }

  private keep(cell: string): void {
    if (this.samples.length < SAMPLES && !this.samples.includes(cell)) this.samples.push(detached(cell.slice(0, 80)));
    if (!this.distinct) return;
    if (cell.length > LONGEST_LABEL || this.distinct.add(cell).size > MOST_CATEGORIES) this.distinct = undefined;
  }

  /** The distinct cells where they are few enough to be categories. */
  categories(): readonly string[] | undefined {
    const { distinct } = this;
    if (!distinct) return undefined;
    return distinct.size <= FEW || 2 * distinct.size <= this.present ? [...distinct].map(detached).toSorted() : undefined;
  }

  get isConstant(): boolean {
    return this.distinct?.size === 1;
  }

  /** Whether all values are numbers, or would be but for infinities. */
  get isNumeric(): boolean {
    return this.numbers > 0 && this.texts + this.dates === 0;
  }

  /** Whether texts slipped into a column of numbers: at most as many, and rare, or just one, or a tenth among numbers too many to be codes. */
  get hasSlips(): boolean {
    const texts = this.texts + this.dates;
    if (texts === 0 || this.numbers < texts) return false;
    return texts === 1 || texts < RARE * this.present || (this.categories() === undefined && texts < this.numbers / 10);
  }
}

export interface TableScan {
  readonly dialect: Dialect;
  readonly named: boolean;
  readonly names: readonly string[];
  readonly columns: readonly ColumnScan[];
  /** Records, without the names. */
  readonly rows: number;
  /** Lines that hold no record. */
  readonly skipped: number;
  /** The first records. */
  readonly preview: readonly (readonly string[])[];
}

export interface ScanOptions extends DialectOptions {
  readonly header?: HeaderOption;
}

const isEmpty = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

/** The records that hold a value, with their rows; the first may be the names. */
export function* recordsOf(
  input: CsvInput,
  { text, start }: Dialect,
): Generator<{ readonly row: number; readonly cells: readonly string[] }, void> {
  for (const record of evenRows(csvRows(input, text, start))) if (!isEmpty(record.cells)) yield record;
}

/** Throws FormatError as csvRecords does, for one column only, and for names without examples. */
export const scanTable = (input: CsvInput, options: ScanOptions): TableScan => {
  const { header = 'auto', ...rest } = options;
  const dialect = dialectOf(input, rest);
  const { reader, sample } = dialect;
  const records = sample.map(({ cells }) => cells).filter((cells) => !isEmpty(cells));
  const named = header === 'auto' ? hasNames(records, reader) : header === 'yes';
  const first = records[0] ?? [];
  if (first.length < 2)
    throw new FormatError(
      'csv',
      'one column only; a target and at least one feature are needed, separated by commas, semicolons, tabs, bars or spaces',
    );
  const columns = first.map(() => new ColumnScan());
  const preview: (readonly string[])[] = [];
  let [rows, lines] = [0, 0];
  let isFirst = true;
  for (const { row, cells } of recordsOf(input, dialect)) {
    lines = row;
    if (isFirst && named) {
      isFirst = false;
      continue;
    }
    isFirst = false;
    rows++;
    for (let j = 0; j < cells.length; j++) {
      const cell = cells[j]!.trim();
      columns[j]!.push(cell, reader.kind(cell), row, reader);
    }
    if (rows <= PREVIEW_ROWS) preview.push(cells.map((cell) => detached(cell.trim().slice(0, 80))));
  }
  return { dialect, named, names: namesOf(first, named).map(detached), columns, rows, skipped: lines - rows - Number(named), preview };
};
