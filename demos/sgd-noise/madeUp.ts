/** Made-up rows for tests, and what a claim says of them. */
import { stream } from '../../src/core/random';
import type { Claim, Row, Table, Verdict } from '../../src/lab/study';
import { RowTable } from '../../src/lab/table';

const SEEDS = 8;

/** Points of every seed, scattered about `y` by a share of it. */
export type Draw = (
  chart: string,
  series: string,
  x: number,
  y: (seed: number) => number,
  scatter?: number,
  seeds?: number,
) => readonly Row[];
/** A source of points with draws of its own. */
export const drawer = (): Draw => {
  const { normal } = stream(3, 1);
  let drawn = 0;
  return (chart, series, x, y, scatter = 0.02, seeds = SEEDS) =>
    Array.from({ length: seeds }, (_, seed) => ({ kind: 'point', chart, series, x, seed, y: y(seed) * (1 + scatter * normal(drawn++)) }));
};
export const tableOf = (...rows: readonly (readonly Row[])[]): Table => new RowTable(rows.flat());
/** Verdict of the claim with that id. Throws TypeError where there is none. */
export const verdictOf = (claims: readonly Claim[], id: string, table: Table): Verdict => {
  const claim = claims.find((c) => c.id === id);
  if (!claim) throw new TypeError(`no claim '${id}'`);
  return claim.test(table).verdict;
};
