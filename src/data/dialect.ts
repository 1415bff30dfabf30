/** How a text divides its lines, found out from the first of them: delimiter, decimal mark, comments, names. */
import { FormatError } from '../core/errors';
import { cellReader, hasDecimalComma, hasDecimalPoint, hasGroups, type CellReader, type Decimal } from './cell';
import { csvRows, evenRows, type CsvDelimiter, type CsvInput, type CsvRow, type CsvStart, type CsvText } from './csv';
import { hasNames } from './names';
import { PIECE, piecesOf } from './text';

/** Lines that the delimiter is found by. */
const LINES = 100;
/** Records, and cells of them, that names and decimal mark are found by. */
const SAMPLE_ROWS = 1000;
const SAMPLE_CELLS = 2 ** 18;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The first lines that may hold a record, cut where no quote is open. */
interface Start {
  /** Lines before the first of them. */
  readonly skip: number;
  readonly lines: readonly string[];
  /** Of a line `sep=;`. */
  readonly said?: string;
}

/** A text's lines: a line end inside quotes ends none. A quote counts as one only at the start of a cell, whatever the delimiter. */
const quotedLines = (text: string, most: number): readonly string[] => {
  const lines: string[] = [];
  let start = 0;
  let open = false;
  for (let at = 0; at < text.length && lines.length < most; at++) {
    const c = text[at]!;
    if (c === '"' && text[start] !== '#') {
      if (open) open = false;
      else open = at === start || ',;\t| "'.includes(text[at - 1]!);
    } else if (!open && (c === '\n' || c === '\r')) {
      lines.push(text.slice(start, at));
      if (c === '\r' && text[at + 1] === '\n') at++;
      start = at + 1;
    }
  }
  // The last line may have been cut off, unless it is the only one.
  if (lines.length < most && (lines.length === 0 || text.length < PIECE)) lines.push(text.slice(start));
  return lines;
};

const isBlank = (line: string): boolean => line.trim() === '' || line.trim() === '\u001A';

const startOf = (text: string): Start => {
  const all = quotedLines(text, PIECE);
  const first = all.findIndex((line) => !isBlank(line));
  const said = /^"?sep=(.)"?\s*$/i.exec(all[first] ?? '')?.[1];
  const from = said === undefined ? 0 : first + 1;
  // Numbers of lines before a record count line ends inside quotes too; before the first record there are no quotes.
  const records = all.flatMap((line, i) => (i >= from && !isBlank(line) ? [i] : []));
  const plain = records.filter((i) => !all[i]!.startsWith('#'));
  const [used, skip] = plain.length > 0 ? [plain, plain[0]!] : [records, from];
  return { skip, lines: used.slice(0, LINES).map((i) => all[i]!), ...(said === undefined ? {} : { said }) };
};

const withoutQuotes = (cell: string): string => cell.replace(/^"|"$/g, '');

/** The cells of a line, roughly: quotes are only looked at to pass over what they enclose. */
const cut = (line: string, delimiter: CsvDelimiter): readonly string[] => {
  if (delimiter === ' ')
    return line
      .trim()
      .split(/[ \t]+/)
      .map(withoutQuotes);
  const cells: string[] = [];
  let start = 0;
  let open = false;
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') open = !open && (at === start || line[at - 1] === '"' || line[at - 1] === ' ');
    else if (at === line.length || (!open && line[at] === delimiter)) {
      cells.push(withoutQuotes(line.slice(start, at).trim()));
      start = at + 1;
    }
  }
  return cells;
};

interface Division {
  readonly delimiter: CsvDelimiter;
  /** Cells that most lines have. */
  readonly columns: number;
  /** Share of the lines that have that many. */
  readonly agreement: number;
  /** Share of the cells that are numbers, with a point or, unless commas delimit, with a comma. */
  readonly numbers: number;
}

const divisionBy = (delimiter: CsvDelimiter, lines: readonly string[]): Division => {
  const all = lines.map((line) => cut(line, delimiter));
  const counts = new Map<number, number>();
  for (const { length } of all) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [columns = 1, agreeing = 0] = [...counts].toSorted(([a, m], [b, n]) => n - m || b - a)[0] ?? [];
  const cells = all.flat();
  const [point, comma] = [cellReader('.'), cellReader(',')];
  const isNumber = (cell: string): boolean => point.kind(cell) === 'number' || (delimiter !== ',' && comma.kind(cell) === 'number');
  return { delimiter, columns, agreement: agreeing / lines.length, numbers: cells.filter(isNumber).length / cells.length };
};

/**
 * The delimiter that divides the lines into the same number of cells, two at least, in the greatest share of them; among equals the one
 * between the most numbers, then the first of comma, semicolon, tab and bar. Spaces where none of these leaves a number, and they do.
 */
const divide = (lines: readonly string[]): Division => {
  const each = DELIMITERS.map((d) => divisionBy(d, lines)).filter(({ columns }) => columns > 1);
  const best = each.toSorted((a, b) => b.agreement - a.agreement || b.numbers - a.numbers)[0];
  if (best && best.numbers > 0) return best;
  const spaces = divisionBy(' ', lines);
  if (spaces.columns > 1 && spaces.agreement >= 0.9 && spaces.numbers >= 0.5) return spaces;
  return best ?? divisionBy(',', lines);
};

/** Commas are decimal where some number needs that and none has a point; not where all may be grouped thousands. */
const decimalOf = (rows: readonly CsvRow[]): Decimal => {
  const cells = rows.flatMap((row) => row.cells.map((cell) => cell.trim()));
  const commas = cells.filter(hasDecimalComma);
  return commas.length > 0 && !commas.every(hasGroups) && !cells.some(hasDecimalPoint) ? ',' : '.';
};

export interface Dialect {
  readonly text: CsvText & { readonly delimiter: CsvDelimiter };
  readonly start: CsvStart;
  readonly reader: CellReader;
  /** The first records. */
  readonly sample: readonly CsvRow[];
}

export interface DialectOptions extends CsvText {
  readonly decimal?: 'auto' | Decimal;
  /** Cells that stand for no value; see MISSING_MARKS. */
  readonly marks?: readonly string[];
}

const sampleOf = (rows: Iterable<CsvRow>): readonly CsvRow[] => {
  const sample: CsvRow[] = [];
  let cells = 0;
  for (const row of rows) {
    sample.push(row);
    cells += row.cells.length;
    if (sample.length >= SAMPLE_ROWS || cells >= SAMPLE_CELLS) break;
  }
  return sample;
};

/** A last line before the records that starts with # and has as many cells as they, which hold no names: names, as NumPy writes them. */
const namesAreCommented = (text: string, { skip, lines }: Start, { delimiter, columns }: Division): boolean => {
  const line = quotedLines(text, skip)[skip - 1] ?? '';
  if (!line.startsWith('#') || cut(line, delimiter).length !== columns) return false;
  return !hasNames(
    lines.map((record) => cut(record, delimiter)),
    cellReader(),
  );
};

/** Throws FormatError as csvRecords does. What the options give is not found out. */
export const dialectOf = (input: CsvInput, options: DialectOptions): Dialect => {
  const { decimal = 'auto', marks, delimiter, ...limits } = options;
  const text = piecesOf(input, options.encoding).next(PIECE) ?? '';
  const found = startOf(text);
  if (found.lines.length === 0) throw new FormatError('csv', 'the file is empty');
  const said = [...DELIMITERS, ' ' as const].find((d) => d === found.said);
  const chosen = delimiter ?? said;
  const division = chosen ? divisionBy(chosen, found.lines) : divide(found.lines);
  const skip = found.skip - Number(namesAreCommented(text, found, division));
  const csv = { ...limits, delimiter: division.delimiter };
  const start = { skip, columns: division.columns };
  const sample = sampleOf(evenRows(csvRows(input, csv, start)));
  return { text: csv, start, reader: cellReader(decimal === 'auto' ? decimalOf(sample) : decimal, marks), sample };
};
