/** CSV text to rows of cells, by RFC 4180: quoted cells may hold delimiters, line ends and doubled quotes. */
import { FormatError } from '../core/errors';

export type CsvDelimiter = ',' | ';' | '\t';

export interface CsvText {
  /** ',' by default. */
  readonly delimiter?: CsvDelimiter;
  /** Files of more bytes (of a string: characters) are refused; 64 MiB by default, as a cell takes several times its bytes. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 2 ** 26;

/** Throws FormatError at a place given by its record, counted from 1 with the header included. */
export const failAtRow = (row: number, message: string): never => { throw new FormatError('csv', `row ${row}: ${message}`); };

/** A cell as messages show it; a long one would drown them. */
export const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

const decode = (input: string | Uint8Array | ArrayBuffer, maxBytes: number): string => {
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
  const parts: string[] = [];
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return failAtRow(row, 'a quote is never closed');
    if (text[quote + 1] !== '"') {
      parts.push(text.slice(from, quote));
      return { text: parts.join(''), end: quote + 1 };
    }
    parts.push(text.slice(from, quote + 1));
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
 * All records, each with as many cells as the first. Line ends are LF, CR LF or CR; empty lines at the end are left out.
 * Throws FormatError for an empty file, a ragged record (its number, cells expected and got), misplaced or unclosed quotes,
 * bytes that are not UTF-8, and files beyond `maxBytes`.
 */
export const parseCsv = (input: string | Uint8Array | ArrayBuffer, options: CsvText = {}): readonly (readonly string[])[] => {
  const { delimiter = ',', maxBytes = DEFAULT_MAX_BYTES } = options;
  const text = withoutEmptyEnd(decode(input, maxBytes));
  if (text === '') throw new FormatError('csv', 'the file is empty');
  const rows: string[][] = [[]];
  for (let at = 0; ; at++) {
    const row = rows.at(-1)!;
    const cell = text[at] === '"' ? quotedCell(text, at, rows.length) : plainCell(text, at, rows.length, delimiter);
    row.push(cell.text);
    at = cell.end;
    if (text[at] === delimiter) continue;
    const ending = lineEnd(text, at);
    if (at < text.length && ending === 0) failAtRow(rows.length, `text after the closing quote of cell ${row.length}`);
    const width = rows[0]!.length;
    if (row.length !== width) failAtRow(rows.length, `${width} cells expected, as in row 1, got ${row.length}`);
    if (at >= text.length) return rows;
    rows.push([]);
    at += ending - 1;
  }
};
