/** Runs a benchmark, case by case: the roofs first, then what is measured against them. */
import { DeviceLostError } from '../../core/errors';
import { GpuTimer, type Clock } from '../../runtime/bench/timer';
import type { GpuExecutor } from '../../runtime/gpu';
import { WrongResult, type Bench, type BenchCase, type Measured } from './bench';
import { formCases } from './formCases';
import { insideCases } from './insideCases';
import { kernelCases, roofCases } from './kernelCases';
import { matmulCases } from './matmulCases';
import type { BenchOptions, BenchReport, BenchRow, Roofline, SetName } from './report';
import { trainingCases } from './trainingCases';

export type BenchEvent =
  | {
      readonly type: 'begin';
      readonly adapter: BenchReport['adapter'];
      readonly clock: Clock;
      /** Labels of the cases, in order. */ readonly cases: readonly string[];
    }
  /** The case that is being measured now, counted from 0. */
  | { readonly type: 'case'; readonly index: number }
  | { readonly type: 'rows'; readonly rows: readonly BenchRow[] }
  | { readonly type: 'roofline'; readonly roofline: Roofline };

/** What a software adapter does in about a second. */
const SOFTWARE_MOST = 5e8;
const BUDGET_MS: Readonly<Record<SetName, number>> = { quick: 300, full: 1500 };

/** Roofs left out. */
export const benchCases = (): readonly BenchCase[] => [
  ...matmulCases(),
  ...trainingCases(),
  ...formCases(),
  ...insideCases(),
  ...kernelCases(),
];

const wanted =
  ({ set, filter }: BenchOptions) =>
  (c: BenchCase): boolean =>
    (set === 'full' || c.set === 'quick') && `${c.id} ${c.group} ${c.label}`.toLowerCase().includes(filter.toLowerCase());

const rowOf = ({ id, group, label }: BenchCase, { suffix, what, note = '', ...m }: Measured): BenchRow => ({
  id: suffix ? `${id}/${suffix}` : id,
  group,
  label: what ? `${label}: ${what}` : label,
  state: 'measured',
  note,
  ...m,
});
const without = ({ id, group, label }: BenchCase, state: BenchRow['state'], note: string, checked = 'nothing'): BenchRow => ({
  id,
  group,
  label,
  state,
  checked,
  note,
  per: 'run',
});

/** The rows of a case. A wrong result, a shader that does not compile, a lack of memory are rows. Throws DeviceLostError and the signal's reason. */
const measure = async (bench: Bench, c: BenchCase): Promise<readonly BenchRow[]> => {
  try {
    return (await c.measure(bench)).map((m) => rowOf(c, m));
  } catch (error) {
    if (bench.signal?.aborted || error instanceof DeviceLostError) throw error;
    if (error instanceof WrongResult) return [without(c, 'wrong', error.message, error.checked)];
    return [without(c, 'failed', error instanceof Error ? `${error.name}: ${error.message}` : String(error))];
  }
};

const best = (rows: readonly BenchRow[], key: 'flops' | 'bytes'): number =>
  Math.max(0, ...rows.map((r) => (r.time && r[key] ? r[key] / r.time.median : 0)));

/** The row with its share of the roof that is nearer. Undefined shares where nothing is to be done, or the time is within the clock's error of none. */
export const withShare = (row: BenchRow, roofs: Roofline | undefined): BenchRow => {
  if (!roofs || !row.time || row.flops === undefined || row.bytes === undefined || !(row.time.median > 0)) return row;
  const [arithmetic, memory] = [row.flops / roofs.flopsPerSecond, row.bytes / roofs.bytesPerSecond];
  if (!(Math.max(arithmetic, memory) > 0)) return row;
  return {
    ...row,
    share:
      arithmetic > memory ? { of: 'arithmetic', value: arithmetic / row.time.median } : { of: 'memory', value: memory / row.time.median },
  };
};

/**
 * What happens, as it happens. Ends early where the caller stops iterating. Throws DeviceLostError, and the signal's reason: the rows so far stand.
 * `cases` and `roofs`: in place of all there are.
 */
export async function* runBench(
  gpu: GpuExecutor,
  o: BenchOptions,
  signal?: AbortSignal,
  cases = benchCases(),
  roofs = roofCases(gpu.software),
): AsyncGenerator<BenchEvent, void, undefined> {
  const timer = await GpuTimer.open(gpu.device);
  try {
    const bench: Bench = { gpu, timer, budgetMs: BUDGET_MS[o.set], signal };
    const chosen = cases.filter(wanted(o));
    yield {
      type: 'begin',
      adapter: { name: gpu.name, software: gpu.software },
      clock: timer.clock,
      cases: [...roofs, ...chosen].map((c) => c.label),
    };
    let index = 0;
    const reached: BenchRow[] = [];
    for (const c of roofs) {
      yield { type: 'case', index: index++ };
      const rows = await measure(bench, c);
      reached.push(...rows);
      yield { type: 'rows', rows };
    }
    const [flopsPerSecond, bytesPerSecond] = [best(reached, 'flops'), best(reached, 'bytes')];
    const roofline = flopsPerSecond > 0 && bytesPerSecond > 0 ? { flopsPerSecond, bytesPerSecond } : undefined;
    if (roofline) yield { type: 'roofline', roofline };
    for (const c of chosen) {
      signal?.throwIfAborted();
      yield { type: 'case', index: index++ };
      const tooMuch = gpu.software && !o.big && c.work > SOFTWARE_MOST;
      const rows = tooMuch
        ? [
            without(
              c,
              'left out',
              `too much work for a software adapter (${(c.work / 1e9).toPrecision(2)} G operations); ask for big shapes to have it`,
            ),
          ]
        : await measure(bench, c);
      yield { type: 'rows', rows: rows.map((r) => withShare(r, roofline)) };
    }
  } finally {
    timer.dispose();
  }
}
