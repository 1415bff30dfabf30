/**
 * What the text of one cell is. Every pattern here takes time linear in the text, whatever the text: no two neighbouring repeats can match
 * the same character.
 */

export type Decimal = '.' | ',';
export type CellKind = 'missing' | 'number' | 'infinite' | 'date' | 'text';

/** No hexadecimal, no grouped thousands. A pattern that may end with `\d+\.?\d*` would be quadratic in the digits. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA_NUMBER = /^[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
/** A calendar date with or without a time: 2024-03-01, 1/3/24, 1.3.2024, 20:15, 3 Mar 2024, Mar 3, 2024, 2024-03-01T20:15:00Z. */
const DATE =
  /^(?:\d{1,4}([-/.])(?:\d{1,2}|[a-z]{3,9})\1\d{1,4}|\d{1,2} [a-z]{3,9},? \d{4}|[a-z]{3,9} \d{1,2},? \d{4})(?:[ t]\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?: ?(?:[ap]m|z|[+-]\d\d:?\d\d))?$|^\d{1,2}:\d\d(?::\d\d)?$/i;
const LONGEST_DATE = 48;

/** What stands for no value, as pandas, R, Weka, spreadsheets and people write it; letter case does not count. */
export const MISSING_MARKS: readonly string[] = (
  '|na|n/a|<na>|#n/a|#na|#n/a n/a|n.a.|nan|-nan|1.#ind|-1.#ind|1.#qnan|-1.#qnan|nat|null|(null)|#null!|nil|none|' +
  'missing|(missing)|undefined|?|-|--|.|#value!|#div/0!|#ref!'
).split('|');
/** Marks longer than this are no marks: the text of a cell is only made lower case up to it. */
const LONGEST_MARK = 40;

export interface CellReader {
  readonly decimal: Decimal;
  readonly kind: (cell: string) => CellKind;
  /** Of a cell whose kind is number. */
  readonly value: (cell: string) => number;
}

/** Cells come without spaces around them. A number beyond float64 is infinite. */
export const cellReader = (decimal: Decimal = '.', marks: readonly string[] = MISSING_MARKS): CellReader => {
  const missing = new Set(marks.map((mark) => mark.trim().toLowerCase()));
  const number = decimal === '.' ? NUMBER : COMMA_NUMBER;
  const value = decimal === '.' ? Number : (cell: string) => Number(cell.replace(',', '.'));
  const kind = (cell: string): CellKind => {
    if (number.test(cell) && !(missing.size > 0 && cell.length <= LONGEST_MARK && missing.has(cell)))
      return Number.isFinite(value(cell)) ? 'number' : 'infinite';
    if (cell.length <= LONGEST_MARK && missing.has(cell.toLowerCase())) return 'missing';
    if (INFINITE.test(cell)) return 'infinite';
    return cell.length <= LONGEST_DATE && DATE.test(cell) ? 'date' : 'text';
  };
  return { decimal, kind, value };
};

/** A cell that is a number only if its comma is a decimal one; `1,234` may be that or a grouped thousand. */
export const hasDecimalComma = (cell: string): boolean => cell.includes(',') && COMMA_NUMBER.test(cell);
export const hasDecimalPoint = (cell: string): boolean => cell.includes('.') && NUMBER.test(cell);
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
export const hasGroups = (cell: string): boolean => GROUPED.test(cell);
