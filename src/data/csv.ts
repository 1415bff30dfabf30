/** CSV text to records of cells, by RFC 4180: quoted cells may hold delimiters, line ends and doubled quotes. */
import { FormatError } from '../core/errors';
import { DEFAULT_MAX_BYTES } from './ndarray';
import { PIECE, piecesOf, type Pieces, type TextEncoding, type TextInput } from './text';

export type CsvInput = TextInput;
/** ' ': any run of spaces and tabs. */
export type CsvDelimiter = ',' | ';' | '\t' | '|' | ' ';

export interface CsvText {
  /** ',' by default. */
  readonly delimiter?: CsvDelimiter;
  /** By the byte order mark, else UTF-8, by default. */
  readonly encoding?: TextEncoding;
  /** Files of more bytes (of a string: characters) are refused; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Files of more columns are refused; 65,536 by default. */
  readonly maxColumns?: number;
  /** Bytes (of a string: characters) that are read at a time; 1 MiB by default. */
  readonly pieceLength?: number;
}

/** Where the records start, and which lines hold none. */
export interface CsvStart {
  /** Lines before the first record, which are not read. */
  readonly skip: number;
  /** Cells of a record: lines that start with # and have another number of cells are comments. Without it, there are no comments. */
  readonly columns?: number;
}

export interface CsvRow {
  /** Counted from 1 as a spreadsheet counts them: every record, and every line that holds none. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** Its cells are held together, at several times their bytes, until the end of a record is found. */
export const DEFAULT_MAX_COLUMNS = 2 ** 16;

/** Throws FormatError at a place given by its row. */
export const failAtRow = (row: number, message: string): never => {
  throw new FormatError('csv', `row ${row}: ${message}`);
};

/** A cell as messages show it; a long one would drown them. */
export const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

const [TAB, LF, CR, END_OF_FILE, SPACE, QUOTE, HASH] = [9, 10, 13, 26, 32, 34, 35] as const;

/** How a record is cut into cells. */
interface Cutting {
  readonly delimiter: CsvDelimiter;
  readonly maxColumns: number;
}
interface Cell {
  readonly text: string;
  /** Position after the cell. */
  readonly end: number;
}
/** `cells`: absent where the line holds no record. */
interface Line {
  readonly cells?: readonly string[];
  /** Position after the record and its line end. */
  readonly end: number;
}
/** Text of which the rest may not have been read yet. A cut that runs into its end has no result, and is made again with more text. */
interface Held {
  readonly text: string;
  readonly complete: boolean;
}

/** Position after the spaces here. */
const afterSpaces = (text: string, at: number, tabsToo: boolean): number => {
  for (; ; at++) {
    const c = text.charCodeAt(at);
    if (c !== SPACE && !(tabsToo && c === TAB)) return at;
  }
};

/** Length of the line end at this position: 2 for CR LF, 1 for LF or CR alone, 0 where there is none. */
const lineEnd = (text: string, at: number): number => {
  const c = text.charCodeAt(at);
  if (c === CR) return text.charCodeAt(at + 1) === LF ? 2 : 1;
  return c === LF ? 1 : 0;
};

/** `start` is at the opening quote. Spaces after the closing one do not count, unless they delimit. */
const quotedCell = ({ text, complete }: Held, start: number, row: number, delimiter: CsvDelimiter): Cell | undefined => {
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return complete ? failAtRow(row, 'a quote is never closed') : undefined;
    if (text.charCodeAt(quote + 1) !== QUOTE) {
      const end = delimiter === ' ' ? quote + 1 : afterSpaces(text, quote + 1, delimiter !== '\t');
      return { text: text.slice(start + 1, quote).replaceAll('""', '"'), end };
    }
    from = quote + 2;
  }
};

const plainCell = (text: string, start: number, row: number, delimiter: CsvDelimiter): Cell => {
  const code = delimiter.charCodeAt(0);
  let end = start;
  for (; end < text.length; end++) {
    const c = text.charCodeAt(end);
    if (c === code || c === LF || c === CR || (code === SPACE && c === TAB)) break;
    if (c === QUOTE) return failAtRow(row, `a quote inside the unquoted cell ${shown(text.slice(start, end + 1))}; quote the whole cell`);
  }
  return { text: text.slice(start, end), end };
};

/** The record that starts at `start`, or undefined where the text ends before it is known to. */
const recordAt = (held: Held, start: number, row: number, { delimiter, maxColumns }: Cutting): Line | undefined => {
  const { text, complete } = held;
  const tabsToo = delimiter !== '\t';
  const cells: string[] = [];
  for (let at = delimiter === ' ' ? afterSpaces(text, start, true) : start; ; at++) {
    const first = afterSpaces(text, at, tabsToo);
    const quoted = text.charCodeAt(first) === QUOTE;
    const cell = quoted ? quotedCell(held, first, row, delimiter) : plainCell(text, at, row, delimiter);
    if (!cell) return undefined;
    cells.push(cell.text);
    if (cells.length > maxColumns) failAtRow(row, `more than ${maxColumns} columns. Is this a table? Raise maxColumns to read it`);
    at = delimiter === ' ' ? afterSpaces(text, cell.end, true) : cell.end;
    // Of a CR at the end of the held text it is not known whether an LF follows, of a quote whether it is doubled.
    if (!complete && at >= text.length - 1) return undefined;
    const ending = lineEnd(text, at);
    if (ending > 0 || at >= text.length) return { cells, end: at + ending };
    if (delimiter === ' ') {
      if (at === cell.end) failAtRow(row, `text after the closing quote of cell ${cells.length}`);
      at--;
    } else if (text[at] !== delimiter) failAtRow(row, `text after the closing quote of cell ${cells.length}`);
  }
};

/** Position after the line here and its end; undefined where the text ends before it is known to. */
const afterLine = ({ text, complete }: Held, start: number): number | undefined => {
  let at = start;
  while (at < text.length && lineEnd(text, at) === 0) at++;
  return !complete && at >= text.length - 1 ? undefined : at + lineEnd(text, at);
};

/** Whether nothing but spaces, or the mark that old systems end a file with, stands in the line here. */
const isBlank = (text: string, start: number, tabsToo: boolean): boolean => {
  let at = afterSpaces(text, start, tabsToo);
  while (text.charCodeAt(at) === END_OF_FILE) at = afterSpaces(text, at + 1, tabsToo);
  return at >= text.length || lineEnd(text, at) > 0;
};

/** Cells of a line, as if it were a record; 0 where it is not even that. */
const cellsOfLine = (line: string, cutting: Cutting): number => {
  try {
    return recordAt({ text: line, complete: true }, 0, 0, cutting)?.cells?.length ?? 0;
  } catch {
    return 0;
  }
};

/** The text, of which a piece more is read whenever a record does not end in what is held. */
class Reader {
  held: Held = { text: '', complete: false };
  at = 0;
  private length: number;
  constructor(
    private readonly pieces: Pieces,
    private readonly pieceLength: number,
  ) {
    this.length = pieceLength;
  }
  done(): boolean {
    return this.held.complete && this.at >= this.held.text.length;
  }
  /** Reads on. A record longer than a piece is begun again with pieces that double: the work stays linear. */
  more(): void {
    const piece = this.pieces.next(this.length);
    const rest = this.held.text.slice(this.at) + (piece ?? '');
    this.length = Math.max(this.pieceLength, rest.length);
    this.at = 0;
    this.held = piece === undefined ? { text: withoutEnd(rest), complete: true } : { text: rest, complete: false };
  }
}

/** Without the mark of the end of a file, and line ends before and after it. */
const withoutEnd = (text: string): string => {
  let end = text.length;
  let marked = false;
  for (; end > 0; end--) {
    const last = text.charCodeAt(end - 1);
    if (last === END_OF_FILE) marked = true;
    else if (last !== LF && last !== CR) break;
  }
  return marked ? text.slice(0, end) : text;
};

const checkSize = (input: CsvInput, maxBytes: number): void => {
  const size = typeof input === 'string' ? input.length : input.byteLength;
  if (size > maxBytes) throw new FormatError('csv', `the file has ${size} bytes; the limit is ${maxBytes}. Raise maxBytes to read it`);
};

/** The record, or the line without one, that starts at `at`; undefined where the text ends before its end is known. */
const lineAt = (held: Held, at: number, row: number, cutting: Cutting, { skip, columns }: CsvStart): Line | undefined => {
  const skipped = row <= skip || isBlank(held.text, at, cutting.delimiter !== '\t');
  if (skipped || (columns !== undefined && held.text.charCodeAt(at) === HASH)) {
    const end = afterLine(held, at);
    if (end === undefined) return undefined;
    if (skipped || cellsOfLine(held.text.slice(at, end), cutting) !== columns) return { end };
  }
  return recordAt(held, at, row, cutting);
};

/** The records with their rows, one after the other, whatever their numbers of cells. As `csvRecords` otherwise. */
export function* csvRows(input: CsvInput, options: CsvText = {}, start: CsvStart = { skip: 0 }): Generator<CsvRow, void> {
  const { delimiter = ',', encoding, maxBytes = DEFAULT_MAX_BYTES, maxColumns = DEFAULT_MAX_COLUMNS, pieceLength = PIECE } = options;
  checkSize(input, maxBytes);
  const cutting = { delimiter, maxColumns };
  const reader = new Reader(piecesOf(input, encoding), pieceLength);
  for (let row = 1; !reader.done();) {
    const line = lineAt(reader.held, reader.at, row, cutting, start);
    if (!line) {
      reader.more();
      continue;
    }
    reader.at = line.end;
    if (line.cells) yield { row, cells: line.cells };
    row++;
  }
}

/**
 * The records, one after the other so that a reader need not hold all their cells, each with as many cells as the first. Line ends
 * are LF, CR LF or CR; lines of nothing but spaces are left out, as is a Ctrl-Z at the end; spaces around quotes do not count. Throws
 * FormatError for an empty file, a ragged record (its row, cells expected and got), misplaced or unclosed quotes, more columns than
 * allowed, bytes that are not of the encoding, and files beyond `maxBytes`.
 */
export function* csvRecords(input: CsvInput, options: CsvText = {}): Generator<readonly string[], void> {
  for (const { cells } of evenRows(csvRows(input, options))) yield cells;
}

/** The rows, each of which must have as many cells as the first. Throws FormatError, as where there are none. */
export function* evenRows(rows: Iterable<CsvRow>): Generator<CsvRow, void> {
  let first: CsvRow | undefined;
  for (const row of rows) {
    first ??= row;
    if (row.cells.length !== first.cells.length)
      failAtRow(row.row, `${first.cells.length} cells expected, as in row ${first.row}, got ${row.cells.length}`);
    yield row;
  }
  if (!first) throw new FormatError('csv', 'the file is empty');
}
