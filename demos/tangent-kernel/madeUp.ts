/** Made-up rows for tests, and what claims say of them. */
import { stream } from '../../src/core/random';
import type { Claim, Row, Verdict } from '../../src/lab/study';
import { RowTable } from '../../src/lab/table';

export const SEEDS = 8;
const { normal } = stream(1, 2);

/** y(x) times e^{spread·noise} for every seed, or for the first `seeds`. */
export const curve = (
  chart: string,
  series: string,
  xs: readonly number[],
  y: (x: number) => number,
  spread = 0.01,
  seeds = SEEDS,
): readonly Row[] =>
  xs.flatMap((x, i) =>
    Array.from({ length: seeds }, (_, seed): Row => ({
      kind: 'point',
      chart,
      series,
      x,
      seed,
      y: y(x) * Math.exp(spread * normal(100 * i + seed)),
    })),
  );
/** x ↦ factor · x^exponent. */
export const power =
  (factor: number, exponent: number) =>
  (x: number): number =>
    factor * x ** exponent;
export const tableOf = (...rows: readonly (readonly Row[])[]): RowTable => new RowTable(rows.flat());
/** By the claims' ids. */
export const verdictsOf = (claims: readonly Claim[], rows: readonly Row[]): Readonly<Record<string, Verdict>> => {
  const table = new RowTable(rows);
  return Object.fromEntries(claims.map(({ id, test }) => [id, test(table).verdict]));
};
