/** Whether a run that was done again gave the same bits. */
import type { RunBundle } from '../lab/bundle';
import type { CellRow, PointRow } from '../lab/study';
import type { Outcome } from './labPage';

interface Difference {
  readonly where: string;
  readonly before: number;
  readonly after: number | undefined;
}
interface Comparison {
  readonly compared: number;
  readonly same: number;
  readonly first: Difference | undefined;
  /** Rows that the earlier run lacks. */ readonly added: number;
}

const place = (r: PointRow | CellRow): string =>
  r.kind === 'point' ? JSON.stringify([r.chart, r.series, r.seed, r.x]) : JSON.stringify([r.chart, r.seed, r.x, r.y]);
const number = (r: PointRow | CellRow): number => (r.kind === 'point' ? r.y : r.value);

/**
 * Rows are matched by their place; two NaN are the same, 0 and −0 are not. Where the earlier run did not end by itself, it may have been
 * cut between two values of one place: any value that was measured there now will do.
 */
export function compareRuns(before: RunBundle, after: Pick<Outcome, 'rows'>): Comparison {
  const now = new Map<string, number[]>();
  for (const r of after.rows) {
    if (r.kind !== 'point' && r.kind !== 'cell') continue;
    const values = now.get(place(r));
    if (values && before.facts.state !== 'done') values.push(number(r));
    else now.set(place(r), [number(r)]);
  }
  const rows = [...before.points, ...before.cells];
  const isSame = (r: PointRow | CellRow): boolean => now.get(place(r))?.some((v) => Object.is(v, number(r))) ?? false;
  const [first, ...others] = rows.filter((r) => !isSame(r));
  const same = rows.length - (first ? 1 + others.length : 0);
  const missing = rows.filter((r) => !now.has(place(r))).length;
  return {
    compared: rows.length,
    same,
    added: now.size - rows.length + missing,
    first: first && { where: place(first), before: number(first), after: now.get(place(first))?.at(-1) },
  };
}

const sameAdapter = (before: RunBundle, after: Outcome): boolean => before.facts.adapter.name === after.adapter?.name;
/** True as well where another adapter measured: then the same bits are not promised. A run that was cut short before may have more rows now. */
export function sameBits(before: RunBundle, after: Outcome): boolean {
  const { compared, same, added } = compareRuns(before, after);
  return !sameAdapter(before, after) || (same === compared && (added === 0 || before.facts.state !== 'done'));
}

export function compareText(before: RunBundle, after: Outcome): string {
  const { compared, same, first, added } = compareRuns(before, after);
  const lines = [
    `Compared with the saved run: ${same} of ${compared} numbers have the same bits${added > 0 ? `; ${added} more were measured now` : ''}.`,
  ];
  if (first) lines.push(`The first that differs: ${first.where} was ${first.before}, is ${first.after ?? 'not measured'}.`);
  if (!sameAdapter(before, after))
    lines.push(`The saved run was measured on ${before.facts.adapter.name}; the same bits are promised on the same adapter only.`);
  return lines.join('\n');
}
