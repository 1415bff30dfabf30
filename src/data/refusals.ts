/** Why a text table cannot be read as it was understood: the first cell of each column that stands in the way. */
import { hasDecimalComma, hasDecimalPoint, type Decimal } from './cell';
import { nameOf, type ColumnDescription, type Draft, type TableOptions } from './columnRoles';
import { MOST_CATEGORIES, type ColumnScan, type Found } from './columns';
import { shown } from './csv';
import type { TableTask } from './targets';

const earliest = (found: readonly (Found | undefined)[]): Found | undefined =>
  found.filter((f) => f !== undefined).toSorted((a, b) => a.row - b.row)[0];

/** What a cell that is no number may have been meant as. */
const hintOn = (cell: string, decimal: Decimal): string => {
  if (decimal === '.') return hasDecimalComma(cell) ? 'Is that a decimal comma? Then say so. ' : '';
  return hasDecimalPoint(cell) ? 'Is that a decimal point, while commas are taken as decimal? Then say so. ' : '';
};

/** Whether a target's values are labels by their text: there are texts, and not as slips among numbers that are no codes. */
export const isOfTexts = (c: ColumnScan): boolean => {
  const texts = c.texts + c.dates;
  if (texts === 0 || c.hasSlips) return false;
  return c.numbers < texts || (c.whole && c.categories() !== undefined);
};

const CURE = 'Correct the cell, delete its row, or leave the column out';
const FLOAT32 = 'too large for float32, which ends at 3.4e38';
const holds = ({ row, cell }: Found, column: ColumnDescription, why: string): string =>
  `row ${row}: ${nameOf(column)} holds ${shown(cell)}${why}`;

const featureRefusal = ({ column, scan }: Draft, decimal: Decimal): string | undefined => {
  const { first } = scan;
  if (column.type === 'empty') return `${nameOf(column)} holds no value; choose another feature`;
  if (column.type === 'category') {
    if (scan.distinct) return undefined;
    return `${nameOf(column)} holds more than ${MOST_CATEGORIES} distinct values, the most that categories may be. Leave it out`;
  }
  const odd = earliest([first.text, first.date, first.infinite]);
  if (odd) return holds(odd, column, `; features are finite numbers. ${hintOn(odd.cell, decimal)}${CURE}`);
  return first.beyond && holds(first.beyond, column, `, ${FLOAT32}. ${CURE}, or divide the column by a constant`);
};

const targetRefusal = ({ column, scan }: Draft, task: TableTask, decimal: Decimal): string | undefined => {
  const { first } = scan;
  const where = `the target, ${nameOf(column)},`;
  if (scan.present === 0) return `${where} holds no value; choose another target column`;
  const labels = task === 'numbers' ? false : task === 'classes' ? scan.texts + scan.dates > 0 : isOfTexts(scan);
  if (labels) return undefined;
  const odd = earliest([first.text, first.date, first.infinite]);
  if (odd) {
    const hint = hintOn(odd.cell, decimal);
    return task === 'numbers'
      ? `row ${odd.row}, ${nameOf(column)} holds ${shown(odd.cell)}, which is not a finite number. ${hint}Set 'Target is' to classes, or choose another target column`
      : `row ${odd.row}: ${where} holds ${shown(odd.cell)} among numbers. ${hint}Correct it or delete the row; if all are labels, set 'Target is' to classes`;
  }
  if (task === 'classes' && first.fraction)
    return `row ${first.fraction.row}: the targets hold ${first.fraction.cell}; numbers that are classes are whole. Set 'Target is' to numbers`;
  return first.beyond && holds(first.beyond, column, `, ${FLOAT32}. Divide the target by a constant`);
};

const missingRefusal = ({ column, scan }: Draft): string | undefined => {
  const found = scan.first.missing;
  if (column.policy !== 'refuse' || !found) return undefined;
  if (column.role === 'feature')
    return `row ${found.row}: ${nameOf(column)} has no value (${shown(found.cell)}). Fill it in, or delete the row or the column`;
  const what = found.cell === '' ? 'is empty' : `has no value (${shown(found.cell)})`;
  return `row ${found.row}: the target, ${nameOf(column)}, ${what}. Fill it in, delete the row, or have such rows left out`;
};

/** Messages in the order of columns, of each at most one. */
export const refusalsOf = (drafts: readonly Draft[], { task }: Pick<TableOptions, 'task'>, decimal: Decimal): readonly string[] => {
  const found = drafts.flatMap((d) => {
    const { role } = d.column;
    if (role === 'ignore') return [];
    return (role === 'target' ? targetRefusal(d, task, decimal) : featureRefusal(d, decimal)) ?? missingRefusal(d) ?? [];
  });
  const none = drafts.some(({ column }) => column.role === 'feature')
    ? []
    : ['no column is left as a feature. Choose one, or another target'];
  return [...found, ...none];
};
