/** How a reader's table is to be read, as the settings say. */
import type { ColumnChoice, TableOptions } from '../../../src/data/columnRoles';
import type { Config } from './fields';

export const tableOptions = (c: Config): TableOptions => {
  const columns = new Map<number, ColumnChoice>();
  const add = (numbers: readonly number[], choice: ColumnChoice): void => {
    for (const n of numbers) if (n > 0) columns.set(n, { ...columns.get(n), ...choice }); // 0 stands for none
  };
  add(c.kept, { role: 'feature' });
  add(c.categories, { role: 'feature', type: 'category' });
  add(c.leftOut, { role: 'ignore' });
  return { target: c.target, task: c.task, header: c.header, missing: c.missing, columns };
};
