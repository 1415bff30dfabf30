/** CSV text to records of cells, by RFC 4180: quoted cells may hold delimiters, line ends and doubled quotes. */
import { FormatError } from '../core/errors';
import { DEFAULT_MAX_BYTES } from './ndarray';

export type CsvInput = string | Uint8Array | ArrayBuffer;
export type CsvDelimiter = ',' | ';' | '\t';

export interface CsvText {
  /** ',' by default. */
  readonly delimiter?: CsvDelimiter;
  /** Files of more bytes (of a string: characters) are refused; 256 MiB by default. */
  readonly maxBytes?: number;
  /** Files of more columns are refused; 65,536 by default. */
  readonly maxColumns?: number;
}

/** Its cells are held together, at several times their bytes, until the end of a record is found. */
const DEFAULT_MAX_COLUMNS = 2 ** 16;

/** Throws FormatError at a place given by its record, counted from 1 with the header included. */
export const failAtRow = (row: number, message: string): never => {
  throw new FormatError('csv', `row ${row}: ${message}`);
};

/** A cell as messages show it; a long one would drown them. */
export const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

const decode = (input: CsvInput, maxBytes: number): string => {
  const size = typeof input === 'string' ? input.length : input.byteLength;
  if (size > maxBytes) throw new FormatError('csv', `the file has ${size} bytes; the limit is ${maxBytes}. Raise maxBytes to read it`);
  if (typeof input === 'string') return input.startsWith('\uFEFF') ? input.slice(1) : input;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input); // drops a byte order mark
  } catch {
    throw new FormatError('csv', 'the file is not UTF-8 text; save it as UTF-8');
  }
};

interface Cell {
  readonly text: string;
  /** Position after the cell. */
  readonly end: number;
}

/** `start` is at the opening quote. */
const quotedCell = (text: string, start: number, row: number): Cell => {
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return failAtRow(row, 'a quote is never closed');
    if (text[quote + 1] !== '"') return { text: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    from = quote + 2;
  }
};

const plainCell = (text: string, start: number, row: number, delimiter: CsvDelimiter): Cell => {
  let end = start;
  for (; end < text.length; end++) {
    const c = text[end];
    if (c === delimiter || c === '\n' || c === '\r') break;
    if (c === '"') return failAtRow(row, `a quote inside the unquoted cell ${shown(text.slice(start, end + 1))}; quote the whole cell`);
  }
  return { text: text.slice(start, end), end };
};

/** Length of the line end at this position: 2 for CR LF, 1 for LF or CR alone, 0 where there is none. */
const lineEnd = (text: string, at: number): number => {
  if (text[at] === '\r') return text[at + 1] === '\n' ? 2 : 1;
  return text[at] === '\n' ? 1 : 0;
};

const withoutEmptyEnd = (text: string): string => {
  let end = text.length;
  while (end > 0 && lineEnd(text, end - 1) > 0) end--;
  return text.slice(0, end);
};

/**
 * The records, one after the other so that a reader need not hold all their cells, each with as many cells as the first. Line ends
 * are LF, CR LF or CR; empty lines at the end are left out. Throws FormatError for an empty file, a ragged record (its number,
 * cells expected and got), misplaced or unclosed quotes, more columns than allowed, bytes that are not UTF-8, and files beyond
 * `maxBytes`.
 */
export function* csvRecords(input: CsvInput, options: CsvText = {}): Generator<readonly string[], void> {
  const { delimiter = ',', maxBytes = DEFAULT_MAX_BYTES, maxColumns = DEFAULT_MAX_COLUMNS } = options;
  const text = withoutEmptyEnd(decode(input, maxBytes));
  if (text === '') throw new FormatError('csv', 'the file is empty');
  let row = 1;
  let width: number | undefined;
  let cells: string[] = [];
  for (let at = 0; ; at++) {
    const cell = text[at] === '"' ? quotedCell(text, at, row) : plainCell(text, at, row, delimiter);
    cells.push(cell.text);
    if (cells.length > maxColumns) failAtRow(row, `more than ${maxColumns} columns. Is this a table? Raise maxColumns to read it`);
    at = cell.end;
    if (text[at] === delimiter) continue;
    const ending = lineEnd(text, at);
    if (at < text.length && ending === 0) failAtRow(row, `text after the closing quote of cell ${cells.length}`);
    width ??= cells.length;
    if (cells.length !== width) failAtRow(row, `${width} cells expected, as in row 1, got ${cells.length}`);
    yield cells;
    if (at >= text.length) return;
    row++;
    cells = [];
    at += ending - 1;
  }
}
