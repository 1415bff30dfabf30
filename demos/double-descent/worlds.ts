/** Made-up runs, to put claims to. */
import { judge } from '../../src/lab/judge';
import { parseConfig } from '../../src/lab/schema';
import { studyNamed, type Config, type PointRow, type Summary, type Verdict } from '../../src/lab/study';
import { RowTable } from '../../src/lab/table';
import phenomenon from './phenomenon';

export interface Spread {
  /** Default 8. */
  readonly seeds?: number;
  /** Of a seed from the next, as a share of the mean. Default 1 %. */
  readonly spread?: number;
}
/** Seeds evenly on either side of y(x), which is their mean. */
export const curve = (
  [chart, series]: readonly [string, string],
  xs: readonly number[],
  y: (x: number) => number,
  { seeds = 8, spread = 0.01 }: Spread = {},
): readonly PointRow[] =>
  xs.flatMap((x) =>
    Array.from({ length: seeds }, (_, seed): PointRow => ({
      kind: 'point',
      chart,
      series,
      x,
      seed,
      y: y(x) * (1 + spread * (seed - (seeds - 1) / 2)),
    })),
  );
export const summaries = (rows: readonly PointRow[]): readonly Summary[] => {
  const { chart, series } = rows[0]!;
  return new RowTable(rows).summary(chart, series);
};

/** What the claims of a study come to, by id, with settings that differ from its fields' defaults. */
export const verdictsOf =
  (id: string, settings: Config = {}) =>
  (rows: readonly PointRow[], change: Config = {}): Readonly<Record<string, Verdict>> => {
    const study = studyNamed(phenomenon, id);
    const config = parseConfig(study.fields, { ...settings, ...change });
    return Object.fromEntries(judge(study, new RowTable(rows), config).map((v) => [v.id, v.verdict]));
  };
