/** Whether the first record of a table holds names. */
import type { CellReader } from './cell';

/** `auto`: found out. */
export type HeaderOption = 'auto' | 'yes' | 'no';

/** Cells of one column without spaces around them: the first, and those below it. */
interface Column {
  readonly first: string;
  readonly below: readonly string[];
}

const columnsOf = (rows: readonly (readonly string[])[]): readonly Column[] => {
  const [first = [], ...rest] = rows;
  return first.map((cell, j) => ({ first: cell.trim(), below: rest.map((row) => (row[j] ?? '').trim()) }));
};

/** Numbers as pandas and spreadsheets name columns: 0 alone, or at least two whole numbers that follow each other. */
export const areCounted = (cells: readonly string[]): boolean =>
  cells.length > 0 &&
  cells.every((cell) => /^\d{1,9}$/.test(cell)) &&
  (cells.length === 1 ? cells[0] === '0' : cells.every((cell, i) => i === 0 || Number(cell) === Number(cells[i - 1]) + 1));

const isNew = ({ first, below }: Column): boolean => !below.includes(first);

/** A text that does not occur below, where those below repeat: a name above labels. */
const isAboveLabels = ({ first, below }: Column): boolean => {
  const labels = new Set(below);
  return !labels.has(first) && below.length >= 2 && 2 * labels.size <= below.length;
};

/**
 * Text above a column of numbers is a name. Where no column shows that: a record of texts of which none occurs again below it holds names;
 * so does one of numbers that follow each other (0, 1, 2 or 2019, 2020) beside a text that does not occur below (where they are fewer than
 * three: one that stands above labels), or beside an empty cell above an index. All else is an example: whether numbers above numbers are names, only an option can say.
 */
export const hasNames = (rows: readonly (readonly string[])[], { kind }: CellReader): boolean => {
  const columns = columnsOf(rows);
  const isText = (cell: string): boolean => kind(cell) === 'text' || kind(cell) === 'date';
  const numbersBelow = ({ below }: Column): boolean =>
    below.some((cell) => kind(cell) === 'number') && below.every((cell) => kind(cell) === 'number' || kind(cell) === 'missing');
  const texts = columns.filter(({ first }) => isText(first));
  if (texts.some(numbersBelow)) return true;
  const numbers = columns.filter(({ first }) => kind(first) === 'number').map(({ first }) => first);
  if (numbers.length === 0) return texts.length > 0 && texts.every(isNew);
  if (texts.length + numbers.length < columns.length)
    return columns[0]!.first === '' && numbers.length === columns.length - 1 && areCounted(numbers) && countsRows(columns[0]!.below);
  return texts.length > 0 && areCounted(numbers) && texts.every(numbers.length > 2 ? isNew : isAboveLabels);
};

/** Whole numbers, each one more than the last. */
export const countsRows = (cells: readonly string[]): boolean =>
  cells.length > 0 && cells.every((cell, i) => /^\d{1,15}$/.test(cell) && (i === 0 || Number(cell) === Number(cells[i - 1]) + 1));

/** As names and messages show a column: its name without spaces around it and the # that comments start with, else its number. */
export const namesOf = (first: readonly string[], named: boolean): readonly string[] =>
  first.map((cell, j) => {
    const name = j === 0 ? cell.trim().replace(/^#\s*(?=\S)/, '') : cell.trim();
    return named ? name : `column ${j + 1}`;
  });
