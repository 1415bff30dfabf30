/** What claims read from the cells of a run. */
import { ConfigError } from '../../../src/core/errors';
import type { Table } from '../../../src/lab/study';

/** How many seeds have generalised and memorised with one share of the table. */
export interface Count {
  readonly fraction: number;
  readonly learned: number;
  readonly known: number;
}
/** By share, ascending. Throws ConfigError where the run is not at its end. */
export const countsAt = (t: Table, fractions: readonly number[], decay: number, seeds: number): readonly Count[] =>
  [...new Set(fractions)]
    .toSorted((a, b) => a - b)
    .map((fraction) => {
      const reached = (chart: string): readonly boolean[] =>
        t.cells.filter((r) => r.chart === chart && r.x === fraction && r.y === decay).map((r) => Number.isFinite(r.value));
      const [learned, known] = [reached('generalised'), reached('memorised')];
      if (learned.length < seeds) throw new ConfigError('the run is not at its end');
      return { fraction, learned: learned.filter(Boolean).length, known: known.filter(Boolean).length };
    });

/** All seeds generalise with some share and none with a larger one. */
export const isBackwards = (row: readonly Count[], seeds: number): boolean =>
  row.some((a, i) => a.learned === seeds && row.slice(i + 1).some((b) => b.learned === 0));
/** None that memorised the smallest share generalises, all do with the largest. */
export const isCritical = (row: readonly Count[], seeds: number): boolean =>
  row[0]!.learned === 0 && row[0]!.known === seeds && row.at(-1)!.learned === seeds;
